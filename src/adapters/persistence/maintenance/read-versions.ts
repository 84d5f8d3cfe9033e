import type { Pool } from 'pg';
import { lanesOf } from '../database/lanes';
import { readRows } from '../database/sql';

/** The versions of the database. */
export interface DatabaseVersions {
  /** The last migration that was run, by any version of Stepdown. */
  readonly schemaVersion: string | null;
  /** Of the server, such as `18.4`. */
  readonly postgresqlVersion: string;
}

/** Reads the versions over the connections of the health check. */
export async function readVersions(pool: Pool): Promise<DatabaseVersions> {
  const [row] = await readRows<DatabaseVersions & Record<string, unknown>>(lanesOf(pool).health.ownWork, {
    text: `SELECT split_part(current_setting('server_version'), ' ', 1) AS "postgresqlVersion",
                  (SELECT name FROM migrations ORDER BY timestamp DESC, id DESC LIMIT 1) AS "schemaVersion"`,
  });
  if (row === undefined) throw new Error('The database did not return its version');
  return row;
}
