import type { DurationMs } from '../../domain/instant';
import { Sleep } from '../deadlines/sleep';
import { isPassingFault } from '../ports/store-errors';

/** The pause before what failed because of the database is tried again. */
export const RETRY_PAUSE_MS: DurationMs = 250;

/**
 * Repeats a read of a subscription while the database is unavailable, however long that is, so that
 * an outage delays a subscriber and does not end it.
 *
 * @param signal ends the waiting with an `AbortError`
 */
export async function retryWhileDatabaseIsDown<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const sleep = new Sleep();
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isPassingFault(error)) throw error;
    }
    const wake = () => sleep.wake();
    signal.addEventListener('abort', wake);
    if (!signal.aborted) await sleep.rest(RETRY_PAUSE_MS);
    signal.removeEventListener('abort', wake);
    signal.throwIfAborted();
  }
}
