import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { untilTrue } from '../../support/until';
import type { Fault } from '../support/fault';
import { recoveryFigures } from '../support/figures';

interface Size {
  readonly times: number;
  readonly fullMs: number;
}

const isRoot = process.getuid?.() === 0;
const mayMount = isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0;

/** What clients may get then; `SERVICE_UNAVAILABLE` once PostgreSQL has ended for lack of space. */
const CLEAR = ['INSUFFICIENT_STORAGE', 'SERVICE_UNAVAILABLE', 'TOO_BUSY', 'LOCKED'];

export const FULL_DISK: Fault<Size> = {
  number: 11,
  name: 'the disk of PostgreSQL is full',
  promise: 'Requests get `INSUFFICIENT_STORAGE`, `/readyz` is 503; all goes on when there is space again.',
  whole: { times: 3, fullMs: 10_000 },
  short: null,
  obstacle: mayMount ? null : 'only root can mount a file system',
  cluster: { diskMegabytes: 1_500 },
  run: async (cluster, { times, fullMs }) => {
    const { disk, database, load, replicas } = cluster;
    const codes = (): readonly string[] => [...load.failures.keys()].filter((code) => !code.startsWith('connection:'));
    const refused = () => load.failures.get('INSUFFICIENT_STORAGE') ?? 0;
    const recovery: number[] = [];
    for (let time = 0; time < times; time++) {
      await cluster.untilAnswered(200);
      const before = refused();
      recovery.push(
        await cluster.outage(async () => {
          const empty = disk.fill();
          try {
            await untilTrue(() => refused() > before);
            await untilTrue(async () =>
              (await Promise.all(replicas.map((replica) => replica.probe('/readyz')))).every(
                (status) => status === 503,
              ),
            );
            await sleep(fullMs);
          } finally {
            empty();
          }
          // It may have ended by itself, when its log had no space.
          await database.start();
        }),
      );
    }
    await cluster.untilAnswered(200);
    expect(codes().filter((code) => !CLEAR.includes(code))).toEqual([]);
    return {
      times,
      'full s': fullMs / 1_000,
      'requests refused for lack of space': refused(),
      ...recoveryFigures('space and PostgreSQL up to ready', recovery),
    };
  },
};
