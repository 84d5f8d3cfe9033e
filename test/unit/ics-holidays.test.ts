import { describe, expect, it } from '@jest/globals';
import { type FileHoliday } from '../../src/adapters/policy-files/holiday-list';
import type { IcsProblem } from '../../src/adapters/policy-files/ics-events';
import { icsHolidays, MAX_ICS_DATES } from '../../src/adapters/policy-files/ics-holidays';

const file = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

function read(
  text: string,
  from: number,
  to: number,
  dates = MAX_ICS_DATES,
): { holidays: readonly FileHoliday[]; problems: IcsProblem[] } {
  const problems: IcsProblem[] = [];
  const holidays = icsHolidays(text, { from, to }, { dates }, (problem) => problems.push(problem));
  return { holidays, problems };
}

/** The dates of one event. */
function datesOf(from: number, to: number, ...lines: readonly string[]): string[] {
  const { holidays, problems } = read(file(lines), from, to);
  expect(problems).toEqual([]);
  return holidays.map(({ date }) => date).sort();
}

/** The dates of a rule that starts on a date. */
const dates = (start: string, rule: string, from: number, to: number): string[] =>
  datesOf(from, to, `DTSTART;VALUE=DATE:${start.replaceAll('-', '')}`, `RRULE:${rule}`);

