import type { Logger } from 'pino';
import { systemClock } from '../adapters/clock/system-clock';
import { openFeed } from '../adapters/events/feed';
import { contextFactory } from '../adapters/graphql/context';
import { buildGraphQLSchema } from '../adapters/graphql/schema';
import { startHttpServer } from '../adapters/http/http-server';
import { callerBy } from '../adapters/http/operator';
import { countDeadlineFaults } from '../adapters/persistence/tickets/deadline-faults';
import { createDueTickets } from '../adapters/persistence/tickets/due-tickets';
import { purgeIdempotencyKeys } from '../adapters/persistence/tickets/idempotency-keys';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { type Commit, createChangeTickets } from '../adapters/persistence/tickets/ticket-store';
import { readPolicy } from '../adapters/policy-files/read-policy';
import { DeadlineEngine } from '../application/deadlines/deadline-engine';
import type { Client } from '../application/ports/clients';
import type { Services } from '../application/ports/services';
import type { Config } from '../config';
import { HOUR_MS, toIso } from '../domain/instant';
import { UnreadableEvent } from '../domain/ticket/upcast';
import { openStore, type Store } from './open-store';

/** A service that serves. */
export interface RunningService {
  /** Where GraphQL is served, by HTTP and by WebSocket. */
  readonly url: string;
  /** Lets what runs come to its end, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Opens the database, follows its log, records what falls due, and serves.
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
    await store.publishPolicyFile('CHANGED');
    const onCommitted = (commit: Commit): void => {
      feed.committed(commit);
      if (commit.nextDeadlineAt !== null) sweep.wake(commit.nextDeadlineAt);
    };
    const due = dueTickets(store, logger, onCommitted);
    const sweep = new DeadlineEngine(due, {
      onTrouble: (error) => logger.warn({ err: error }, 'deadlines cannot be recorded at the moment'),
    });
    const feed = await openFeed({
      pool: store.pool,
      url: store.url,
      onDeadline: (at) => sweep.wake(at),
      onError: (error) => {
        if (error instanceof UnreadableEvent) {
          logger.error({ err: error }, 'an event of the log cannot be read; no subscriber receives it');
        } else logger.warn({ err: error }, 'the event log cannot be followed at the moment');
      },
    });
    undo.push(() => feed.close());
    sweep.start();
    undo.push(() => sweep.close());
    const services: Services = {
      clock: systemClock,
      policies: store.policies,
      readPolicy,
      reader: createTicketReader({ pool: store.pool }),
      changeTickets: createChangeTickets({
        pool: store.pool,
        clock: systemClock,
        policies: store.policies,
        onCommitted,
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
      askDatabase: async () => {
        const [deadlineFaults, { now, next }] = await Promise.all([countDeadlineFaults(store.pool), due.next()]);
        return { deadlineFaults, deadlinesBehindMs: next === null ? 0 : Math.max(0, now - next) };
      },
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

/** What is due, with a line of the log for each ticket of which it cannot be recorded. */
const dueTickets = ({ pool, policies }: Store, logger: Logger, onCommitted: (commit: Commit) => void) =>
  createDueTickets({
    pool,
    policies,
    onCommitted,
    onSetAside: ({ ticketId, attempts, retryAt, error }) =>
      logger.error(
        { ticketId, attempts, retryAt: toIso(retryAt), err: error },
        'what fell due for a ticket could not be recorded; it is set aside and will be tried again',
      ),
  });

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
