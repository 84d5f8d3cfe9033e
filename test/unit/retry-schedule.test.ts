import { describe, expect, it } from '@jest/globals';
import { ATTEMPTS, nextAttemptAt, retryAfterMsOf } from '../../src/application/webhooks/retry-schedule';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant';

const NOW = Date.parse('2026-06-01T12:00:00Z');

describe('the next attempt', () => {
  it.each([
    [1, 5_000],
    [2, 5 * MINUTE_MS],
    [3, 30 * MINUTE_MS],
    [4, 2 * HOUR_MS],
    [5, 5 * HOUR_MS],
    [6, 10 * HOUR_MS],
    [7, 14 * HOUR_MS],
    [8, 20 * HOUR_MS],
    [9, 24 * HOUR_MS],
  ])('after %d failures comes after %d ms, or up to a fifth later', (failures, pause) => {
    expect(nextAttemptAt(failures, NOW, null, 0)).toBe(NOW + pause);
    expect(nextAttemptAt(failures, NOW, null, 1)).toBe(NOW + pause * 1.2);
  });

  it('does not come after the tenth', () => {
    expect(ATTEMPTS).toBe(10);
    expect(nextAttemptAt(10, NOW, null, 0)).toBe(null);
    expect(nextAttemptAt(10, NOW, 1_000, 0)).toBe(null);
  });

  it('comes as late as the endpoint asks, at most a day later, and never earlier than planned', () => {
    expect(nextAttemptAt(1, NOW, 60_000, 0)).toBe(NOW + 60_000);
    expect(nextAttemptAt(1, NOW, 1_000, 0)).toBe(NOW + 5_000);
    expect(nextAttemptAt(1, NOW, 90 * 24 * HOUR_MS, 0)).toBe(NOW + 24 * HOUR_MS);
    for (const seconds of ['999999', '99999999999999999999', '9'.repeat(400)]) {
      expect(nextAttemptAt(1, NOW, retryAfterMsOf(seconds, NOW), 0)).toBe(NOW + 24 * HOUR_MS);
    }
  });
});

describe('the header Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 01 Jun 2026 12:01:00 GMT', 60_000],
    ['Mon, 01 Jun 2026 11:00:00 GMT', 0],
    ['tomorrow', null],
    ['-5', null],
    ['1e3', null],
    ['2026-06-01', null],
    [undefined, null],
  ])('%s asks for a pause of %s ms', (header, pause) => {
    expect(retryAfterMsOf(header, NOW)).toBe(pause);
  });
});
