import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../domain/instant';

/** The share of its time in which the thread was busy, above which the work is postponed. */
const BUSY = 0.5;

/** The longest postponement. Of what is left until then, a search completes the most itself. */
const MOST_POSTPONED_MS = 5 * SECOND_MS;

/** What is derived from the log. */
interface Derived {
  /** Does a part of what is left; returns whether all of it is done. */
  advance(): Promise<boolean>;
  /** Ends a step that runs after its next statement. */
  stop(): void;
}

/**
 * Completes what is derived from the log every second, so that a search finds little left to do. A
 * busy process does it in a quiet second, or every five. After an upgrade it works through the
 * whole log, with pauses as long as the work.
 *
 * @param utilization the share of the time since the last call in which the thread was busy
 * @param pause waits for as many milliseconds, or until the signal is aborted
 * @returns a function that stops it and waits for a running step
 */
export function keepUpWithLog(
  derived: Derived,
  onError: (error: unknown) => void,
  utilization: () => number = utilizationOfThread(),
  pause: (ms: number, signal: AbortSignal) => Promise<unknown> = sleepUntilAborted,
) {
  const stopping = new AbortController();
  const running = (async () => {
    let isComplete = true;
    let postponedMs = 0;
    while (!stopping.signal.aborted) {
      const start = performance.now();
      if (utilization() > BUSY && isComplete && postponedMs < MOST_POSTPONED_MS) {
        postponedMs += SECOND_MS;
      } else {
        postponedMs = 0;
        isComplete = await derived.advance().catch((error: unknown) => {
          onError(error);
          return true;
        });
      }
      const pauseMs = isComplete ? SECOND_MS : Math.min(SECOND_MS, performance.now() - start);
      await pause(pauseMs, stopping.signal);
    }
  })();
  return async (): Promise<void> => {
    stopping.abort();
    derived.stop();
    await running;
  };
}

const sleepUntilAborted = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);

function utilizationOfThread(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
