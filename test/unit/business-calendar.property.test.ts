import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type CalendarDefinition,
  compileCalendar,
  type LocalInterval,
  type PartDayHoliday,
  WEEKDAYS,
} from '../../src/domain/calendar/business-calendar';
import { ZoneOffsets } from '../../src/domain/calendar/zone-offsets';
import { NaiveCalendar } from '../support/naive-calendar';
import { Temporal } from '../support/temporal';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const ZONES = [
  'UTC',
  'Africa/Casablanca',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Scoresbysund',
  'America/St_Johns',
  'Antarctica/Troll',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const YEARS = { min: Date.UTC(1973, 0), max: Date.UTC(2060, 0) };

/** Up to four changes of the zone's clock, looked up once. */
const changesOf = new Map(
  ZONES.map((timeZone) => {
    const changes: number[] = [];
    for (const year of [1975, 1987, 1999, 2005, 2011, 2017, 2026, 2045]) {
      const change = Temporal.Instant.fromEpochMilliseconds(Date.UTC(year, 2, 1))
        .toZonedDateTimeISO(timeZone)
        .getTimeZoneTransition('next');
      if (change !== null && change.epochMilliseconds < YEARS.max) changes.push(change.epochMilliseconds);
    }
    return [timeZone, changes] as const;
  }),
);

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/**
 * Disjoint intervals, some touching, as often in the small hours, where clocks change, as by day.
 */
const intervals: fc.Arbitrary<readonly LocalInterval[]> = fc
  .tuple(fc.constantFrom(1, 15, 30, 60), fc.boolean(), fc.uniqueArray(fc.nat(10_000), { maxLength: 6 }), fc.boolean())
  .map(([step, atNight, seeds, touching]) => {
    const slots = Math.floor((atNight ? 240 : 1440) / step) + 1;
    const times = [...new Set(seeds.map((seed) => (seed % slots) * step))].sort((a, b) => a - b);
    const pairs: LocalInterval[] = [];
    for (let i = 0; i + 1 < times.length; i += touching ? 1 : 2) {
      pairs.push([clock(times[i] ?? 0), clock(times[i + 1] ?? 0)]);
    }
    return pairs;
  });

/** A part of a date, as often in the small hours as by day. */
const partOf = (date: fc.Arbitrary<string>): fc.Arbitrary<PartDayHoliday> =>
  fc
    .record({ date, atNight: fc.boolean(), begins: fc.nat(1438), length: fc.integer({ min: 1, max: 1440 }) })
    .map(({ date: day, atNight, begins, length }) => {
      const from = atNight ? begins % 240 : begins;
      return { date: day, from: clock(from), to: clock(Math.min(from + length, 1440)), name: null };
    });

interface Case {
  readonly definition: CalendarDefinition;
  /** A UTC midnight near which the calendar's exceptions, and often a change of the clocks, lie. */
  readonly around: number;
}

const cases: fc.Arbitrary<Case> = fc.constantFrom(...ZONES).chain((timeZone) => {
  const changes = changesOf.get(timeZone) ?? [];
  const anywhere = fc.integer(YEARS);
  const instant = changes.length === 0 ? anywhere : fc.oneof(fc.constantFrom(...changes), anywhere);
  return instant.chain((near) => {
    const around = Math.floor(near / DAY) * DAY;
    const date = fc
      .integer({ min: -4, max: 5 })
      .map((days) => new Date(around + days * DAY).toISOString().slice(0, 10));
    return fc
      .record({
        week: fc.tuple(...WEEKDAYS.map(() => intervals)),
        holidays: fc.array(fc.oneof(date, partOf(date)), { maxLength: 3 }),
        special: fc.dictionary(
          fc.tuple(date, fc.boolean()).map(([day, yearly]) => (yearly ? day.slice('YYYY-'.length) : day)),
          intervals,
          { maxKeys: 3 },
        ),
        opens: fc.integer({ min: 0, max: 6 }),
      })
      .map(({ week, holidays, special, opens }) => ({
        around,
        definition: {
          timeZone,
          week: Object.fromEntries(
            WEEKDAYS.map((weekday, index) => [
              weekday,
              // Never a calendar that is never open.
              index === opens && week[index]?.length === 0 ? [['00:00', '24:00'] as const] : (week[index] ?? []),
            ]),
          ),
          holidays,
          special,
        },
      }));
  });
});

/** Milliseconds from `around`: mostly days, at times years. */
const shift = fc.oneof(
  fc.integer({ min: -5 * DAY, max: 5 * DAY }),
  fc.integer({ min: -5 * 1440, max: 5 * 1440 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: -6 * 365 * DAY, max: 6 * 365 * DAY }),
);
const amount = fc.oneof(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 0, max: 2 * 365 * DAY }));
const RUNS = { numRuns: 200 };

