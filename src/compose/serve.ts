import { demoCommand, greeting, UNAUTHENTICATED_WARNING } from '../adapters/cli/serve/greeting';
import { type Config, loadConfig } from '../config';
import { logCrashes } from './log-crashes';
import { openLog } from './open-log';
import { startService } from './start-service';
import { stopOnSignal } from './stop-on-signal';

/** `stepdown serve`: starts the service, which runs until a signal stops it. */
export async function serve(config: Config): Promise<void> {
  const log = await openLog(config.logLevel, config.logFormat);
  logCrashes(log);
  const service = await startService(config, log);
  // Before the greeting: a program that has read it can send a signal.
  stopOnSignal(
    {
      // A person at a terminal does not wait for load balancers.
      close: (signal) => service.close(signal === 'SIGTERM' ? config.shutdownDelaySeconds * 1_000 : 0),
      left: () => service.left(),
    },
    log,
  );
  process.stdout.write(
    greeting({
      url: service.url,
      database: service.database,
      impact: service.exampleImpact,
      demo: demoCommand(config, new URL(service.url).port, loadConfig({})),
      callers: config,
      hasExplorer: config.explorer,
      trustedDocuments: config.trustedDocuments,
    }),
  );
  if (config.allowUnauthenticated) log.warn(UNAUTHENTICATED_WARNING);
}
