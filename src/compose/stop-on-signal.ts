import type { Logger } from 'pino';

/** Ctrl-C under `npm start` arrives twice: from the terminal, and a moment later from npm. */
const SAME_SIGNAL_MS = 500;
/**
 * How long a service may take to close. Systems that send SIGTERM kill a process some time later,
 * after 10 seconds (Docker) or more.
 */
const CLOSE_WITHIN_MS = 9_000;

/** What a signal stops. */
export interface Stoppable {
  /** @param signal what stops it */
  close(signal: string): Promise<void>;
  /** The names of the parts that are not closed yet. */
  left(): readonly string[];
}

/**
 * Closes the service and exits on SIGINT, SIGTERM or SIGHUP, and, if `npm start` runs the service,
 * when npm ends. Exits in time also if a part cannot be closed: all that it has acknowledged is
 * stored. A second signal exits at once.
 */
export function stopOnSignal(service: Stoppable, log: Logger): void {
  let stoppingSince: number | null = null;
  const stop = (signal: string) => {
    if (stoppingSince !== null) return;
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.warn({ left: service.left() }, `the service could not be closed within ${CLOSE_WITHIN_MS / 1_000} seconds`);
      process.exit(0);
    }, CLOSE_WITHIN_MS);
    service.close(signal).then(
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
