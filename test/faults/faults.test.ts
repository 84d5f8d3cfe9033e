import { afterEach, expect, test } from '@jest/globals';
import { FAULTS } from './kinds';
import type { Fault } from './support/fault';
import { type ClusterOptions, FaultCluster } from './support/fault-cluster';
import { report } from './support/fault-report';

const MINUTE_MS = 60_000;
const isWhole = process.env.FAULTS !== 'short';
/** More than a machine with two cores can serve is not asked for. */
const WHOLE = { perSecond: 230, mostLateMs: 5_000 };
/** A busy machine must not fail the merge check, so it is checked only that nothing is missing. */
const SHORT = { perSecond: 60, mostLateMs: 60_000 };

const clusters: FaultCluster[] = [];

async function start(options: ClusterOptions): Promise<FaultCluster> {
  const cluster = await FaultCluster.start(options);
  clusters.push(cluster);
  return cluster;
}

// Not in the tests: one that exceeds its time limit does not come to its end.
afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.close();
});

const named = ({ number, name }: Fault): string => `${number}. ${name}`;

if (isWhole) {
  for (const fault of FAULTS) {
    const { obstacle = null } = fault;
    const name = obstacle === null ? named(fault) : `${named(fault)} (not here: ${obstacle})`;
    (obstacle === null ? test : test.skip)(
      name,
      async () => {
        const cluster = await start({ ...WHOLE, ...fault.cluster });
        const figures = await fault.run(cluster, fault.whole);
        const { violations, figures: ofHistory } = await cluster.verdict(true);
        report(fault, figures, ofHistory);
        expect(violations.slice(0, 20)).toEqual([]);
      },
      20 * MINUTE_MS,
    );
  }
} else {
  test(
    'faults one after the other in one cluster: nothing is lost, doubled or out of order',
    async () => {
      const faults = FAULTS.filter(({ short, obstacle = null }) => short !== null && obstacle === null);
      const cluster = await start({ ...SHORT, isProxied: true });
      for (const fault of faults) report(fault, await fault.run(cluster, fault.short), null);
      const { violations } = await cluster.verdict(false);
      expect(violations.slice(0, 20)).toEqual([]);
    },
    10 * MINUTE_MS,
  );
}
