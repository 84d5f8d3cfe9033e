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
import { rowsOf } from '../../database/sql';
import { retryWhileLocked } from '../../database/transact';
import { EVENT_WRITTEN_COLUMNS, eventRowOf } from '../event-row';
import { keyRowOf } from '../idempotency-keys';
import { ticketsAtVersions } from '../ticket-history';
import { rowOf, WRITTEN_COLUMNS } from '../ticket-row';
import { list } from './save-tickets';

const KEY_COLUMNS = ['caller', 'key', 'fingerprint', 'ticket_id', 'version', 'refused', 'refusals', 'created_at'];

const insertInto = (table: string, columns: readonly string[], from: number): string =>
  `INSERT INTO ${table} (${list(columns)}) VALUES (${list(columns.map((_, index) => `$${from + index + 1}`))})`;

const TICKET = `${insertInto('tickets', WRITTEN_COLUMNS, 0)} RETURNING number`;
const EVENT = insertInto('events', EVENT_WRITTEN_COLUMNS, WRITTEN_COLUMNS.length);
const KEY = insertInto('idempotency_keys', KEY_COLUMNS, WRITTEN_COLUMNS.length + EVENT_WRITTEN_COLUMNS.length);
const RESULT = 'SELECT number, pg_current_xact_id()::text AS xid FROM ticket';

// One parameter for each column. For a single row this saves about a third of the server's work,
// compared with reading JSON.
const SUBMIT = { name: 'submit', text: `WITH ticket AS (${TICKET}), logged AS (${EVENT}) ${RESULT}` };
const SUBMIT_WITH_KEY = {
  name: 'submit-with-key',
  text: `WITH ticket AS (${TICKET}), logged AS (${EVENT}), answered AS (${KEY}) ${RESULT}`,
};

const ATTEMPTS = 6;

/**
 * Inserts one new ticket with its first event and, if the request has a key, its answer. This is
 * one statement that is a transaction of its own. Its rate is twice that of the transaction of
 * several statements (2.03 times, 1.89 to 2.42 in seven rounds of `node
 * bench/submission-path.mjs`).
 *
 * @returns the numbers of the ticket and of the transaction; null if a constraint rejected the
 *   statement
 * @throws CommitUnknownError, DataLockedError, StoreBusyError
 */
export async function insertSubmission(
  lane: Lane,
  record: TicketRecord,
  answer: KeyAnswer | null,
  { signal, lockWaitMs }: TransactionOptions = {},
): Promise<{ readonly number: number; readonly xid: string | null } | null> {
  const { ticket, events, recordedAt } = record;
  const values = [
    ...valuesOf(rowOf(record), WRITTEN_COLUMNS),
    ...events.flatMap((event) => valuesOf(eventRowOf(event, ticket.clientId, recordedAt), EVENT_WRITTEN_COLUMNS)),
    ...(answer === null ? [] : valuesOf(keyRowOf(answer, recordedAt), KEY_COLUMNS)),
  ];
  const statement = { ...(answer === null ? SUBMIT : SUBMIT_WITH_KEY), values };
  const insert = async () => {
    // Not cancelled: a statement that has begun runs to its end.
    signal?.throwIfAborted();
    return await rowsOf<{ number: number; xid: string }>(lane, statement);
  };
  let isLost = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await retryWhileLocked(lane, insert, lockWaitMs);
      if (row === undefined) throw new Error('The database inserted no ticket and returned no reason');
      return row;
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (constraint !== null) {
        // Only this request uses the id. If the id is taken, the statement whose answer was lost
        // was carried out.
        const number = isLost && constraint === 'tickets_pkey' ? await numberOf(lane, record) : null;
        return number === null ? null : { number, xid: null };
      }
      isLost ||= isConnectionLost(error) && !wasNotSent(error);
      const mayRetry = isConflict(error) || (isConnectionLost(error) && !(error instanceof StoreUnresponsiveError));
      if (!mayRetry || attempt === ATTEMPTS) throw isLost ? new CommitUnknownError(error) : error;
      await sleep(50 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

async function numberOf(lane: Lane, { ticket: { id, version } }: TicketRecord): Promise<number | null> {
  const [stored] = await ticketsAtVersions(lane, [{ id, version }]);
  return stored?.number ?? null;
}

const TEXT_LISTS = ['tags', 'not_measured'];

/**
 * The values of a row by column. Lists of texts stay lists; all other values that are not scalars
 * become JSON.
 */
const valuesOf = (row: Readonly<Record<string, unknown>>, columns: readonly string[]): unknown[] =>
  columns.map((column) => {
    const value = row[column];
    return typeof value === 'object' && value !== null && !TEXT_LISTS.includes(column) ? JSON.stringify(value) : value;
  });
