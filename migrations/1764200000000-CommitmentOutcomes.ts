import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds narrow tables for reports: outcomes of cycles, and milestones with their business time. */
export class CommitmentOutcomes1764200000000 implements MigrationInterface {
  readonly name = 'CommitmentOutcomes1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...INDEXES, ...COMMENTS, OUTCOMES_SO_FAR, MILESTONES_SO_FAR]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ticket_milestones, commitment_outcomes');
  }
}

// Without foreign keys: the statement that writes the ticket writes these rows as well.
const TABLES = [
  `CREATE TABLE commitment_outcomes (
     ticket_id       uuid           NOT NULL,
     kind            text           NOT NULL,
     cycle           integer        NOT NULL,
     client_id       uuid           NOT NULL,
     severity        text           NOT NULL,
     decided_at      timestamptz(3) NOT NULL,
     breach_severity text,
     waived          boolean        NOT NULL,
     ended_at        timestamptz(3),
     PRIMARY KEY (ticket_id, kind, cycle)
   )`,
  `CREATE TABLE ticket_milestones (
     ticket_id   uuid           NOT NULL,
     milestone   text           NOT NULL,
     client_id   uuid           NOT NULL,
     severity    text           NOT NULL,
     at          timestamptz(3),
     business_ms bigint,
     PRIMARY KEY (ticket_id, milestone)
   )`,
];

const INDEXES = [
  'CREATE INDEX commitment_outcomes_decided_at_idx ON commitment_outcomes (decided_at)',
  'CREATE INDEX ticket_milestones_at_idx ON ticket_milestones (at)',
];

const COMMENTS = [
  `COMMENT ON TABLE commitment_outcomes IS 'Cycles of commitments that were kept or breached, for reports; derived from the tickets'`,
  `COMMENT ON COLUMN commitment_outcomes.ticket_id IS 'The ticket it was promised on'`,
  `COMMENT ON COLUMN commitment_outcomes.kind IS 'What was promised: RESPONSE, UPDATE or RESOLUTION'`,
  `COMMENT ON COLUMN commitment_outcomes.cycle IS 'The number of the cycle, from 1 for each kind'`,
  `COMMENT ON COLUMN commitment_outcomes.client_id IS 'The client of the ticket'`,
  `COMMENT ON COLUMN commitment_outcomes.severity IS 'The severity that gave the cycle'`,
  `COMMENT ON COLUMN commitment_outcomes.decided_at IS 'When it was breached, else when it was fulfilled'`,
  `COMMENT ON COLUMN commitment_outcomes.breach_severity IS 'The severity of the ticket at the breach; null where it was kept'`,
  `COMMENT ON COLUMN commitment_outcomes.waived IS 'Whether the breach is waived'`,
  `COMMENT ON COLUMN commitment_outcomes.ended_at IS 'When the cycle ended; null while a breached one is open'`,
  `COMMENT ON TABLE ticket_milestones IS 'What tickets have reached and how long it took, for reports; derived from the tickets'`,
  `COMMENT ON COLUMN ticket_milestones.ticket_id IS 'The ticket that reached it'`,
  `COMMENT ON COLUMN ticket_milestones.milestone IS 'RESPONSE and WORKAROUND, the first of each; RESOLUTION, CLOSING'`,
  `COMMENT ON COLUMN ticket_milestones.client_id IS 'The client of the ticket'`,
  `COMMENT ON COLUMN ticket_milestones.severity IS 'The severity of the ticket just before it'`,
  `COMMENT ON COLUMN ticket_milestones.at IS 'When it was reached; null for the resolution of a ticket that was reopened since'`,
  `COMMENT ON COLUMN ticket_milestones.business_ms IS 'Milliseconds of business time from opening, less pauses; null where nothing can be said'`,
];

const instant = (json: string): string => `to_timestamp((${json})::bigint / 1000.0)`;

const OUTCOMES_SO_FAR = `
  INSERT INTO commitment_outcomes
  SELECT t.id, c ->> 'kind', (c ->> 'number')::integer, t.client_id, c ->> 'severity',
         ${instant("coalesce(c #>> '{breach,at}', c #>> '{end,at}')")},
         c #>> '{breach,severity}', c #> '{breach,waiver}' IS NOT NULL, ${instant("c #>> '{end,at}'")}
    FROM tickets t, jsonb_array_elements(t.cycles) c
   WHERE c ->> 'breach' IS NOT NULL OR (c #>> '{end,outcome}' = 'FULFILLED' AND c ->> 'totalMs' IS NOT NULL)`;

// SQL has no business calendar. If a cycle ended at the milestone, ran since the opening, on the
// calendar of that severity, and all its pauses counted, its elapsed time is the business time of
// the milestone. The other milestones have none.
const MILESTONES_SO_FAR = `
  INSERT INTO ticket_milestones
  SELECT t.id, m.milestone, t.client_id, m.severity, m.at,
         (SELECT (c #>> '{end,elapsedMs}')::bigint FROM jsonb_array_elements(t.cycles) c
           WHERE c ->> 'kind' = m.kind AND ${instant("c #>> '{end,at}'")} = m.at AND c ->> 'severity' = m.severity
             AND ${instant("c ->> 'startedAt'")} = t.opened_at AND c ->> 'totalMs' IS NOT NULL
             AND (c ->> 'breach' IS NULL OR t.waits = '[]') AND jsonb_array_length(t.stints) = 1
           LIMIT 1)
    FROM tickets t
   CROSS JOIN LATERAL (VALUES
     ('RESPONSE', 'RESPONSE', t.responded_at,
      coalesce((SELECT e.data #>> '{effects,severityChange,from}' FROM events e
                 WHERE e.ticket_id = t.id AND e.data #> '{effects,severityChange}' IS NOT NULL
                   AND e.number >= (SELECT min(r.number) FROM events r
                                     WHERE r.ticket_id = t.id AND r.data #> '{effects,responds}' IS NOT NULL)
                 ORDER BY e.number LIMIT 1), t.severity)),
     ('WORKAROUND', 'RESOLUTION', ${instant("t.workarounds #>> '{0,appliedAt}'")}, t.workarounds #>> '{0,severityBefore}'),
     ('RESOLUTION', 'RESOLUTION', t.resolved_at, t.severity),
     ('CLOSING', NULL, t.closed_at, t.severity)
   ) AS m (milestone, kind, at, severity)
   WHERE m.at IS NOT NULL`;
