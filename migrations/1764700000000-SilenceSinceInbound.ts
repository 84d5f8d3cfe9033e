import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A resolved ticket is silent since the last *inbound* message or call, or since its resolution; an
 * outbound message no longer counts. Where that moves `silent_since`, the ticket closes earlier.
 * SQL cannot compute that instant on a business calendar, so the ticket becomes due for the
 * deadline engine, which computes it from the row. The delay lets the service start before then,
 * because a resolved ticket whose deadline has passed is shown as closed.
 *
 * Not breaking: an older process works from the row as well. It only lets an outbound message that
 * it records postpone the closing, as before.
 */
export class SilenceSinceInbound1764700000000 implements MigrationInterface {
  readonly name = 'SilenceSinceInbound1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(recompute(INBOUND));
    await runner.query(
      comment('Time of the last inbound message or call, or of the resolution; set only while the ticket is resolved'),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(recompute('TRUE'));
    await runner.query(comment('Time of the last communication; set only while the ticket is resolved'));
  }
}

const INBOUND = `e.data->>'direction' = 'INBOUND'`;

const recompute = (counts: string): string => `
  UPDATE tickets t
     SET silent_since = heard.at,
         next_deadline_at = CASE WHEN t.next_deadline_at IS NULL THEN NULL
                                 ELSE least(t.next_deadline_at, clock_timestamp() + interval '10 seconds') END
    FROM (SELECT r.id, coalesce(max(e.at), r.resolved_at) AS at
            FROM tickets r LEFT JOIN events e
              ON e.ticket_id = r.id AND e.at >= r.resolved_at
             AND (e.type = 'CALL_RECORDED' OR (e.type = 'COMMUNICATED' AND ${counts}))
             AND e.number > (SELECT max(d.number) FROM events d WHERE d.ticket_id = r.id AND d.type = 'RESOLVED')
           WHERE r.state = 'resolved'
           GROUP BY r.id) AS heard
   WHERE t.id = heard.id AND t.silent_since IS DISTINCT FROM heard.at`;

const comment = (text: string): string => `COMMENT ON COLUMN tickets.silent_since IS '${text}'`;
