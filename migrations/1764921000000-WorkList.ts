import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The indexes of the work list. They are of a function of the columns, so that existing rows and
 * those that an older process writes have their places without being written again. A later
 * migration that changes it has to build the indexes again.
 *
 * Not breaking: an older process leaves `call_severities` at its default, which is what nearly all
 * policies say. Writes of tickets wait while the indexes are built: 8 seconds for a million
 * tickets, 420,000 of them open.
 */
export class WorkList1764921000000 implements MigrationInterface {
  readonly name = 'WorkList1764921000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tickets ADD COLUMN call_severities text[] NOT NULL DEFAULT '{SEV1}'`);
    await runner.query(
      `COMMENT ON COLUMN tickets.call_severities IS
         'Severities at which the policy asks the client to call as well; never changes'`,
    );
    // A closed ticket stays closed.
    await runner.query(`
      UPDATE tickets t SET call_severities = p.asked
        FROM (SELECT id, version, ARRAY (
                SELECT level->>'severity' FROM jsonb_array_elements(document->'severities') level
                 WHERE level->'clientActions' ? 'CALL') AS asked
                FROM policy_versions) p
       WHERE p.id = t.policy_id AND p.version = t.policy_version AND p.asked <> '{SEV1}' AND t.state <> 'closed'`);
    await runner.query(FUNCTION.text);
    await runner.query(`COMMENT ON FUNCTION ${FUNCTION.signature} IS '${FUNCTION.comment}'`);
    for (const [name, leading] of INDEXES) {
      await runner.query(
        `CREATE INDEX tickets_work_${name}_idx ON tickets (${leading}work_place(NULL, ${COLUMNS}), id)
          WHERE ${IS_LISTED}`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${INDEXES.map(([name]) => `tickets_work_${name}_idx`).join(', ')}`);
    await runner.query(`DROP FUNCTION ${FUNCTION.signature}`);
    await runner.query('ALTER TABLE tickets DROP COLUMN call_severities');
  }
}

const INDEXES = [
  ['all', ''],
  ['assignee', 'assignee, '],
  ['client', 'client_id, '],
] as const;

const IS_LISTED = `state IN ('open', 'workaroundApplied')
  OR (state = 'resolved' AND awaiting_reply_since IS NOT NULL) OR has_proposed_waiver`;

/** What the place depends on, in the order of the parameters. */
const FACTS = {
  state: 'text',
  assignee: 'text',
  severity: 'text',
  call_severities: 'text[]',
  call_recorded_at: 'timestamptz',
  awaiting_reply_since: 'timestamptz',
  has_proposed_waiver: 'boolean',
  cycles: 'jsonb',
  proposal: 'jsonb',
  waits: 'jsonb',
  opened_at: 'timestamptz',
  observed_until: 'timestamptz',
  due_at: 'timestamptz',
  next_deadline_at: 'timestamptz',
  response_status: 'text',
  response_at_risk_at: 'timestamptz',
  update_status: 'text',
  update_at_risk_at: 'timestamptz',
  resolution_status: 'text',
  resolution_at_risk_at: 'timestamptz',
} as const;

const COLUMNS = Object.keys(FACTS).join(', ');
const TYPES = Object.values(FACTS).join(', ');
const PARAMETERS = Object.entries(FACTS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');

const AT_RISK_AT = `least(${['response', 'update', 'resolution']
  .map((kind) => `CASE WHEN ${kind}_status IN ('RUNNING', 'BREACHED') THEN ${kind}_at_risk_at END`)
  .join(', ')})`;

const WAIT = `'$[*] ? (@.until == null)'::jsonpath`;

const EPOCH = `'1970-01-01T00:00:00Z'::timestamptz`;
const LAST = `'9999-12-31T23:59:59.999Z'::timestamptz`;

/**
 * Milliseconds since 1970, by operators whose results depend on no setting; the last of the year
 * 9999 for null. A damaged row has a place too, so that it can be written again.
 */
const ms = (time: string): string =>
  `(extract(epoch FROM greatest(least(${time}, ${LAST}), ${EPOCH}) - ${EPOCH}) * 1000)::bigint`;
const place = (code: number | string, time: string): string => `(${code}::bigint << 50) + ${time}`;

const NEVER = '253402300799999';
const WAIVER_PROPOSED_AT = `jsonb_path_query_first(cycles, '$[*].breach.proposedWaiver.at'::jsonpath)::bigint`;
const IS_CALL_OUTSTANDING = 'call_recorded_at IS NULL AND severity = ANY (call_severities)';

// Not in SQL: PostgreSQL would write the body into the indexes, and prepare it for each change.
const FUNCTION = {
  signature: `work_place(timestamptz, ${TYPES})`,
  comment:
    'Place of a ticket in the work list at a time; if the time is null, until its next deadline. The bits from 50 on are the reason, the most urgent is 1, and 10 more if the ticket waits; the others are the time by which it is ordered, in milliseconds',
  text: `CREATE FUNCTION work_place(now timestamptz, ${PARAMETERS}) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $function$
  BEGIN
    RETURN CASE
      WHEN state IN ('open', 'workaroundApplied') THEN CASE
        WHEN due_at < coalesce(observed_until, now, next_deadline_at, 'infinity'::timestamptz)
          THEN ${place(1, ms('due_at'))}
        WHEN CASE WHEN coalesce(observed_until, now) IS NULL
               THEN ${AT_RISK_AT} < coalesce(next_deadline_at, 'infinity'::timestamptz)
               ELSE ${AT_RISK_AT} <= coalesce(observed_until, now) END
          THEN ${place(2, ms(AT_RISK_AT))}
        WHEN awaiting_reply_since IS NOT NULL THEN ${place(3, ms('awaiting_reply_since'))}
        WHEN waits <> '[]'::jsonb AND jsonb_path_exists(waits, ${WAIT}) THEN ${place(
          `CASE WHEN ${IS_CALL_OUTSTANDING} THEN 15 WHEN has_proposed_waiver THEN 16 WHEN proposal IS NOT NULL THEN 17 WHEN assignee IS NULL THEN 18 ELSE 19 END`,
          `(jsonb_path_query_first(waits, ${WAIT})->'from')::bigint + 604800000`,
        )}
        WHEN ${IS_CALL_OUTSTANDING} THEN ${place(5, ms('opened_at'))}
        WHEN has_proposed_waiver THEN ${place(6, WAIVER_PROPOSED_AT)}
        WHEN proposal IS NOT NULL THEN ${place(7, `(proposal->'at')::bigint`)}
        WHEN assignee IS NULL THEN ${place(8, ms('opened_at'))}
        ELSE ${place(
          9,
          `CASE WHEN observed_until IS NULL
             THEN coalesce(${ms(`least(${AT_RISK_AT}, due_at)`)}, ${NEVER}) ELSE ${NEVER} END`,
        )} END
      WHEN state = 'resolved' AND awaiting_reply_since IS NOT NULL
       AND NOT coalesce(next_deadline_at < now, false) THEN ${place(3, ms('awaiting_reply_since'))}
      WHEN has_proposed_waiver THEN ${place(6, WAIVER_PROPOSED_AT)}
      END;
  END
  $function$`,
} as const;
