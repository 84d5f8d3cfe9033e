/** A local date as the number of days since 1970-01-01 (proleptic Gregorian calendar). */
export type DayNumber = number;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH_DAY = /^(\d{2})-(\d{2})$/;
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);

/** The day number of a date. `Date.UTC` would read the years 0 to 99 as 1900 to 1999. */
export const dayNumberOf = (year: number, month: number, day: number): DayNumber => {
  // The year starts in March here, so that the leap day is its last day.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

/** Parses `YYYY-MM-DD`; `undefined` if the date does not exist in the years 1 to 9999. */
export const parseDate = (text: string): DayNumber | undefined => {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return dayNumberOf(year, month, day);
};

/** A date of every year: the same number for the same month and day, such as 1224. */
export type MonthDay = number;

/** Parses `MM-DD`; `undefined` if no year has the date. `02-29` is a date of leap years. */
export const parseMonthDay = (text: string): MonthDay | undefined => {
  const match = MONTH_DAY.exec(text);
  const [month, day] = [Number(match?.[1]), Number(match?.[2])];
  // 2000 is a leap year.
  return day >= 1 && day <= daysInMonth(2000, month) ? month * 100 + day : undefined;
};

export const monthDayOf = (day: DayNumber): MonthDay => {
  const { floor } = Math;
  // A `Date` for each day would double the time in which a year is compiled.
  const dayOfEra = (((day + 719_468) % 146_097) + 146_097) % 146_097;
  const leapDays = floor(dayOfEra / 1460) - floor(dayOfEra / 36_524) + floor(dayOfEra / 146_096);
  const yearOfEra = floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + floor(yearOfEra / 4) - floor(yearOfEra / 100));
  // The year starts in March, as in `dayNumberOf`.
  const marchMonth = floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return month * 100 + dayOfYear - floor((153 * marchMonth + 2) / 5) + 1;
};

/** 0 is Monday, as in `WEEKDAYS`. */
export const weekdayOf = (day: DayNumber): number => (((day + 3) % 7) + 7) % 7;
