import { Pool } from 'pg';
import type { Logger } from 'pino';
import { preparedOptions } from '../adapters/persistence/database/data-source';
import { DatabaseSockets } from '../adapters/persistence/database/database-sockets';
import { lanesOf, readListsFrom } from '../adapters/persistence/database/lanes';
import { findDatabase } from '../adapters/persistence/database/pooler';
import { ReadReplica, type ReplicaState } from '../adapters/persistence/database/read-replica';
import type { Config } from '../config';

/** Connections to a replica are opened within this time, or the primary is read. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Reads lists and reports from the replica of the configuration while it answers and is not too far
 * behind. Null if there is none.
 */
export async function openReplica(
  { databaseReplicaUrl: url, replicaMaxLagSeconds }: Config,
  primary: Pool,
  logger: Logger,
): Promise<ReadReplica | null> {
  if (url === null) return null;
  const sockets = new DatabaseSockets();
  // One that is away at the start is prepared as if a pooler could be in front of it.
  const found = await findDatabase(url, sockets).catch(() => null);
  const { lists, heavy } = lanesOf(primary);
  const pool = new Pool({
    max: lists.places + heavy.places,
    application_name: 'stepdown',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...preparedOptions({ url, sockets, pooler: found === null ? UNKNOWN_POOLER : found.pooler, isOfPrimary: false }),
  });
  pool.on('error', () => undefined);
  const replica = new ReadReplica({
    url,
    pool,
    sockets,
    primary: lanesOf(primary).health.ownWork,
    maxLagMs: replicaMaxLagSeconds * 1_000,
    onChange: (state, error) => logChange(logger, state, error),
  });
  await replica.start();
  if (replica.state === 'AWAY') logChange(logger, 'AWAY', null);
  readListsFrom(primary, replica);
  return replica;
}

const UNKNOWN_POOLER = { hasPreparedStatements: false, searchPath: '"$user", public' } as const;

function logChange(logger: Logger, state: ReplicaState, error: unknown): void {
  if (state === 'IN_USE') logger.info('the replica answers lists and reports');
  else if (state === 'BEHIND') logger.warn('the replica is too far behind; the primary answers lists and reports');
  else logger.warn({ err: error ?? undefined }, 'the replica cannot be used; the primary answers lists and reports');
}
