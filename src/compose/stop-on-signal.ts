import type { Logger } from 'pino';

/** Ctrl-C under `npm start` arrives twice: from the terminal, and a moment later from npm. */
const SAME_SIGNAL_MS = 500;

/**
 * Closes the service and exits on SIGINT, SIGTERM or SIGHUP, and, if `npm start` runs the service,
 * when npm ends. A second signal exits at once.
 */
export function stopOnSignal(close: () => Promise<void>, log: Logger): void {
  let stoppingSince: number | null = null;
  const stop = (signal: string) => {
    if (stoppingSince !== null) return;
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the service could not be closed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stoppingSince !== null && performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      stop(signal);
    });
  }
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
