import {
  type CalendarDefinition,
  compileCalendar,
  type LocalInterval,
} from '../../src/domain/calendar/business-calendar';

/**
 * Prints the host's zone on standard error and, on standard output, what many calendars answer
 * around clock changes.
 */
const AROUND = [
  '1883-11-18T17:00:00Z',
  '1972-01-07T00:44:30Z',
  '2011-12-30T10:00:00Z',
  '2018-02-18T02:00:00Z',
  '2018-11-04T03:00:00Z',
  '2026-03-08T07:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-10-25T01:00:00Z',
  '2026-11-01T06:00:00Z',
  '2100-03-14T07:00:00Z',
].map((text) => Date.parse(text));

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Africa/Monrovia',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const day = (...hours: readonly LocalInterval[]) => ({
  mon: hours,
  tue: hours,
  wed: hours,
  thu: hours,
  fri: hours,
  sat: hours,
  sun: hours,
});
const WEEKS = [
  day(['09:00', '17:00']),
  day(['00:00', '24:00']),
  day(['01:15', '02:45'], ['23:30', '24:00']),
  { mon: [['08:00', '12:00'] as const, ['13:00', '17:00'] as const], sun: [['00:30', '03:00'] as const] },
];

const HOUR = 3_600_000;
const lines: string[] = [];
for (const timeZone of ZONES) {
  for (const week of WEEKS) {
    const definition: CalendarDefinition = { timeZone, week, holidays: ['2026-03-09'], special: { '2026-11-02': [] } };
    const calendar = compileCalendar(definition);
    for (const instant of AROUND) {
      for (const hours of [-60, -5, -0.5, 0, 0.25, 7, 30]) {
        const start = instant + hours * HOUR;
        lines.push(
          [
            calendar.isOpen(start),
            calendar.add(start, 5.5 * HOUR),
            calendar.between(start, start + 100 * HOUR),
            calendar.addBusinessDays(start, 2),
            calendar.addBusinessDays(start, 2, 'CLOSE_OF_BUSINESS'),
          ].join(' '),
        );
      }
    }
  }
}
process.stderr.write(new Intl.DateTimeFormat().resolvedOptions().timeZone);
process.stdout.write(lines.join('\n'));
