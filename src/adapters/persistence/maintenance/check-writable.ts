import type { Pool, QueryResult } from 'pg';
import { MIGRATIONS } from '../../../../migrations';
import { sqlStateOf, storeError } from '../database/database-errors';
import { lanesOf } from '../database/lanes';
import { retryRead } from '../database/sql';
import { closeIdle } from '../database/standby-connections';

/** What stands in the way of changes although the database answers. */
export interface WriteObstacles {
  /** The server is a standby, or its default is read-only. */
  readonly isReadOnly: boolean;
  /** A newer version has run a migration that this process is not compatible with (ADR 010). */
  readonly isOutdated: boolean;
  /** Migrations of this process have not been run: the database was replaced, or taken back. */
  readonly isUnmigrated: boolean;
}

const NAMES = MIGRATIONS.map((Migration) => new Migration().name);

// A series that does not fit into the little memory is written to a temporary file of about two
// megabytes on the disk of the database, which is removed at the end. Unlike a change that is
// rolled back, it leaves nothing behind.
const CHECK = `
  SET LOCAL work_mem = '64kB';
  SELECT count(*) FROM generate_series(1, 65536);
  SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly",
         EXISTS (SELECT FROM breaking_migrations WHERE number >
           coalesce(nullif(current_setting('stepdown.newest_migration', true), ''), '0')::bigint) AS "isOutdated",
         (SELECT count(*) FROM migrations WHERE name IN (${NAMES.map((name) => `'${name}'`).join(', ')})) < ${NAMES.length}
           AS "isUnmigrated"`;

const UNDEFINED_TABLE = '42P01';

/**
 * Checks whether the database can write to its disk and takes changes of this process.
 *
 * @throws InsufficientStorageError if its disk is full or cannot be written
 */
export async function findWriteObstacles(pool: Pool): Promise<WriteObstacles> {
  try {
    // Several statements in one message are one transaction, and have one result each.
    const check = () => lanesOf(pool).health.ownWork.query({ text: CHECK, isScript: true });
    const results = (await retryRead(check)) as unknown as readonly QueryResult<WriteObstacles>[];
    const row = results.at(-1)?.rows[0];
    if (row === undefined) throw new Error('The database did not answer the check');
    // The address may lead to another server by now.
    if (row.isReadOnly) await closeIdle(pool);
    return row;
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_TABLE) return { isReadOnly: false, isOutdated: false, isUnmigrated: true };
    throw storeError(error);
  }
}
