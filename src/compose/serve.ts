import pino from 'pino';
import { type Config, loadConfig } from '../config';
import { startService } from './start-service';

/** Runs the service until it is told to stop. Errors at start are sentences; see `cli.ts`. */
export async function serve(): Promise<void> {
  const config = loadConfig(process.env);
  // Synchronous, so that the last line before an end is not lost.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const service = await startService(config, log);
  process.stdout.write(greeting(config, service.url));
  if (config.allowUnauthenticated) {
    log.warn(UNAUTHENTICATED);
  }

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (process.env.npm_lifecycle_event === 'start') stopWithParent(() => stop('parent ended'));
}

const UNAUTHENTICATED = 'STEPDOWN_ALLOW_UNAUTHENTICATED=true: whoever reaches this service acts as its operator.';

const PARENT_EVERY_MS = 1_000;

/** `npm start` that is killed with SIGKILL cannot pass it on; a service without it would hold the port for ever. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_EVERY_MS);
  timer.unref();
}

const greeting = (config: Config, url: string): string => `
Stepdown serves ${url} (HTTP and WebSocket).
Data: ${config.databaseUrl === null ? config.dataDir : 'the database of DATABASE_URL'}

Try in another terminal:
  npm run demo                      imports real incidents and reports on them
  curl ${url} -H 'content-type: application/json' \\
    -d '{"query":"mutation { submitTicket(input: { subject: \\"Checkout is down\\", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { number severity sla { response { dueAt } } } userErrors { message } } }"}'

Stop with Ctrl-C.
${config.allowUnauthenticated ? `\nWARNING: ${UNAUTHENTICATED}\n` : ''}`;
