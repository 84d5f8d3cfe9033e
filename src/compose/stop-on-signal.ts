import type { Logger } from 'pino';

/**
 * Closes the service and exits on SIGINT, SIGTERM or SIGHUP, and, if `npm start` runs the service,
 * when npm ends. A second signal exits at once.
 */
export function stopOnSignal(close: () => Promise<void>, log: Logger): void {
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the service could not be closed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (process.env.npm_lifecycle_event === 'start') onParentExit(() => stop('parent ended'));
}

const PARENT_POLL_MS = 1_000;

/**
 * A process that is killed by SIGKILL cannot pass it on: the service would keep the port after npm
 * has ended.
 */
function onParentExit(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_POLL_MS);
  timer.unref();
}
