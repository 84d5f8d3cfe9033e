import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchTables } from '../adapters/persistence/search/search-tables';
import { SECOND_MS } from '../domain/instant';

/**
 * Completes the search tables every second, so that a search finds little left to do. After an
 * upgrade it works through the whole log, with pauses as long as the work.
 *
 * @returns a function that stops it and waits for a running step
 */
export function keepSearchTables(tables: Pick<SearchTables, 'advance'>, onError: (error: unknown) => void) {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const start = performance.now();
      const isComplete = await tables.advance().catch((error: unknown) => {
        onError(error);
        return true;
      });
      const pauseMs = isComplete ? SECOND_MS : Math.min(SECOND_MS, performance.now() - start);
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  })();
  return async (): Promise<void> => {
    stopping.abort();
    await running;
  };
}
