import type { Logger } from 'pino';
import { openFeed } from './adapters/events/feed';
import { contextFactory } from './adapters/graphql/context';
import { buildGraphQLSchema } from './adapters/graphql/schema';
import { callerBy } from './adapters/http/operator';
import { startHttpServer } from './adapters/http/server';
import { createChangeTickets } from './adapters/persistence/change-tickets';
import { purgeIdempotencyKeys } from './adapters/persistence/idempotency';
import { createTicketReader } from './adapters/persistence/reader';
import { systemClock } from './adapters/system-clock';
import type { Client } from './application/ports';
import type { Services } from './application/services';
import type { Config } from './config';
import { HOUR_MS } from './domain/instant';
import { openStore, type Store } from './store';

/** A service that serves. */
export interface RunningService {
  /** Where GraphQL is served, by HTTP and by WebSocket. */
  readonly url: string;
  /** Lets what runs come to its end, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Opens the database, follows its log, and serves.
 *
 * @throws ConfigError, DocumentError, EmbeddedPostgresError, DatabaseUnreachableError, DatabaseNewerError, ListenError
 */
export async function startService(config: Config, logger: Logger): Promise<RunningService> {
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const store = await openStore(config, logger);
    undo.push(() => store.close());
    const feed = await openFeed({
      pool: store.pool,
      url: store.url,
      onError: (error) => logger.warn({ err: error }, 'the event log cannot be followed at the moment'),
    });
    undo.push(() => feed.close());
    const services: Services = {
      clock: systemClock,
      policies: store.policies,
      reader: createTicketReader({ pool: store.pool }),
      changeTickets: createChangeTickets({
        pool: store.pool,
        clock: systemClock,
        policies: store.policies,
        onCommitted: (commit) => feed.committed(commit),
      }),
      feed,
      clients: {
        create: store.clients.openClient,
        ...defaultClient(store, config),
      },
    };
    const http = await startHttpServer({
      host: config.host,
      port: config.port,
      schema: buildGraphQLSchema(),
      contextFor: contextFactory(services, logger),
      callerOf: callerBy(config.operator),
      askDatabase: () => store.pool.query('SELECT 1'),
      logger,
    });
    undo.push(() => http.close());
    const purge = () =>
      purgeIdempotencyKeys(store.pool, systemClock).then(
        () => undefined,
        (error: unknown) =>
          logger.warn({ err: error }, 'old idempotency keys could not be removed; the next hour tries again'),
      );
    // At once as well: a service that is restarted every day would otherwise hardly ever come to it.
    let purged = purge();
    const purging = setInterval(() => {
      purged = purge();
    }, HOUR_MS);
    undo.push(async () => {
      clearInterval(purging);
      await purged;
    });
    logger.info({ url: http.url }, 'serving');
    return { url: http.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The account is made when it is first needed, and looked up once. */
function defaultClient({ clients }: Store, config: Config): Pick<Services['clients'], 'default'> {
  let known: Promise<Client> | null = null;
  return {
    default: () => {
      known ??= clients.ensureClient(config.client).catch((error: unknown) => {
        known = null;
        throw error;
      });
      return known;
    },
  };
}
