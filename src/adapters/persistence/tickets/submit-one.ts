import type { EpochMs } from '../../../domain/instant';
import { type Queryable, rowsOf } from '../database/sql';
import { EVENT_WRITTEN_COLUMNS } from './event-row';
import { type Answer, keyRowOf, list, type TicketRows } from './save-tickets';
import { WRITTEN_COLUMNS } from './ticket-row';

const KEY_COLUMNS = ['caller', 'key', 'fingerprint', 'ticket_id', 'version', 'refused', 'refusals', 'created_at'];

const insert = (table: string, columns: readonly string[], from: number): string =>
  `INSERT INTO ${table} (${list(columns)}) VALUES (${list(columns.map((_, index) => `$${from + index + 1}`))})`;

const TICKET = `${insert('tickets', WRITTEN_COLUMNS, 0)} RETURNING number`;
const EVENT = insert('events', EVENT_WRITTEN_COLUMNS, WRITTEN_COLUMNS.length);
const KEY = insert('idempotency_keys', KEY_COLUMNS, WRITTEN_COLUMNS.length + EVENT_WRITTEN_COLUMNS.length);
const RESULT = 'SELECT number, pg_current_xact_id()::text AS xid FROM ticket';

// A parameter for each column: for a single row that spares the server about a third of the work of reading JSON.
const SUBMIT = { name: 'submit', text: `WITH ticket AS (${TICKET}), logged AS (${EVENT}) ${RESULT}` };
const SUBMIT_WITH_KEY = {
  name: 'submit-with-key',
  text: `WITH ticket AS (${TICKET}), logged AS (${EVENT}), answered AS (${KEY}) ${RESULT}`,
};

/**
 * Saves one new ticket that has one event, and its key where it has one: a transaction of one statement.
 *
 * @throws a violated constraint where the client does not exist, or where id, external id or key are taken: nothing is
 * saved then.
 */
export async function submitOne(
  on: Queryable,
  { ticket, events }: TicketRows,
  answer: Answer | null,
  now: EpochMs,
): Promise<{ readonly number: number; readonly xid: string }> {
  const values = [
    ...valuesOf(ticket, WRITTEN_COLUMNS),
    ...events.flatMap((row) => valuesOf(row, EVENT_WRITTEN_COLUMNS)),
    ...(answer === null ? [] : valuesOf(keyRowOf(answer, now), KEY_COLUMNS)),
  ];
  const [row] = await rowsOf<{ number: number; xid: string }>(on, {
    ...(answer === null ? SUBMIT : SUBMIT_WITH_KEY),
    values,
  });
  if (row === undefined) throw new Error('The database inserted no ticket and gave no reason');
  return row;
}

const TEXT_LISTS = ['tags', 'not_measured'];

/** A row's values by column: lists of texts as they are, whatever else is no scalar as JSON. */
const valuesOf = (row: Readonly<Record<string, unknown>>, columns: readonly string[]): unknown[] =>
  columns.map((column) => {
    const value = row[column];
    return typeof value === 'object' && value !== null && !TEXT_LISTS.includes(column) ? JSON.stringify(value) : value;
  });
