import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../../domain/instant';
import { parseRfc3339 } from '../../../domain/rfc3339';

const refuse = (sentence: string): never => {
  throw new GraphQLError(sentence);
};

const DATE_TIME_FORM =
  'DateTime takes an RFC 3339 instant with an offset in the years 1 to 9999, such as 2026-11-23T15:00:00.000Z';
// 0001-01-01T00:00:00Z; Date.UTC would read the year 1 as 1901.
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = Date.UTC(10_000, 0) - 1;

/** An instant of the years that the core reckons with; null for anything else. */
export function parseInstant(text: string): EpochMs | null {
  const at = parseRfc3339(text);
  return at === undefined || at < FIRST_INSTANT || at > LAST_INSTANT ? null : at;
}

const ISO_DURATION =
  /^([+-])?P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;
const DURATION_FORM =
  'Duration takes an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as PT1H30M; years and months have no fixed length';
const LONGEST_MS = 10_000 * 366 * DAY_MS;

/** Milliseconds of an ISO 8601 duration; a day is 24 hours. Null for anything else, years and months included. */
export function parseDuration(text: string): DurationMs | null {
  const match = ISO_DURATION.exec(text);
  if (match === null) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(2, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const millis = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const total = (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000 + millis;
  if (total > LONGEST_MS) return null;
  return match[1] === '-' && total > 0 ? -total : total;
}

/** ISO 8601 in hours, minutes and seconds; never in days, as a day of business time is not one of 24 hours. */
export function formatDuration(duration: DurationMs): string {
  const total = Math.round(Math.abs(duration));
  if (total === 0) return 'PT0S';
  const hours = Math.floor(total / HOUR_MS);
  const minutes = Math.floor((total % HOUR_MS) / MINUTE_MS);
  const seconds = (total % MINUTE_MS) / 1000;
  return `${duration < 0 ? '-' : ''}PT${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${
    seconds > 0 ? `${seconds}S` : ''
  }`;
}

const textOf = (node: ValueNode, form: string): string => {
  if (node.kind !== Kind.STRING) throw new GraphQLError(`${form}.`, { nodes: node });
  return node.value;
};

const instantOf = (value: unknown): EpochMs =>
  (typeof value === 'string' ? parseInstant(value) : null) ?? refuse(`${DATE_TIME_FORM}.`);

export const DateTimeScalar = new GraphQLScalarType<EpochMs, string>({
  name: 'DateTime',
  description:
    'An instant as RFC 3339. Given out in UTC with milliseconds, e.g. `2026-11-23T15:00:00.000Z`; taken with any offset, which must be there.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? toIso(value) : refuse('Not an instant in milliseconds.'),
  parseValue: instantOf,
  parseLiteral: (node) => instantOf(textOf(node, DATE_TIME_FORM)),
});

const durationOf = (value: unknown): DurationMs =>
  (typeof value === 'string' ? parseDuration(value) : null) ?? refuse(`${DURATION_FORM}.`);

export const DurationScalar = new GraphQLScalarType<DurationMs, string>({
  name: 'Duration',
  description:
    'A length of time as ISO 8601, given out in hours, minutes and seconds (`PT1H30M`, `PT0.25S`), negative with a leading minus. Taken with weeks and days (of 24 hours) as well; years and months are refused. Where a field says business time, only the open hours of its calendar are counted.',
  serialize: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? formatDuration(value) : refuse('Not milliseconds.'),
  parseValue: durationOf,
  parseLiteral: (node) => durationOf(textOf(node, DURATION_FORM)),
});

const CURSOR_FORM = 'EventCursor takes a cursor that this service has given';
const cursorOf = (value: unknown): string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : refuse(`${CURSOR_FORM}.`);

export const EventCursorScalar = new GraphQLScalarType<string, string>({
  name: 'EventCursor',
  description: 'A place in the log of events. Opaque; of two cursors the later event has the later one.',
  serialize: cursorOf,
  parseValue: cursorOf,
  parseLiteral: (node) => cursorOf(textOf(node, CURSOR_FORM)),
});
