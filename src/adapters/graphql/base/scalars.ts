import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { type DurationMs, type EpochMs, toIso } from '../../../domain/instant';
import { formatDuration, parseDuration } from '../../../domain/iso-duration';
import { parseRfc3339 } from '../../../domain/rfc3339';

const refuse = (sentence: string): never => {
  throw new GraphQLError(sentence);
};

const DATE_TIME_FORM =
  'DateTime must be a date and time in RFC 3339 format with an offset, in the years 1 to 9999, such as 2026-11-23T15:00:00.000Z';
// 0001-01-01T00:00:00Z. Date.UTC would read the year 1 as 1901.
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = Date.UTC(10_000, 0) - 1;

/** An RFC 3339 instant in the years 1 to 9999; null for any other text. */
export function parseDateTime(text: string): EpochMs | null {
  const at = parseRfc3339(text);
  return at === undefined || at < FIRST_INSTANT || at > LAST_INSTANT ? null : at;
}

const DURATION_FORM =
  'Duration must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as PT1H30M; years and months have no fixed length';
const textOf = (node: ValueNode, form: string): string => {
  if (node.kind !== Kind.STRING) throw new GraphQLError(`${form}.`, { nodes: node });
  return node.value;
};

const instantOf = (value: unknown): EpochMs =>
  (typeof value === 'string' ? parseDateTime(value) : null) ?? refuse(`${DATE_TIME_FORM}.`);

export const DateTimeScalar = new GraphQLScalarType<EpochMs, string>({
  name: 'DateTime',
  description:
    'A date and time in RFC 3339 format. Output is in UTC with milliseconds, for example `2026-11-23T15:00:00.000Z`. Input may have any offset from UTC and must have one.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) =>
    typeof value === 'number' && Number.isFinite(value)
      ? toIso(value)
      : refuse('DateTime cannot represent a value that is not a number of milliseconds.'),
  parseValue: instantOf,
  parseLiteral: (node) => instantOf(textOf(node, DATE_TIME_FORM)),
});

const durationOf = (value: unknown): DurationMs =>
  (typeof value === 'string' ? parseDuration(value) : null) ?? refuse(`${DURATION_FORM}.`);

export const DurationScalar = new GraphQLScalarType<DurationMs, string>({
  name: 'Duration',
  description:
    'A length of time in ISO 8601 format. Output is in hours, minutes and seconds, for example `PT1H30M` or `PT0.25S`; a negative duration has a leading minus sign. Input may also have weeks and days of 24 hours, but not years and months. A duration in business time counts only the open hours of a calendar.',
  serialize: (value) =>
    typeof value === 'number' && Number.isFinite(value)
      ? formatDuration(value)
      : refuse('Duration cannot represent a value that is not a number of milliseconds.'),
  parseValue: durationOf,
  parseLiteral: (node) => durationOf(textOf(node, DURATION_FORM)),
});

const LONGEST_CURSOR = 200;
const CURSOR_FORM = 'EventCursor must be a cursor that this API returned';
const cursorOf = (value: unknown): string =>
  typeof value === 'string' && value.length <= LONGEST_CURSOR && /^[\x21-\x7e]+$/.test(value)
    ? value
    : refuse(`${CURSOR_FORM}.`);

export const EventCursorScalar = new GraphQLScalarType<string, string>({
  name: 'EventCursor',
  description:
    'An opaque cursor that marks the position of an event in the log of all events. A later event has a cursor that is greater as text.',
  serialize: cursorOf,
  parseValue: cursorOf,
  parseLiteral: (node) => cursorOf(textOf(node, CURSOR_FORM)),
});
