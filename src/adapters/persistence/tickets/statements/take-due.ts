import { DUE_BATCH } from '../../../../application/ports/ticket-store';
import type { EpochMs } from '../../../../domain/instant';
import { DATABASE_NOW } from '../../database/database-time';
import type { Statement } from '../../database/sql';
import { type SelectedTicket, TICKET_COLUMNS } from '../ticket-row';
import { NOT_SET_ASIDE } from './set-aside';

/** A due ticket that was locked. */
export type TakenRow = SelectedTicket & {
  /** The next deadline according to its row. */
  readonly due_at: number;
  readonly taken_at: EpochMs;
};

/** The statements for due tickets, with a clock that is an SQL expression. */
export function dueStatements(now: string = DATABASE_NOW) {
  // Materialized, because an instant that can change from row to row cannot be looked up in an
  // index.
  const clock = `clock AS MATERIALIZED (SELECT ${now} AS now)`;
  const due = `t.next_deadline_at < (SELECT now FROM clock) AND ${NOT_SET_ASIDE}`;
  const inOrder = `ORDER BY t.next_deadline_at, t.id LIMIT ${DUE_BATCH}`;
  // In milliseconds since 1970, because it may be infinite.
  const dueAt = 'extract(epoch FROM t.next_deadline_at)::float8 * 1000 AS due_at';
  const taken = `${TICKET_COLUMNS}, ${dueAt}, (SELECT now FROM clock) AS taken_at`;
  const lock = 'FOR NO KEY UPDATE OF t SKIP LOCKED';
  return {
    clock,
    present: { name: 'present', text: `WITH ${clock} SELECT now FROM clock` },
    take: { name: 'take-due', text: `WITH ${clock} SELECT ${taken} FROM tickets t WHERE ${due} ${inOrder} ${lock}` },
    takeSome: {
      name: 'take-some-due',
      text: `WITH ${clock} SELECT ${taken} FROM tickets t WHERE t.id = ANY ($1::uuid[]) AND ${due} ${lock}`,
    },
    find: { name: 'find-due', text: `WITH ${clock} SELECT t.id FROM tickets t WHERE ${due} ${inOrder}` },
    // A ticket that is set aside is due at its next attempt. Until then, the search skips it.
    next: {
      name: 'next-deadline',
      text: `WITH ${clock}, upcoming AS (
               (SELECT t.next_deadline_at AS at FROM tickets t
                 WHERE t.next_deadline_at IS NOT NULL AND NOT EXISTS (
                       SELECT FROM deadline_faults f WHERE f.ticket_id = t.id AND f.retry_at >= t.next_deadline_at)
                 ORDER BY t.next_deadline_at, t.id LIMIT 1)
                UNION ALL
               (SELECT f.retry_at FROM deadline_faults f
                 WHERE EXISTS (SELECT FROM tickets t WHERE t.id = f.ticket_id AND t.next_deadline_at <= f.retry_at)
                 ORDER BY f.retry_at LIMIT 1)
             )
             SELECT (SELECT now FROM clock) AS now, extract(epoch FROM min(at))::float8 * 1000 AS next FROM upcoming`,
    },
  } satisfies Record<string, Statement | string>;
}
