import { expect } from '@jest/globals';
import type { Fault } from '../support/fault';
import { quantile, recoveryFigures } from '../support/figures';

interface Size {
  readonly restarts: number;
  readonly between: number;
  /** All replicas are ready again so long after the database takes connections. */
  readonly readyWithinMs: number;
}

export const RESTARTED_DATABASE: Fault<Size> = {
  number: 2,
  name: 'PostgreSQL is restarted as after a crash (-m immediate)',
  promise: 'All replicas are ready within 10 seconds after PostgreSQL is, and none exits.',
  whole: { restarts: 5, between: 500, readyWithinMs: 10_000 },
  // A busy machine takes longer, which must not fail the merge check.
  short: { restarts: 1, between: 60, readyWithinMs: 60_000 },
  run: async (cluster, { restarts, between, readyWithinMs }) => {
    const recovery: number[] = [];
    for (let restart = 0; restart < restarts; restart++) {
      recovery.push(
        await cluster.outage(async () => {
          await cluster.database.stopAtOnce();
          await cluster.database.start();
        }),
      );
      await cluster.untilAnswered(between);
    }
    expect(quantile(recovery, 1)).toBeLessThan(readyWithinMs);
    expect(cluster.replicas.map(({ crashes }) => crashes)).toEqual(cluster.replicas.map(() => 0));
    return { restarts, ...recoveryFigures('PostgreSQL up to ready', recovery) };
  },
};
