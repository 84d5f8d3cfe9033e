import { join } from 'node:path';
import type { Logger } from 'pino';
import { importResult } from '../adapters/cli/import/import-summary';
import type { LineOutput } from '../adapters/cli/line-output';
import { demoCommand } from '../adapters/cli/serve/greeting';
import {
  DEMO_ACTOR,
  DEMO_CLIENT,
  demoReport,
  isServing,
  otherDatabase,
  removalText,
  requireSameDatabase,
} from '../adapters/cli/ticket/demo';
import { hasCluster } from '../adapters/embedded-postgres/cluster';
import { removeImportedClient } from '../adapters/persistence/maintenance/remove-imported-client';
import { type Config, findPackageRoot, loadConfig } from '../config';
import { importRowsInto } from './cli-import-command';
import { type Store, withStore } from './open-store';
import { startService } from './start-service';

/**
 * `stepdown demo`: imports the bundled incidents and prints a report on them. Uses the running
 * service of the configuration, or starts one on a free port until the report is printed.
 */
export async function runDemo(config: Config, output: LineOutput, log: Logger): Promise<void> {
  const configuredUrl = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/graphql`;
  const isRunning = config.port !== 0 && (await isServing(configuredUrl));
  // A service that runs on this data folder has made a database there.
  if (isRunning && config.databaseUrl === null && !(await hasCluster(config.dataDir))) {
    throw otherDatabase(configuredUrl, `the embedded database in ${config.dataDir}`);
  }
  const service = isRunning ? null : await startService({ ...config, port: 0 }, log);
  const url = service?.url ?? configuredUrl;
  try {
    await withStore(config, log, { command: 'demo', opening: 'MIGRATE' }, async (store) => {
      const clientId = await demoClient(store, url);
      const user = isRunning ? `The service at ${url}` : `No service answers at ${configuredUrl}. The demo`;
      output.write(`${user} uses ${store.database}.\n`);
      await importIncidents(store, output);
      output.write(await demoReport(url, clientId));
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

const startFirst = (url: string): string =>
  `No service is running now. Start one with npm start; the queries can then be sent to ${url}.\n`;

/**
 * The UUID of the client of the demo, which is created if there is none.
 *
 * @throws DemoError if the service at the URL uses another database; a client that was created here
 *   is removed again
 */
async function demoClient(store: Store, url: string): Promise<string> {
  const known = await store.clients.clientNamed(DEMO_CLIENT);
  const { id } = known ?? (await store.clients.ensureClient(DEMO_CLIENT));
  try {
    await requireSameDatabase(url, store.database, id);
    return id;
  } catch (error) {
    if (known === null) await removeImportedClient(store.pool, DEMO_CLIENT, DEMO_ACTOR);
    throw error;
  }
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
  const done = await importRowsInto(store, options, { stdout: output, stderr: process.stderr });
  const { tickets, alreadyThere } = done.summary;
  if (alreadyThere === tickets) return void output.write(`The ${tickets} incidents are there already.\n`);
  const result = importResult(done, false);
  output.write(result.output);
  process.stderr.write(result.errorOutput);
  if (result.exitCode !== 0) process.exitCode = result.exitCode;
}

/** `stepdown demo --remove`. */
export const runDemoRemoval = (config: Config, output: LineOutput, log: Logger): Promise<void> =>
  withStore(config, log, { command: 'demo', opening: 'AS_IT_IS' }, async ({ pool, database }) => {
    output.write(removalText(await removeImportedClient(pool, DEMO_CLIENT, DEMO_ACTOR), database));
  });
