import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault';
import { recoveryFigures } from '../support/figures';

interface Size {
  readonly rounds: number;
  readonly roundMs: number;
}

/** How much later everything arrives, in both directions. */
const DELAYS_MS = [20, 100];
/** How often the connections are cut in the last part of a round. */
const RESETS = 5;

export const BROKEN_NETWORK: Fault<Size> = {
  number: 4,
  name: 'TCP to PostgreSQL is slow, cut, and reset again and again, for minutes',
  promise: 'Changes are carried out once or answered with an error; all goes on when the network does.',
  whole: { rounds: 5, roundMs: 60_000 },
  short: { rounds: 1, roundMs: 4_000 },
  cluster: { isProxied: true },
  run: async (cluster, { rounds, roundMs }) => {
    const { proxy } = cluster;
    const recovery: number[] = [];
    const partMs = roundMs / 4;
    for (let round = 0; round < rounds; round++) {
      for (const delayMs of DELAYS_MS) {
        proxy.delay(delayMs);
        await sleep(partMs);
      }
      recovery.push(
        await cluster.outage(async () => {
          proxy.cut();
          await sleep(partMs);
          proxy.mend();
        }),
      );
      for (let reset = 0; reset < RESETS; reset++) {
        proxy.reset();
        await sleep(partMs / RESETS);
      }
      await cluster.untilAnswered(20);
    }
    return { rounds, 'round s': roundMs / 1_000, ...recoveryFigures('network up to ready', recovery) };
  },
};