describe('the dates of a rule of an iCalendar file', () => {
  it.each<[string, string, string, number, number, readonly string[]]>([
    ['every year', '2020-12-24', 'FREQ=YEARLY', 2026, 2028, ['2026-12-24', '2027-12-24', '2028-12-24']],
    ['29 February only in leap years', '2024-02-29', 'FREQ=YEARLY', 2025, 2033, ['2028-02-29', '2032-02-29']],
    [
      '29 February by its parts',
      '2024-02-29',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
      2096,
      2104,
      ['2096-02-29', '2104-02-29'],
    ],
    // Thanksgiving: the fourth Thursday of November.
    ['4TH', '2000-11-23', 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 2026, 2028, ['2026-11-26', '2027-11-25', '2028-11-23']],
    // Memorial Day: the last Monday of May.
    ['-1MO', '2000-05-29', 'FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO', 2026, 2028, ['2026-05-25', '2027-05-31', '2028-05-29']],
    // The day of the presidential election of the United States (RFC 5545).
    [
      'a Tuesday after a Monday, every four years',
      '1996-11-05',
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
      1996,
      2006,
      ['1996-11-05', '2000-11-07', '2004-11-02'],
    ],
    [
      'until a date, inclusive',
      '2026-01-02',
      'FREQ=YEARLY;UNTIL=20280102',
      2026,
      2040,
      ['2026-01-02', '2027-01-02', '2028-01-02'],
    ],
    ['until a time', '2026-01-02', 'FREQ=YEARLY;UNTIL=20270102T120000Z', 2026, 2040, ['2026-01-02', '2027-01-02']],
    [
      'a count from the first event, before the horizon',
      '2024-01-02',
      'FREQ=YEARLY;COUNT=4',
      2026,
      2040,
      ['2026-01-02', '2027-01-02'],
    ],
    ['a count of dates that exist', '2024-02-29', 'FREQ=YEARLY;COUNT=2', 2024, 2040, ['2024-02-29', '2028-02-29']],
    [
      'every other year, from the first event',
      '2023-07-04',
      'FREQ=YEARLY;INTERVAL=2',
      2026,
      2030,
      ['2027-07-04', '2029-07-04'],
    ],
    [
      'Friday the 13th (RFC 5545)',
      '1998-02-13',
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      1998,
      2000,
      ['1998-02-13', '1998-03-13', '1998-11-13', '1999-08-13', '2000-10-13'],
    ],
    [
      'the 31st of months that have one',
      '2026-01-31',
      'FREQ=MONTHLY',
      2026,
      2026,
      ['2026-01-31', '2026-03-31', '2026-05-31', '2026-07-31', '2026-08-31', '2026-10-31', '2026-12-31'],
    ],
    [
      'the last day of a month',
      '2026-01-31',
      'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1',
      2026,
      2026,
      ['2026-01-31', '2026-04-30', '2026-07-31', '2026-10-31'],
    ],
    // The second to last weekday of a month (RFC 5545).
    [
      'positions',
      '1997-09-29',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;UNTIL=19971231',
      1997,
      1998,
      ['1997-09-29', '1997-10-30', '1997-11-27', '1997-12-30'],
    ],
    [
      'the 100th day of a year (RFC 5545)',
      '1997-04-10',
      'FREQ=YEARLY;BYYEARDAY=100',
      1998,
      2000,
      ['1998-04-10', '1999-04-10', '2000-04-09'],
    ],
    // Monday of week number 20 (RFC 5545).
    [
      'a numbered week',
      '1997-05-12',
      'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
      1997,
      1999,
      ['1997-05-12', '1998-05-11', '1999-05-17'],
    ],
    [
      'the last week',
      '2026-12-28',
      'FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO',
      2026,
      2028,
      ['2026-12-28', '2027-12-27', '2028-12-25'],
    ],
    [
      'the 20th Monday of the year (RFC 5545)',
      '1997-05-19',
      'FREQ=YEARLY;BYDAY=20MO',
      1997,
      1999,
      ['1997-05-19', '1998-05-18', '1999-05-17'],
    ],
    // The difference that the start of the week makes (RFC 5545).
    [
      'weeks from Monday',
      '1997-08-05',
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      1997,
      1997,
      ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'],
    ],
    [
      'weeks from Sunday',
      '1997-08-05',
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      1997,
      1997,
      ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'],
    ],
    ['days', '2026-12-30', 'FREQ=DAILY;COUNT=4', 2026, 2027, ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']],
    [
      'weeks from a first event of many years ago',
      '2001-01-01',
      'FREQ=WEEKLY;BYMONTH=2;BYDAY=MO',
      2026,
      2026,
      ['2026-02-02', '2026-02-09', '2026-02-16', '2026-02-23'],
    ],
    [
      'the first week, which can begin in December',
      '2024-01-01',
      'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO',
      2024,
      2027,
      ['2024-01-01', '2024-12-30', '2025-12-29', '2027-01-04'],
    ],
    [
      'the 53rd week, which can end in January',
      '2021-01-01',
      'FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR',
      2022,
      2033,
      ['2027-01-01', '2032-12-31'],
    ],
    [
      'a date that never comes: only the first event',
      '2026-02-02',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      2026,
      2099,
      ['2026-02-02'],
    ],
  ])('%s', (_, start, rule, from, to, expected) => {
    expect(dates(start, rule, from, to)).toEqual(expected);
  });
});

describe('the events of an iCalendar file', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['one day', ['DTSTART;VALUE=DATE:20261225'], ['2026-12-25']],
    ['a date without VALUE=DATE', ['DTSTART:20261225'], ['2026-12-25']],
    [
      'to the day before DTEND',
      ['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'],
      ['2026-12-24', '2026-12-25', '2026-12-26'],
    ],
    ['a DTEND on the same day', ['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261225'], ['2026-12-25']],
    ['a duration', ['DTSTART;VALUE=DATE:20261224', 'DURATION:P2D'], ['2026-12-24', '2026-12-25']],
    [
      'the dates of the horizon only',
      ['DTSTART;VALUE=DATE:20251230', 'DTEND;VALUE=DATE:20260103'],
      ['2026-01-01', '2026-01-02'],
    ],
    ['across its end', ['DTSTART;VALUE=DATE:20271230', 'DURATION:P1W'], ['2027-12-30', '2027-12-31']],
    [
      'further dates and exceptions',
      [
        'DTSTART;VALUE=DATE:20260105',
        'RRULE:FREQ=YEARLY;COUNT=2',
        'RDATE;VALUE=DATE:20260301,20260401',
        'EXDATE;VALUE=DATE:20270105,20260401',
      ],
      ['2026-01-05', '2026-03-01'],
    ],
    [
      'an exception of the first date',
      ['DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=YEARLY', 'EXDATE;VALUE=DATE:20260105'],
      ['2027-01-05'],
    ],
    [
      'two days every year',
      ['DTSTART;VALUE=DATE:20201224', 'DURATION:P2D', 'RRULE:FREQ=YEARLY'],
      ['2026-12-24', '2026-12-25', '2027-12-24', '2027-12-25'],
    ],
    ['none of a cancelled one', ['DTSTART;VALUE=DATE:20261225', 'STATUS:CANCELLED'], []],
    ['also of one that is shown as free', ['DTSTART;VALUE=DATE:20261225', 'TRANSP:TRANSPARENT'], ['2026-12-25']],
    ['with an alarm', ['DTSTART;VALUE=DATE:20261225', 'BEGIN:VALARM', 'TRIGGER:-PT15M', 'END:VALARM'], ['2026-12-25']],
  ])('%s', (_, lines, expected) => {
    expect(datesOf(2026, 2027, ...lines)).toEqual(expected);
  });

  it('move or cancel a date of the rule with the same UID', () => {
    const text = file(
      ['UID:1', 'DTSTART;VALUE=DATE:20260704', 'RRULE:FREQ=YEARLY', 'SUMMARY:Day'],
      ['UID:1', 'RECURRENCE-ID;VALUE=DATE:20260704', 'DTSTART;VALUE=DATE:20260703', 'SUMMARY:Day (moved)'],
      ['UID:1', 'RECURRENCE-ID;VALUE=DATE:20270704', 'DTSTART;VALUE=DATE:20270704', 'STATUS:CANCELLED'],
      ['UID:2', 'RECURRENCE-ID;VALUE=DATE:20280704', 'DTSTART;VALUE=DATE:20280705'],
    );
    expect(read(text, 2026, 2028)).toEqual({
      problems: [],
      holidays: [
        { date: '2028-07-04', from: '00:00', to: '24:00', name: 'Day' },
        { date: '2026-07-03', from: '00:00', to: '24:00', name: 'Day (moved)' },
        { date: '2028-07-05', from: '00:00', to: '24:00', name: null },
      ],
    });
  });

  it('have names that the database can store, in one line and bounded', () => {
    const nameOf = (summary: string) =>
      read(file(['DTSTART:20261225', `SUMMARY:${summary}`]), 2026, 2026).holidays[0]?.name;
    expect(nameOf('Christmas\\, first\\nday')).toBe('Christmas, first day');
    expect(nameOf('Heilig\r\n abend')).toBe('Heiligabend');
    expect(nameOf('   ')).toBeNull();
    expect(Array.from(nameOf('é'.repeat(5000)) ?? '').length).toBe(200);
  });
});

