/** The condition, within a statement with a `clock`, that the ticket `t` is not set aside. */
export const NOT_SET_ASIDE = `NOT EXISTS (
  SELECT FROM deadline_faults f WHERE f.ticket_id = t.id AND f.retry_at >= (SELECT now FROM clock))`;

const FIRST_RETRY = `interval '1 second'`;
const LONGEST_RETRY_SECONDS = 600;

/**
 * Sets tickets ($1) aside, each with an error ($2). The time until the next attempt doubles with
 * each attempt, up to ten minutes. Tickets that are no longer due, or that another process has
 * locked, are skipped. A recorded event of a ticket ends it.
 *
 * @param clock the `clock` of `dueStatements`
 */
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
