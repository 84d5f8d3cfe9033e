import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FailedSignIns } from '../../src/application/access/failed-sign-ins';
import { SignIns } from '../../src/application/access/sign-ins';
import type { AuditEntry, AuditLog } from '../../src/application/ports/audit-log';
import type { Json } from '../support/graphql-service';

/** Failures whose clock belongs to the test. */
function failuresWith(limit: number) {
  let now = 0;
  const limited: string[] = [];
  const failures = new FailedSignIns(
    limit,
    (address) => limited.push(address),
    () => now,
  );
  const guess = new Error('a guess');
  const attempt = (address: string, look: () => Promise<string>) =>
    failures.attempt(address, look, (error) => error === guess);
  /** Fails so often; a refused attempt ends it. */
  const fail = async (address: string, times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      await attempt(address, () => Promise.reject(guess)).catch((error) => expect(error).toBe(guess));
    }
  };
  /** Why a valid credential of the address is refused; null if it is not. */
  const refusalOf = (address: string): Promise<Json> =>
    attempt(address, async () => 'valid').then(
      () => null,
      (error) => error,
    );
  return {
    attempt,
    guess,
    limited,
    fail,
    refusalOf,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('attempts at the same time', () => {
  it('wait when as many run as may fail, and go on as others end, also when a minute begins', async () => {
    const { attempt, guess, fail, pass } = failuresWith(3);
    await fail('a', 1);
    const ends: ((error: Error | null) => void)[] = [];
    const results = Array.from({ length: 6 }, (_, n) =>
      attempt(
        'a',
        () =>
          new Promise((resolve, reject) => {
            ends[n] = (error) => (error === null ? resolve('valid') : reject(error));
          }),
      ).catch((error) => error),
    );
    const end = async (n: number, error: Error | null): Promise<number> => {
      ends[n]?.(error);
      await new Promise(setImmediate);
      return ends.length;
    };
    expect(ends).toHaveLength(2);
    expect(await end(0, null)).toBe(3);
    pass(60_000);
    expect(await end(1, guess)).toBe(4);
    expect(await end(2, guess)).toBe(4);
    expect(await end(3, guess)).toBe(4);
    expect(await Promise.all(results)).toEqual([
      'valid',
      guess,
      guess,
      guess,
      expect.objectContaining({ retryAfterSeconds: 60 }),
      expect.objectContaining({ retryAfterSeconds: 60 }),
    ]);
  });
});

describe('the failed sign-ins of an address', () => {
  it('are refused above the limit until the minute is over, and reported once', async () => {
    const { refusalOf, limited, fail, pass } = failuresWith(3);
    await fail('a', 2);
    expect(await refusalOf('a')).toBeNull();
    pass(20_500);
    await fail('a', 1);
    expect(await refusalOf('a')).toMatchObject({
      retryAfterSeconds: 40,
      message: 'Too many sign-ins of this address have failed. Try again in 40 seconds.',
    });
    expect(await refusalOf('b')).toBeNull();
    expect(limited).toEqual(['a']);
    pass(39_500);
    expect(await refusalOf('a')).toBeNull();
    await fail('a', 3);
    expect(await refusalOf('a')).toMatchObject({ retryAfterSeconds: 60 });
    expect(limited).toEqual(['a', 'a']);
  });

  it('have no limit if it is 0', async () => {
    const { refusalOf, limited, fail } = failuresWith(0);
    await fail('a', 1_000);
    expect(await refusalOf('a')).toBeNull();
    expect(limited).toEqual([]);
  });

  it('are counted for 10,000 addresses at a time, so that many addresses do not fill the memory', async () => {
    const { refusalOf, fail } = failuresWith(2);
    for (let n = 0; n < 10_000; n++) await fail(`a${n}`, 1);
    await fail('further', 5);
    expect(await refusalOf('further')).toBeNull();
    await fail('a9999', 1);
    expect(await refusalOf('a9999')).not.toBeNull();
  });
});

describe('the audit log of failures', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('has those of too many addresses in one entry a minute, with their number', async () => {
    jest.useFakeTimers();
    const recorded: AuditEntry[] = [];
    const audit = { record: async (entry: AuditEntry) => void recorded.push(entry) } as unknown as AuditLog;
    const signIns = new SignIns({
      audit,
      clock: { now: () => 0 },
      onError: (error) => {
        throw error;
      },
    });
    for (let n = 0; n < 10_000; n++) signIns.failed('reason', `a${n}`);
    const own = recorded.length;
    for (let n = 0; n < 25; n++) signIns.failed('reason', `further${n}`);
    signIns.failed('reason', 'a0');
    expect(own).toBe(10_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(recorded.slice(own)).toEqual(
      [
        { address: null, detail: expect.stringContaining('too many for an entry each'), count: 1 },
        { address: 'a0', detail: 'reason', count: 1 },
        { address: null, detail: expect.stringContaining('too many for an entry each'), count: 24 },
      ].map((entry) => ({ kind: 'SIGN_IN_FAILED', at: 0, actor: null, subject: null, ...entry })),
    );
  });
});
