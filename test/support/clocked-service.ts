import { createApiKeys } from '../../src/adapters/persistence/access/postgres-api-keys';
import { createAuditLog } from '../../src/adapters/persistence/access/postgres-audit-log';
import { createPeople } from '../../src/adapters/persistence/access/postgres-people';
import { createClientDirectory } from '../../src/adapters/persistence/clients/postgres-client-directory';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { checkPolicyText } from '../../src/adapters/policy-files/read-policy';
import { type Api, apiAt } from './graphql-service';
import { type ServerSettings, startServerOf } from './server-of';
import { openStore, type TestStore } from './store';
import { webhookServicesOf } from './webhook-services';

/**
 * A service over HTTP whose time stands still until a test moves it. Its engine is the test's to
 * play.
 */
export interface ClockedService extends Api {
  readonly url: string;
  readonly store: TestStore;
  /** Without the store. */
  closeServer(): Promise<void>;
  close(): Promise<void>;
}

/** The store that is given is closed with the service. */
export async function startClockedService(settings: ServerSettings = {}, given?: TestStore): Promise<ClockedService> {
  const store = given ?? (await openStore());
  const services = {
    ...store,
    readPolicy: async (yaml: string) => checkPolicyText(yaml),
    log: createEventLog(store.pool),
    feed: {
      position: 0,
      subscribe: () => {
        throw new Error('No feed follows the log here');
      },
    },
    clients: { create: createClientAccounts(store).create, default: async () => store.client },
    clientDirectory: createClientDirectory(store.dataSource),
    apiKeys: createApiKeys(store.dataSource),
    people: createPeople(store.dataSource),
    audit: createAuditLog(store.pool),
    credentials: { forgetKey: () => undefined, forgetPerson: () => undefined },
    webhooks: webhookServicesOf(store),
  };
  const http = await startServerOf(services, settings);
  return {
    ...apiAt(http.url),
    url: http.url,
    store,
    closeServer: () => http.close(),
    close: async () => {
      await http.close();
      await store.close();
    },
  };
}
