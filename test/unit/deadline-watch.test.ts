import { setTimeout as realSleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import {
  type ApproachingDeadline,
  DeadlineWatch,
  type DeadlineWatchOptions,
} from '../../src/application/deadlines/deadline-watch';
import { RETRY_PAUSE_MS } from '../../src/application/events/retry-while-database-is-down';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import type { Services } from '../../src/application/ports/services';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import type { Deadline } from '../../src/application/ports/ticket-reader';
import { runningDeadlines } from '../../src/domain/commitment/view';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import { everything } from '../support/actors';
import { ACKNOWLEDGE, AGENT, CIMCLOUD, GO_ON, ny, SEV1, Story, WAIT } from '../support/domain';

const unavailable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const NOW = ny('2026-06-01 10:00');

/** Tickets in memory, read as the store reads them. */
class World {
  readonly stories = new Map<string, Story>();
  readonly hub = new Hub(0, async () => {
    throw new Error('No subscriber reads the log');
  });
  reads = 0;
  private position = 0;

  open(id: string, at: EpochMs = Date.now()): Story {
    const story = new Story(SEV1, at);
    this.stories.set(id, story);
    return story;
  }

  /** Says that something happened to the tickets. */
  tell(...ids: string[]): void {
    const entries = ids.map((ticketId) => {
      this.position += 1;
      const event = { ticketId, type: 'ASSIGNED', number: 1, at: NOW, actor: AGENT, id: '', position: this.position };
      return event as unknown as PlacedEvent;
    });
    void this.hub.publish(entries, this.position);
  }

  stored(id: string): StoredTicket | null {
    const story = this.stories.get(id);
    return story === undefined ? null : { ...story.ticket, id, number: 1, createdAt: NOW, updatedAt: NOW };
  }

  readonly services = {
    clock: { now: () => Date.now() },
    feed: this.hub,
    policies: { known: () => CIMCLOUD },
    reader: {
      ticketById: async (_caller: unknown, id: string) => this.stored(id),
      deadlines: async (
        _caller: unknown,
        query: { since: EpochMs; until: EpochMs; kinds: readonly CommitmentKind[] },
        { count, after }: { count: number; after: string | null },
      ) => {
        this.reads += 1;
        const all: Deadline[] = [...this.stories.keys()].flatMap((id) => {
          const ticket = this.stored(id);
          if (ticket === null) return [];
          return runningDeadlines(ticket, CIMCLOUD).map(({ kind, dueAt }) => ({ ticket, kind, dueAt }));
        });
        const edges = all
          .map((node) => ({ node, cursor: `${node.dueAt}/${node.ticket.id}/${node.kind}` }))
          .filter(
            ({ node, cursor }) =>
              query.kinds.includes(node.kind) &&
              node.dueAt >= query.since &&
              node.dueAt <= query.until &&
              (after === null || cursor > after),
          )
          .sort((one, two) => (one.cursor < two.cursor ? -1 : 1));
        return { edges: edges.slice(0, count), hasNextPage: edges.length > count, hasPreviousPage: false };
      },
    },
  } as unknown as Services;

  watch(
    lead: number,
    kinds: readonly CommitmentKind[] = ['UPDATE'],
    more: Partial<DeadlineWatchOptions> = {},
  ): DeadlineWatch {
    return new DeadlineWatch(this.services, {
      caller: everything,
      lead,
      query: { kinds, severity: null, ticket: null, client: null, assignee: null },
      matches: (_ticket, kind) => kinds.includes(kind),
      isRelevant: () => true,
      ...more,
    });
  }
}

/** Takes everything as it comes. */
function take(watch: DeadlineWatch) {
  const received: (readonly [string, EpochMs, EpochMs])[] = [];
  const ended = (async () => {
    for await (const { ticket, dueAt } of watch as AsyncIterable<ApproachingDeadline>)
      received.push([ticket.id, dueAt, Date.now()]);
  })();
  return { received, ended };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, place) => `t${1_000 + place}`);

