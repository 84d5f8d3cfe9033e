import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { run } from '../../support/program';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import { quantile } from '../support/figures';
import { writeTrackerLog } from '../support/tracker-log';

interface Size {
  readonly rows: number;
  /** The event loop of no replica may be delayed by more, in 99 of 100 measurements. */
  readonly mostDelayMs: number;
}

/** That of the service. */
const POLICY = join(__dirname, '../support/short-deadlines.yaml');
/** The metric is of the time since it was read last. In this time there are 1,000 measurements. */
const WINDOW_MS = 10_000;

export const LARGE_IMPORT: Fault<Size> = {
  number: 13,
  name: 'the log of another tracker is imported beside the changes of clients',
  promise: 'The service answers and delivers as before; its event loop is delayed by less than 100 ms (p99).',
  whole: { rows: 100_000, mostDelayMs: 100 },
  short: null,
  run: async (cluster, { rows, mostDelayMs }) => {
    await readDelays(cluster);
    await sleep(WINDOW_MS);
    const before = await readDelays(cluster);
    const log = await writeTrackerLog(Date.now(), rows);
    const answered = cluster.load.answered.length;
    const began = performance.now();
    const waited = waitedMs(cluster);
    const delays: number[] = [];
    try {
      let isOver = false;
      const importing = run(['import', log.file, '--mapping', log.mapping], {
        DATABASE_URL: cluster.database.url,
        STEPDOWN_POLICY_FILE: POLICY,
      }).finally(() => {
        isOver = true;
      });
      await readDelays(cluster);
      do {
        await sleep(WINDOW_MS);
        cluster.load.check();
        delays.push(...(await readDelays(cluster)));
      } while (!isOver);
      const { code, stdout, stderr } = await importing;
      // Its progress goes to standard error.
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Imported ${log.tickets} of ${log.tickets} tickets from ${log.rows} rows`);
    } finally {
      await log.remove();
    }
    const seconds = (performance.now() - began) / 1_000;
    const waiting = Math.round((100 * (waitedMs(cluster) - waited)) / (cluster.replicas.length * seconds * 1_000));
    const late = delays.filter((delay) => delay >= mostDelayMs).map(Math.round);
    // On a machine that does other things too, the delays say nothing about the service.
    if (late.length > 0)
      throw new Error(`Late by ${late} ms; a replica waited ${waiting} % of the time for a processor`);
    return {
      'import s': Math.round(seconds),
      'rows a second': Math.round(log.rows / seconds),
      'mutations a second during it': Math.round((cluster.load.answered.length - answered) / seconds),
      'waited for a processor %': waiting,
      'event loop p99 before, worst replica ms': quantile(before, 1),
      'event loop p99, median of windows ms': quantile(delays, 0.5),
      'event loop p99, worst window ms': quantile(delays, 1),
    };
  },
};

/** The 99th percentile of the delay of each replica since it was read last, in milliseconds. */
const readDelays = ({ replicas }: FaultCluster): Promise<number[]> =>
  Promise.all(replicas.map(async (replica) => 1_000 * (await replica.metric('nodejs_eventloop_lag_p99_seconds'))));

/** How long the replicas could not run because other processes did, in milliseconds, in sum. */
const waitedMs = ({ replicas }: FaultCluster): number =>
  replicas
    .map(({ pid }) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1_000_000)
    .reduce((sum, one) => sum + one, 0);
