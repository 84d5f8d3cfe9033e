import { createHash } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { QueryRunner } from 'typeorm';
import { INTERNAL_EVENTS } from '../../../domain/ticket/internal-events';
import { MAY_BECOME, NAMES_OF_ROLES, POLICY } from './work-roles';

/** A table with rows of clients, and what the roles of the service may do with them. */
interface SecuredTable {
  /** Which of its rows the role for some clients sees, as an SQL condition. */
  readonly rows: string;
  readonly some: string;
  readonly all: string;
}

/** A table that only work for all clients reads itself. */
interface SharedTable {
  readonly all: string;
  /** Whether its rows say nothing of any client, so that all roles may read them. */
  readonly isPublic?: boolean;
}

/**
 * The values of a setting; none if it is not set. In a sub-select, so that PostgreSQL evaluates it
 * once for a statement and not for each row.
 */
const valuesOf = (setting: string, type: string): string =>
  `ANY ((SELECT nullif(current_setting('${setting}', true), '')::${type}[])::${type}[])`;

const SEEN = valuesOf('stepdown.sees', 'uuid');
const OF_CLIENT = `client_id = ${SEEN}`;
/** Notes are internal, and not for persons of the client. */
const IS_SHOWN = `(type <> ALL ('{${INTERNAL_EVENTS.join()}}') OR (SELECT current_setting('stepdown.internal', true)) = 'yes')`;
/** All of its clients are seen. Without a list, it is for all clients. */
const SEEN_LIST = `(SELECT nullif(current_setting('stepdown.sees', true), '')::uuid[])`;

/**
 * The tables with rows of clients. A table that is missing here and in `SHARED_TABLES` cannot be
 * used by the service, because none of its roles has a right to it.
 */
export const SECURED_TABLES: Readonly<Record<string, SecuredTable>> = {
  clients: { rows: `id = ${SEEN}`, some: 'SELECT', all: 'SELECT, INSERT, UPDATE' },
  commitment_outcomes: { rows: OF_CLIENT, some: 'SELECT, INSERT, UPDATE', all: 'SELECT, INSERT, UPDATE' },
  deadline_faults: {
    rows: 'EXISTS (SELECT FROM tickets t WHERE t.id = deadline_faults.ticket_id)',
    some: 'SELECT, DELETE',
    all: 'SELECT, INSERT, UPDATE, DELETE',
  },
  event_positions: { rows: OF_CLIENT, some: 'SELECT', all: 'SELECT, INSERT' },
  events: { rows: `${OF_CLIENT} AND ${IS_SHOWN}`, some: 'SELECT, INSERT', all: 'SELECT, INSERT' },
  external_ids: { rows: OF_CLIENT, some: 'SELECT, INSERT', all: 'SELECT, INSERT' },
  idempotency_keys: {
    rows: `caller = ${valuesOf('stepdown.callers', 'text')}`,
    some: 'SELECT, INSERT, UPDATE, DELETE',
    all: 'SELECT, INSERT, UPDATE, DELETE',
  },
  ticket_milestones: { rows: OF_CLIENT, some: 'SELECT, INSERT, UPDATE', all: 'SELECT, INSERT, UPDATE' },
  tickets: { rows: OF_CLIENT, some: 'SELECT, INSERT, UPDATE', all: 'SELECT, INSERT, UPDATE' },
  webhook_deliveries: {
    rows: `(client_id IS NULL OR ${OF_CLIENT}) AND EXISTS (SELECT FROM webhooks w WHERE w.id = webhook_id)`,
    some: 'SELECT',
    all: 'SELECT, INSERT, UPDATE, DELETE',
  },
  webhooks: {
    rows: `client_ids <@ ${SEEN_LIST}`,
    some: 'SELECT',
    all: 'SELECT, INSERT, UPDATE, DELETE',
  },
};

/**
 * The other tables. The role for some clients reads spellings and texts through functions, which
 * return what it may see, and policies not at all: the service looks them up for its callers.
 */
