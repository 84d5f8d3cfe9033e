import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventBusSettings } from '../adapters/bus/bus-settings';
import { listedDifferences } from '../adapters/cli/policy/diff-lines';
import { openFeed } from '../adapters/events/feed';
import { contextFactory } from '../adapters/graphql/context';
import { readTrustedDocuments } from '../adapters/graphql/read-trusted-documents';
import { buildGraphQLSchema } from '../adapters/graphql/schema';
import type { Health } from '../adapters/http/health';
import { type HttpServer, startHttpServer } from '../adapters/http/http-server';
import { requireAddress } from '../adapters/http/listen';
import { requestCallers } from '../adapters/http/request-callers';
import { purgeAuditEvents } from '../adapters/persistence/access/postgres-audit-log';
import { purgeSpending } from '../adapters/persistence/access/postgres-spending';
import { createClientDirectory } from '../adapters/persistence/clients/postgres-client-directory';
import { unusable } from '../adapters/persistence/database/database-unusable';
import { isRowSecurityInForce } from '../adapters/persistence/database/lanes';
import { createEventLog } from '../adapters/persistence/log/postgres-event-log';
import { readLogLag } from '../adapters/persistence/log/read-log-lag';
import { purgeIdempotencyKeys } from '../adapters/persistence/maintenance/purge-idempotency-keys';
import { readDeadlineHealth } from '../adapters/persistence/maintenance/read-deadline-health';
import { readVersions } from '../adapters/persistence/maintenance/read-versions';
import { SearchTables } from '../adapters/persistence/search/search-tables';
import { AwaitedReplies } from '../adapters/persistence/tickets/awaited-replies';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { type Commit, createTicketStore } from '../adapters/persistence/tickets/postgres-ticket-store';
import { createPolicyReader } from '../adapters/policy-files/policy-reader';
import { defaultClient } from '../application/clients/default-client';
import { DeadlineEngine } from '../application/deadlines/deadline-engine';
import { publishConfiguredPolicy } from '../application/policies/publish-configured-policy';
import { OWN_WORK } from '../application/ports/caller';
import type { Services } from '../application/ports/services';
import type { TicketStore } from '../application/ports/ticket-store';
import { createChangeTickets } from '../application/tickets/change-tickets';
import { createDueTickets } from '../application/tickets/record-due';
import { type Config } from '../config';
import { findPackageRoot, packageVersion } from '../config/package-root';
import type { Impact } from '../domain/impact';
import { DAY_MS, HOUR_MS, toIso } from '../domain/instant';
import { calendarsEndingSoon as endingSoon } from '../domain/policy/calendar-ends';
import { firstPair } from '../domain/policy/classify';
import type { Policy } from '../domain/policy/policy';
import { UnreadableEvent } from '../domain/ticket/upcast';
import { CloseSteps } from './close-steps';
import { DatabaseOutage } from './database-outage';
import { keepUpWithLog } from './keep-up-with-log';
import { openAccess } from './open-access';
import type { RunningBus } from './open-event-bus';
import { openRateLimits } from './open-rate-limits';
import { openReplica } from './open-replica';
import { openStore, type Store } from './open-store';
import { openWebhooks } from './open-webhooks';
import { createReadiness, databaseReasons } from './readiness';
import { runEvery } from './run-every';
import { serviceMetrics, unreadMetrics } from './service-metrics';
import { transitionLog } from './transition-log';
import { watchDatabase } from './watch-database';
import { watchFeed } from './watch-feed';
import { webhookMetrics } from './webhook-metrics';

/** A service that listens. */
export interface RunningService {
  /** The URL of GraphQL, for HTTP and for WebSocket. */
  readonly url: string;
  /** The name of the database for people, without the password. */
  readonly database: string;
  /** Facts of the policy in force, for a first ticket. */
  readonly exampleImpact: Pick<Impact, 'audience' | 'consequence'>;
  /**
   * Says in `/readyz` that it stops and serves for a while longer, until load balancers have read
   * that; then waits for running requests, and closes every part in the reverse order of its start.
   *
   * @param serveOnMs that while, in milliseconds; 0 by default
   */
  close(serveOnMs?: number): Promise<void>;
  /** The names of the parts that are not closed yet. */
  left(): readonly string[];
}

