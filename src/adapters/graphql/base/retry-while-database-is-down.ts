import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../errors';

const MAX_WAIT_MS = 15_000;
const RETRY_DELAY_MS = 250;

/**
 * Repeats a read while the database is unavailable, for up to 15 seconds, so that a running
 * subscription survives a restart of the database.
 *
 * @param signal ends the waiting with an `AbortError`
 */
export async function retryWhileDatabaseIsDown<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let waited = 0; ; waited += RETRY_DELAY_MS) {
    try {
      return await read();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || waited >= MAX_WAIT_MS) throw error;
      await sleep(RETRY_DELAY_MS, undefined, { signal });
    }
  }
}