export const SHARED_TABLES: Readonly<Record<string, SharedTable>> = {
  api_keys: { all: 'SELECT, INSERT, UPDATE' },
  audit_events: { all: 'SELECT, INSERT' },
  breaking_migrations: { all: 'SELECT', isPublic: true },
  event_buses: { all: 'SELECT, INSERT, UPDATE' },
  event_placements: { all: 'SELECT, INSERT, DELETE' },
  event_retention: { all: 'SELECT', isPublic: true },
  log_followers: { all: 'SELECT, UPDATE' },
  migrations: { all: 'SELECT', isPublic: true },
  people: { all: 'SELECT, INSERT, UPDATE' },
  policy_versions: { all: 'SELECT, INSERT, UPDATE' },
  rate_limits: { all: 'SELECT, INSERT, UPDATE, DELETE' },
  search_texts: { all: 'SELECT, INSERT' },
  spellings: { all: 'SELECT, INSERT' },
};

/** The functions that read tables for a role without a right to them, and the roles. */
const FUNCTIONS = {
  'oldest_event_without_position()': ['all'],
  'place_events(boolean, integer)': ['all'],
  'spellings_of(uuid[])': ['all', 'some'],
  'tickets_with_text(text, uuid[])': ['some'],
  'tickets_with_text(text, uuid[], integer[])': ['some'],
} as const;

const NUMBERS = { all: 'USAGE, SELECT, UPDATE', some: 'USAGE' } as const;

/** What makes the tables secure, as far as no name of a role is in it. */
const FINGERPRINT = createHash('sha256')
  .update(JSON.stringify([SECURED_TABLES, SHARED_TABLES, FUNCTIONS, NUMBERS]))
  .digest('hex')
  .slice(0, 16);

/** The user as which the service connects to the embedded database. */
export const SERVICE_USER = 'stepdown_service';

/** The user as which the service connects. */
export interface ServiceUser {
  readonly name: string;
  /** Whether it is created if there is none, without a password. */
  readonly isCreated: boolean;
}

interface State {
  readonly all: string;
  readonly some: string;
  /** Whether the user of the connection may change the tables. */
  readonly owns: boolean;
  readonly mayCreateRoles: boolean;
  readonly existing: readonly string[];
  /** What was done last, as `noteOf` writes it; null if nothing was. */
  readonly note: string | null;
  readonly hasRights: boolean;
  readonly schema: string;
  /** Whether every role may use the schema, as that of a new database. */
  readonly entersSchema: boolean;
}

/**
 * The note of what was done, at the policy of `tickets`. A process of an older version leaves what
 * a newer one has done.
 */
const noteOf = (newestMigration: number): string => `${newestMigration} ${FINGERPRINT}`;
const isDone = (note: string | null, newestMigration: number): boolean =>
  note !== null && (note === noteOf(newestMigration) || Number.parseInt(note, 10) > newestMigration);

/**
 * Creates the roles of the service, and gives them their rights and policies, unless that is done.
 * Not by a migration: roles belong to a server and not to a database, so a database that is
 * restored to another server lacks them. Leaves all as it is if the user of the connection is not
 * the owner of the tables, or lacks the roles and may not create them.
 *
 * @param runner in the transaction of the migrations, after them
 * @param user the user of the service; the user of the connection by default
 */
export async function secureRows(runner: QueryRunner, newestMigration: number, user?: ServiceUser): Promise<void> {
  const state = await readState(runner);
  if (state === undefined || !state.owns) return;
  const roles = [state.all, state.some];
  const missing = roles.filter((role) => !state.existing.includes(role));
  if (missing.length > 0 && !state.mayCreateRoles) return;
  for (const role of missing) await create(runner, role, 'NOLOGIN');
  if (user?.isCreated === true) await create(runner, user.name, 'LOGIN NOINHERIT');
  if (missing.length > 0 || !state.hasRights || !isDone(state.note, newestMigration)) {
    for (const statement of statementsFor(state, newestMigration)) await runner.query(statement);
  }
  await admit(runner, user?.name ?? null, roles);
}