/**
 * Opens the database, publishes the configured policy if it has changed, follows the event log,
 * starts the deadline engine and listens.
 *
 * @throws ListenError and TrustedDocumentsRefused, before anything else is done;
 * ConfiguredPolicyRefused; what `openStore` throws
 */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const closing = new CloseSteps();
  let database = '';
  try {
    await requireAddress(config.host, config.port);
    // What a gateway reads of the schema is introspection too.
    const schema = buildGraphQLSchema({ service: config.introspection });
    const trustedDocuments =
      config.trustedDocuments === null
        ? null
        : readTrustedDocuments(config.trustedDocuments, schema, config.introspection);
    const store = await openStore(config, log);
    database = store.database;
    closing.add('database', () => store.close());
    const { pool, clock, policies, clients } = store;
    const outage = new DatabaseOutage(log, () => databaseReasons(pool));
    const { logger } = outage;
    if (!(await isRowSecurityInForce(pool))) logger.warn(WITHOUT_ROW_SECURITY);
    logPooler(store, logger);
    const replica = await openReplica(config, pool, logger);
    if (replica !== null) closing.add('replica', () => replica.close());
    const policy = await publishAtStart(store, logger);

    const onCommitted = (commit: Commit): void => feed.committed(commit);
    const recording = { pool, onCommitted, onRecorded: transitionLog(logger) };
    const tickets = createTicketStore(recording);
    const due = dueTickets(store, createTicketStore({ ...recording, lane: 'engine' }), logger);
    const engine = new DeadlineEngine(due, {
      onError: (error) => logger.warn({ err: error }, 'deadlines cannot be recorded at the moment'),
    });
    const feed = await openFeed({
      pool,
      url: store.directUrl,
      stream: store.sockets.open,
      now: () => clock.now(),
      onDeadline: (at) => engine.wake(at),
      onError: (error) => {
        if (error instanceof UnreadableEvent) {
          logger.error(
            { err: error },
            'an event of the log cannot be read by this process; no subscriber receives it here',
          );
        } else logger.warn({ err: error }, 'the event log cannot be followed at the moment');
      },
    });
    closing.add('event feed', () => feed.close());
    const feedWatch = watchFeed(feed, () => readLogLag(pool), logger);
    closing.add('watch of the feed', () => feedWatch.close());
    engine.start();
    closing.add('deadline engine', () => engine.close());
    const watch = watchDatabase(store, logger, outage, () => {
      feed.retry();
      engine.retry();
    });
    watch.start();
    closing.add('watch of the database', () => watch.close());

    const policyReader = createPolicyReader();
    closing.add('policy reader', () => policyReader.close());
    const reader = createTicketReader({ pool });
    const access = await openAccess(config, store, reader, logger);
    const webhooks = openWebhooks(config, store, reader, logger);
    closing.add('webhooks', () => webhooks.close());
    feed.onPlaced(() => webhooks.wake());
    const bus = config.eventBus === null ? null : await startEventBus(config.eventBus, store, logger);
    if (bus !== null) {
      closing.add('event bus', () => bus.close());
      feed.onPlaced(() => bus.wake());
    }
    const rateLimits = await openRateLimits(config, store, logger);
    closing.add('rate limits', () => rateLimits.close());
    const services: Services = {
      clock,
      policies,
      readPolicy: policyReader.read,
      reader,
      changeTickets: createChangeTickets({ store: tickets, clock, policies }),
      log: createEventLog(pool, 'lookups'),
      feed,
      clients: { create: clients.create, default: defaultClient(() => clients.ensureClient(config.client)) },
      clientDirectory: createClientDirectory(store.dataSource),
      apiKeys: access.apiKeys,
      people: access.people,
      credentials: access.authentication,
      audit: access.audit,
      webhooks: webhooks.services,
    };
    const http = await startHttpServer({
      ...config,
      schema,
      trustedDocuments,
      explorerQueries: config.explorer ? exampleQueries() : null,
      contextFor: contextFactory(services, logger),
      operationTimeoutMs: config.operationTimeoutSeconds * 1_000,
      callers: requestCallers({ ...config, authenticator: access.authentication }),
      sessions: access.sessions,
      signIns: access.signIns,
      failedSignIns: access.failedSignIns,
      rateLimits: rateLimits.limits,
      readHealth: async () => {
        const [versions, deadlines, calendarsEndingSoon] = await Promise.all([
          readVersions(pool),
          readDeadlineHealth(store.dataSource),
          endingCalendars(store, 0),
        ]);
        const { lag } = feedWatch;
        return {
          ...versions,
          feedBehindMs: lag.behindMs,
          feedDeliveryLagMs: lag.deliveryLagMs,
          eventsUnplacedMs: lag.unplacedMs,
          engineBehindMs: Math.round(engine.behindMs),
          deadlineFaults: deadlines.faults,
          deadlinesBehindMs: deadlines.behindMs,
          hostClockOffsetMs: clock.hostOffsetMs,
          isPooled: store.pooler !== null,
          isNotified: store.directUrl !== null,
          replica: replica?.state ?? null,
          replicaLagMs: replica?.lagMs ?? null,
          calendarsEndingSoon,
        };
      },
      readUnreadyReasons: createReadiness(() => databaseReasons(pool), {
        stateOfDatabase: () => watch.state,
        feedBehindMs: () => feed.behindMs,
        eventsUnplacedMs: () => feedWatch.lag.unplacedMs,
        engineBehindMs: () => engine.behindMs,
      }),
      metrics: [
        ...serviceMetrics(feed, feedWatch.lag, engine),
        ...webhookMetrics(webhooks, clock),
        ...(bus?.metrics ?? []),
        ...unreadMetrics(() => http.unread),
      ],
      version: packageVersion(),
      logger,
    });
    closing.add('requests', () => http.close());
    closing.add(
      'purge of idempotency keys',
      runEvery(HOUR_MS, () => purgeExpired(store, logger)),
    );
    closing.add(
      'purge of the audit log',
      runEvery(DAY_MS, () => purgeAudit(store, config.auditRetentionDays, logger)),
    );
    closing.add(
      'check of calendars',
      runEvery(DAY_MS, () => warnOfCalendars(store, logger)),
    );
    closing.add(
      'search tables',
      keepUpWithLog(new SearchTables(pool), (error) => logger.debug({ err: error }, 'texts are indexed later')),
    );
    closing.add(
      'awaited replies',
      keepUpWithLog(new AwaitedReplies(pool), (error) => logger.debug({ err: error }, 'replies are followed later')),
    );
    logger.info({ url: http.url, database, trustedDocuments: trustedDocuments?.texts.size }, 'serving');
    return { url: http.url, database, exampleImpact: firstPair(policy), ...endOf(http, closing) };
  } catch (error) {
    await closing.run();
    throw unusable(error, database) ?? error;
  }
}

