import type { Logger } from 'pino';
import type { RunningFeed } from '../adapters/events/feed';
import type { DurationMs } from '../domain/instant';
import { SECOND_MS } from '../domain/instant';
import { runEvery } from './run-every';

/** A greater lag is logged. */
const WORRYING_LAG_MS = 5 * SECOND_MS;
const INTERVAL_MS = 2 * SECOND_MS;

/** How late the events of the log reach those who wait for them. */
export interface FeedLag {
  /**
   * The age of the oldest event that is committed and has no position, in milliseconds; 0 if all
   * have one. No process can deliver such an event.
   */
  readonly unplacedMs: DurationMs;
  /** By how much this process follows the log too late, in milliseconds. */
  readonly behindMs: DurationMs;
  /**
   * How old the last event was when the subscribers of this process could take it; null if there
   * was none.
   */
  readonly deliveryLagMs: DurationMs | null;
}

/**
 * Measures the lag of the feed every two seconds, and logs when it becomes great and when it has
 * gone.
 *
 * @param readUnplaced the age of the oldest event without a position; may reject
 */
export function watchFeed(
  feed: Pick<RunningFeed, 'behindMs' | 'deliveryLagMs'>,
  readUnplaced: () => Promise<DurationMs>,
  logger: Logger,
  intervalMs = INTERVAL_MS,
): { readonly lag: FeedLag; readonly close: () => Promise<void> } {
  let unplacedMs = 0;
  let isWorrying = false;
  const lag: FeedLag = {
    get unplacedMs() {
      return unplacedMs;
    },
    get behindMs() {
      return Math.round(feed.behindMs);
    },
    get deliveryLagMs() {
      return feed.deliveryLagMs;
    },
  };
  const measure = async (): Promise<void> => {
    try {
      unplacedMs = await readUnplaced();
    } catch (error) {
      // The lag of an unreachable database is that of the feed, which cannot reach it either.
      logger.debug({ err: error }, 'the lag of the event log cannot be measured at the moment');
    }
    const isGreat = Math.max(unplacedMs, feed.behindMs) > WORRYING_LAG_MS;
    if (isGreat === isWorrying) return;
    isWorrying = isGreat;
    const fields = { unplacedMs, behindMs: lag.behindMs, deliveryLagMs: lag.deliveryLagMs };
    if (isGreat) logger.warn(fields, 'events reach their subscribers late');
    else logger.info(fields, 'events reach their subscribers in time again');
  };
  return { lag, close: runEvery(intervalMs, measure) };
}
