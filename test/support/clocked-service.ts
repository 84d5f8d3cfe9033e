import pino from 'pino';
import { contextFactory } from '../../src/adapters/graphql/context';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { callerFromHeaders } from '../../src/adapters/http/agent-header';
import { startHttpServer } from '../../src/adapters/http/http-server';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { checkPolicyText } from '../../src/adapters/policy-files/read-policy';
import { loadConfig } from '../../src/config';
import { type Api, apiAt } from './graphql-service';
import { openStore, type TestStore } from './store';

/**
 * A service over HTTP whose time stands still until a test moves it. Its engine is the test's to
 * play.
 */
export interface ClockedService extends Api {
  readonly store: TestStore;
  close(): Promise<void>;
}

export async function startClockedService(): Promise<ClockedService> {
  const store = await openStore();
  const logger = pino({ level: 'silent' });
  const services = {
    ...store,
    readPolicy: async (yaml: string) => checkPolicyText(yaml),
    feed: {
      subscribe: () => {
        throw new Error('No feed follows the log here');
      },
    },
    clients: { create: createClientAccounts(store).create, default: async () => store.client },
  };
  const http = await startHttpServer({
    ...loadConfig({}),
    port: 0,
    schema: buildGraphQLSchema(),
    contextFor: contextFactory(services, logger),
    operationTimeoutMs: 30_000,
    callerOf: callerFromHeaders('Ada'),
    readHealth: async () => ({
      deadlineFaults: 0,
      deadlinesBehindMs: 0,
      hostClockOffsetMs: 0,
      calendarsEndingSoon: [],
    }),
    readUnreadyReasons: async () => [],
    logger,
  });
  return {
    ...apiAt(http.url),
    store,
    close: async () => {
      await http.close();
      await store.close();
    },
  };
}
