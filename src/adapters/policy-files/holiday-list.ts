import type { CalendarDefinition, PartDayHoliday } from '../../domain/calendar/business-calendar';

/**
 * A holiday of a policy file, of a region or of a date of the file itself. One that takes the whole
 * day is from 00:00 to 24:00.
 */
export type FileHoliday = PartDayHoliday;

export const WHOLE_DAY = { from: '00:00', to: '24:00' } as const;
const isWholeDay = ({ from, to }: FileHoliday): boolean => from === WHOLE_DAY.from && to === WHOLE_DAY.to;

const byDate = (holidays: readonly FileHoliday[]): ReadonlyMap<string, readonly FileHoliday[]> => {
  const groups = new Map<string, FileHoliday[]>();
  for (const holiday of holidays) {
    const group = groups.get(holiday.date);
    if (group === undefined) groups.set(holiday.date, [holiday]);
    else group.push(holiday);
  }
  return groups;
};

const byStart = (a: FileHoliday, b: FileHoliday): number => (a.from < b.from ? -1 : Number(a.from > b.from));

/** The name of several holidays; null if none has one. */
function jointName(holidays: readonly FileHoliday[]): string | null {
  const names = new Set(holidays.flatMap(({ name }) => name ?? []));
  return names.size === 0 ? null : [...names].join(', ');
}

/** The holidays of a date without overlaps: the one that begins first has the time. */
function disjointParts(holidays: readonly FileHoliday[]): FileHoliday[] {
  let end: string = WHOLE_DAY.from;
  return [...holidays].sort(byStart).flatMap((holiday) => {
    const from = holiday.from > end ? holiday.from : end;
    if (holiday.to > end) end = holiday.to;
    return from < holiday.to ? [{ ...holiday, from }] : [];
  });
}

/** Holidays of several sources as the fields of a calendar, in the order of their dates. */
export function calendarHolidays(
  found: readonly FileHoliday[],
): Required<Pick<CalendarDefinition, 'holidays' | 'holidayNames'>> {
  const holidays: (string | PartDayHoliday)[] = [];
  const holidayNames: Record<string, string> = {};
  for (const [date, group] of [...byDate(found)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const whole = group.filter(isWholeDay);
    if (whole.length === 0) {
      holidays.push(...disjointParts(group));
      continue;
    }
    const name = jointName(whole) ?? jointName(group);
    holidays.push(date);
    if (name !== null) holidayNames[date] = name;
  }
  return { holidays, holidayNames };
}

/** What is wrong with a list of holidays; undefined if no two of them share any time. */
export function holidaysProblem(holidays: readonly FileHoliday[]): string | undefined {
  for (const [date, group] of byDate(holidays)) {
    if (group.filter(isWholeDay).length > 1) return `takes each entry once; ${date} occurs twice`;
    const sorted = [...group].sort(byStart);
    const overlap = sorted.some(({ from }, index) => from < (sorted[index - 1]?.to ?? WHOLE_DAY.from));
    if (overlap) return `takes parts of a date that do not overlap; those of ${date} do`;
  }
  return undefined;
}
