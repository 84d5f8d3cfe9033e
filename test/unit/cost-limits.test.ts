import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CostLimits } from '../../src/adapters/rate-limits/cost-limits';
import { ShareSpending } from '../../src/adapters/rate-limits/share-spending';
import { type Role, rightsOf } from '../../src/application/access/rights';
import type { Identified } from '../../src/application/ports/caller';
import type { Spending, SpendingStore } from '../../src/application/ports/rate-limits';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const caller = (id: string, role: Role, sees: Identified['sees']): Identified => ({
  actor: { kind: role === 'CLIENT' ? 'CLIENT' : role === 'SERVICE' ? 'SERVICE' : 'AGENT', id, name: id },
  sees,
  rights: role === 'SERVICE' ? { role, scopes: ['READ'] } : rightsOf(role),
});
const ANN = caller('ann', 'CLIENT', ['acme']);
const BEN = caller('ben', 'CLIENT', ['acme']);
const KEY = caller('sdk_1', 'SERVICE', ['acme']);
const GUS = caller('gus', 'CLIENT', ['globex']);
const AGENT = caller('ada', 'AGENT', ['acme']);
const ALL = caller('sdk_2', 'SERVICE', 'ALL');
const BOTH = caller('eva', 'CLIENT', ['acme', 'globex']);

/** What of a spending a test compares. */
const shown = ({ cost, refusal }: Spending) => [refusal === null, cost.limit, cost.remaining];

describe('the limits of cost', () => {
  it('are those of the caller, and of all callers of its client together; the tighter one is shown', async () => {
    const limits = new CostLimits({ perCaller: 100, perClient: 150 });
    expect(shown(await limits.spend(ANN, 60))).toEqual([true, 100, 40]);
    expect(shown(await limits.spend(BEN, 60))).toEqual([true, 150, 30]);
    expect(shown(await limits.spend(KEY, 30))).toEqual([true, 150, 0]);
    expect(shown(await limits.spend(KEY, 1))).toEqual([false, 150, 0]);
    expect(shown(await limits.spend(GUS, 100))).toEqual([true, 100, 0]);
  });

  it.each([
    ['an agent who sees one client', AGENT],
    ['a caller who sees all clients', ALL],
    ['a caller who sees several clients', BOTH],
  ])('of a client do not apply to %s', async (_, other) => {
    const limits = new CostLimits({ perCaller: 100, perClient: 100 });
    await limits.spend(ANN, 100);
    expect(shown(await limits.spend(other, 100))).toEqual([true, 100, 0]);
    expect(shown(await limits.spend(other, 1))).toEqual([false, 100, 0]);
  });

  it('are not used up by what they refuse', async () => {
    const limits = new CostLimits({ perCaller: 100, perClient: 110 });
    await limits.spend(ANN, 60);
    expect(shown(await limits.spend(ANN, 41))).toEqual([false, 100, 40]);
    // That of the client refuses, and the caller has lost nothing either.
    expect(shown(await limits.spend(BEN, 51))).toEqual([false, 110, 50]);
    expect(shown(await limits.spend(ANN, 40))).toEqual([true, 100, 0]);
    expect(shown(await limits.spend(BEN, 10))).toEqual([true, 110, 0]);
  });

  it('are reset a minute after their first operation, which a refusal says', async () => {
    const limits = new CostLimits({ perCaller: 100, perClient: 1_000 });
    await limits.spend(ANN, 100);
    await jest.advanceTimersByTimeAsync(17_500);
    const { refusal, cost } = await limits.spend(ANN, 1);
    expect(cost.resetSeconds).toBe(43);
    expect(refusal).toMatchObject({
      retryAfterSeconds: 43,
      message:
        'The request costs 1. Of the 100 that this caller may cost in a minute, 0 remain. Try again in 43 seconds.',
    });
    await jest.advanceTimersByTimeAsync(42_499);
    expect(shown(await limits.spend(ANN, 1))).toEqual([false, 100, 0]);
    await jest.advanceTimersByTimeAsync(1);
    expect(shown(await limits.spend(ANN, 1))).toEqual([true, 100, 99]);
  });

  it('that both refuse say when the later one is reset', async () => {
    const limits = new CostLimits({ perCaller: 100, perClient: 150 });
    await limits.spend(BEN, 100);
    await jest.advanceTimersByTimeAsync(20_000);
    await limits.spend(ANN, 50);
    expect((await limits.spend(ANN, 100)).refusal?.retryAfterSeconds).toBe(60);
  });
});