async function readState(runner: QueryRunner): Promise<State | undefined> {
  const tables = [...Object.keys(SECURED_TABLES), ...Object.keys(SHARED_TABLES)];
  const [state] = (await runner.query(
    `WITH names AS (${NAMES_OF_ROLES}),
          known AS (SELECT r.oid, r.rolname FROM pg_roles r, names WHERE r.rolname IN (names."all", names."some"))
     SELECT names.*, pg_has_role(c.relowner, 'USAGE') AS owns,
            (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS "mayCreateRoles",
            ARRAY (SELECT rolname::text FROM known) AS existing,
            (SELECT obj_description(p.oid, 'pg_policy') FROM pg_policy p JOIN known r ON r.oid = ANY (p.polroles)
              WHERE p.polrelid = c.oid AND p.polname = '${POLICY}' AND r.rolname = names."some") AS note,
            c.relnamespace::regnamespace::text AS schema, has_schema_privilege('public', c.relnamespace, 'USAGE') AS "entersSchema",
            (SELECT bool_and(has_table_privilege(r.oid, to_regclass(t), 'SELECT'))
               FROM known r, unnest($1::text[]) t WHERE r.rolname = names."all") AS "hasRights"
       FROM names, pg_class c WHERE c.oid = to_regclass('tickets')`,
    [tables],
  )) as readonly State[];
  return state;
}

/** Another process may create it for another database at the same time. */
async function create(runner: QueryRunner, role: string, attributes: string): Promise<void> {
  await runner.query(`
    DO $do$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${escapeLiteral(role)}) THEN
        CREATE ROLE ${escapeIdentifier(role)} ${attributes};
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $do$`);
}

function* statementsFor({ all, some, schema, entersSchema }: State, newestMigration: number): Generator<string> {
  const [forAll, forSome] = [escapeIdentifier(all), escapeIdentifier(some)];
  if (!entersSchema) yield `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${forAll}, ${forSome}`;
  for (const [table, { rows, some: rights, all: allRights }] of Object.entries(SECURED_TABLES)) {
    yield `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`;
    // All other roles see what their rights let them see.
    yield `DROP POLICY IF EXISTS all_roles ON ${table}`;
    yield `CREATE POLICY all_roles ON ${table} USING (true) WITH CHECK (true)`;
    yield `DROP POLICY IF EXISTS ${POLICY} ON ${table}`;
    yield `CREATE POLICY ${POLICY} ON ${table} AS RESTRICTIVE TO ${forSome} USING (${rows}) WITH CHECK (${rows})`;
    yield `REVOKE ALL ON ${table} FROM ${forAll}, ${forSome}`;
    yield `GRANT ${rights} ON ${table} TO ${forSome}`;
    yield `GRANT ${allRights} ON ${table} TO ${forAll}`;
  }
  for (const [table, { all: rights, isPublic = false }] of Object.entries(SHARED_TABLES)) {
    yield `REVOKE ALL ON ${table} FROM ${forAll}, ${forSome}`;
    yield `GRANT ${rights} ON ${table} TO ${forAll}`;
    if (isPublic) yield `GRANT SELECT ON ${table} TO PUBLIC`;
  }
  for (const [signature, users] of Object.entries(FUNCTIONS)) {
    yield `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`;
    yield `GRANT EXECUTE ON FUNCTION ${signature} TO ${users.map((user) => ({ all: forAll, some: forSome })[user]).join(', ')}`;
  }
  yield `GRANT ${NUMBERS.all} ON SEQUENCE tickets_number_seq TO ${forAll}`;
  yield `GRANT ${NUMBERS.some} ON SEQUENCE tickets_number_seq TO ${forSome}`;
  yield `COMMENT ON POLICY ${POLICY} ON tickets IS ${escapeLiteral(noteOf(newestMigration))}`;
}

/** Lets a user change to the roles, but not have their rights without that. */
async function admit(runner: QueryRunner, user: string | null, roles: readonly string[]): Promise<void> {
  const [found] = (await runner.query(
    `SELECT u.rolname AS name, bool_and(pg_has_role(u.oid, r.oid, ${MAY_BECOME})) AS "isAdmitted",
            current_setting('server_version_num')::int >= 160000 AS "isNew"
       FROM pg_roles u, pg_roles r WHERE u.rolname = coalesce($1, current_user) AND r.rolname = ANY ($2) GROUP BY u.rolname`,
    [user, roles],
  )) as readonly { readonly name: string; readonly isAdmitted: boolean; readonly isNew: boolean }[];
  if (found === undefined || found.isAdmitted) return;
  const options = found.isNew ? ' WITH INHERIT FALSE, SET TRUE' : '';
  await runner.query(`GRANT ${roles.map(escapeIdentifier).join(', ')} TO ${escapeIdentifier(found.name)}${options}`);
}
