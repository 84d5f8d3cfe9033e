/**
 * Runs a task now and then at an interval. It runs at the start too, because a service that
 * restarts often might otherwise never run it.
 *
 * @param task must not reject
 * @returns a function that stops the timer and waits for a running task
 */
export function runEvery(intervalMs: number, task: () => Promise<void>): () => Promise<void> {
  let running = task();
  const timer = setInterval(() => {
    running = task();
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
