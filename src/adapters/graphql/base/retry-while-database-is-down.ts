import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../errors';

const PATIENCE_MS = 15_000;
const AGAIN_AFTER_MS = 250;

/**
 * Outwaits a database that is away for a moment: the log goes on where it was, and so does whoever follows it.
 *
 * @param signal ends the waiting, with an error, once nobody cares for the answer any more
 */
export async function retryWhileDatabaseIsDown<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let waited = 0; ; waited += AGAIN_AFTER_MS) {
    try {
      return await read();
    } catch (error) {
      if (!isDatabaseAway(error) || waited >= PATIENCE_MS) throw error;
      await sleep(AGAIN_AFTER_MS, undefined, { signal });
    }
  }
}
