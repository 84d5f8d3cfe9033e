import { describe, expect, it } from '@jest/globals';
import {
  type CalendarDefinition,
  CalendarError,
  compileCalendar,
  type LocalInterval,
} from '../../src/domain/calendar/business-calendar';
import { readPolicyVersion, UnreadablePolicy } from '../../src/domain/policy/policy-document';
import { CIMCLOUD_DOCUMENT } from '../support/policies';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString();

const workdays = (...hours: readonly LocalInterval[]): CalendarDefinition['week'] => ({
  mon: hours,
  tue: hours,
  wed: hours,
  thu: hours,
  fri: hours,
});
const define = (
  timeZone: string,
  week: CalendarDefinition['week'],
  special: CalendarDefinition['special'],
  holidays: readonly string[] = [],
): CalendarDefinition => ({ timeZone, week, holidays, special });

const NINE_TO_NOON: readonly LocalInterval[] = [['09:00', '12:00']];
const OFFICE = define(
  'America/New_York',
  workdays(['08:00', '17:00']),
  {
    '12-24': NINE_TO_NOON,
    '12-31': [],
    '02-29': [],
    '03-08': [['01:00', '04:00']],
    '11-01': [['00:30', '03:00']],
    '2028-12-24': [['10:00', '11:00']],
  },
  ['2026-12-25', '2027-12-24', '2028-12-24'],
);
const ONLY_CHRISTMAS_EVE = define('UTC', {}, { '12-24': NINE_TO_NOON });
const ONLY_LEAP_DAYS = define('UTC', {}, { '02-29': NINE_TO_NOON });

