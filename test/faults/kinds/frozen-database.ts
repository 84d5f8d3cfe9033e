import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { untilTrue } from '../../support/until';
import type { Fault } from '../support/fault';
import { quantile, recoveryFigures } from '../support/figures';

interface Size {
  readonly frozenMs: number;
  /** The longest time until a request is answered with an error. */
  readonly errorWithinMs: number;
}

/** How long a replica may take to notice it. */
const UNREADY_WITHIN_MS = 10_000;

export const FROZEN_DATABASE: Fault<Size> = {
  number: 3,
  name: 'PostgreSQL is stopped (SIGSTOP) for 30 seconds',
  promise: 'Requests get an error within 5 seconds; `/livez` stays 200, `/readyz` is 503; all goes on by itself.',
  whole: { frozenMs: 30_000, errorWithinMs: 5_000 },
  short: null,
  run: async (cluster, { frozenMs, errorWithinMs }) => {
    const { database, replicas, load } = cluster;
    await cluster.untilAnswered(200);
    const probes = (path: '/livez' | '/readyz') => Promise.all(replicas.map((replica) => replica.probe(path)));
    const abortedBefore = load.failures.get('connection: aborterror') ?? 0;
    const errorsBefore = load.errorMs.length;
    let unreadyMs = 0;
    const recoveryMs = await cluster.outage(async () => {
      const began = performance.now();
      const thaw = database.freeze();
      try {
        await untilTrue(async () => (await probes('/readyz')).every((status) => status === 503), UNREADY_WITHIN_MS);
        unreadyMs = performance.now() - began;
        while (performance.now() < began + frozenMs) {
          expect(await probes('/livez')).toEqual(replicas.map(() => 200));
          expect(await probes('/readyz')).toEqual(replicas.map(() => 503));
          await sleep(500);
        }
      } finally {
        thaw();
      }
    });
    await cluster.untilAnswered(500);
    const errorMs = load.errorMs.slice(errorsBefore);
    expect(errorMs.length).toBeGreaterThan(0);
    expect(quantile(errorMs, 1)).toBeLessThan(errorWithinMs);
    // A client that got no answer at all gives up by itself.
    expect(load.failures.get('connection: aborterror') ?? 0).toBe(abortedBefore);
    return {
      'frozen s': frozenMs / 1_000,
      'unready after ms': Math.round(unreadyMs),
      'errors p50 ms': quantile(errorMs, 0.5),
      'errors max ms': quantile(errorMs, 1),
      ...recoveryFigures('thawed to ready', [recoveryMs]),
    };
  },
};
