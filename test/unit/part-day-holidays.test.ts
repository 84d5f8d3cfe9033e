import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import {
  type CalendarDefinition,
  compileCalendar,
  type LocalInterval,
  type PartDayHoliday,
  WEEKDAYS,
} from '../../src/domain/calendar/business-calendar';
import { readPolicyVersion, UnreadablePolicy } from '../../src/domain/policy/policy-document';
import { CIMCLOUD_DOCUMENT, CIMCLOUD_TEXT } from '../support/policies';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString();
const part = (date: string, from: string, to: string, name: string | null = null): PartDayHoliday => ({
  date,
  from,
  to,
  name,
});
const NINE_TO_FIVE: readonly LocalInterval[] = [['09:00', '17:00']];
const workdays = { mon: NINE_TO_FIVE, tue: NINE_TO_FIVE, wed: NINE_TO_FIVE, thu: NINE_TO_FIVE, fri: NINE_TO_FIVE };

/** Around Christmas of 2026, whose 24 December is a Thursday; the zone is UTC all year. */
const OFFICE: CalendarDefinition = {
  timeZone: 'Atlantic/Reykjavik',
  week: workdays,
  holidays: [
    '2026-12-25',
    part('2026-12-24', '12:00', '24:00', 'Christmas Eve'),
    part('2026-12-31', '00:00', '12:00'),
    part('2026-11-16', '10:30', '12:00', 'Second'),
    part('2026-11-16', '10:00', '11:00', 'First'),
    part('2026-12-25', '08:00', '12:00', 'Of no effect'),
    part('2026-12-29', '12:00', '24:00', 'Yearly hours'),
    part('2026-12-30', '12:00', '24:00', 'Own hours'),
    part('2027-01-04', '08:00', '18:00', 'All hours'),
  ],
  holidayNames: { '2026-12-25': 'Christmas Day' },
  special: { '12-29': [['10:00', '13:00']], '2026-12-30': [['09:00', '15:00']] },
};

describe('a holiday of a part of the day', () => {
  it.each<[string, string, number]>([
    ['closes from its start', '2026-12-24', 180],
    ['closes to its end', '2026-12-31', 300],
    ['closes once where two overlap', '2026-11-16', 60 + 300],
    ['changes nothing on a holiday of the whole day', '2026-12-25', 0],
    ['is replaced by the hours of every year', '2026-12-29', 180],
    ['is replaced by the hours of the date', '2026-12-30', 360],
    ['can close all hours', '2027-01-04', 0],
  ])('%s', (_, date, minutes) => {
    const midnight = at(`${date}T00:00Z`);
    expect(compileCalendar(OFFICE).between(midnight, midnight + 1440 * MINUTE) / MINUTE).toBe(minutes);
  });

  it.each<[string, string, number, 'SAME_TIME' | 'CLOSE_OF_BUSINESS', string]>([
    ['that closes before the time of day: its last closing', '2026-12-23T15:00Z', 1, 'SAME_TIME', '2026-12-24T12:00'],
    ['that opens after it: its first opening', '2026-12-30T10:00Z', 1, 'SAME_TIME', '2026-12-31T12:00'],
    ['at close of business', '2026-12-23T10:00Z', 1, 'CLOSE_OF_BUSINESS', '2026-12-24T12:00'],
    // It starts at the next opening, on Monday the 28th at 09:00; the 29th opens at 10:00.
    ['from the closed part of one', '2026-12-24T13:00Z', 1, 'SAME_TIME', '2026-12-29T10:00'],
    ['over one without open hours, which does not count', '2027-01-01T10:00Z', 1, 'SAME_TIME', '2027-01-05T10:00'],
  ])('business days on a date %s', (_, start, days, end, due) => {
    expect(iso(compileCalendar(OFFICE).addBusinessDays(at(start), days, end))).toBe(`${due}:00.000Z`);
  });

  it.each<[string, string, string, readonly (readonly [string, string])[]]>([
    [
      'and the night before the next one',
      '2026-12-24T00:00Z',
      '2026-12-25T10:00Z',
      [
        ['12-24T09:00', 'CLOSED'],
        ['12-24T12:00', 'OPEN'],
        ['12-25T00:00', 'HOLIDAY Christmas Eve'],
        ['12-25T10:00', 'HOLIDAY Christmas Day'],
      ],
    ],
    [
      'and of two that overlap, the first has the time',
      '2026-11-16T00:00Z',
      '2026-11-17T00:00Z',
      [
        ['11-16T09:00', 'CLOSED'],
        ['11-16T10:00', 'OPEN'],
        ['11-16T11:00', 'HOLIDAY First'],
        ['11-16T12:00', 'HOLIDAY Second'],
        ['11-16T17:00', 'OPEN'],
        ['11-17T00:00', 'CLOSED'],
      ],
    ],
    [
      'and what special hours leave of it',
      '2026-12-30T12:30Z',
      '2026-12-31T09:00Z',
      [
        ['12-30T15:00', 'OPEN'],
        ['12-31T00:00', 'HOLIDAY Own hours'],
        ['12-31T09:00', 'HOLIDAY null'],
      ],
    ],
  ])('is named in the closed time, %s', (_, from, to, expected) => {
    const stretches = [...compileCalendar(OFFICE).stretches(at(from), at(to))];
    expect(
      stretches.map(({ to: end, kind, holiday }) => [
        iso(end).slice(5, 16),
        kind === 'HOLIDAY' ? `${kind} ${holiday}` : kind,
      ]),
    ).toEqual(expected);
  });

  it.each<[string, string, string, string, string, number]>([
    // 25 hours; 01:00 to 02:00 occurs twice.
    ['a repeated hour is closed twice', '01:00', '02:00', '2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00', 23 * 60],
    ['a skipped hour closes nothing', '02:00', '03:00', '2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00', 23 * 60],
    ['half of it is skipped', '01:30', '02:30', '2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00', 23 * 60 - 30],
  ])('is local time where the clocks change: %s', (_, from, to, start, end, minutes) => {
    const calendar = compileCalendar({
      timeZone: 'America/New_York',
      week: Object.fromEntries(WEEKDAYS.map((day) => [day, [['00:00', '24:00']]])),
      holidays: [part(start.slice(0, 10), from, to)],
      special: {},
    });
    expect(calendar.between(at(start), at(end)) / MINUTE).toBe(minutes);
  });

  it('that does not exist is an error of the definition', () => {
    const compile = (holiday: PartDayHoliday) => () => compileCalendar({ ...OFFICE, holidays: [holiday] });
    expect(compile(part('2026-02-29', '12:00', '24:00'))).toThrow('holidays[0].date: "2026-02-29"');
    expect(compile(part('2026-12-24', '12:00', '12:00'))).toThrow('holidays[0]');
    expect(compile(part('2026-12-24', '12:00', '25:00'))).toThrow('"25:00" is not a time');
  });

  it('is read from a stored document, and one of another shape is an error of the version', () => {
    const withHolidays = (holidays: readonly unknown[]): unknown => ({
      ...CIMCLOUD_DOCUMENT,
      calendars: {
        ...CIMCLOUD_DOCUMENT.calendars,
        business: { ...CIMCLOUD_DOCUMENT.calendars.business, holidays },
      },
    });
    const stored = withHolidays(['2026-12-25', part('2026-12-24', '12:00', '24:00')]);
    const policy = readPolicyVersion(JSON.parse(JSON.stringify(stored)), 'cimcloud', 2);
    const calendar = policy.compiledCalendars.get('business');
    expect([calendar?.isOpen(at('2026-12-24T16:59Z')), calendar?.isOpen(at('2026-12-24T17:00Z'))]).toEqual([
      true,
      false,
    ]);
    const read = (holiday: unknown) => () => readPolicyVersion(withHolidays([holiday]), 'cimcloud', 2);
    expect(read({ date: '2026-12-24' })).toThrow(UnreadablePolicy);
    expect(read(20261224)).toThrow('calendars.business.holidays[0] takes text or an object');
  });
});

