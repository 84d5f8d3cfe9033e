import { expect } from '@jest/globals';
import { untilTrue } from '../../support/until';
import { type Arrivals, noteArrivals } from '../support/arrivals';
import type { Fault } from '../support/fault';
import type { FaultCluster } from '../support/fault-cluster';
import { type Figures, quantile } from '../support/figures';
import { readLog } from '../support/read-log';
import { holdTransaction, openTemplate, type WrittenTransactions, writeTickets } from '../support/sql-writer';

interface Size {
  readonly durationMs: number;
  /** A transaction of a writer stays open for at most so long. */
  readonly longestMs: number;
  /** The writers that open tickets. Two others hold one transaction all the time. */
  readonly writers: number;
}

const OTHER_DATABASE = 'of_another_service';

export const OPEN_WRITERS: Fault<Size> = {
  number: 7,
  name: 'eight other clients of the server keep transactions open that have written',
  promise: 'Events reach subscribers as fast as otherwise, those of the other clients as soon as they commit.',
  whole: { durationMs: 60_000, longestMs: 2_000, writers: 6 },
  short: { durationMs: 3_000, longestMs: 300, writers: 6 },
  run: async (cluster, { durationMs, longestMs, writers }) => {
    const { database, load, replicas } = cluster;
    const url = replicas[0]?.url ?? '';
    const template = await openTemplate(url);
    await database.query(`CREATE DATABASE ${OTHER_DATABASE}`);
    const otherUrl = Object.assign(new URL(database.url), { pathname: OTHER_DATABASE }).href;
    const arrivals = noteArrivals(url);
    const held: (() => Promise<void>)[] = [];
    let isEnding = false;
    try {
      await untilTrue(() => {
        arrivals.check();
        return arrivals.at.size > 0;
      });
      const from = performance.now();
      for (const target of [database.url, otherUrl]) held.push(await holdTransaction(target));
      const isOver = () => isEnding || performance.now() > from + durationMs;
      const written = await Promise.all(
        Array.from({ length: writers }, (_, turn) => writeTickets(cluster, { template, longestMs, turn, isOver })),
      );
      load.check();
      const figures = await deliveryFigures(cluster, arrivals, from);
      const sumOf = (field: keyof WrittenTransactions) => written.reduce((sum, one) => sum + one[field], 0);
      expect(sumOf('rolledBack')).toBeGreaterThan(0);
      return { 'committed by writers': sumOf('committed'), 'rolled back': sumOf('rolledBack'), ...figures };
    } finally {
      isEnding = true;
      arrivals.close();
      // What ended a connection is the cause of the failure, and not this.
      await Promise.allSettled(held.map((release) => release()));
    }
  },
};

/** While transactions are open: how long after its answer each change came to a subscriber. */
async function deliveryFigures({ database, load }: FaultCluster, arrivals: Arrivals, from: number): Promise<Figures> {
  const answered = load.answered
    .map(({ key, isAccepted }, index) => ({ key, isAccepted, at: load.answeredAt[index] ?? 0 }))
    .filter(({ isAccepted, at }) => isAccepted && at >= from);
  const ids = new Map((await readLog(database)).map(({ key, id }) => [key, id]));
  const arrivalOf = (key: string) => arrivals.at.get(ids.get(key) ?? '');
  await untilTrue(() => {
    arrivals.check();
    return answered.every(({ key }) => arrivalOf(key) !== undefined);
  });
  // An event can come before the answer to the change that made it.
  const delays = answered.map(({ key, at }) => Math.max(0, (arrivalOf(key) ?? Number.NaN) - at));
  return {
    'acknowledged to delivered p50 ms': quantile(delays, 0.5),
    'acknowledged to delivered p99 ms': quantile(delays, 0.99),
  };
}