describe('special hours of every year', () => {
  it.each<[string, string, string, number]>([
    ['replace the hours of the weekday', '2026-12-24T00:00-05:00', '2026-12-25T00:00-05:00', 180],
    ['apply in the first year', '0001-12-24T00:00-05:00', '0001-12-25T00:00-05:00', 180],
    ['apply in the last year', '9998-12-24T00:00-05:00', '9998-12-25T00:00-05:00', 180],
    ['replace a holiday', '2027-12-24T00:00-05:00', '2027-12-25T00:00-05:00', 180],
    ['are replaced by those of one year, also on a holiday', '2028-12-24T00:00-05:00', '2028-12-25T00:00-05:00', 60],
    ['close a date', '2030-12-31T00:00-05:00', '2031-01-01T00:00-05:00', 0],
    ['of 29 February close it in a leap year', '2028-02-29T00:00-05:00', '2028-03-01T00:00-05:00', 0],
    ['of 29 February close it in 2000', '2000-02-29T00:00-05:00', '2000-03-01T00:00-05:00', 0],
    // 1 March 2027 and 1 March 2100 are Mondays.
    ['of 29 February change no other year', '2027-02-28T00:00-05:00', '2027-03-02T00:00-05:00', 540],
    ['of 29 February change 2100 in no way', '2100-02-28T00:00-05:00', '2100-03-02T00:00-05:00', 540],
    ['leave out the hour that the clocks skip', '2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00', 120],
    ['are whole in a year whose clocks change later', '2027-03-08T00:00-05:00', '2027-03-09T00:00-05:00', 180],
    ['count a repeated hour twice', '2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00', 210],
    ['count it once in other years', '2027-11-01T00:00-04:00', '2027-11-02T00:00-04:00', 150],
  ])('%s', (_, from, to, minutes) => {
    expect(compileCalendar(OFFICE).between(at(from), at(to)) / MINUTE).toBe(minutes);
  });

  it.each<[string, string, number, 'SAME_TIME' | 'CLOSE_OF_BUSINESS', string]>([
    ['is due at the last closing of the date', '2026-12-23T15:00-05:00', 1, 'SAME_TIME', '2026-12-24T17:00:00.000Z'],
    ['is due at its close of business', '2026-12-23T10:00-05:00', 1, 'CLOSE_OF_BUSINESS', '2026-12-24T17:00:00.000Z'],
    // Thursday, the holiday, the weekend, Monday.
    ['counts the date as a working date', '2026-12-23T15:00-05:00', 2, 'SAME_TIME', '2026-12-28T20:00:00.000Z'],
    ['leaves out a closed date', '2030-12-30T10:00-05:00', 1, 'SAME_TIME', '2031-01-01T15:00:00.000Z'],
  ])('a target in business days %s', (_, start, days, end, due) => {
    expect(iso(compileCalendar(OFFICE).addBusinessDays(at(start), days, end))).toBe(due);
  });

  it('are enough for a calendar, which then has no end', () => {
    const calendar = compileCalendar(ONLY_CHRISTMAS_EVE);
    expect(iso(calendar.add(at('2026-01-01T00:00Z'), 4 * HOUR))).toBe('2027-12-24T10:00:00.000Z');
    expect(iso(calendar.addBusinessDays(at('2026-12-24T10:00Z'), 2))).toBe('2028-12-24T10:00:00.000Z');
    expect(iso(calendar.add(at('9999-12-24T09:00Z'), 3 * HOUR))).toBe('9999-12-24T12:00:00.000Z');
    expect(calendar.between(at('2000-01-01T00:00Z'), at('2400-01-01T00:00Z'))).toBe(400 * 3 * HOUR);
    expect(() => calendar.add(at('9999-12-24T09:00Z'), 4 * HOUR)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE' }),
    );
  });

  it('of 29 February come once in four or eight years', () => {
    const calendar = compileCalendar(ONLY_LEAP_DAYS);
    expect(iso(calendar.addBusinessDays(at('2092-02-29T10:00Z'), 1))).toBe('2096-02-29T10:00:00.000Z');
    expect(iso(calendar.addBusinessDays(at('2096-02-29T10:00Z'), 1))).toBe('2104-02-29T10:00:00.000Z');
  });

  it('end with the known years of the holidays', () => {
    const calendar = compileCalendar({ ...ONLY_CHRISTMAS_EVE, knownYears: { from: 2026, to: 2027 } });
    expect(iso(calendar.add(at('2026-01-01T00:00Z'), 6 * HOUR))).toBe('2027-12-24T12:00:00.000Z');
    expect(() => calendar.add(at('2026-01-01T00:00Z'), 6 * HOUR + 1)).toThrow(
      expect.objectContaining({ code: 'BEYOND_KNOWN_YEARS' }),
    );
  });

  it.each(['02-30', '00-10', '13-01', '12-00', '12-32', '2-29', '1224'])('refuse the date %s', (date) => {
    const compile = () => compileCalendar(define('UTC', workdays(...NINE_TO_NOON), { [date]: [] }));
    expect(compile).toThrow(CalendarError);
    expect(compile).toThrow(`"${date}" is not a date that exists; write YYYY-MM-DD, or MM-DD for every year`);
  });

  it('of a stored document are read, and a date that does not exist is an error of the version', () => {
    const withSpecial = (special: CalendarDefinition['special']): unknown =>
      JSON.parse(
        JSON.stringify({
          ...CIMCLOUD_DOCUMENT,
          calendars: { ...CIMCLOUD_DOCUMENT.calendars, business: { ...CIMCLOUD_DOCUMENT.calendars.business, special } },
        }),
      );
    const policy = readPolicyVersion(withSpecial({ '12-24': NINE_TO_NOON }), 'cimcloud', 2);
    expect(policy.compiledCalendars.get('business')?.isOpen(at('2031-12-24T16:59Z'))).toBe(true);
    expect(policy.compiledCalendars.get('business')?.isOpen(at('2031-12-24T17:00Z'))).toBe(false);
    expect(() => readPolicyVersion(withSpecial({ '02-30': [] }), 'cimcloud', 2)).toThrow(UnreadablePolicy);
  });
});
