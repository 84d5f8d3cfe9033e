import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FailedSignIns } from '../../src/application/access/failed-sign-ins';
import { SignIns } from '../../src/application/access/sign-ins';
import type { AuditEntry, AuditLog } from '../../src/application/ports/audit-log';

/** Failures whose clock belongs to the test. */
function failuresWith(limit: number) {
  let now = 0;
  const limited: string[] = [];
  const failures = new FailedSignIns(
    limit,
    (address) => limited.push(address),
    () => now,
  );
  const fail = (address: string, times: number): void => {
    for (let n = 0; n < times; n++) failures.count(address);
  };
  return {
    failures,
    limited,
    fail,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the failed sign-ins of an address', () => {
  it('are refused above the limit until the minute is over, and reported once', () => {
    const { failures, limited, fail, pass } = failuresWith(3);
    fail('a', 2);
    expect(failures.refusalOf('a')).toBeNull();
    pass(20_500);
    fail('a', 3);
    expect(failures.refusalOf('a')).toMatchObject({
      retryAfterSeconds: 40,
      message: 'Too many sign-ins of this address have failed. Try again in 40 seconds.',
    });
    expect(failures.refusalOf('b')).toBeNull();
    expect(limited).toEqual(['a']);
    pass(39_500);
    expect(failures.refusalOf('a')).toBeNull();
    fail('a', 3);
    expect(failures.refusalOf('a')?.retryAfterSeconds).toBe(60);
    expect(limited).toEqual(['a', 'a']);
  });

  it('have no limit if it is 0', () => {
    const { failures, limited, fail } = failuresWith(0);
    fail('a', 1_000);
    expect(failures.refusalOf('a')).toBeNull();
    expect(limited).toEqual([]);
  });

  it('are counted for 10,000 addresses at a time, so that many addresses do not fill the memory', () => {
    const { failures, fail } = failuresWith(2);
    for (let n = 0; n < 10_000; n++) fail(`a${n}`, 1);
    fail('further', 5);
    expect(failures.refusalOf('further')).toBeNull();
    fail('a9999', 1);
    expect(failures.refusalOf('a9999')).not.toBeNull();
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
