import { expect } from '@jest/globals';
import { until } from '../../support/until';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import { recoveryFigures } from '../support/figures';

interface Size {
  readonly kills: number;
  /** The mutations that are answered between two kills. */
  readonly between: number;
}

/** The connections that hear of new events, one of each replica. */
const LISTENERS = `FROM pg_stat_activity
  WHERE application_name = 'stepdown-events' AND datname = current_database()`;

/** Only ends a run that fails. */
const END_WITHIN_MS = 60_000;

export const KILLED_LISTENER: Fault<Size> = {
  number: 6,
  name: 'the connections that hear of new events are ended again and again',
  promise: 'Each process connects again by itself; polling finds what was announced before that.',
  whole: { kills: 10, between: 200 },
  short: { kills: 2, between: 20 },
  run: async (cluster, { kills, between }) => {
    const recovery: number[] = [];
    await untilAllListen(cluster);
    for (let kill = 0; kill < kills; kill++) {
      const began = performance.now();
      const ended = await cluster.database.query(
        `SELECT pg_terminate_backend(pid, ${END_WITHIN_MS}) AS ended ${LISTENERS}`,
      );
      expect(ended).toEqual(cluster.replicas.map(() => ({ ended: true })));
      await untilAllListen(cluster);
      recovery.push(performance.now() - began);
      await cluster.untilAnswered(between);
    }
    return { 'listeners ended': kills * cluster.replicas.length, ...recoveryFigures('ended to listening', recovery) };
  },
};

async function untilAllListen({ database, replicas }: FaultCluster): Promise<void> {
  await until(
    async () => (await database.query(`SELECT pid ${LISTENERS}`)).length,
    (count) => count === replicas.length,
  );
}
