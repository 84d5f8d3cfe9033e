import { expect, test } from '@jest/globals';
import { keepUpWithLog } from '../../src/compose/keep-up-with-log';

/** The seconds, from 0 to 11, in which the tables are completed. */
async function secondsOf(utilization: (second: number) => number, isComplete = true): Promise<readonly number[]> {
  const seconds: number[] = [];
  let second = 0;
  await new Promise<void>((resolve) => {
    const tables = {
      advance: async () => {
        seconds.push(second);
        return isComplete;
      },
      stop: () => undefined,
    };
    const pause = async () => {
      second += 1;
      if (second === 12) {
        void stop();
        resolve();
      }
    };
    const stop = keepUpWithLog(
      tables,
      () => undefined,
      () => utilization(second),
      pause,
    );
  });
  return seconds;
}

const ALL = Array.from({ length: 12 }, (_, second) => second);

test('a quiet process completes the tables every second', async () => {
  expect(await secondsOf(() => 0.4)).toEqual(ALL);
});

test('a busy process waits for a quiet second', async () => {
  expect(await secondsOf((second) => (second === 3 ? 0.1 : 0.9))).toEqual([3, 9]);
});

test('a process that stays busy completes them all the same', async () => {
  expect(await secondsOf(() => 1)).toEqual([5, 11]);
});

test('what one step leaves is not postponed', async () => {
  expect(await secondsOf((second) => (second === 0 ? 0 : 1), false)).toEqual(ALL);
});
