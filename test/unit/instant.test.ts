import { expect, test } from '@jest/globals';
import { DAY_MS, toIso } from '../../src/domain/instant';

const DAYS = ['0001-01-01', '0099-12-31', '1969-12-31', '1970-01-01', '2024-02-29', '2026-11-27', '9999-12-31'];
const TIMES = ['00:00:00.000', '00:00:00.001', '09:05:07.010', '12:34:56.789', '23:59:59.099', '23:59:59.999'];

test('an instant is written as toISOString writes it, on a day that was written before and on a new one', () => {
  for (const day of DAYS) {
    for (const time of TIMES) {
      const iso = `${day}T${time}Z`;
      expect([toIso(Date.parse(iso)), toIso(Date.parse(iso))]).toEqual([iso, iso]);
    }
  }
});

test('days that take the same place in memory are not confused', () => {
  const first = Date.parse('2026-11-27T10:00:00.000Z');
  for (let days = -64; days <= 64; days += 16) {
    const at = first + days * DAY_MS;
    expect(toIso(at)).toBe(new Date(at).toISOString());
    expect(toIso(first)).toBe('2026-11-27T10:00:00.000Z');
  }
});

test('a fraction of a millisecond, years beyond 9999 and before 1, and what is no instant', () => {
  for (const at of [-0.5, -1, -DAY_MS, -0, 1.5, 8.64e15, -8.64e15, 253_402_300_800_000]) {
    expect(toIso(at)).toBe(new Date(at).toISOString());
  }
  for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1]) expect(() => toIso(at)).toThrow(RangeError);
});
