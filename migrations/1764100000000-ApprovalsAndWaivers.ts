import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseWhere } from './refuse-where';

/**
 * Adds proposals that await approval, and copies the severity of a breach from its event to the
 * ticket.
 */
export class ApprovalsAndWaivers1764100000000 implements MigrationInterface {
  readonly name = 'ApprovalsAndWaivers1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets ADD COLUMN proposal jsonb');
    await runner.query(
      "COMMENT ON COLUMN tickets.proposal IS 'A lowering of the severity that waits for another agent to approve it'",
    );
    await runner.query(GIVE_BREACHES_THEIR_SEVERITY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await refuseWhere(runner, 'SELECT FROM tickets WHERE proposal IS NOT NULL', 'tickets wait for an approval');
    await runner.query('ALTER TABLE tickets DROP COLUMN proposal');
  }
}

const GIVE_BREACHES_THEIR_SEVERITY = `
  UPDATE tickets t SET cycles = (
    SELECT jsonb_agg(
             CASE WHEN b.severity IS NULL THEN c.cycle
                  ELSE jsonb_set(c.cycle, '{breach,severity}', b.severity) END
             ORDER BY c.place)
      FROM jsonb_array_elements(t.cycles) WITH ORDINALITY AS c (cycle, place)
      LEFT JOIN LATERAL (
        SELECT e.data -> 'severity' AS severity FROM events e
         WHERE e.ticket_id = t.id AND c.cycle -> 'breach' <> 'null'::jsonb
           AND e.once_key = (c.cycle ->> 'kind') || '/' || (c.cycle ->> 'number') || '/breach') b ON true)
   WHERE t.breached`;
