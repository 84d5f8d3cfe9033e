import pino from 'pino';
import { greeting, UNAUTHENTICATED_WARNING } from '../adapters/cli/serve/greeting';
import type { Config } from '../config';
import { startService } from './start-service';
import { stopOnSignal } from './stop-on-signal';

/** `stepdown serve`: starts the service, which runs until a signal stops it. */
export async function serve(config: Config): Promise<void> {
  // Synchronous, so that the last line before the exit is not lost.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const service = await startService(config, log);
  process.stdout.write(
    greeting({
      url: service.url,
      dataDir: config.databaseUrl === null ? config.dataDir : null,
      isUnauthenticated: config.allowUnauthenticated,
      hasExplorer: config.explorer,
    }),
  );
  if (config.allowUnauthenticated) log.warn(UNAUTHENTICATED_WARNING);
  stopOnSignal(() => service.close(), log);
}
