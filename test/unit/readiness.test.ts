import { describe, expect, it } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import { Tail } from '../../src/adapters/events/tail';
import { DeadlineEngine } from '../../src/application/deadlines/deadline-engine';
import {
  createReadiness,
  MAX_ENGINE_BEHIND_MS,
  MAX_FEED_BEHIND_MS,
  MAX_UNPLACED_MS,
} from '../../src/compose/readiness';
import { untilTrue } from '../support/until';

const READ_ONLY = { code: 'READ_ONLY', message: 'The database takes only reads.' } as const;

describe('the reasons not to send requests to a process', () => {
  const codes = async (
    feedMs: number,
    engineMs: number,
    ofDatabase: readonly (typeof READ_ONLY)[] = [],
    unplacedMs = 0,
  ) => {
    const read = createReadiness(async () => ofDatabase, {
      stateOfDatabase: () => 'ANSWERING',
      feedBehindMs: () => feedMs,
      eventsUnplacedMs: () => unplacedMs,
      engineBehindMs: () => engineMs,
    });
    return (await read()).map(({ code }) => code);
  };

  it('are those of the database, and a feed and an engine that are behind', async () => {
    expect(await codes(MAX_FEED_BEHIND_MS, MAX_ENGINE_BEHIND_MS)).toEqual([]);
    expect(await codes(MAX_FEED_BEHIND_MS + 1, 0)).toEqual(['FEED_BEHIND']);
    expect(await codes(0, 0, [], MAX_UNPLACED_MS)).toEqual([]);
    expect(await codes(0, 0, [], MAX_UNPLACED_MS + 1)).toEqual(['EVENTS_UNPLACED']);
    expect(await codes(0, MAX_ENGINE_BEHIND_MS + 1)).toEqual(['DEADLINES_BEHIND']);
    expect(await codes(1e9, 1e9, [READ_ONLY])).toEqual(['READ_ONLY', 'FEED_BEHIND', 'DEADLINES_BEHIND']);
  });
});

describe('a process is behind while its store fails, and no longer when it works', () => {
  it.each([
    [
      'the feed',
      (isBroken: () => boolean) => {
        const log = {
          tryPlace: async () => {
            if (isBroken()) throw new Error('broken');
            return { newest: 0, isComplete: true };
          },
          bounds: async () => ({ removedTo: 0, newest: 0 }),
          after: async (next: number) => ({ entries: [], unreadable: [], next, isFull: false }),
        };
        return new Tail(log, new Hub(0, log.after), { pollMs: 5 });
      },
    ],
    [
      'the engine',
      (isBroken: () => boolean) =>
        new DeadlineEngine(
          {
            next: async () => {
              if (isBroken()) throw new Error('broken');
              return { now: 0, next: null };
            },
            record: async () => ({ taken: 0, isFull: false }),
          },
          { pollMs: 5 },
        ),
    ],
  ])('%s', async (_name, open) => {
    let isBroken = true;
    const part = open(() => isBroken);
    part.start();
    await untilTrue(() => part.behindMs > 300);
    isBroken = false;
    await untilTrue(() => part.behindMs < 100);
    await part.close();
  });
});
