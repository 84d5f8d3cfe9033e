import Holidays from 'date-holidays';

export interface YamlHolidays {
  readonly region?: string;
  readonly ics?: string;
  readonly horizon: { readonly from: number; readonly to: number };
  readonly plus?: readonly (string | YamlHoliday)[];
  readonly minus?: readonly string[];
}

interface YamlHoliday {
  readonly date: string;
  readonly from?: string;
  readonly to?: string;
}

/** A holiday of a part of a day, in milliseconds since the day's 00:00. */
export interface PartOfDay {
  readonly date: string;
  readonly from: number;
  readonly to: number;
}

/** The whole days (`YYYY-MM-DD`) and the parts of days that are holidays. */
export function wholeAndPartHolidays(yaml: YamlHolidays | undefined): { whole: Set<string>; parts: PartOfDay[] } {
  const whole = new Set<string>();
  const parts: PartOfDay[] = [];
  if (yaml === undefined) return { whole, parts };
  if (yaml.ics !== undefined) throw new Error('The model does not read iCalendar files.');
  for (const date of yaml.region === undefined ? [] : publicHolidays(yaml.region, yaml.horizon)) whole.add(date);
  for (const date of yaml.minus ?? []) whole.delete(date);
  for (const holiday of yaml.plus ?? []) {
    const { date, from, to } = typeof holiday === 'string' ? { date: holiday } : (holiday as YamlHoliday);
    if (from === undefined && to === undefined) whole.add(date);
    else parts.push({ date, from: ofDay(from ?? '00:00'), to: ofDay(to ?? '24:00') });
  }
  return { whole, parts };
}

/** By region and years, because a calculation takes a second. */
const calculated = new Map<string, string[]>();

function publicHolidays(region: string, years: { from: number; to: number }): string[] {
  const key = `${region} ${years.from} ${years.to}`;
  const dates = calculated.get(key) ?? calculate(region, years);
  calculated.set(key, dates);
  return dates;
}

function calculate(region: string, years: { from: number; to: number }): string[] {
  const holidays = new Holidays(region);
  const dates: string[] = [];
  for (let year = years.from; year <= years.to; year += 1) {
    for (const holiday of holidays.getHolidays(year)) {
      if (holiday.type === 'public') dates.push(holiday.date.slice(0, 'YYYY-MM-DD'.length));
    }
  }
  return dates;
}

/** `08:30` in milliseconds since the day's 00:00. */
export function ofDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}
