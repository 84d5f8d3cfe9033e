import { join } from 'node:path';
import type { Logger } from 'pino';
import { importResult } from '../adapters/cli/import/import-summary';
import type { LineOutput } from '../adapters/cli/line-output';
import { demoCommand } from '../adapters/cli/serve/greeting';
import {
  DEMO_ACTOR,
  DEMO_CLIENT,
  DemoError,
  demoReport,
  isServing,
  otherDatabase,
  removalText,
  requireSameDatabase,
} from '../adapters/cli/ticket/demo';
import { DocumentError } from '../adapters/documents/document-error';
import { hasCluster } from '../adapters/embedded-postgres/cluster';
import { serviceUrl } from '../adapters/http/http-server';
import { createApiKeys } from '../adapters/persistence/access/postgres-api-keys';
import { removeImportedClient } from '../adapters/persistence/maintenance/remove-imported-client';
import { readConfiguredPolicy } from '../adapters/policy-files/configured-policy-file';
import { createApiKey } from '../application/access/create-api-key';
import { OWN_WORK } from '../application/ports/caller';
import { type Config, loadConfig } from '../config';
import { findPackageRoot } from '../config/package-root';
import { HOUR_MS } from '../domain/instant';
import { explainRefusal } from '../domain/ticket/refusals';
import { importRowsInto } from './cli-import-command';
import { type Store, withStore } from './open-store';
import { startService } from './start-service';

/**
 * `stepdown demo`: imports the bundled incidents and prints a report on them. Uses the running
 * service of the configuration, or starts one on a free port until the report is printed.
 */
export async function runDemo(config: Config, output: LineOutput, log: Logger): Promise<void> {
  const configuredUrl = serviceUrl(config.host, config.port);
  const isRunning = config.port !== 0 && (await isServing(configuredUrl));
  // A service that runs on this data folder has made a database there.
  if (isRunning && config.databaseUrl === null && !(await hasCluster(config.dataDir))) {
    throw otherDatabase(configuredUrl, `the embedded database in ${config.dataDir}`);
  }
  const service = isRunning ? null : await startService({ ...config, ...FOR_THIS_PROCESS }, log);
  const url = service?.url ?? configuredUrl;
  try {
    // The database has the tables of the service that uses it. Another one stays as it is.
    await withStore(config, log, { command: 'demo', opening: 'AS_IT_IS' }, async (store) => {
      const known = await store.clients.clientNamed(DEMO_CLIENT);
      const { id } = known ?? (await store.clients.ensureClient(DEMO_CLIENT));
      await withDemoKey(config, store, id, async (key) => {
        await requireSameDatabase(url, store.database, id, key).catch(async (error: unknown) => {
          if (known === null) await store.asOwner(({ pool }) => removeImportedClient(pool, DEMO_CLIENT, DEMO_ACTOR));
          throw error;
        });
        const user = isRunning ? `The service at ${url}` : `No service answers at ${configuredUrl}. The demo`;
        output.write(`${user} uses ${store.database}.\n`);
        await giveTerms(store, id, output);
        await importIncidents(store, output);
        output.write(await demoReport(url, id, key));
      });
    });
    output.write(
      isRunning ? `The service goes on at ${url}; the queries can be sent to it.\n` : startFirst(configuredUrl),
    );
    const command = demoCommand(config, `${config.port}`, loadConfig({}));
    output.write(`To remove the incidents again: ${command} -- --remove\n`);
  } finally {
    await service?.close();
  }
}

/** The address of a service that only the demo uses. */
const FOR_THIS_PROCESS = { host: '127.0.0.1', port: 0, allowedHosts: null, allowedOrigins: null } as const;

const startFirst = (url: string): string =>
  `No service is running now. Start one with npm start; the queries can then be sent to ${url}.\n`;

/**
 * Where requests are authenticated, creates an API key that reads the incidents of the demo, and
 * revokes it afterwards.
 */
async function withDemoKey(
  { authenticationRequired }: Config,
  { dataSource, clock }: Store,
  clientId: string,
  work: (key: string | null) => Promise<void>,
): Promise<void> {
  if (!authenticationRequired) return work(null);
  const apiKeys = createApiKeys(dataSource);
  const request = { name: 'Demo', scopes: ['READ'], clientId, expiresAt: clock.now() + HOUR_MS } as const;
  const { apiKey, secret } = await createApiKey({ apiKeys, clock }, { actor: DEMO_ACTOR }, request, null);
  if (apiKey === null) throw new Error('The client of the demo can have a key');
  try {
    await work(secret);
  } finally {
    await apiKeys.revoke(apiKey.id, clock.now(), DEMO_ACTOR, null);
  }
}

/**
 * The incidents are in the words of the policy that comes with Stepdown. If another one is
 * configured, the client of the demo gets it as its own, and no other client does.
 *
 * @throws DemoError if that policy cannot be published or applied
 */
async function giveTerms({ policies }: Store, clientId: string, output: LineOutput): Promise<void> {
  const file = readConfiguredPolicy(loadConfig({}).policyFile);
  const { id: policy, fingerprint, yaml } = file;
  if (policy === policies.defaultPolicyId) return;
  if ((await policies.latest(OWN_WORK, policy)) === null) {
    const publishing = { document: file.document(), fingerprint, yaml, by: DEMO_ACTOR, idempotency: null };
    const published = await policies.publish(publishing);
    if (!published.ok) throw new DemoError(published.refusals.map(explainRefusal).join('\n'));
    output.write(`Published the policy ${policy}, because the incidents are in its words. It stays published.\n`);
  }
  const refusal = await policies.setTerms({ clientId, policy, calendars: {} }, DEMO_ACTOR, null);
  if (refusal !== null) throw new DemoError(explainRefusal(refusal));
  output.write(`The policy ${policy} applies to the client “${DEMO_CLIENT}” only.\n`);
}

async function importIncidents(store: Store, output: LineOutput): Promise<void> {
  const examples = join(findPackageRoot(), 'examples');
  const options = {
    file: join(examples, 'data', 'incidents.csv'),
    mapping: join(examples, 'servicenow.mapping.yaml'),
    dryRun: false,
    reports: null,
    as: { client: DEMO_CLIENT, actor: DEMO_ACTOR },
  };
  const to = { stdout: output, stderr: process.stderr };
  const done = await importRowsInto(store, options, to).catch((error: unknown) => {
    throw error instanceof DocumentError ? otherWords(error) : error;
  });
  const { tickets, alreadyThere } = done.summary;
  if (alreadyThere === tickets) return void output.write(`The ${tickets} incidents are there already.\n`);
  const result = importResult(done, false);
  output.write(result.output);
  process.stderr.write(result.errorOutput);
  if (result.exitCode !== 0) process.exitCode = result.exitCode;
}

const otherWords = (cause: DocumentError): DemoError =>
  new DemoError(
    'The policy in force for the incidents has been changed, and lacks words that they have. Run the demo on a database ' +
      `of its own, such as STEPDOWN_DATA_DIR=.stepdown-demo PORT=0 npm run demo. ${cause.message}`,
    { cause },
  );

/** `stepdown demo --remove`. */
export const runDemoRemoval = (config: Config, output: LineOutput, log: Logger): Promise<void> =>
  withStore(config, log, { command: 'demo', opening: 'AS_IT_IS' }, async ({ asOwner, database }) => {
    const removal = await asOwner(({ pool }) => removeImportedClient(pool, DEMO_CLIENT, DEMO_ACTOR));
    output.write(removalText(removal, database));
  });