/** The local date and time of an instant, by Temporal. */
const localIn = (timeZone: string, at: number): [date: string, time: string] => {
  const [date = '', time = ''] = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'millisecond', roundingMode: 'trunc' })
    .split('T');
  return [date, time];
};

/** Whether the instant lies in a holiday of the whole day, or of a part of it. */
const isHoliday = ({ timeZone, holidays }: CalendarDefinition, at: number): boolean => {
  const [date, time] = localIn(timeZone, at);
  return holidays.some((holiday) =>
    typeof holiday === 'string' ? holiday === date : holiday.date === date && holiday.from <= time && time < holiday.to,
  );
};

describe('The laws of business time', () => {
  it('between(a, b) + between(b, c) = between(a, c), in any order', () => {
    fc.assert(
      fc.property(cases, shift, shift, shift, ({ definition, around }, i, j, k) => {
        const calendar = compileCalendar(definition);
        const [a, b, c] = [around + i, around + j, around + k];
        expect(calendar.between(a, b) + calendar.between(b, c)).toBe(calendar.between(a, c));
        expect(calendar.between(b, a)).toBe(0 - calendar.between(a, b));
      }),
      RUNS,
    );
  });

  it('stretches cover the time without gaps, with the hours of the calendar and the holidays of the local date', () => {
    const span = fc.integer({ min: 0, max: 20 * DAY });
    fc.assert(
      fc.property(cases, shift, span, ({ definition, around }, i, length) => {
        const calendar = compileCalendar(definition);
        const [a, b] = [around + i, around + i + length];
        const stretches = [...calendar.stretches(a, b)];
        // Plain comparisons, and one `expect`: a call of it for every stretch took most of the
        // time.
        const faults: string[] = [];
        let reached = a;
        let before: string | null = null;
        for (const { from, to, kind } of stretches) {
          const isNext = from === reached && to > from && kind !== before;
          if (!isNext) faults.push(`${kind} from ${from} to ${to} does not follow ${before} up to ${reached}`);
          [reached, before] = [to, kind];
          for (const at of [from, Math.floor((from + to) / 2), to - 1]) {
            const closed = isHoliday(definition, at) ? 'HOLIDAY' : 'CLOSED';
            if (kind !== (calendar.isOpen(at) ? 'OPEN' : closed)) faults.push(`${at} is not ${kind}`);
          }
        }
        expect(faults).toEqual([]);
        expect(reached).toBe(b);
        const open = stretches.filter(({ kind }) => kind === 'OPEN').reduce((sum, { from, to }) => sum + to - from, 0);
        expect(open).toBe(calendar.between(a, b));
      }),
      RUNS,
    );
  });

  it('between(s, add(s, m)) = m, and no earlier instant has it', () => {
    fc.assert(
      fc.property(cases, shift, amount, ({ definition, around }, i, open) => {
        const calendar = compileCalendar(definition);
        const start = around + i;
        const end = calendar.add(start, open);
        expect(calendar.between(start, end)).toBe(open);
        if (open === 0) expect(end).toBe(start);
        else expect(calendar.between(start, end - 1)).toBe(open - 1);
      }),
      RUNS,
    );
  });

  it('add is monotonic in the start and in the amount', () => {
    fc.assert(
      fc.property(cases, shift, shift, amount, amount, ({ definition, around }, i, j, m, n) => {
        const calendar = compileCalendar(definition);
        const early = around + Math.min(i, j);
        const late = around + Math.max(i, j);
        expect(calendar.add(early, m)).toBeLessThanOrEqual(calendar.add(late, m));
        expect(calendar.add(early, Math.min(m, n))).toBeLessThanOrEqual(calendar.add(early, Math.max(m, n)));
      }),
      RUNS,
    );
  });

  it('add(s, m + n) = add(add(s, m), n)', () => {
    fc.assert(
      fc.property(cases, shift, amount, amount, ({ definition, around }, i, m, n) => {
        const calendar = compileCalendar(definition);
        const start = around + i;
        expect(calendar.add(calendar.add(start, m), n)).toBe(calendar.add(start, m + n));
      }),
      RUNS,
    );
  });

  it('business days end on open time or at a closing, and zero of them at an opening or at the start', () => {
    fc.assert(
      fc.property(cases, shift, fc.nat(400), ({ definition, around }, i, days) => {
        const calendar = compileCalendar(definition);
        const start = around + i;
        const moved = calendar.addBusinessDays(start, 0);
        expect(calendar.isOpen(moved)).toBe(true);
        expect(calendar.between(start, moved)).toBe(0);
        const sameTime = calendar.addBusinessDays(start, days);
        expect(calendar.isOpen(sameTime) || calendar.isOpen(sameTime - 1)).toBe(true);
        const close = calendar.addBusinessDays(start, days + 1, 'CLOSE_OF_BUSINESS');
        expect(calendar.isOpen(close - 1)).toBe(true);
        expect(calendar.addBusinessDays(moved, days)).toBe(sameTime);
      }),
      RUNS,
    );
  });
});