const endOf = (http: HttpServer, closing: CloseSteps): Pick<RunningService, 'close' | 'left'> => ({
  close: async (serveOnMs = 0) => {
    http.retire();
    if (serveOnMs > 0) await sleep(serveOnMs);
    await closing.run();
  },
  left: () => closing.left(),
});

/** Says what a connection pooler changes. */
function logPooler({ pooler, directUrl }: Store, logger: Logger): void {
  if (pooler === null) return;
  const { hasPreparedStatements } = pooler;
  logger.info({ hasPreparedStatements }, 'a connection pooler is in front of the database');
  if (directUrl === null) logger.warn(WITHOUT_NOTIFICATIONS);
}

const WITHOUT_NOTIFICATIONS =
  'notifications do not pass the connection pooler, so events of other processes arrive up to a second later: set ' +
  'DATABASE_DIRECT_URL to the server itself';

const WITHOUT_ROW_SECURITY =
  'the database does not separate the rows of clients by itself, because the user of the service may not create roles: ' +
  'see “Users of the database” in docs/OPERATIONS.md';

/** Loads the client of NATS only for a service that publishes. */
async function startEventBus(settings: EventBusSettings, store: Store, logger: Logger): Promise<RunningBus> {
  const { openEventBus } = await import('./open-event-bus.js');
  return openEventBus(settings, store, logger);
}

