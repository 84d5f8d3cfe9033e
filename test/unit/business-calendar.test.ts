import { describe, expect, it } from '@jest/globals';
import {
  type CalendarDefinition,
  CalendarError,
  compileCalendar,
  type LocalInterval,
} from '../../src/domain/calendar/business-calendar';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z').replace(':00Z', 'Z');

const NINE_TO_FIVE: readonly LocalInterval[] = [['09:00', '17:00']];
const ALL_DAY: readonly LocalInterval[] = [['00:00', '24:00']];

const everyDay = (hours: readonly LocalInterval[]): CalendarDefinition['week'] => ({
  ...workdays(hours),
  sat: hours,
  sun: hours,
});
const workdays = (hours: readonly LocalInterval[]): CalendarDefinition['week'] => ({
  mon: hours,
  tue: hours,
  wed: hours,
  thu: hours,
  fri: hours,
});
const define = (
  timeZone: string,
  week: CalendarDefinition['week'],
  more: Partial<CalendarDefinition> = {},
): CalendarDefinition => ({ timeZone, week, holidays: [], special: {}, ...more });

const NEW_YORK = 'America/New_York';
const PROVIDER = define(NEW_YORK, workdays([['08:00', '17:00']]));
const AROUND_THE_CLOCK = define('UTC', everyDay(ALL_DAY));

/** The week of Monday 4 May 2026; New York is at -04:00. */
const SPLIT = define(
  NEW_YORK,
  workdays([
    ['09:00', '12:00'],
    ['13:00', '17:00'],
  ]),
  {
    special: { '2026-05-08': [['10:00', '12:00']] },
  },
);
const HOLIDAY = define(NEW_YORK, workdays([['08:00', '17:00']]), {
  holidays: ['2026-05-05', '2026-05-06'],
  special: { '2026-05-06': [['10:00', '11:00']], '2026-05-07': [] },
});
const nightOn = (timeZone: string, weekday: 'sat' | 'sun', ...hours: readonly LocalInterval[]): CalendarDefinition =>
  define(timeZone, { [weekday]: hours });

const failure = (ask: () => unknown): CalendarError => {
  try {
    ask();
  } catch (error) {
    if (error instanceof CalendarError) return error;
    throw error;
  }
  throw new Error('It answered');
};

