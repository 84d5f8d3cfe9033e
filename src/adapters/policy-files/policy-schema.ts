import { z } from 'zod';
import { MOST_PROBLEMS } from '../../application/first-problems';
import { type LocalInterval, WEEKDAYS } from '../../domain/calendar/business-calendar';
import { DAY_MS, type DurationMs } from '../../domain/instant';
import { parseDuration } from '../../domain/iso-duration';
import { didYouMean } from '../../domain/nearest';
import { FACT_CODE, LONGEST_CODE } from '../../domain/policy/facts';
import { BASES, CLIENT_ACTIONS, COMMITMENT_KINDS, TARGET_UNITS, WAITING_REASONS } from '../../domain/policy/policy';
import { SEVERITIES } from '../../domain/severity';
import { beginning } from '../../domain/text';
import { NAME, NOTE, SUBJECT } from '../../domain/value-rules';
import { textSchema } from '../documents/text-schema';
import { zoneProblem } from '../documents/zone-problem';
import { type FileHoliday, holidaysProblem, WHOLE_DAY } from './holiday-list';
import { KNOWN_YEARS, regionProblem } from './holidays';
import { intervalsProblem, parseInterval, realDateProblem, specialDateProblem, timeProblem } from './local-time';

/** The shape of a policy file. Fields are checked against each other in `check-policy.ts`. */

/** A map of exactly these fields. The message has one line for each unknown field. */
const entry = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = Object.keys(shape);
      // Finding the nearest name takes time, and later problems are only counted.
      return issue.keys
        .slice(0, MOST_PROBLEMS)
        .map((key) => `is not known here${didYouMean(key, known) || `; known are ${known.join(', ')}`}`)
        .join('\n');
    },
  });

