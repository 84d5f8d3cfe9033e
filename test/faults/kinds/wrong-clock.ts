import { existsSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Json } from '../../support/graphql-service';
import { until } from '../../support/until';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import type { Replica } from '../support/replica';

interface Size {
  /** The mutations that are answered in each of three parts. */
  readonly between: number;
  /** The deadlines that the replica with the wrong clock has to record while it is alone. */
  readonly deadlines: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
/** Only the time of day is wrong, as on a host whose clock was never set. */
const WRONG_CLOCK = { LD_PRELOAD: FAKETIME, FAKETIME: '+1h', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
/** Which of the replicas has the wrong clock. */
const WRONG = 1;

export const WRONG_CLOCK_OF_REPLICA: Fault<Size> = {
  number: 12,
  name: 'the clock of a replica is an hour ahead',
  promise: 'All instants are those of the database’s clock; no deadline is recorded early, late or twice.',
  whole: { between: 1_000, deadlines: 20 },
  // The replica would have the clock in all faults of the short form.
  short: null,
  obstacle: existsSync(FAKETIME) ? null : 'libfaketime is not installed',
  cluster: { environmentOf: (index) => (index === WRONG ? WRONG_CLOCK : {}) },
  run: async (cluster, { between, deadlines }) => {
    const { replicas, database } = cluster;
    const began = await databaseNow(cluster);
    const wrong = replicas[WRONG];
    if (wrong === undefined) throw new Error('There is no replica');
    const offsets = await Promise.all(replicas.map(clockOffsetOf));
    for (const [index, offset] of offsets.entries()) {
      expect(Math.abs(offset - (index === WRONG ? HOUR_MS : 0))).toBeLessThan(MINUTE_MS);
    }
    await cluster.untilAnswered(between);
    // Alone, it has to open all tickets and record all deadlines.
    const others = replicas.filter((replica) => replica !== wrong);
    await Promise.all(others.map((replica) => replica.end('SIGTERM')));
    const before = await recordedDeadlines(cluster);
    await cluster.untilAnswered(between);
    const alone = await until(
      async () => (await recordedDeadlines(cluster)) - before,
      (recorded) => recorded >= deadlines,
    );
    await Promise.all(others.map((replica) => replica.start()));
    await Promise.all(others.map((replica) => replica.untilReady()));
    await cluster.untilAnswered(between);
    const [recorded] = await database.query<{ first: Date; last: Date; early: number }>(
      `SELECT min(recorded_at) AS first, max(recorded_at) AS last,
              count(*) FILTER (WHERE recorded_at < at)::integer AS early FROM events`,
    );
    expect(recorded?.first.getTime()).toBeGreaterThan(began - MINUTE_MS);
    expect(recorded?.last.getTime()).toBeLessThanOrEqual(await databaseNow(cluster));
    expect(recorded?.early).toBe(0);
    return { 'clock ahead s': Math.round((offsets[WRONG] ?? 0) / 1_000), 'deadlines recorded by it alone': alone };
  },
};

const databaseNow = async ({ database }: FaultCluster): Promise<number> =>
  (await database.query<{ now: Date }>('SELECT clock_timestamp() AS now'))[0]?.now.getTime() ?? Number.NaN;

/** The clock of its host less that of the database, as it sees them. */
async function clockOffsetOf({ url }: Replica): Promise<number> {
  const health = (await (await fetch(new URL('/health', url))).json()) as Json;
  return health.hostClockOffsetMs;
}

const recordedDeadlines = async ({ database }: FaultCluster): Promise<number> =>
  (
    await database.query<{ count: number }>(
      "SELECT count(*)::integer AS count FROM events WHERE type IN ('MARK_REACHED', 'COMMITMENT_BREACHED')",
    )
  )[0]?.count ?? 0;
