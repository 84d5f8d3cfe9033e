import { expect, test } from '@jest/globals';
import pino from 'pino';
import { watchFeed } from '../../src/compose/watch-feed';
import { until, untilTrue } from '../support/until';

test('a great lag of the feed is logged once, and when it has gone', async () => {
  const lines: { readonly msg: string }[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const feed = { behindMs: 10, deliveryLagMs: 7 };
  let unplacedMs: number | null = 6_000;
  let reads = 0;
  const watch = watchFeed(
    feed,
    async () => {
      reads += 1;
      if (unplacedMs === null) throw new Error('the database is away');
      return unplacedMs;
    },
    logger,
    1,
  );
  const readAgain = async () => {
    const before = reads;
    await until(
      () => reads,
      (count) => count > before + 2,
    );
  };
  await readAgain();
  expect(watch.lag).toMatchObject({ unplacedMs: 6_000, behindMs: 10, deliveryLagMs: 7 });
  // A read that fails leaves what is known.
  unplacedMs = null;
  await readAgain();
  unplacedMs = 0;
  await untilTrue(() => lines.length === 2);
  // So does a process that is behind itself.
  feed.behindMs = 5_001;
  await untilTrue(() => lines.length === 3);
  await watch.close();
  const late = 'events reach their subscribers late';
  expect(lines.map(({ msg }) => msg)).toEqual([late, 'events reach their subscribers in time again', late]);
});