/** The holidays of a year of a region, as a policy file names it. */
function holidaysOf(region: string, year: number, more = ''): CalendarDefinition['holidays'] {
  const text = CIMCLOUD_TEXT.replace('region: US', `region: ${region}`)
    .replace('horizon: { from: 2000, to: 2050 }', `horizon: { from: ${year}, to: ${year} }`)
    .replace('      plus: []\n      minus: []\n', more);
  return parsePolicy(text, { fileName: 'policy.yaml' }).calendars.business?.holidays ?? [];
}
const onlyParts = (holidays: CalendarDefinition['holidays']) =>
  holidays.filter((holiday) => typeof holiday !== 'string');

describe('the holidays of a region', () => {
  it.each<[string, number, readonly PartDayHoliday[]]>([
    [
      'IS',
      2026,
      [part('2026-12-24', '13:00', '24:00', 'Aðfangadagur'), part('2026-12-31', '13:00', '24:00', 'Gamlársdagur')],
    ],
    // Both are Sundays, on which the whole day is a holiday.
    ['IS', 2028, []],
    ['AU-QLD', 2026, [part('2026-12-24', '18:00', '24:00', 'Christmas Eve')]],
    ['US', 2026, []],
    // Its feasts begin at sunset: the full days are holidays, and no part of the evening before.
    ['TR', 2026, []],
  ])('have the parts of days of %s in %i', (region, year, parts) => {
    expect(onlyParts(holidaysOf(region, year))).toEqual(parts);
  });

  it('lose a part of a day by minus, and get a whole day by plus', () => {
    expect(onlyParts(holidaysOf('IS', 2026, '      minus: [2026-12-24]\n'))).toMatchObject([{ date: '2026-12-31' }]);
    const whole = holidaysOf('IS', 2026, '      plus: [2026-12-24]\n');
    expect(whole).toContain('2026-12-24');
    expect(onlyParts(whole)).toMatchObject([{ date: '2026-12-31' }]);
  });

  it('get parts of days of the policy itself by plus, with and without a name', () => {
    const more = `      plus:
        - 2026-12-28
        - { date: 2026-12-29, name: Stocktaking }
        - { date: 2026-12-24, from: "12:00" }
        - { date: 2026-12-31, to: "10:00", name: Late start }
        - { date: 2026-12-31, from: "14:00", to: "16:00" }
`;
    expect(holidaysOf('US', 2026, more).slice(-7)).toEqual([
      '2026-11-26',
      part('2026-12-24', '12:00', '24:00'),
      '2026-12-25',
      '2026-12-28',
      '2026-12-29',
      part('2026-12-31', '00:00', '10:00', 'Late start'),
      part('2026-12-31', '14:00', '16:00'),
    ]);
  });
});
