import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyAnswer, TicketRecord, TransactionOptions } from '../../../../application/ports/ticket-store';
import {
  CommitUnknownError,
  isConflict,
  isConnectionLost,
  StoreUnresponsiveError,
  violatedConstraint,
  wasNotSent,
} from '../../database/database-errors';
import type { Lane } from '../../database/lanes';
import { type Queryable, rowsOf } from '../../database/sql';
import { retryWhileLocked } from '../../database/transact';
import { EVENT_WRITTEN_COLUMNS, eventRowOf } from '../event-row';
import { keyRowOf } from '../idempotency-keys';
import { ticketsAtVersions } from '../ticket-history';
import { externalIdRowsOf, rowOf, WRITTEN_COLUMNS } from '../ticket-row';
import { list } from './save-tickets';

const KEY_COLUMNS = ['caller', 'key', 'fingerprint', 'ticket_id', 'version', 'refused', 'refusals', 'created_at'];

const placesOf = (columns: readonly string[], from: number): string =>
  list(columns.map((_, index) => `$${from + index + 1}`));

const EXTERNAL_ID_COLUMNS = ['folded', 'client_id', 'written'];

/** What a submission may write beside its ticket and its first event. */
interface Also {
  readonly key: boolean;
  readonly externalId: boolean;
}

// One parameter for each column. For a single row this saves about a third of the server's work,
// compared with reading JSON.
//
// The key first, and the ticket only if the key is new, so that a repeated request uses up no
// number of a ticket.
function submitting({ key, externalId }: Also) {
  const parts = [
    {
      as: 'ticket',
      table: 'tickets',
      columns: WRITTEN_COLUMNS,
      after: key ? 'answered' : null,
      end: 'RETURNING number',
    },
    { as: 'logged', table: 'events', columns: EVENT_WRITTEN_COLUMNS, after: key ? 'ticket' : null },
    ...(key ? [{ as: 'answered', table: 'idempotency_keys', columns: KEY_COLUMNS, after: null, end: KEY_IS_NEW }] : []),
    ...(externalId
      ? [{ as: 'named', table: 'external_ids', columns: EXTERNAL_ID_COLUMNS, after: key ? 'ticket' : null }]
      : []),
  ];
  let from = 0;
  const inserts = parts.map(({ as, table, columns, after, end = '' }) => {
    const places = placesOf(columns, from);
    from += columns.length;
    const rows = after === null ? `VALUES (${places})` : `SELECT ${places} FROM ${after}`;
    return `${as} AS (INSERT INTO ${table} (${list(columns)}) ${rows} ${end})`;
  });
  // A part can refer only to parts before it.
  if (key) inserts.unshift(...inserts.splice(2, 1));
  return {
    name: `submit${key ? '-with-key' : ''}${externalId ? '-with-external-id' : ''}`,
    text: `WITH ${inserts.join(', ')} SELECT number, pg_current_xact_id()::text AS xid FROM ticket`,
  };
}

const KEY_IS_NEW = 'ON CONFLICT DO NOTHING RETURNING true';

const SUBMIT = submitting({ key: false, externalId: false });
const SUBMIT_WITH_KEY = submitting({ key: true, externalId: false });
const SUBMIT_WITH_ID = submitting({ key: false, externalId: true });
const SUBMIT_WITH_KEY_AND_ID = submitting({ key: true, externalId: true });

const ATTEMPTS = 6;

/**
 * Inserts one new ticket with its first event and, if the request has a key, its answer. This is
 * one statement that is a transaction of its own. Its rate is twice that of the transaction of
 * several statements (2.03 times, 1.89 to 2.42 in seven rounds of `node
 * bench/submission-path.mjs`).
 *
 * @returns the numbers of the ticket and of the transaction; null if a constraint rejected the
 *   statement or the key is taken
 * @throws CommitUnknownError, DataLockedError, StoreBusyError
 */
export async function insertSubmission(
  lane: Lane,
  record: TicketRecord,
  answer: KeyAnswer | null,
  { signal, lockWaitMs, ...scope }: TransactionOptions,
): Promise<{ readonly number: number; readonly xid: string | null } | null> {
  const { ticket, events, recordedAt } = record;
  const values: unknown[] = [];
  addRow(values, rowOf(record), WRITTEN_COLUMNS);
  for (const event of events) addRow(values, eventRowOf(event, ticket.clientId, recordedAt), EVENT_WRITTEN_COLUMNS);
  if (answer !== null) addRow(values, keyRowOf(answer, recordedAt), KEY_COLUMNS);
  for (const row of externalIdRowsOf(record)) addRow(values, row, EXTERNAL_ID_COLUMNS);
  const [plain, withId] = answer === null ? [SUBMIT, SUBMIT_WITH_ID] : [SUBMIT_WITH_KEY, SUBMIT_WITH_KEY_AND_ID];
  const statement = { ...(ticket.externalId === null ? plain : withId), values };
  const on = lane.forChange(scope, signal);
  const insert = () => rowsOf<{ number: number; xid: string }>(on, statement);
  let isLost = false;
  for (let attempt = 1; ; attempt++) {
    // Whether the id or the key of the request is taken, which it may have done itself.
    let isTaken = true;
    try {
      const [row] = await retryWhileLocked(lane, insert, { lockWaitMs, signal });
      if (row !== undefined) return row;
      if (answer === null) throw new Error('The database inserted no ticket and returned no reason');
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (constraint === null) {
        isLost ||= isConnectionLost(error) && !wasNotSent(error);
        const mayRetry = isConflict(error) || (isConnectionLost(error) && !(error instanceof StoreUnresponsiveError));
        if (!mayRetry || attempt === ATTEMPTS) throw isLost ? new CommitUnknownError(error) : error;
        await sleep(50 * 2 ** attempt * (0.5 + Math.random() / 2));
        continue;
      }
      isTaken = constraint === 'tickets_pkey' || constraint === 'external_ids_pkey';
    }
    // Only this request uses the id. If there is a ticket with it, the statement whose answer was
    // lost was carried out.
    const number = isLost && isTaken ? await numberOf(on, record) : null;
    return number === null ? null : { number, xid: null };
  }
}

async function numberOf(on: Queryable, { ticket: { id, version } }: TicketRecord): Promise<number | null> {
  const [stored] = await ticketsAtVersions(on, [{ id, version }]);
  return stored?.number ?? null;
}

const TEXT_LISTS = ['tags', 'not_measured', 'call_severities'];

/**
 * Adds the values of a row by column. Lists of texts stay lists; all other values that are not
 * scalars become JSON.
 */
function addRow(values: unknown[], row: Readonly<Record<string, unknown>>, columns: readonly string[]): void {
  for (const column of columns) {
    const value = row[column];
    const isJson = typeof value === 'object' && value !== null && !TEXT_LISTS.includes(column);
    values.push(isJson ? JSON.stringify(value) : value);
  }
}