/** The folder of the queries of README.md. */
const exampleQueries = (): string => join(findPackageRoot(), 'examples', 'queries');

/** Publishes the configured file if it has changed, and logs what its new version changes. */
async function publishAtStart({ policies, policyFile }: Store, logger: Logger): Promise<Policy> {
  const last = await policies.latest(OWN_WORK, policyFile.id);
  const { policy } = await publishConfiguredPolicy(policies, policyFile, 'CHANGED');
  const published = { policy: policy.id, version: policy.version };
  if (policy.version === last?.version) {
    logger.debug(published, 'policy in force');
    return policy;
  }
  const before = last === null ? null : await policies.version(OWN_WORK, policy.id, last.version);
  const changes = before === null ? 'first version' : listedDifferences(before, policy);
  logger.info({ ...published, changes }, 'published the configured policy file as a new version');
  return policy;
}

/** The due tickets, with a log line for each ticket whose deadlines cannot be recorded. */
const dueTickets = ({ policies }: Store, store: TicketStore, logger: Logger) =>
  createDueTickets({
    store,
    policies,
    onSetAside: ({ ticketId, attempts, retryAt, error }) =>
      logger.error(
        { ticketId, attempts, retryAt: toIso(retryAt), err: error },
        'the deadlines of a ticket could not be recorded; the ticket is set aside until retryAt',
      ),
  });

async function purgeExpired({ pool }: Store, logger: Logger): Promise<void> {
  try {
    await purgeIdempotencyKeys(pool);
  } catch (error) {
    logger.warn({ err: error }, 'expired idempotency keys could not be deleted; retrying in one hour');
  }
  try {
    await purgeSpending(pool);
  } catch (error) {
    logger.warn({ err: error }, 'rate limits of earlier minutes could not be deleted; retrying in one hour');
  }
}

async function purgeAudit({ pool, clock }: Store, days: number, logger: Logger): Promise<void> {
  try {
    await purgeAuditEvents(pool, clock.now() - days * DAY_MS);
  } catch (error) {
    logger.warn({ err: error }, 'old entries of the audit log could not be deleted; retrying in one day');
  }
}

/** The calendars of the policies in force that end within a year, each once. */
async function endingCalendars(
  { policies, clock }: Store,
  lockWaitMs?: number,
): Promise<Health['calendarsEndingSoon']> {
  const found = new Map<string, Health['calendarsEndingSoon'][number]>();
  for (const policy of await policies.inForce(lockWaitMs)) {
    for (const end of endingSoon(policy, clock.now())) {
      found.set(`${policy.id}/${end.calendar}`, { policy: policy.id, ...end });
    }
  }
  return [...found.values()];
}

async function warnOfCalendars(store: Store, logger: Logger): Promise<void> {
  try {
    for (const end of await endingCalendars(store)) {
      logger.warn(
        end,
        'a calendar of a policy in force ends within a year, or has ended; tickets that are due after it cannot be opened: publish a version with a later horizon',
      );
    }
  } catch (error) {
    logger.warn({ err: error }, 'the calendars could not be checked; retrying in one day');
  }
}
