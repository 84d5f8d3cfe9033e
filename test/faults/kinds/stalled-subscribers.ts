import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { until, untilTrue } from '../../support/until';
import { type Arrivals, noteArrivals } from '../support/arrivals';
import type { Fault } from '../support/fault';
import { sendLongMessages } from '../support/long-messages';
import { readLog } from '../support/read-log';
import type { Replica } from '../support/replica';
import { mostMemoryDuring } from '../support/resident-memory';
import { type StalledSubscriber, subscribeAndStall } from '../support/stalled-subscriber';

interface Size {
  readonly stalled: number;
  readonly events: number;
  /** The characters of each message. */
  readonly length: number;
  /** The messages that are sent first, which fill what a process keeps for all subscribers. */
  readonly before: number;
  readonly mostGrowthMb: number;
}

/** Half of the stalled subscribers share one document, each other has one of its own. */
const documentOf = (name: string): string =>
  `subscription ${name}($after: EventCursor) {
     ticketEvents(after: $after) { cursor event { id ... on CommunicatedEvent { body } } ticket { id } } }`;

export const STALLED_SUBSCRIBERS: Fault<Size> = {
  number: 8,
  name: 'ten subscribers of a replica read nothing, and one reads',
  promise: 'The process keeps little for them, and closes them with 1013; they can go on after their last event.',
  whole: { stalled: 10, events: 6_000, length: 10_000, before: 3_500, mostGrowthMb: 150 },
  // Half a minute passes before they are closed.
  short: null,
  // The messages are the load.
  cluster: { perSecond: 20 },
  run: async (cluster, { stalled, events, length, before, mostGrowthMb }) => {
    const [replica] = cluster.replicas;
    if (replica === undefined) throw new Error('There is no replica');
    const fast = noteArrivals(replica.url, documentOf('Fast'));
    const stalling: StalledSubscriber[] = [];
    try {
      const beforeMb = await mostMemoryDuring(replica.pid, async () => {
        await sendLongMessages(cluster, before, length);
        await untilTrue(() => fast.cursor !== null);
      });
      const start = { id: [...fast.at.keys()].at(-1) ?? '', cursor: fast.cursor ?? '' };
      const names = Array.from({ length: stalled }, (_, index) => (index % 2 === 0 ? 'Stalled' : `Stalled${index}`));
      for (const name of names) {
        stalling.push(await subscribeAndStall(replica.url, documentOf(name), start.cursor));
      }
      let codes: readonly number[] = [];
      const mostMb = await mostMemoryDuring(replica.pid, async () => {
        [codes] = await Promise.all([closeCodes(replica, stalling), sendLongMessages(cluster, events, length)]);
      });
      // A client that begins to read too late finds its connection cut.
      expect(codes.filter((code) => code !== TRY_AGAIN_LATER && code !== CONNECTION_LOST)).toEqual([]);
      const log = await readLog(cluster.database);
      const expected = log.slice(log.findIndex(({ id }) => id === start.id) + 1).map(({ id }) => id);
      await untilReceived(fast, expected, 0);
      for (const [index, { ids, cursor }] of stalling.entries()) {
        const { url } = cluster.replicas[index % cluster.replicas.length] ?? replica;
        const resumed = noteArrivals(url, documentOf('Resumed'), cursor);
        await untilReceived(resumed, expected, ids.length).finally(resumed.close);
        expect(ids).toEqual(expected.slice(0, ids.length));
      }
      expect(mostMb - beforeMb).toBeLessThan(mostGrowthMb);
      return {
        'long messages': events,
        'RSS without stalled MB': Math.round(beforeMb),
        'RSS with stalled MB': Math.round(mostMb),
        'closed by the service': codes.length,
        'of these, saw 1013': codes.filter((code) => code === TRY_AGAIN_LATER).length,
      };
    } finally {
      fast.close();
      for (const one of stalling) one.cut();
    }
  },
};

const TRY_AGAIN_LATER = 1013;
const CONNECTION_LOST = 1006;
/** What the operating system takes, and then the time limit of the service. */
const CLOSED_WITHIN_MS = 400_000;
/** Reading all metrics takes a millisecond. */
const POLL_MS = 100;

/** Waits until the service has closed all of them, and reads why. */
async function closeCodes(replica: Replica, stalling: readonly StalledSubscriber[]): Promise<readonly number[]> {
  await until(
    async () => {
      await sleep(POLL_MS);
      return replica.metric('stepdown_unread_closed_total');
    },
    (closed) => closed >= stalling.length,
    CLOSED_WITHIN_MS,
  );
  return Promise.all(stalling.map((one) => one.read()));
}

/** Waits until a subscriber has all events but the first ones, in the order of the log. */
async function untilReceived(subscriber: Arrivals, expected: readonly string[], known: number): Promise<void> {
  await untilTrue(() => {
    subscriber.check();
    return subscriber.at.has(expected.at(-1) ?? '');
  });
  const received = [...subscriber.at.keys()];
  const wanted = expected.slice(known);
  const from = received.indexOf(wanted[0] ?? '');
  expect(received.slice(from, from + wanted.length)).toEqual(wanted);
}
