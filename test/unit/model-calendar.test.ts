import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ModelCalendar, readCalendar } from '../model/calendar';
import { readPolicy } from '../model/policy';
import { NaiveCalendar } from '../support/naive-calendar';
import { Temporal } from '../support/temporal';

const HOUR_MS = 3_600_000;
const TICK_MS = 300_000;

const WEEK = {
  mon: ['08:00-12:00', '12:00-17:00'],
  tue: ['08:00-17:00'],
  wed: ['00:00-02:30', '22:00-24:00'],
  thu: ['09:30-10:15', '11:00-11:30', '20:00-21:00'],
  fri: ['08:00-17:00'],
  sun: ['00:30-03:30'],
};

/** Zones, and days around their clock changes. That of Lord Howe is by half an hour. */
const PLACES = [
  ['America/New_York', '2026-03-05'],
  ['America/New_York', '2026-10-29'],
  ['Australia/Lord_Howe', '2026-04-02'],
  ['Europe/Berlin', '2026-03-26'],
  ['America/Santiago', '2026-09-03'],
  ['UTC', '2026-12-24'],
] as const;

describe("the model's calendar", () => {
  for (const [zone, day] of PLACES) {
    it(`counts as the wall clock ticks, in ${zone} from ${day}`, () => {
      const from = Date.parse(`${day}T00:00Z`);
      const to = from + 16 * 24 * HOUR_MS;
      const holiday = new Date(from + 4 * 24 * HOUR_MS).toISOString().slice(0, 10);
      const special = { [new Date(from + 6 * 24 * HOUR_MS).toISOString().slice(0, 10)]: ['10:00-11:00'] };
      const part = { date: new Date(from + 11 * 24 * HOUR_MS).toISOString().slice(0, 10), from: '10:00', to: '13:00' };
      const horizon = { from: 2020, to: 2030 };
      const model = new ModelCalendar(
        readCalendar({ zone, week: WEEK, holidays: { horizon, plus: [holiday, part] }, special }),
      );
      const pairs = (hours: readonly string[]) => hours.map((text) => text.split('-') as [string, string]);
      const naive = new NaiveCalendar(
        {
          timeZone: zone,
          week: Object.fromEntries(Object.entries(WEEK).map(([weekday, hours]) => [weekday, pairs(hours)])),
          holidays: [holiday, part],
          special: Object.fromEntries(Object.entries(special).map(([date, hours]) => [date, pairs(hours)])),
        } as unknown as ConstructorParameters<typeof NaiveCalendar>[0],
        from,
        to,
        TICK_MS,
      );
      const instant = fc.nat(8 * 24 * 12 - 1).map((ticks) => from + ticks * TICK_MS);
      fc.assert(
        fc.property(instant, instant, fc.nat(120), fc.nat(3), (a, b, ticks, days) => {
          expect(model.isOpen(a)).toBe(naive.isOpen(a));
          if (a <= b) expect(model.between(a, b)).toBe(naive.between(a, b));
          expect(model.between(b, a)).toBe(-model.between(a, b));
          expect(model.add(a, ticks * TICK_MS)).toBe(naive.add(a, ticks * TICK_MS));
          expect(model.addBusinessDays(a, days, 'sameTime')).toBe(naive.addBusinessDays(a, days, 'SAME_TIME'));
          if (days > 0) {
            expect(model.addBusinessDays(a, days, 'closeOfBusiness')).toBe(
              naive.addBusinessDays(a, days, 'CLOSE_OF_BUSINESS'),
            );
          }
        }),
        { numRuns: 300, seed: 7 },
      );
    });
  }

  it('is closed on the public holidays of the United States, substitutes included', () => {
    const business = readPolicy('policies/cimcloud.yaml').calendars.business;
    const noonOf = (date: string) => Temporal.ZonedDateTime.from(`${date}T12:00[America/New_York]`).epochMilliseconds;
    expect(business?.isOpen(noonOf('2026-11-26'))).toBe(false); // Thanksgiving
    expect(business?.isOpen(noonOf('2026-11-27'))).toBe(true);
    expect(business?.isOpen(noonOf('2026-07-03'))).toBe(false); // for Saturday, 4 July
    expect(business?.isOpen(noonOf('2026-12-25'))).toBe(false);
    expect(business?.isOpen(noonOf('2026-12-24'))).toBe(true);
  });

  it('knows nothing beyond the years of its holidays', () => {
    const calendar = new ModelCalendar(
      readCalendar({ zone: 'UTC', week: WEEK, holidays: { horizon: { from: 2026, to: 2026 } } }),
    );
    expect(() => calendar.add(Date.parse('2026-12-30T12:00Z'), 100 * HOUR_MS)).toThrow();
  });
});