describe('between: open minutes', () => {
  it.each<[string, CalendarDefinition, string, string, number]>([
    ['within an interval', PROVIDER, '2026-05-04T15:00-04:00', '2026-05-04T16:30-04:00', 90],
    ['two business days from Monday 15:00', PROVIDER, '2026-05-04T15:00-04:00', '2026-05-06T15:00-04:00', 1080],
    ['two business days from Saturday', PROVIDER, '2026-05-02T11:00-04:00', '2026-05-05T17:00-04:00', 1080],
    ['over a weekend', PROVIDER, '2026-05-08T16:00-04:00', '2026-05-11T09:00-04:00', 120],
    ['nothing at night', PROVIDER, '2026-05-04T17:00-04:00', '2026-05-05T08:00-04:00', 0],
    ['nothing from an instant to itself', PROVIDER, '2026-05-04T10:00-04:00', '2026-05-04T10:00-04:00', 0],
    ['backwards is negative', PROVIDER, '2026-05-06T15:00-04:00', '2026-05-04T15:00-04:00', -1080],
    ['a lunch break does not count', SPLIT, '2026-05-04T11:30-04:00', '2026-05-04T13:30-04:00', 60],
    ['holiday closed, special hours win over it', HOLIDAY, '2026-05-05T00:00-04:00', '2026-05-07T00:00-04:00', 60],
    ['an empty special date is closed', HOLIDAY, '2026-05-07T00:00-04:00', '2026-05-08T00:00-04:00', 0],
    ['24:00 meets 00:00', define('UTC', everyDay(ALL_DAY)), '2026-05-04T23:59Z', '2026-05-05T00:01Z', 2],
    [
      'touching intervals, in any order',
      define('UTC', {
        mon: [
          ['12:00', '13:00'],
          ['09:00', '12:00'],
        ],
      }),
      '2026-05-04T00:00Z',
      '2026-05-05T00:00Z',
      240,
    ],
    ['seconds', define('UTC', { mon: [['09:00:30', '09:01:15']] }), '2026-05-04T00:00Z', '2026-05-05T00:00Z', 0.75],
    [
      'fall back: the hour counts twice',
      nightOn(NEW_YORK, 'sun', ['00:00', '04:00']),
      '2026-11-01T00:00-04:00',
      '2026-11-02T00:00-05:00',
      300,
    ],
    [
      'fall back: an interval within it too',
      nightOn(NEW_YORK, 'sun', ['01:30', '01:45']),
      '2026-11-01T00:00-04:00',
      '2026-11-02T00:00-05:00',
      30,
    ],
    [
      'spring forward: the hour does not count',
      nightOn(NEW_YORK, 'sun', ['00:00', '04:00']),
      '2026-03-08T00:00-05:00',
      '2026-03-09T00:00-04:00',
      180,
    ],
    [
      'spring forward: an interval within it is lost',
      nightOn(NEW_YORK, 'sun', ['02:15', '02:45']),
      '2026-03-08T00:00-05:00',
      '2026-03-09T00:00-04:00',
      0,
    ],
    [
      'Lord Howe falls back by half an hour',
      nightOn('Australia/Lord_Howe', 'sun', ['00:00', '04:00']),
      '2026-04-05T00:00+11:00',
      '2026-04-06T00:00+10:30',
      270,
    ],
    [
      'Lord Howe springs by half an hour',
      nightOn('Australia/Lord_Howe', 'sun', ['00:00', '04:00']),
      '2026-10-04T00:00+10:30',
      '2026-10-05T00:00+11:00',
      210,
    ],
    [
      'Apia had no 30 December 2011',
      define('Pacific/Apia', everyDay(ALL_DAY)),
      '2011-12-29T00:00-10:00',
      '2012-01-01T00:00+14:00',
      2880,
    ],
    [
      'São Paulo began a Sunday at 01:00',
      nightOn('America/Sao_Paulo', 'sun', ['00:00', '02:00']),
      '2018-11-03T12:00-03:00',
      '2018-11-04T12:00-02:00',
      60,
    ],
    [
      'São Paulo ended a Saturday twice',
      nightOn('America/Sao_Paulo', 'sat', ['22:00', '24:00']),
      '2018-02-17T12:00-02:00',
      '2018-02-18T12:00-03:00',
      180,
    ],
    [
      'St John’s fell back over midnight',
      nightOn('America/St_Johns', 'sat', ['22:00', '24:00']),
      '2006-10-28T12:00-02:30',
      '2006-10-29T12:00-03:30',
      179,
    ],
    [
      'Troll springs by two hours',
      nightOn('Antarctica/Troll', 'sun', ['00:00', '04:00']),
      '2026-03-29T00:00Z',
      '2026-03-30T00:00+02:00',
      120,
    ],
    [
      'local mean time has seconds',
      nightOn(NEW_YORK, 'sun', ['00:00', '24:00']),
      '1883-11-18T00:00:00-04:56:02',
      '1883-11-19T00:00-05:00',
      1443 + 58 / 60,
    ],
    [
      'a year without clock changes known yet',
      nightOn(NEW_YORK, 'sun', ['00:00', '04:00']),
      '2100-11-07T00:00-04:00',
      '2100-11-08T00:00-05:00',
      300,
    ],
  ])('%s', (_, definition, a, b, minutes) => {
    const instant = (text: string) =>
      text.endsWith('-04:56:02') ? at(`${text.slice(0, 19)}Z`) + 17_762_000 : at(text);
    expect(compileCalendar(definition).between(instant(a), instant(b)) / MINUTE).toBe(minutes);
  });
});

