import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault';

interface Size {
  readonly frozenMs: number;
}

/** The longest lease: a delivery of a webhook belongs so long to the process that claimed it. */
const LONGEST_LEASE_MS = 60_000;

export const FROZEN_REPLICA: Fault<Size> = {
  number: 5,
  name: 'a replica is stopped (SIGSTOP) for twice the longest lease and goes on',
  promise: 'The others take over what it held; when it goes on, it writes nothing that is not its own any more.',
  whole: { frozenMs: 2 * LONGEST_LEASE_MS },
  // Its claims are ended by hand, as if their time had passed.
  short: { frozenMs: 3_000 },
  run: async (cluster, { frozenMs }) => {
    const [replica] = cluster.replicas;
    if (replica === undefined) throw new Error('There is no replica');
    replica.freeze();
    const until = performance.now() + frozenMs;
    while (performance.now() < until) {
      await cluster.untilAnswered(20);
      await sleep(100);
    }
    if (frozenMs < LONGEST_LEASE_MS) await cluster.endClaims();
    await cluster.untilAnswered(100);
    replica.thaw();
    await replica.untilReady();
    await cluster.untilAnswered(100);
    const fenced = await replica.metric('stepdown_webhook_fenced_total');
    return { 'frozen s': Math.round(frozenMs / 1_000), 'results refused by a fence': fenced };
  },
};
