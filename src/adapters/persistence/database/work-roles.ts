import type { Client, Pool } from 'pg';
import type { Reading, Visibility } from '../../../application/ports/caller';
import { seesInternal } from '../../../application/visibility';

/** The roles as which statements run. They own no table (ADR 029). */
export interface WorkRoles {
  /** For work that may see the rows of all clients. */
  readonly all: string;
  /** For a caller who may see the rows of some clients. */
  readonly some: string;
}

/** For whom a statement runs. */
export interface Scope {
  readonly sees: Visibility;
  /** The actors whose idempotency keys it may use, as `actorKey` writes them. */
  readonly callers?: readonly string[] | undefined;
  /** Whether it may not see internal events. Changes may, because they show none. */
  readonly hidesInternal?: boolean;
}

/** The scope of a read. */
export const scopeOf = (reading: Pick<Reading, 'sees' | 'seesInternal'>): Scope => ({
  sees: reading.sees,
  hidesInternal: !seesInternal(reading),
});

export const OWN_SCOPE: Scope = { sees: 'ALL' };

/**
 * The search path of a session as an SQL expression, with the schema of its user, if there is one
 * with its name. Otherwise `"$user"` in it is the name of the role.
 */
export const SEARCH_PATH = `CASE WHEN to_regnamespace(quote_ident(current_user)) IS NULL
  THEN current_setting('search_path')
  ELSE (SELECT string_agg(quote_ident(s), ', ') FROM unnest(current_schemas(false)) s) END`;

/** The select list by which a session keeps the schema of its user. */
export const KEEP_SCHEMA = `set_config('search_path', ${SEARCH_PATH}, false)`;

/** The end of the names of the roles; the name of the owner of the tables comes before it. */
export const ROLE_ENDS = { all: '_all_clients', some: '_some_clients' } as const;

/** The name of the policy by which a table shows the role `some` only what it may see. */
export const POLICY = 'some_clients';

/** A name has at most 63 bytes. */
const ownerPart = 'left(pg_get_userbyid(c.relowner), 48)';

/** The names of the roles of the database; no row if it has no tables. */
export const NAMES_OF_ROLES = `
  SELECT ${ownerPart} || '${ROLE_ENDS.all}' AS "all", ${ownerPart} || '${ROLE_ENDS.some}' AS "some"
    FROM pg_class c WHERE c.oid = to_regclass('tickets')`;

/** Since version 16, a member of a role may not always change to it. */
export const MAY_BECOME = `CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`;

const USABLE_ROLES = `
  SELECT "all", "some",
         EXISTS (SELECT FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
                  WHERE p.polrelid = to_regclass('tickets') AND p.polname = '${POLICY}' AND r.rolname = names."some")
         AND (SELECT count(*) = 2 AND bool_and(pg_has_role(r.oid, ${MAY_BECOME}))
                FROM pg_roles r WHERE r.rolname IN (names."all", names."some")) AS usable
    FROM (${NAMES_OF_ROLES}) names`;

/** The roles of the database; null if none can be used, undefined if there are no tables. */
export async function usableRoles(on: Pick<Client | Pool, 'query'>): Promise<WorkRoles | null | undefined> {
  const { rows } = await on.query<WorkRoles & { readonly usable: boolean }>(USABLE_ROLES);
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.usable ? { all: row.all, some: row.some } : null;
}

/** The roles of the database of a pool, looked up before its first statement. */
export class RolesOfPool {
  /** Null if the database has none that can be used; undefined until they are looked up. */
  known: WorkRoles | null | undefined;
  private finding: Promise<WorkRoles | null> | null = null;

  constructor(private readonly pool: Pool) {}

  find(): Promise<WorkRoles | null> {
    this.finding ??= this.lookUp().finally(() => {
      this.finding = null;
    });
    return this.finding;
  }

  private async lookUp(): Promise<WorkRoles | null> {
    // A database without tables may get them.
    this.known = await usableRoles(this.pool);
    return this.known ?? null;
  }
}