describe('add: minutes', () => {
  it.each<[string, CalendarDefinition, string, number, string]>([
    ['within an interval', PROVIDER, '2026-05-04T15:00-04:00', 90, '2026-05-04T20:30Z'],
    [
      'what two business days are worth, from Monday 15:00',
      PROVIDER,
      '2026-05-04T15:00-04:00',
      1080,
      '2026-05-06T19:00Z',
    ],
    ['what they are worth from Saturday: Tuesday 17:00', PROVIDER, '2026-05-02T11:00-04:00', 1080, '2026-05-05T21:00Z'],
    ['used up exactly at closing', PROVIDER, '2026-05-04T16:00-04:00', 60, '2026-05-04T21:00Z'],
    ['a minute more is the next day', PROVIDER, '2026-05-04T16:00-04:00', 61, '2026-05-05T12:01Z'],
    ['from the closing', PROVIDER, '2026-05-04T17:00-04:00', 1, '2026-05-05T12:01Z'],
    ['from outside hours the opening counts', PROVIDER, '2026-05-03T11:00-04:00', 30, '2026-05-04T12:30Z'],
    ['zero is the start, even when closed', PROVIDER, '2026-05-03T11:00-04:00', 0, '2026-05-03T15:00Z'],
    ['over a holiday and special hours', HOLIDAY, '2026-05-04T16:00-04:00', 121, '2026-05-08T12:01Z'],
    ['exactly at 24:00', define('UTC', { mon: [['22:00', '24:00']] }), '2026-05-04T22:00Z', 120, '2026-05-05T00:00Z'],
    [
      'an opening in the skipped hour is the end of the gap',
      nightOn(NEW_YORK, 'sun', ['02:30', '04:00']),
      '2026-03-08T00:00-05:00',
      10,
      '2026-03-08T07:10Z',
    ],
    [
      'the repeated hour',
      nightOn(NEW_YORK, 'sun', ['01:00', '02:00']),
      '2026-11-01T00:00-04:00',
      90,
      '2026-11-01T06:30Z',
    ],
    [
      'Kathmandu is at +05:45',
      define('Asia/Kathmandu', everyDay(NINE_TO_FIVE)),
      '2026-05-04T00:00Z',
      15,
      '2026-05-04T03:30Z',
    ],
    [
      'over the date that Apia left out',
      define('Pacific/Apia', workdays(NINE_TO_FIVE)),
      '2011-12-29T16:00-10:00',
      61,
      '2012-01-01T19:01Z',
    ],
    ['a broken minute', PROVIDER, '2026-05-04T10:00-04:00', 1.1, '2026-05-04T14:01:06Z'],
    ['the first whole millisecond', PROVIDER, '2026-05-04T10:00-04:00', 0.00001, '2026-05-04T14:00:00.001Z'],
    ['ten years', AROUND_THE_CLOCK, '2026-01-01T00:00Z', 3652 * 1440, '2036-01-01T00:00Z'],
    ['the last millisecond', AROUND_THE_CLOCK, '9999-12-31T23:59Z', 1 - 1 / MINUTE, '9999-12-31T23:59:59.999Z'],
    ['the first instant', AROUND_THE_CLOCK, '0001-01-01T00:00Z', 1, '0001-01-01T00:01Z'],
  ])('%s', (_, definition, start, minutes, expected) => {
    expect(iso(compileCalendar(definition).add(at(start), minutes * MINUTE))).toBe(expected);
  });

  it('adds five centuries', () => {
    const calendar = compileCalendar(PROVIDER);
    const total = calendar.between(0, at('2470-12-01T00:00Z'));
    expect(calendar.add(0, total)).toBeLessThanOrEqual(at('2470-12-01T00:00Z'));
    expect(calendar.between(0, calendar.add(0, total))).toBe(total);
  });
});

