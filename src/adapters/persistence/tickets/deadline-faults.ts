import type { EpochMs } from '../../../domain/instant';
import { type Queryable, rowsOf } from '../database/sql';

/** A ticket whose deadlines could not be recorded, and why. */
export interface DeadlineFault {
  readonly ticketId: string;
  readonly error: unknown;
}

/** The same, set aside until it is tried again. */
export interface SetAside extends DeadlineFault {
  readonly attempts: number;
  readonly retryAt: EpochMs;
}

/** The condition, within a statement with a `clock`, that the ticket `t` is not set aside. */
export const NOT_SET_ASIDE = `NOT EXISTS (
  SELECT FROM deadline_faults f WHERE f.ticket_id = t.id AND f.retry_at >= (SELECT now FROM clock))`;

const FIRST_RETRY = `interval '1 second'`;
const LONGEST_RETRY_SECONDS = 600;

// Only those that are still due and in nobody else's hand: what another has recorded meanwhile, or set aside, stays so.
export const setAsideStatement = (clock: string): string => `
  WITH ${clock}, due AS (
    SELECT t.id FROM tickets t WHERE t.id = ANY ($1::uuid[]) AND t.next_deadline_at < (SELECT now FROM clock)
       FOR NO KEY UPDATE SKIP LOCKED
  )
  INSERT INTO deadline_faults AS known (ticket_id, attempts, retry_at, error, since)
  SELECT due.id, 1, clock.now + ${FIRST_RETRY}, faulty.error, clock.now
    FROM due JOIN unnest($1::uuid[], $2::text[]) AS faulty (id, error) USING (id) CROSS JOIN clock
      ON CONFLICT (ticket_id) DO UPDATE SET
         attempts = known.attempts + 1,
         error = excluded.error,
         retry_at = excluded.since + ${FIRST_RETRY} * least(${LONGEST_RETRY_SECONDS}, 2 ^ least(known.attempts, 10))
   WHERE known.retry_at < excluded.since
  RETURNING ticket_id, attempts, retry_at`;

/** Sets tickets aside, each time for twice as long, ten minutes at the most. Whatever is recorded of a ticket ends it. */
export async function setAside(
  on: Queryable,
  clock: string,
  faults: readonly DeadlineFault[],
): Promise<readonly SetAside[]> {
  if (faults.length === 0) return [];
  const rows = await rowsOf<{ ticket_id: string; attempts: number; retry_at: EpochMs }>(on, {
    text: setAsideStatement(clock),
    values: [faults.map(({ ticketId }) => ticketId), faults.map(({ error }) => textOf(error))],
  });
  return rows.map(({ ticket_id: ticketId, attempts, retry_at: retryAt }) => {
    const error = faults.find((fault) => fault.ticketId === ticketId)?.error;
    return { ticketId, attempts, retryAt, error };
  });
}

const LONGEST_TEXT = 1_000;

/** The error as a text that the database can store. */
const textOf = (error: unknown): string =>
  String(error)
    .slice(0, LONGEST_TEXT)
    .replaceAll(/\0|\p{Surrogate}/gu, '');
