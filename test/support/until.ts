import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Shorter than the time limit of a test, so that the failure says what was waited for. Long,
 * because it only ends a run that fails, and a loaded machine takes ten times as long.
 */
const LIMIT_MS = 110_000;

/**
 * Asks again and again until the answer is as wanted, and resolves with that answer.
 *
 * @throws Error with the last answer, after 110 seconds
 */
export async function until<T>(
  ask: () => Promise<T> | T,
  isWanted: (answer: T) => boolean,
  limitMs = LIMIT_MS,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > deadline) {
      const last = (JSON.stringify(answer) ?? 'undefined').slice(0, 300);
      throw new Error(`After ${limitMs} ms the answer of ${ask} is still ${last}`);
    }
    await sleep(10);
  }
}

/** Waits until a condition holds. */
export const untilTrue = async (holds: () => Promise<boolean> | boolean, limitMs?: number): Promise<void> => {
  await until(holds, (answer) => answer, limitMs);
};
