import { expect } from '@jest/globals';
import type { Fault } from '../support/fault';
import { recoveryFigures } from '../support/figures';

interface Size {
  readonly restarts: number;
  readonly between: number;
  /** A process ends so long after SIGTERM. */
  readonly endWithinMs: number;
}

export const ROLLING_RESTART: Fault<Size> = {
  number: 10,
  name: 'replicas are stopped with SIGTERM and started again, one after the other',
  promise: 'Each ends with code 0 within 10 seconds; no request fails for good, and subscribers go on.',
  whole: { restarts: 20, between: 200, endWithinMs: 10_000 },
  // A busy machine takes longer, which must not fail the merge check.
  short: { restarts: 1, between: 60, endWithinMs: 60_000 },
  run: async (cluster, { restarts, between, endWithinMs }) => {
    const ends: number[] = [];
    for (let restart = 0; restart < restarts; restart++) {
      const replica = cluster.replicas[restart % cluster.replicas.length];
      if (replica === undefined) throw new Error('There is no replica');
      const signalled = performance.now();
      expect(await replica.end('SIGTERM')).toBe(0);
      ends.push(performance.now() - signalled);
      expect(ends.at(-1)).toBeLessThan(endWithinMs);
      await replica.start();
      await replica.untilReady();
      await cluster.untilAnswered(between);
    }
    return { restarts, ...recoveryFigures('SIGTERM to exit', ends) };
  },
};
