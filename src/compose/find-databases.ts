import type { DatabaseSockets } from '../adapters/persistence/database/database-sockets';
import { directUrlProblem, unconnected } from '../adapters/persistence/database/database-unusable';
import { describeDatabase, hasPassword } from '../adapters/persistence/database/database-url';
import { type FoundDatabase, findDatabase, type Pooler } from '../adapters/persistence/database/pooler';
import type { Config } from '../config';

/** The URLs of one database, and what is behind them. */
export interface DatabaseUrls {
  /** With the user of the service, maybe through a pooler. */
  readonly url: string;
  readonly pooler: Pooler | null;
  /** With the owner of the tables. */
  readonly ownerUrl: string;
  readonly ownerPooler: Pooler | null;
  /** Of the server itself, for what needs a connection of its own; null if none is known. */
  readonly directUrl: string | null;
}

/**
 * Finds out whether the URLs of the configuration lead to a pooler or to the server itself.
 *
 * @throws DatabaseUnusableError
 */
export async function findDatabases(
  { databaseUrl: url, databaseDirectUrl, databaseOwnerUrl }: Config & { readonly databaseUrl: string },
  sockets: DatabaseSockets,
): Promise<DatabaseUrls> {
  const found = await find(url, sockets);
  if (databaseDirectUrl !== null) {
    const direct = await find(databaseDirectUrl, sockets);
    const problem = directUrlProblem(direct, found, describeDatabase(databaseDirectUrl));
    if (problem !== null) throw problem;
  }
  const directUrl = databaseDirectUrl ?? (found.pooler === null ? url : null);
  const ownerUrl = databaseOwnerUrl ?? directUrl ?? url;
  const ownerPooler =
    ownerUrl === directUrl ? null : ownerUrl === url ? found.pooler : (await find(ownerUrl, sockets)).pooler;
  return { url, pooler: found.pooler, ownerUrl, ownerPooler, directUrl };
}

async function find(url: string, sockets: DatabaseSockets): Promise<FoundDatabase> {
  const database = describeDatabase(url);
  try {
    return await findDatabase(url, sockets);
  } catch (error) {
    throw unconnected(error, database, hasPassword(url));
  }
}

/** The URLs of the embedded database. */
export const withoutPooler = (url: string, ownerUrl: string): DatabaseUrls => ({
  url,
  pooler: null,
  ownerUrl,
  ownerPooler: null,
  directUrl: url,
});
