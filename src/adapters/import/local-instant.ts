import { ZoneOffsets } from '../../domain/calendar/zone-offsets';
import type { EpochMs } from '../../domain/instant';
import { parseRfc3339 } from '../../domain/rfc3339';

const FIELDS = {
  yyyy: ['year', '\\d{4}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
  SSS: ['millisecond', '\\d{3}'],
} as const;
type Token = keyof typeof FIELDS;

const TOKENS = /yyyy|SSS|MM|dd|HH|mm|ss|M|d|H/g;
const escapeLiteral = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * Parses an instant. Null if the text is not one. The second is the later instant of a local time
 * that occurs twice, otherwise undefined.
 */
export type ReadInstant = (text: string) => readonly [first: EpochMs, second?: EpochMs] | null;

/** The problem of a format, undefined if it is valid. */
export function formatProblem(format: string): string | undefined {
  if (format === 'rfc3339') return undefined;
  const tokens = format.match(TOKENS) ?? [];
  const named = tokens.map((token) => FIELDS[token as Token][0]);
  if (new Set(named).size !== named.length) return 'names a field twice';
  const missing = (['year', 'month', 'day'] as const).filter((field) => !named.includes(field));
  if (missing.length > 0 || /[A-Za-z]/.test(format.replace(TOKENS, '').replace('T', ''))) {
    return 'takes rfc3339, or a pattern of yyyy, M or MM, d or dd, H or HH, mm, ss, SSS, such as d/M/yyyy HH:mm';
  }
  return undefined;
}

/**
 * Parses instants of one format as local times of one zone. A local time that the zone skips is
 * moved forward by the length of the gap. `rfc3339` has its own offset.
 */
export function instantReader(format: string, timeZone: string): ReadInstant {
  if (format === 'rfc3339') {
    return (text) => {
      const at = parseRfc3339(text);
      return at === undefined ? null : [at];
    };
  }
  const fields: string[] = [];
  const parts: string[] = [];
  let end = 0;
  for (const match of format.matchAll(TOKENS)) {
    const [field, digits] = FIELDS[match[0] as Token];
    parts.push(escapeLiteral(format.slice(end, match.index)), `(${digits})`);
    fields.push(field);
    end = match.index + match[0].length;
  }
  const pattern = new RegExp(`^${parts.join('')}${escapeLiteral(format.slice(end))}$`);
  const zone = ZoneOffsets.of(timeZone);
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return null;
    const partOf = (field: string): number => {
      const index = fields.indexOf(field);
      return index < 0 ? 0 : Number(match[index + 1]);
    };
    const [month, day, hour, minute, second] = [
      partOf('month'),
      partOf('day'),
      partOf('hour'),
      partOf('minute'),
      partOf('second'),
    ];
    if (hour > 23 || minute > 59 || second > 59) return null;
    const date = new Date(0);
    date.setUTCFullYear(partOf('year'), month - 1, day);
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
    const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + partOf('millisecond');
    return zone.occurrencesOf(local);
  };
}
