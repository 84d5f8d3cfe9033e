import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit log. The service can add to it and read it; only `purge_audit_events` deletes, and only
 * what is older than 30 days.
 *
 * Not breaking: an older process records nothing.
 */
export class AuditEvents1764811000000 implements MigrationInterface {
  readonly name = 'AuditEvents1764811000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
    await runner.query(
      `COMMENT ON FUNCTION purge_audit_events(timestamptz, integer) IS
         'Deletes entries of the audit log from before a time, which is at least 30 days ago; returns their number'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION purge_audit_events(timestamptz, integer)');
    await runner.query('DROP TABLE audit_events');
  }
}

const STATEMENTS = [
  `CREATE TABLE audit_events (
     id      uuid           PRIMARY KEY,
     kind    text           NOT NULL,
     at      timestamptz(3) NOT NULL,
     actor   jsonb,
     subject text,
     address text,
     detail  text,
     count   integer        NOT NULL
   )`,
  'CREATE INDEX audit_events_at_idx ON audit_events (at, id)',
  `CREATE FUNCTION purge_audit_events(before timestamptz, most integer) RETURNS integer
   LANGUAGE sql SECURITY DEFINER
   BEGIN ATOMIC
     WITH purged AS (
       DELETE FROM audit_events WHERE id IN (
         SELECT id FROM audit_events WHERE at < least(before, now() - interval '30 days') ORDER BY at LIMIT most)
       RETURNING 1)
     SELECT count(*)::integer FROM purged;
   END`,
];

const COMMENTS: Readonly<Record<string, string>> = {
  audit_events: 'Audit log: who signed in, changed keys, people, policies and terms, and exported',
  'audit_events.id': 'Primary key, a UUID version 7',
  'audit_events.kind': 'What happened',
  'audit_events.at': 'Time at which it happened',
  'audit_events.actor': 'Who acted; null if that is not known',
  'audit_events.subject': 'What it is about: prefix of a key, policy and version, id of a client or person',
  'audit_events.address': 'Address of the caller; null for work on the command line',
  'audit_events.detail': 'Why it failed, or what was done',
  'audit_events.count': 'How often it happened',
};
