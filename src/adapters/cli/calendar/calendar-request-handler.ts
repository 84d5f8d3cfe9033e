import { z } from 'zod';
import { type BusinessCalendar, CalendarError, compileCalendar } from '../../../domain/calendar/business-calendar';
import { MINUTE_MS, toIso } from '../../../domain/instant';
import { parseRfc3339 } from '../../../domain/rfc3339';
import { beginning } from '../../../domain/text';

/** Error codes of invalid lines; a `CalendarError` has codes of its own. */
type LineErrorCode = 'INVALID_JSON' | 'INVALID_INPUT' | 'UNKNOWN_OPERATION' | 'LINE_TOO_LONG';
type ErrorCode = LineErrorCode | CalendarError['code'];

/** The answer to a line; `id` is the id of the request, null if it has none. */
export type CalendarAnswer =
  | { readonly id: unknown; readonly result: string | number }
  | { readonly id: unknown; readonly error: { readonly code: ErrorCode; readonly message: string } };

/** The size of the cache of compiled calendars; the least recently used one is evicted. */
const MAX_CACHED_CALENDARS = 200;

const instant = z
  .string('give an RFC 3339 instant with an offset, e.g. "2026-03-02T15:00:00-05:00".')
  .transform((text, context) => {
    const at = parseRfc3339(text);
    if (at !== undefined) return at;
    const message = `${JSON.stringify(shortened(text))} is not an RFC 3339 instant; give an existing date, a time with seconds, and an offset, e.g. "2026-03-02T15:00:00-05:00".`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
const amount = z.number('give a number, 0 or more.').nonnegative('give a number, 0 or more.');
const common = { id: z.unknown().optional(), calendar: z.unknown().optional(), op: z.string(), start: instant };

const addMinutes = z.strictObject({ ...common, amount });
const addBusinessDays = z.strictObject({
  ...common,
  amount,
  mode: z.enum(['sameTime', 'closeOfBusiness'], 'write "sameTime" or "closeOfBusiness", or leave it out.').optional(),
});
const businessMinutesBetween = z.strictObject({ ...common, end: instant });

type Operation = (line: unknown, calendarOf: (source: unknown) => BusinessCalendar) => string | number;

const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map<unknown, Operation>([
  [
    'addMinutes',
    (line, calendarOf) => {
      const request = parse(addMinutes, line);
      return toIso(calendarOf(request.calendar).add(request.start, request.amount * MINUTE_MS));
    },
  ],
  [
    'addBusinessDays',
    (line, calendarOf) => {
      const request = parse(addBusinessDays, line);
      const end = request.mode === 'closeOfBusiness' ? 'CLOSE_OF_BUSINESS' : 'SAME_TIME';
      return toIso(calendarOf(request.calendar).addBusinessDays(request.start, request.amount, end));
    },
  ],
  [
    'businessMinutesBetween',
    (line, calendarOf) => {
      const request = parse(businessMinutesBetween, line);
      return calendarOf(request.calendar).between(request.start, request.end) / MINUTE_MS;
    },
  ],
]);

const time = z.string('an interval is a pair of times, e.g. ["09:00","17:00"].');
const intervals = z.array(
  z.tuple([time, time], 'an interval is a pair of times, e.g. ["09:00","17:00"].'),
  'give a list of intervals, e.g. [["09:00","17:00"]].',
);
const year = z.number('give a year.');
const holiday = z.union(
  [
    z.string(),
    z.strictObject({ date: z.string(), from: z.string(), to: z.string(), name: z.string().nullable().default(null) }),
  ],
  'write a date as "YYYY-MM-DD", and a part of one as {"date":"2026-12-24","from":"12:00","to":"24:00"}.',
);
const calendarSchema = z.strictObject(
  {
    timeZone: z.string('give an IANA zone, e.g. "America/New_York".'),
    week: z.record(z.string(), intervals, 'give intervals by weekday, e.g. {"mon":[["09:00","17:00"]]}.').default({}),
    holidays: z.array(holiday, 'give a list of dates "YYYY-MM-DD".').default([]),
    holidayNames: z.record(z.string(), z.string(), 'give names by date.').optional(),
    special: z
      .record(z.string(), intervals, 'give intervals by date, e.g. {"2026-12-24":[["09:00","12:00"]]}.')
      .default({}),
    knownYears: z.strictObject({ from: year, to: year }, 'give {"from":2020,"to":2030}, or leave it out.').optional(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'give an object with timeZone, week, holidays, special.' : undefined,
  },
);

/** Answers the lines of `stepdown calendar`; caches compiled calendars. */
export class CalendarRequestHandler {
  private readonly calendars = new Map<string, BusinessCalendar>();

  /** Answers a line. The answer to an invalid line has an `error`. Never throws. */
  answer(line: string): CalendarAnswer {
    let id: unknown = null;
    try {
      const request = parseJson(line);
      if (typeof request !== 'object' || request === null || Array.isArray(request)) {
        throw new LineError(
          'INVALID_INPUT',
          'A line is one JSON object with id, calendar, op, start, and amount or end.',
        );
      }
      id = idOf(request);
      const op = 'op' in request ? request.op : undefined;
      const operation = OPERATIONS.get(op);
      if (operation === undefined) {
        const problem = typeof op === 'string' ? `${JSON.stringify(shortened(op))} is unknown` : 'missing';
        throw new LineError('UNKNOWN_OPERATION', `op: ${problem}; give one of ${[...OPERATIONS.keys()].join(', ')}.`);
      }
      return { id, result: operation(request, (source) => this.calendarOf(source)) };
    } catch (error) {
      if (error instanceof CalendarError || error instanceof LineError) {
        return { id, error: { code: error.code, message: error.message } };
      }
      throw error;
    }
  }

  private calendarOf(source: unknown): BusinessCalendar {
    const key = keyOf(source);
    const calendar = this.calendars.get(key) ?? compileCalendar(definitionOf(source));
    // A Map keeps the order of insertion, so the first entry is the least recently used one.
    this.calendars.delete(key);
    this.calendars.set(key, calendar);
    const oldest = this.calendars.keys().next().value;
    if (this.calendars.size > MAX_CACHED_CALENDARS && oldest !== undefined) this.calendars.delete(oldest);
    return calendar;
  }
}

class LineError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LineError('INVALID_JSON', `The line is not JSON (${reason}); write one JSON object per line.`);
  }
};

/** The id of a request: a scalar, null if it has none. */
const idOf = (request: object): unknown => {
  const id = 'id' in request ? request.id : null;
  if (typeof id !== 'object' || id === null) return id;
  throw new LineError('INVALID_INPUT', 'id: give text or a number.');
};

const keyOf = (calendar: unknown): string => {
  try {
    return JSON.stringify(calendar) ?? '';
  } catch {
    // JSON.parse accepts deeper nesting than the recursive JSON.stringify.
    throw new LineError('INVALID_CALENDAR', 'calendar: give an object with timeZone, week, holidays, special.');
  }
};

const LONGEST_SHOWN = 80;
const shortened = (text: string): string => beginning(text, LONGEST_SHOWN);

const definitionOf = (source: unknown) => {
  const { holidayNames, knownYears, ...rest } = parse(calendarSchema, source, ['calendar']);
  return {
    ...rest,
    ...(holidayNames === undefined ? {} : { holidayNames }),
    ...(knownYears === undefined ? {} : { knownYears }),
  };
};

/**
 * Parses the value, or throws a LineError that names the field. Unknown keys are reported first,
 * because a misspelled key also makes its field appear missing.
 */
const parse = <T>(schema: z.ZodType<T>, value: unknown, within: readonly string[] = []): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const keys = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    const owner = [...within, ...issue.path].join('.') || 'This operation';
    throw new LineError('INVALID_INPUT', `${owner} takes no ${keys}; remove it or correct its spelling.`);
  }
  const path = [...within, ...(issues[0]?.path ?? [])];
  const field = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  throw new LineError(codeOf(path), `${field.slice(1)}: ${issues[0]?.message}`);
};

const codeOf = ([first, second]: readonly PropertyKey[]): ErrorCode => {
  if (first === 'start' || first === 'end') return 'INVALID_INSTANT';
  if (first === 'amount') return 'INVALID_AMOUNT';
  if (first === 'calendar') return second === 'timeZone' ? 'INVALID_TIME_ZONE' : 'INVALID_CALENDAR';
  return 'INVALID_INPUT';
};
