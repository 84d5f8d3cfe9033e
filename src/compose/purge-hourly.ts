import { HOUR_MS } from '../domain/instant';

/**
 * Runs the purge now and then every hour. It runs at the start too, because a service that restarts
 * often might otherwise never purge.
 *
 * @param purge must not reject
 * @returns a function that stops the timer and waits for a running purge
 */
export function purgeHourly(purge: () => Promise<void>): () => Promise<void> {
  let running = purge();
  const timer = setInterval(() => {
    running = purge();
  }, HOUR_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