/** The limits of a process that shares what it spends. */
function sharingProcess(add: SpendingStore['add']) {
  const errors: unknown[] = [];
  const limits: CostLimits = new CostLimits({
    perCaller: 100,
    perClient: 1_000,
    onSpent: (key, cost) => sharing.note(key, cost),
  });
  const sharing = new ShareSpending({
    store: { add },
    learn: (key, shared) => limits.learn(key, shared),
    onError: (error) => errors.push(error),
  });
  return { limits, sharing, errors };
}

it('what is known only when it is done is not refused, and what follows is', async () => {
  const limits = new CostLimits({ perCaller: 100, perClient: 1_000 });
  await limits.owe(ALL, 150);
  const { refusal, cost } = await limits.spend(ALL, 1);
  expect(refusal).not.toBeNull();
  expect(cost).toMatchObject({ remaining: 0 });
});

describe('what processes share', () => {
  it('is what they have spent of the same limits', async () => {
    const total = new Map<string, number>();
    let exchanges = 0;
    const add: SpendingStore['add'] = async (spent) => {
      exchanges += 1;
      for (const [key, cost] of spent) total.set(key, (total.get(key) ?? 0) + cost);
      return new Map([...spent.keys()].map((key) => [key, { spent: total.get(key) ?? 0, resetMs: 30_000 }]));
    };
    const [one, other] = [sharingProcess(add).limits, sharingProcess(add).limits];
    for (const cost of [50, 5, 5]) {
      await one.spend(ALL, cost);
      await jest.advanceTimersByTimeAsync(0);
    }
    // At once, and then together what follows within the pause.
    expect(exchanges).toBe(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(exchanges).toBe(2);
    // Its own share only, until it learns of the rest.
    expect(shown(await other.spend(ALL, 20))).toEqual([true, 100, 80]);
    await jest.advanceTimersByTimeAsync(0);
    expect(shown(await other.spend(ALL, 21))).toEqual([false, 100, 20]);
    const { cost } = await other.spend(ALL, 20);
    expect(cost).toEqual({ requested: 20, limit: 100, remaining: 0, resetSeconds: 30 });
  });

  it('is not waited for, and what is spent during an exchange is not lost', async () => {
    let answer: () => void = () => undefined;
    const { limits } = sharingProcess(
      (spent) =>
        new Promise((resolve) => {
          answer = () => resolve(new Map([...spent.keys()].map((key) => [key, { spent: 50, resetMs: 30_000 }])));
        }),
    );
    expect(shown(await limits.spend(ALL, 10))).toEqual([true, 100, 90]);
    expect(shown(await limits.spend(ALL, 20))).toEqual([true, 100, 70]);
    answer();
    await jest.advanceTimersByTimeAsync(0);
    expect(shown(await limits.spend(ALL, 1))).toEqual([true, 100, 29]);
  });

  it('is counted by each process for itself while it cannot be shared, with one error', async () => {
    let failures = 0;
    const { limits, sharing, errors } = sharingProcess(() => {
      failures += 1;
      return Promise.reject(new Error('the database is away'));
    });
    await limits.spend(ALL, 60);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(shown(await limits.spend(ALL, 30))).toEqual([true, 100, 10]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(shown(await limits.spend(ALL, 11))).toEqual([false, 100, 10]);
    expect(failures).toBe(2);
    expect(errors).toHaveLength(1);
    await sharing.close();
  });

  it('is not given back when an exchange fails and the next one does not', async () => {
    let isAway = true;
    const { limits } = sharingProcess((spent) =>
      isAway
        ? Promise.reject(new Error('the database is away'))
        : Promise.resolve(new Map([...spent].map(([key, cost]) => [key, { spent: cost, resetMs: 30_000 }]))),
    );
    await limits.spend(ALL, 90);
    await jest.advanceTimersByTimeAsync(0);
    isAway = false;
    await limits.spend(ALL, 5);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(shown(await limits.spend(ALL, 6))).toEqual([false, 100, 5]);
  });

  it('ends with its process, without an error for an exchange that was under way', async () => {
    let fail: (error: Error) => void = () => undefined;
    const { limits, sharing, errors } = sharingProcess(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );
    await limits.spend(ALL, 60);
    const closing = sharing.close();
    fail(new Error('the connections have ended'));
    await closing;
    expect(errors).toEqual([]);
  });
});
