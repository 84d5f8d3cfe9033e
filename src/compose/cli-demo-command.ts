import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LineOutput } from '../adapters/cli/line-output';
import { demoReport, isServing, requireImported } from '../adapters/cli/ticket/demo';
import { type Config, findPackageRoot } from '../config';
import { importInto } from './cli-import-command';
import { withStore } from './open-store';
import { startService } from './start-service';

/**
 * `stepdown demo`: imports the bundled incidents and prints reports on them. Uses the running
 * service of the configuration, or starts one on a free port.
 */
export async function runDemo(config: Config, output: LineOutput, log: Logger): Promise<void> {
  const root = findPackageRoot();
  const configuredUrl = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/graphql`;
  const isRunning = config.port !== 0 && (await isServing(configuredUrl));
  const service = isRunning ? null : await startService({ ...config, port: 0 }, log);
  const url = service?.url ?? configuredUrl;
  try {
    output.write(`${isRunning ? 'Using the service at' : 'No service is running; started one at'} ${url}\n\n`);
    const file = join(root, 'examples', 'data', 'incidents.csv');
    const mapping = join(root, 'examples', 'servicenow.mapping.yaml');
    const exitCode = await withStore(config, log, 'demo', (store) =>
      importInto(store, { file, mapping, dryRun: false, reports: null }, { stdout: output, stderr: process.stderr }),
    );
    if (exitCode !== 0) process.exitCode = exitCode;
    await requireImported(url, 'INC0011284');
    output.write(await demoReport(url));
  } finally {
    await service?.close();
  }
}