describe('addBusinessDays', () => {
  it.each<[string, CalendarDefinition, string, number, string, string]>([
    [
      'Monday 15:00 to Wednesday 15:00',
      PROVIDER,
      '2026-05-04T15:00-04:00',
      2,
      '2026-05-06T19:00Z',
      '2026-05-06T21:00Z',
    ],
    [
      'Saturday counts from Monday 08:00',
      PROVIDER,
      '2026-05-02T11:00-04:00',
      2,
      '2026-05-06T12:00Z',
      '2026-05-06T21:00Z',
    ],
    [
      'the closing instant is not open',
      PROVIDER,
      '2026-05-04T17:00-04:00',
      1,
      '2026-05-06T12:00Z',
      '2026-05-06T21:00Z',
    ],
    ['over a weekend', PROVIDER, '2026-05-07T15:00-04:00', 2, '2026-05-11T19:00Z', '2026-05-11T21:00Z'],
    ['zero days: the start', PROVIDER, '2026-05-04T15:00-04:00', 0, '2026-05-04T19:00Z', '2026-05-04T19:00Z'],
    ['zero days: the moved start', PROVIDER, '2026-05-02T15:00-04:00', 0, '2026-05-04T12:00Z', '2026-05-04T12:00Z'],
    [
      'holidays and empty special dates are skipped',
      HOLIDAY,
      '2026-05-04T10:30-04:00',
      2,
      '2026-05-08T14:30Z',
      '2026-05-08T21:00Z',
    ],
    [
      'special hours make a working date',
      HOLIDAY,
      '2026-05-04T10:30-04:00',
      1,
      '2026-05-06T14:30Z',
      '2026-05-06T15:00Z',
    ],
    [
      'closed then: the last closing before',
      SPLIT,
      '2026-05-07T15:00-04:00',
      1,
      '2026-05-08T16:00Z',
      '2026-05-08T16:00Z',
    ],
    [
      'closed then: at the closing itself',
      SPLIT,
      '2026-05-07T13:00-04:00',
      1,
      '2026-05-08T16:00Z',
      '2026-05-08T16:00Z',
    ],
    [
      'closed then, none before: the first opening',
      SPLIT,
      '2026-05-07T09:30-04:00',
      1,
      '2026-05-08T14:00Z',
      '2026-05-08T16:00Z',
    ],
    [
      'in the lunch break: the closing before it',
      define('UTC', {
        mon: NINE_TO_FIVE,
        tue: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
      }),
      '2026-05-04T12:30Z',
      1,
      '2026-05-05T12:00Z',
      '2026-05-05T17:00Z',
    ],
    [
      'a date that ends at 24:00',
      define('UTC', everyDay([['09:00', '24:00']])),
      '2026-05-04T10:00Z',
      1,
      '2026-05-05T10:00Z',
      '2026-05-06T00:00Z',
    ],
    ['round the clock', AROUND_THE_CLOCK, '2026-05-04T10:00Z', 1, '2026-05-05T10:00Z', '2026-05-06T00:00Z'],
    [
      'a skipped local time is later by the gap',
      define(NEW_YORK, everyDay(ALL_DAY)),
      '2026-03-07T02:30-05:00',
      1,
      '2026-03-08T07:30Z',
      '2026-03-09T04:00Z',
    ],
    [
      'the first of a repeated local time',
      define(NEW_YORK, everyDay(ALL_DAY)),
      '2026-10-31T01:30-04:00',
      1,
      '2026-11-01T05:30Z',
      '2026-11-02T05:00Z',
    ],
    [
      'the last closing of a repeated hour',
      define(NEW_YORK, everyDay([['01:00', '01:45']])),
      '2026-10-31T01:30-04:00',
      1,
      '2026-11-01T05:30Z',
      '2026-11-01T06:45Z',
    ],
    [
      'hours within a skipped hour make no working date',
      define(NEW_YORK, everyDay([['02:15', '02:45']])),
      '2026-03-07T02:30-05:00',
      1,
      '2026-03-09T06:30Z',
      '2026-03-09T06:45Z',
    ],
    [
      'a skipped opening',
      define(NEW_YORK, everyDay([['02:15', '03:15']])),
      '2026-03-07T02:30-05:00',
      1,
      '2026-03-08T07:15Z',
      '2026-03-08T07:15Z',
    ],
    [
      'Apia: the day after the 29th is the 31st',
      define('Pacific/Apia', everyDay(NINE_TO_FIVE)),
      '2011-12-29T10:00-10:00',
      1,
      '2011-12-30T20:00Z',
      '2011-12-31T03:00Z',
    ],
    [
      'Lord Howe keeps the local time',
      define('Australia/Lord_Howe', everyDay(NINE_TO_FIVE)),
      '2026-04-04T10:00+11:00',
      1,
      '2026-04-04T23:30Z',
      '2026-04-05T06:30Z',
    ],
    [
      'São Paulo at midnight',
      define('America/Sao_Paulo', everyDay(ALL_DAY)),
      '2018-11-03T00:30-03:00',
      1,
      '2018-11-04T03:30Z',
      '2018-11-05T02:00Z',
    ],
    [
      'Alaska had 18 October 1867 twice: the second closing',
      define('America/Juneau', everyDay(NINE_TO_FIVE)),
      '1867-10-17T10:00+15:00',
      1,
      '1867-10-17T19:00Z',
      '1867-10-19T01:57:41Z',
    ],
    ['ten thousand', PROVIDER, '2026-05-04T15:00-04:00', 10_000, '2064-09-01T19:00Z', '2064-09-01T21:00Z'],
  ])('%s', (_, definition, start, days, sameTime, closeOfBusiness) => {
    const calendar = compileCalendar(definition);
    expect(iso(calendar.addBusinessDays(at(start), days))).toBe(sameTime);
    expect(iso(calendar.addBusinessDays(at(start), days, 'CLOSE_OF_BUSINESS'))).toBe(closeOfBusiness);
  });
});

describe('isOpen', () => {
  it.each<[string, boolean]>([
    ['2026-05-04T11:59:59.999Z', false],
    ['2026-05-04T12:00:00Z', true],
    ['2026-05-04T20:59:59.999Z', true],
    ['2026-05-04T21:00:00Z', false],
    ['2026-05-03T15:00:00Z', false],
  ])('%s: %s', (instant, open) => {
    expect(compileCalendar(PROVIDER).isOpen(at(instant))).toBe(open);
  });
});