describe('a problem of an iCalendar file names the line', () => {
  const line = (...lines: readonly string[]): string => {
    const { holidays, problems } = read(file(['DTSTART:20261225'], lines), 2026, 2026);
    expect(problems).toHaveLength(1);
    expect(holidays).toHaveLength(1);
    return `${problems[0]?.line} ${problems[0]?.message}`;
  };
  it.each<[readonly string[], string]>([
    [
      ['SUMMARY:Half day', 'DTSTART;TZID=Europe/Berlin:20261224T120000'],
      '6 the event "Half day" has a time of day in DTSTART; holidays of a file are whole days',
    ],
    [['SUMMARY:x'], '6 the event "x" has no DTSTART'],
    [['DTSTART:20260230'], '6 the event has a DTSTART that does not exist: 2026-02-30'],
    [['DTSTART:20260102', 'RRULE:FREQ=YEARLY', 'EXRULE:FREQ=YEARLY;INTERVAL=2'], '6 the event has an EXRULE'],
    [['DTSTART;VALUE=DATE:20260230'], '6 the event has a DTSTART that does not exist: 2026-02-30'],
    [['DTSTART:20260102', 'DTEND:20260101'], '6 the event ends before it begins'],
    [['DTSTART:20260102', 'DTEND:20260103T120000'], '6 the event has a time of day in DTEND'],
    [['DTSTART:20260102', 'DURATION:PT4H'], '6 the event takes a DURATION of whole days, such as P2D, not PT4H'],
    [
      ['DTSTART:20260102', 'RRULE:FREQ=SECONDLY'],
      '6 the event has a rule with FREQ=SECONDLY; holidays recur DAILY, WEEKLY, MONTHLY, YEARLY',
    ],
    [
      ['DTSTART:20260102', 'RRULE:FREQ=DAILY;BYHOUR=9'],
      '6 the event has a rule with BYHOUR, which FREQ=DAILY does not take here',
    ],
    [
      ['DTSTART:20260102', 'RRULE:FREQ=WEEKLY;BYDAY=2MO'],
      '6 the event has a rule with a numbered BYDAY, which FREQ=WEEKLY does not take',
    ],
    [
      ['DTSTART:20260102', 'RRULE:FREQ=MONTHLY;BYWEEKNO=2'],
      '6 the event has a rule with BYWEEKNO, which FREQ=MONTHLY does not take here',
    ],
    [['DTSTART:20260102', 'RRULE:FREQ=YEARLY;UNTIL=soon'], '6 the event has a rule with an UNTIL that does not exist'],
    [['DTSTART:20260102', 'RRULE:FREQ=FORTNIGHTLY'], '6 the event cannot be read: invalid frequency'],
    [['DTSTART:20260102', 'RDATE;VALUE=PERIOD:20260101T000000Z/PT1H'], '6 the event has a time of day in RDATE'],
    [['DTSTART:20260102', 'EXDATE:20260102T000000Z'], '6 the event has a time of day in EXDATE'],
    [
      ['DTSTART:20260102', 'RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260102'],
      '6 the event replaces all later events of its rule',
    ],
    [['DTSTART:20260102', 'no colon'], '6 the event cannot be read: invalid line'],
    [[' DTSTART:20260102'], '6 the event has a line that continues no other'],
  ])('%#', (lines, message) => {
    expect(line(...lines)).toContain(message);
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'undefined is empty'],
    ['another file', 'name,date\r\nx,2026-12-25', '1 takes BEGIN:VCALENDAR here'],
    ['a page of the web', '<!doctype html>', '1 takes BEGIN:VCALENDAR here'],
    ['a NUL character', file(['DTSTART:20261225']).replace('VERSION', 'VER\0SION'), '2 has a NUL character'],
    ['half of a file', file(['DTSTART:20261225']).slice(0, 60), 'undefined ends before END:VEVENT'],
    ['ends that do not match', 'BEGIN:VCALENDAR\nEND:VEVENT', '2 END:VEVENT has no BEGIN:VEVENT'],
    ['deep nesting', 'BEGIN:VCALENDAR\n'.repeat(100_000), '11 is nested deeper than 10 levels'],
    [
      '100,000 events',
      file(...Array.from({ length: 100_000 }, () => ['DTSTART:20261225'])),
      'undefined has more than 5,000 events',
    ],
    [
      'very many dates',
      file(...Array.from({ length: 5_000 }, () => ['DTSTART:00010101', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'])),
      'undefined has rules of more than 1,000,000 dates',
    ],
    [
      'very long events',
      file(...Array.from({ length: 5_000 }, () => ['DTSTART:00010101', 'DTEND:99990101'])),
      'undefined has rules of more than',
    ],
  ])('%s', (_, text, message) => {
    const { problems } = read(text, 1970, 2099, 100_000);
    expect(`${problems[0]?.line} ${problems[0]?.message}`).toContain(message);
  });

  it('or takes a file with a byte order mark, LF and several calendars', () => {
    const text = `\uFEFF${file(['DTSTART:20261225'])}${file(['DTSTART:20261226'])}`.replaceAll('\r', '');
    expect(read(text, 2026, 2026).holidays.map(({ date }) => date)).toEqual(['2026-12-25', '2026-12-26']);
  });
});
