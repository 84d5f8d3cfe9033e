import pino from 'pino';
import { contextFactory } from '../../src/adapters/graphql/context';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { type HttpServer, type HttpSettings, startHttpServer } from '../../src/adapters/http/http-server';
import { requestCallers } from '../../src/adapters/http/request-callers';
import { Unauthenticated } from '../../src/application/access/caller-identity';
import { FailedSignIns } from '../../src/application/access/failed-sign-ins';
import { Sessions } from '../../src/application/access/sessions';
import { SignIns } from '../../src/application/access/sign-ins';
import type { Services } from '../../src/application/ports/services';
import { loadConfig } from '../../src/config';

/** Knows no credential. */
const NOBODY = {
  identify: () => {
    throw new Unauthenticated('There is no such API key.');
  },
  knows: () => false,
};

export interface ServerSettings extends Partial<HttpSettings> {
  readonly environment?: Readonly<Record<string, string>>;
}

/** The HTTP server over services that a test has made, at any free port; it is healthy. */
export function startServerOf(
  services: Services,
  { environment = {}, logger = pino({ level: 'silent' }), ...settings }: ServerSettings = {},
): Promise<HttpServer> {
  return startHttpServer({
    ...loadConfig(environment),
    port: 0,
    explorerQueries: null,
    metrics: [],
    trustedDocuments: null,
    schema: settings.schema ?? buildGraphQLSchema(),
    contextFor: contextFactory(services, logger),
    operationTimeoutMs: 30_000,
    callers: requestCallers({ operator: 'Ada', authenticationRequired: false, authenticator: NOBODY }),
    sessions: new Sessions(NOBODY, services.clock),
    signIns: new SignIns({ audit: services.audit, clock: services.clock, onError: () => undefined }),
    failedSignIns: new FailedSignIns(0, () => undefined),
    rateLimits: null,
    readHealth: async () => ({
      deadlineFaults: 0,
      deadlinesBehindMs: 0,
      feedBehindMs: 0,
      feedDeliveryLagMs: null,
      eventsUnplacedMs: 0,
      engineBehindMs: 0,
      isPooled: false,
      isNotified: true,
      replica: null,
      replicaLagMs: null,
      schemaVersion: null,
      postgresqlVersion: '18.4',
      hostClockOffsetMs: 0,
      calendarsEndingSoon: [],
    }),
    readUnreadyReasons: async () => [],
    version: '1.2.3',
    logger,
    ...settings,
  });
}