/** A schema with an additional check; `problemOf` returns undefined if the value is valid. */
const checked = <T>(schema: z.ZodType<T>, problemOf: (value: T) => string | undefined) =>
  schema.superRefine((value, context) => {
    const message = problemOf(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** A list without repeated entries. */
const distinct = <T extends string>(item: z.ZodType<T>, minLength = 0) =>
  checked(z.array(item).min(minLength), (items) => {
    const twice = items.find((value, index) => items.indexOf(value) < index);
    return twice === undefined ? undefined : `takes each entry once; ${twice} occurs twice`;
  });

const LONGEST_NAME = 64;
const LONGEST_ID = 63;

/** @param first the characters that it may begin with, and `rest` those that may follow */
const shortName = (first: string, rest: string, takes: string, longest = LONGEST_NAME) =>
  z.string().regex(new RegExp(`^[${first}][${rest}]{0,${longest - 1}}$`), `${takes}, at most ${longest} characters`);

const basis = z.enum(BASES);
const name = shortName('A-Za-z', 'A-Za-z0-9_-', 'takes a name of letters, digits, - and _, a letter first');
const localDate = checked(z.string(), realDateProblem);

const interval = z.string().transform((written, context): LocalInterval => {
  const parsed = parseInterval(written);
  if (typeof parsed !== 'string') return parsed;
  context.addIssue({ code: 'custom', message: parsed });
  return z.NEVER;
});
const intervals = checked(z.array(interval), intervalsProblem);

/** A map with exactly these keys, e.g. a target for each kind of commitment. */
const forEach = <Name extends string, T extends z.ZodType>(names: readonly Name[], schema: T) =>
  entry(Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, T>);

const span = { amount: z.number(), unit: z.enum(TARGET_UNITS), calendar: z.string() };
export const spanSchema = entry(span);

export const targetSchema = entry({
  bestEffort: z.literal(true).optional(),
  amount: span.amount.optional(),
  unit: span.unit.optional(),
  calendar: span.calendar.optional(),
  basis,
  text: textSchema(NOTE),
});

const severitySchema = entry({
  severity: z.enum(SEVERITIES),
  title: textSchema(NAME),
  workaroundLowers: z.enum(['SEVERITY', 'IMPACT']),
  clientActions: distinct(z.enum(CLIENT_ACTIONS), 1),
  targets: forEach(COMMITMENT_KINDS, targetSchema.optional()),
});

export const factSchema = entry({
  code: z
    .string()
    .regex(
      FACT_CODE,
      `takes a code of at most ${LONGEST_CODE} capital letters, digits and _, a letter first, such as ALL_END_USERS`,
    ),
  title: textSchema(NAME),
  text: textSchema(NOTE),
});

/** Each pair of an audience and a consequence is looked up by its own key. */
const MAX_FACTS = 100;
const factList = z.array(factSchema).min(1).max(MAX_FACTS);

export const ruleSchema = entry({
  clause: shortName(
    'A-Za-z0-9',
    'A-Za-z0-9._-',
    'takes a short name of letters, digits, ".", "-" and "_", such as "2a"',
  ),
  severity: z.enum(SEVERITIES),
  // `check-policy.ts` checks that the policy has these codes.
  audience: z.string(),
  consequences: distinct(z.string(), 1),
  basis,
  text: textSchema(NOTE),
});

const horizonSchema = checked(entry({ from: z.number().int(), to: z.number().int() }), ({ from, to }) => {
  if (from >= KNOWN_YEARS.from && from <= to && to <= KNOWN_YEARS.to) return undefined;
  const takes = `takes years from ${KNOWN_YEARS.from} to ${KNOWN_YEARS.to}, the first not after the last`;
  return `${takes}, not ${from} to ${to}`;
});

const time = checked(z.string(), timeProblem);

/** `2026-12-24`, or a map of it with a name, or with the part of the day that is a holiday. */
const ownHoliday = z.union([
  localDate.transform((date): FileHoliday => ({ date, ...WHOLE_DAY, name: null })),
  checked(
    entry({ date: localDate, from: time.optional(), to: time.optional(), name: textSchema(NAME).optional() }),
    ({ from = WHOLE_DAY.from, to = WHOLE_DAY.to }) =>
      from < to ? undefined : `ends at ${to} and must begin earlier, not at ${from}`,
  ).transform(
    ({ date, from = WHOLE_DAY.from, to = WHOLE_DAY.to, name = null }): FileHoliday => ({ date, from, to, name }),
  ),
]);

export const holidaysSchema = entry({
  region: checked(z.string(), regionProblem).optional(),
  ics: z.string().optional(),
  horizon: horizonSchema,
  plus: checked(z.array(ownHoliday), holidaysProblem).optional(),
  minus: distinct(localDate).optional(),
});

export const calendarSchema = entry({
  zone: checked(z.string(), zoneProblem),
  week: entry(
    Object.fromEntries(WEEKDAYS.map((day) => [day, intervals.optional()])) as Record<
      (typeof WEEKDAYS)[number],
      z.ZodOptional<typeof intervals>
    >,
  ),
  holidays: holidaysSchema.optional(),
  special: z.record(checked(z.string(), specialDateProblem), intervals).optional(),
});

/** Each mark is an event of every cycle. */
const MAX_MARKS = 20;

export const markSchema = entry({
  name,
  at: z.number(),
});

/** A longer one is probably a typing error. */
const MAX_LATE_ENTRY_MS = 31 * DAY_MS;

const lateEntry = z.string().transform((written, context): DurationMs => {
  const duration = parseDuration(written);
  if (duration !== null && duration >= 0 && duration <= MAX_LATE_ENTRY_MS) return duration;
  const message = `takes an ISO 8601 duration of at most 31 days, such as PT15M, not "${beginning(written, LONGEST_NAME)}"`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

export const policySchema = entry({
  id: shortName('a-z', 'a-z0-9-', 'takes a short name of small letters, digits and -, a letter first', LONGEST_ID),
  title: textSchema(NAME),
  source: textSchema(SUBJECT),
  severities: z.array(severitySchema).min(1),
  facts: entry({ audiences: factList, consequences: factList }).optional(),
  rules: z.array(ruleSchema).min(1),
  calendars: z.record(name, calendarSchema),
  pauses: forEach(WAITING_REASONS, distinct(z.enum(COMMITMENT_KINDS))),
  loweringApproval: z.enum(['overrides', 'always', 'never']).optional(),
  onLowering: z.enum(['carry', 'restart']),
  marks: z.array(markSchema).max(MAX_MARKS),
  reopeningMinimum: z.number().gt(0).max(1),
  closeAfterSilence: spanSchema,
  lateEntry: lateEntry.optional(),
  businessDayEnd: z.enum(['sameTime', 'closeOfBusiness']),
});

export type PolicyFile = z.output<typeof policySchema>;
export type TargetEntry = z.output<typeof targetSchema>;
export type SpanEntry = z.output<typeof spanSchema>;
export type CalendarEntry = z.output<typeof calendarSchema>;
export type HolidaysEntry = z.output<typeof holidaysSchema>;
