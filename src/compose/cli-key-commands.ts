import type { Logger } from 'pino';
import { createKey, type KeyOptions, keyRequest, listKeys, revokeKey } from '../adapters/cli/access/key-commands';
import type { LineOutput } from '../adapters/cli/line-output';
import { createApiKeys } from '../adapters/persistence/access/postgres-api-keys';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { agentCaller } from '../application/agent-caller';
import { OperatorError } from '../application/operator-error';
import { SYSTEM_CALLER } from '../application/ports/caller';
import type { Config } from '../config';
import { type Opening, type Store, withStore } from './open-store';

/** `stepdown key create`. Options are checked before a database is started. */
export async function runKeyCreate(
  config: Config,
  options: KeyOptions,
  output: LineOutput,
  log: Logger,
): Promise<void> {
  const request = keyRequest(options);
  await withKeys(config, log, 'MIGRATE', async (services, { clients }) => {
    const { client: name } = options;
    const client = name === null ? null : await clients.clientNamed(name);
    if (name !== null && client === null) throw new OperatorError(`There is no client named "${name}".`);
    await createKey(services, agentCaller(config.operator), request, client, output);
  });
}

/** `stepdown key list`. */
export const runKeyList = (config: Config, output: LineOutput, log: Logger, asJson = false): Promise<void> =>
  withKeys(config, log, 'AS_IT_IS', (services, { pool }) => {
    const reader = createTicketReader({ pool });
    return listKeys(services, output, async (id) => (await reader.clientById(SYSTEM_CALLER, id))?.name ?? id, asJson);
  });

/** `stepdown key revoke`. */
export const runKeyRevoke = (config: Config, prefix: string, output: LineOutput, log: Logger): Promise<void> =>
  withKeys(config, log, 'AS_IT_IS', (services) => revokeKey(services, agentCaller(config.operator), prefix, output));

const withKeys = (
  config: Config,
  log: Logger,
  opening: Opening,
  work: (services: { apiKeys: ReturnType<typeof createApiKeys>; clock: Store['clock'] }, store: Store) => Promise<void>,
): Promise<void> =>
  withStore(config, log, { command: 'key', opening }, (store) =>
    work({ apiKeys: createApiKeys(store.dataSource), clock: store.clock }, store),
  );