describe('The compiled calendar and the definition taken literally, minute by minute', () => {
  it('agree around changes of the clocks', () => {
    const minute = fc.nat(10 * 1440 - 1);
    const questions = fc.array(fc.tuple(minute, minute, fc.nat(3000), fc.nat(3)), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(cases, questions, ({ definition, around }, asked) => {
        const [from, to] = [around - 4 * DAY, around + 6 * DAY];
        const calendar = compileCalendar(definition);
        const naive = new NaiveCalendar(definition, from, to);
        for (const [i, j, minutes, days] of asked) {
          const [a, b] = [from + Math.min(i, j) * MINUTE, from + Math.max(i, j) * MINUTE];
          expect(calendar.isOpen(a)).toBe(naive.isOpen(a));
          expect(calendar.between(a, b)).toBe(naive.between(a, b));
          const sum = naive.add(a, minutes * MINUTE);
          if (sum !== undefined) expect(calendar.add(a, minutes * MINUTE)).toBe(sum);
          for (const mode of ['SAME_TIME', 'CLOSE_OF_BUSINESS'] as const) {
            const end = naive.addBusinessDays(a, days, mode);
            // The last dates of the window are not whole.
            if (end !== undefined && end < to - 2 * DAY) expect(calendar.addBusinessDays(a, days, mode)).toBe(end);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('The table of a zone’s offsets', () => {
  it('is Temporal’s, to the second, from 1840 to 9999', () => {
    const zone = fc.constantFrom(...ZONES, 'Africa/Freetown', 'Africa/Monrovia', 'America/Juneau', 'Asia/Manila');
    const second = fc.integer({ min: Date.UTC(1840, 0) / 1000, max: Date.UTC(9999, 0) / 1000 });
    const recent = fc.integer({ min: Date.UTC(1890, 0) / 1000, max: Date.UTC(2100, 0) / 1000 });
    fc.assert(
      fc.property(zone, fc.oneof(second, recent), (timeZone, at) => {
        const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
        expect(ZoneOffsets.of(timeZone).offsetAt(at * 1000)).toBe(offsetNanoseconds / 1_000_000);
      }),
      { numRuns: 2000 },
    );
  });

  it('has every change that Temporal finds, where it finds it', () => {
    for (const [timeZone, changes] of changesOf) {
      for (const change of changes) {
        const zone = ZoneOffsets.of(timeZone);
        expect(zone.offsetAt(change - 1)).not.toBe(zone.offsetAt(change));
      }
    }
  });

  it('has the local wall clock’s instant as Temporal has it, also when skipped or repeated', () => {
    const near = fc.constantFrom(...ZONES).chain((timeZone) =>
      fc.record({
        timeZone: fc.constant(timeZone),
        local: fc
          .tuple(fc.constantFrom(0, ...(changesOf.get(timeZone) ?? [])), fc.integer({ min: -1500, max: 1500 }))
          .map(([change, minutes]) => Math.floor(change / MINUTE) * MINUTE + minutes * MINUTE),
      }),
    );
    fc.assert(
      fc.property(near, ({ timeZone, local }) => {
        const wallClock = Temporal.PlainDateTime.from(new Date(local).toISOString().slice(0, -1));
        expect(ZoneOffsets.of(timeZone).instantOf(local)).toBe(wallClock.toZonedDateTime(timeZone).epochMilliseconds);
      }),
      { numRuns: 2000 },
    );
  });
});