it('counts intervals that overlap once', () => {
  const calendar = compileCalendar(
    define('UTC', {
      tue: [
        ['13:00', '15:00'],
        ['09:00', '13:01'],
        ['10:00', '11:00'],
      ],
    }),
  );
  const tuesday = Date.parse('2026-11-17T00:00:00Z');
  expect(calendar.between(tuesday, tuesday + 24 * 3_600_000)).toBe(6 * 3_600_000);
});

describe('a definition that is refused', () => {
  const week = (...hours: readonly LocalInterval[]) => define('UTC', { tue: hours });
  it.each<[string, CalendarDefinition, string, string]>([
    ['a reversed interval', week(['22:00', '06:00']), 'INVALID_CALENDAR', 'week.tue[0]'],
    ['an empty interval', week(['09:00', '09:00']), 'INVALID_CALENDAR', 'week.tue[0]'],
    ['an hour of one digit', week(['9:00', '10:00']), 'INVALID_CALENDAR', 'week.tue[0]'],
    ['a time beyond 24:00', week(['09:00', '24:01']), 'INVALID_CALENDAR', 'week.tue[0]'],
    ['minute 60', week(['09:60', '11:00']), 'INVALID_CALENDAR', 'week.tue[0]'],
    [
      'a weekday misspelt',
      define('UTC', { ...workdays(NINE_TO_FIVE), ...{ monday: [] } }),
      'INVALID_CALENDAR',
      '"monday"',
    ],
    [
      'a holiday that does not exist',
      define('UTC', week(['09:00', '10:00']).week, { holidays: ['2026-02-29'] }),
      'INVALID_CALENDAR',
      'holidays[0]',
    ],
    [
      'a special date in another form',
      define('UTC', {}, { special: { '24.12.2026': [] } }),
      'INVALID_CALENDAR',
      'special',
    ],
    [
      'special hours',
      define('UTC', {}, { special: { '2026-12-24': [['12:00', '09:00']] } }),
      'INVALID_CALENDAR',
      'special["2026-12-24"][0]',
    ],
    ['years reversed', { ...PROVIDER, knownYears: { from: 2030, to: 2020 } }, 'INVALID_CALENDAR', 'knownYears'],
    ['no zone', define('', workdays(NINE_TO_FIVE)), 'INVALID_TIME_ZONE', '""'],
    ['an unknown zone', define('America/Springfield', workdays(NINE_TO_FIVE)), 'INVALID_TIME_ZONE', 'Springfield'],
    ['an offset', define('+02:00', workdays(NINE_TO_FIVE)), 'INVALID_TIME_ZONE', '+02:00'],
    ['an ambiguous abbreviation', define('BST', workdays(NINE_TO_FIVE)), 'INVALID_TIME_ZONE', 'BST'],
    ['no hours at all', define('UTC', { mon: [] }, { special: { '2026-12-24': [] } }), 'NEVER_OPEN', 'never open'],
  ])('%s', (_, definition, code, words) => {
    const error = failure(() => compileCalendar(definition));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it.each(['utc', 'UTC', 'Etc/GMT+5', 'EST', 'EST5EDT', 'europe/london', 'Asia/Calcutta'])(
    'takes the zone %s',
    (timeZone) => {
      expect(compileCalendar(define(timeZone, workdays(NINE_TO_FIVE))).isOpen(at('2026-05-03T12:00Z'))).toBe(false);
    },
  );
});

describe('a question that has no answer', () => {
  const provider = compileCalendar({ ...PROVIDER, knownYears: { from: 2020, to: 2030 } });
  const clock = compileCalendar(AROUND_THE_CLOCK);
  const onceOpen = compileCalendar(define('UTC', {}, { special: { '2026-12-24': [['09:00', '12:00']] } }));
  const lostHour = compileCalendar(define(NEW_YORK, {}, { special: { '2026-03-08': [['02:00', '03:00']] } }));

  it.each<[string, () => unknown, string, string]>([
    [
      'a start before the known years',
      () => provider.add(at('2019-12-31T23:59-05:00'), 0),
      'BEYOND_KNOWN_YEARS',
      '2019',
    ],
    [
      'a result after them',
      () => provider.add(at('2030-12-31T16:00-05:00'), 2 * HOUR),
      'BEYOND_KNOWN_YEARS',
      'America/New_York',
    ],
    ['a far result', () => provider.add(at('2030-01-01T16:00-05:00'), 1e12), 'BEYOND_KNOWN_YEARS', '2020 to 2030'],
    ['a result in days', () => provider.addBusinessDays(at('2030-12-31T16:00-05:00'), 1), 'BEYOND_KNOWN_YEARS', '2031'],
    ['many days', () => provider.addBusinessDays(at('2030-12-01T16:00-05:00'), 1e9), 'BEYOND_KNOWN_YEARS', '2031'],
    [
      'an end after them',
      () => provider.between(at('2030-01-01T00:00Z'), at('2031-01-01T05:00Z')),
      'BEYOND_KNOWN_YEARS',
      '2031',
    ],
    ['whether it is open after them', () => provider.isOpen(at('2031-01-01T05:00Z')), 'BEYOND_KNOWN_YEARS', '2031'],
    ['a result after the year 9999', () => clock.add(at('9999-12-31T23:00Z'), HOUR), 'OUT_OF_RANGE', '9999'],
    ['days after the year 9999', () => clock.addBusinessDays(at('9999-12-30T23:00Z'), 2), 'OUT_OF_RANGE', '9999'],
    ['an enormous amount', () => clock.add(0, Number.MAX_VALUE), 'OUT_OF_RANGE', '9999'],
    ['a start in the year 10000', () => clock.isOpen(at('+010000-01-01T00:00:00Z')), 'OUT_OF_RANGE', '9999'],
    ['a start in the year 0', () => clock.isOpen(at('0000-12-31T23:59Z')), 'OUT_OF_RANGE', '0001'],
    ['a negative amount', () => clock.add(0, -1), 'INVALID_AMOUNT', '-1'],
    ['an infinite amount', () => clock.add(0, Number.POSITIVE_INFINITY), 'INVALID_AMOUNT', 'Infinity'],
    ['no number of an amount', () => clock.add(0, Number.NaN), 'INVALID_AMOUNT', 'NaN'],
    ['a broken number of days', () => clock.addBusinessDays(0, 1.5), 'INVALID_AMOUNT', '1.5'],
    ['a negative number of days', () => clock.addBusinessDays(0, -1), 'INVALID_AMOUNT', '-1'],
    ['no instant', () => clock.between(0, Number.NaN), 'INVALID_INSTANT', 'NaN'],
    ['half a millisecond', () => clock.isOpen(0.5), 'INVALID_INSTANT', '0.5'],
    ['more than the special dates have', () => onceOpen.add(0, 3 * HOUR + 1), 'NEVER_OPEN', 'enough open time'],
    [
      'after the last special date',
      () => onceOpen.addBusinessDays(at('2027-01-01T00:00Z'), 0),
      'NEVER_OPEN',
      'enough open time',
    ],
    ['more special dates than there are', () => onceOpen.addBusinessDays(0, 1), 'NEVER_OPEN', 'enough open time'],
    ['hours that the clocks skipped', () => lostHour.add(0, 1), 'NEVER_OPEN', 'enough open time'],
  ])('%s', (_, ask, code, words) => {
    const error = failure(ask);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('answers up to the ends of the known years', () => {
    const first = at('2020-01-01T00:00-05:00');
    const last = at('2031-01-01T00:00-05:00') - 1;
    expect(provider.between(first, last)).toBeGreaterThan(0);
    expect(iso(provider.add(at('2030-12-31T16:00-05:00'), HOUR))).toBe('2030-12-31T22:00Z');
  });

  it('answers where a special date lies millennia away', () => {
    const far = compileCalendar(define('UTC', {}, { special: { '9000-01-01': [['09:00', '12:00']] } }));
    expect(iso(far.add(0, HOUR))).toBe('9000-01-01T10:00Z');
    expect(iso(far.addBusinessDays(0, 0))).toBe('9000-01-01T09:00Z');
    expect(far.between(at('9999-01-01T00:00Z'), at('0001-01-01T00:00Z'))).toBe(-3 * HOUR);
  });

  it('gives the same answers whatever the order of the years', () => {
    const questions = ['1850', '2250', '2026', '1990', '2150'].map((year) => at(`${year}-06-01T00:00Z`));
    const answers = (order: readonly number[]): readonly number[] => {
      const calendar = compileCalendar(PROVIDER);
      const found = new Map(
        order.map((start) => [start, calendar.add(start, 1000 * HOUR) + calendar.between(0, start)]),
      );
      return questions.map((start) => found.get(start) ?? Number.NaN);
    };
    expect(answers(questions)).toEqual(answers([...questions].reverse()));
  });
});
