import type { Fault } from '../support/fault';
import { recoveryFigures } from '../support/figures';

interface Size {
  readonly kills: number;
  /** The mutations that are answered between two kills. */
  readonly between: number;
}

export const KILLED_REPLICA: Fault<Size> = {
  number: 1,
  name: 'a replica is killed (SIGKILL) again and again',
  promise: 'The others serve; what was acknowledged is kept, and observers go on after their last event.',
  whole: { kills: 20, between: 300 },
  short: { kills: 1, between: 60 },
  run: async (cluster, { kills, between }) => {
    const ready: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const replica = cluster.replicas[Math.floor(Math.random() * cluster.replicas.length)] ?? cluster.replicas[0];
      if (replica === undefined) throw new Error('There is no replica');
      await replica.end('SIGKILL');
      // The others serve while it is gone.
      await cluster.untilAnswered(between);
      const began = performance.now();
      await replica.start();
      await replica.untilReady();
      ready.push(performance.now() - began);
    }
    return { kills, ...recoveryFigures('start to ready', ready) };
  },
};