describe('a watch of deadlines', () => {
  let world: World;
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    world = new World();
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    expect(world.hub.size).toBe(0);
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('sleeps until exactly the lead before the due instant, and reads no more than once until then', async () => {
    world.open('a');
    const watch = world.watch(10 * MINUTE_MS);
    const { received, ended } = take(watch);
    await pass(50 * MINUTE_MS - 1);
    expect(received).toEqual([]);
    expect([world.reads, jest.getTimerCount()]).toEqual([1, 1]);
    await pass(1);
    expect(received).toEqual([['a', NOW + HOUR_MS, NOW + 50 * MINUTE_MS]]);
    await watch.return();
    await ended;
  });

  it('waits longer than a timer can', async () => {
    const watch = world.watch(HOUR_MS, ['UPDATE']);
    const { received, ended } = take(watch);
    await pass(40 * DAY_MS);
    world.open('a', NOW + 40 * DAY_MS + 5 * MINUTE_MS);
    world.tell('a');
    await pass(5 * MINUTE_MS);
    expect(received).toHaveLength(1);
    // One look a day, since what lies further than that was not read.
    expect(world.reads).toBeLessThan(45);
    await watch.return();
    await ended;
  });

  it('is woken by a nearer deadline', async () => {
    world.open('late', NOW);
    const watch = world.watch(MINUTE_MS);
    const { received, ended } = take(watch);
    await pass(MINUTE_MS);
    world.open('early', NOW - 30 * MINUTE_MS);
    world.tell('early');
    await pass(29 * MINUTE_MS);
    expect(received.map(([id, , at]) => [id, at - NOW])).toEqual([['early', 29 * MINUTE_MS]]);
    await watch.return();
    await ended;
  });

  it('gives all that are due at one instant, each once, however they became known', async () => {
    const [known, heard] = [names(450).slice(0, 250), names(450).slice(250)];
    for (const id of known) world.open(id);
    const watch = world.watch(10 * MINUTE_MS);
    const { received, ended } = take(watch);
    await pass(1);
    for (const id of heard) world.open(id, NOW);
    world.tell(...heard, ...known);
    await pass(HOUR_MS);
    expect(received.map(([id]) => id).sort()).toEqual([...known, ...heard]);
    await watch.return();
    await ended;
  });

  it('keeps only the nearest of what the feed announces, and gives the others all the same', async () => {
    const watch = world.watch(10 * MINUTE_MS);
    const { received, ended } = take(watch);
    await pass(1);
    // The furthest first.
    for (const [place, id] of names(500).entries()) world.open(id, NOW + (500 - place) * 1_000);
    for (const id of names(500)) world.tell(id);
    await pass(2 * HOUR_MS);
    expect(received.map(([id]) => id)).toEqual(names(500).reverse());
    expect(received.every(([, dueAt, at]) => at === dueAt - 10 * MINUTE_MS)).toBe(true);
    await watch.return();
    await ended;
  });

  it('gives a deadline that was moved twice, and none that was met without an announcement', async () => {
    const moved = world.open('moved');
    world.open('met', NOW + 1).do(ACKNOWLEDGE, NOW + 2);
    const watch = world.watch(10 * MINUTE_MS, ['RESPONSE', 'UPDATE']);
    const { received, ended } = take(watch);
    await pass(51 * MINUTE_MS);
    const at = NOW + 51 * MINUTE_MS;
    moved.do(WAIT, at);
    moved.do(GO_ON, at + 20 * MINUTE_MS);
    world.tell('moved');
    await pass(HOUR_MS);
    expect(received.map(([id, dueAt]) => [id, (dueAt - NOW) / MINUTE_MS])).toEqual([
      ['moved', 15],
      ['moved', 60],
      ['met', 60 + 1 / MINUTE_MS],
      ['moved', 80],
    ]);
    await watch.return();
    await ended;
  });

  it('gives nothing of an imported history, neither read nor announced', async () => {
    const story = new Story(SEV1, NOW, CIMCLOUD, { notMeasured: [], observedUntil: NOW });
    world.stories.set('imported', story);
    const watch = world.watch(HOUR_MS);
    const { received, ended } = take(watch);
    await pass(1);
    world.tell('imported');
    await pass(HOUR_MS);
    expect(received).toEqual([]);
    await watch.return();
    await ended;
  });

  it('skips what became overdue while its reader did not read', async () => {
    for (const id of ['a', 'b']) world.open(id);
    const watch = world.watch(HOUR_MS);
    expect((await watch.next()).value).toMatchObject({ ticket: { id: 'a' } });
    await pass(HOUR_MS + 1);
    world.open('c');
    world.tell('c');
    expect((await watch.next()).value).toMatchObject({ ticket: { id: 'c' } });
    await watch.return();
  });

  it('gives what it has just read without reading it again', async () => {
    for (const id of names(250)) world.open(id);
    const read: string[] = [];
    const { reader } = world.services as unknown as {
      reader: { ticketById: (...args: unknown[]) => Promise<unknown> };
    };
    const byId = reader.ticketById;
    reader.ticketById = (caller, id) => {
      read.push(String(id));
      return byId(caller, id);
    };
    const watch = world.watch(HOUR_MS);
    const { received, ended } = take(watch);
    await pass(1);
    expect([received.length, read.length]).toEqual([250, 0]);
    await watch.return();
    await ended;
  });

  it('ends with an error that says what to do when more than 100,000 deadlines are near', async () => {
    // One story under all ids: deciding a hundred thousand submissions would take most of the
    // test's time.
    const story = world.open('t1000');
    for (const id of names(100_001)) world.stories.set(id, story);
    const sorted = [...world.stories.keys()].map((id) => ({
      ticket: world.stored(id),
      kind: 'UPDATE',
      dueAt: NOW + HOUR_MS,
    }));
    const { reader } = world.services as unknown as { reader: { deadlines: unknown } };
    reader.deadlines = async (
      _caller: unknown,
      _query: unknown,
      { count, after }: { count: number; after: string | null },
    ) => {
      const from = after === null ? 0 : Number(after);
      const edges = sorted.slice(from, from + count).map((node, place) => ({ node, cursor: String(from + place + 1) }));
      return { edges, hasNextPage: from + count < sorted.length, hasPreviousPage: false };
    };
    const watch = world.watch(HOUR_MS);
    const { received, ended } = take(watch);
    const end = expect(ended).rejects.toThrow('More than 100,000 deadlines are within the lead time');
    await pass(1);
    await end;
    expect(received).toHaveLength(100_000);
  });

  it('fails if its first read does, without a retry', async () => {
    let reads = 0;
    world.services.reader.deadlines = async () => {
      reads += 1;
      throw unavailable;
    };
    await expect(world.watch(HOUR_MS).next()).rejects.toBe(unavailable);
    expect(reads).toBe(1);
  });

  it('ends at once while its reads fail, and reads no more', async () => {
    const watch = world.watch(HOUR_MS);
    const next = watch.next();
    await pass(1);
    // The first read has succeeded; the next is repeated.
    let reads = 0;
    world.services.reader.ticketById = async () => {
      reads += 1;
      throw unavailable;
    };
    world.tell('t1');
    await pass(1);
    expect(reads).toBe(1);
    await watch.return();
    expect(await next).toEqual({ done: true, value: undefined });
    await realSleep(2 * RETRY_PAUSE_MS);
    expect(reads).toBe(1);
  });

  it.each([
    ['the feed', (of: World) => of.hub.close(), { done: true }],
    ['the store', (of: World) => of.stories.set('broken', null as unknown as Story), null],
  ] as const)('ends with %s', async (_name, fail, outcome) => {
    const watch = world.watch(HOUR_MS);
    const next = watch.next().then(
      (result) => result,
      () => null,
    );
    await pass(1);
    fail(world);
    world.tell('broken');
    await pass(1);
    expect(await next).toEqual(outcome === null ? null : { done: true, value: undefined });
  });
});
