import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomTypesConfig, type Pool, type QueryResult, type QueryResultRow, types } from 'pg';
import { type EpochMs, toIso } from '../../../domain/instant';
import { isConnectionLost, UnreadableInstant } from './database-errors';

export { isUuid } from '../../../domain/uuid';

/** Whatever takes a statement: the pool, or the one connection of a transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(config: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
    readonly types?: CustomTypesConfig;
  }): Promise<QueryResult<Row>>;
}

/** A statement; one with a name is planned once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Runs a statement; instants come back as epoch milliseconds, `bigint` and `xid8` as decimal strings. */
export async function rowsOf<Row extends QueryResultRow>(on: Queryable, statement: Statement): Promise<Row[]> {
  const { values, ...rest } = statement;
  const result = await on.query<Row>({ ...rest, values: values === undefined ? [] : [...values], types: CODECS });
  return result.rows;
}

const READ_TRIES = 4;

/**
 * The rows of a statement that only reads: asked again when its connection is lost, as one that has idled may be after the
 * database was restarted. For the pool only; within a transaction the whole is tried again.
 */
export async function readRows<Row extends QueryResultRow>(pool: Pool, statement: Statement): Promise<Row[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await rowsOf<Row>(pool, statement);
    } catch (error) {
      if (!isConnectionLost(error) || tries === READ_TRIES) throw error;
      await sleep(20 * tries);
    }
  }
}

const TIMESTAMPTZ = 1184;
const JSONB = 3802;
const EMPTY: readonly never[] = Object.freeze([]);

type Parser = (text: string) => unknown;
const parsers = new Map<number, Parser>([
  [TIMESTAMPTZ, parseInstant],
  // Most lists of most tickets are empty.
  [JSONB, (text) => (text === '[]' ? EMPTY : JSON.parse(text))],
]);

const CODECS: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parsers.get(oid) ?? types.getTypeParser(oid, format),
};

const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
};

const WITH_OFFSET =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/**
 * The instant that PostgreSQL writes as `2026-03-08 07:00:00.123+00`, to the millisecond, whatever zone the session shows
 * it in and whatever zone this host is in.
 */
export function parseInstant(text: string): EpochMs {
  const { length } = text;
  if ((length === 22 || length === 24 || length === 25 || length === 26) && text.endsWith('+00') && text[4] === '-') {
    const fraction = length === 22 ? 0 : digits(text, 20, length - 3) * 10 ** (26 - length);
    const year = digits(text, 0, 4);
    // Date.UTC takes years below 100 for those of the twentieth century.
    if (year >= 100) {
      return Date.UTC(
        year,
        digits(text, 5, 7) - 1,
        digits(text, 8, 10),
        digits(text, 11, 13),
        digits(text, 14, 16),
        digits(text, 17, 19),
        fraction,
      );
    }
  }
  const match = WITH_OFFSET.exec(text);
  if (match === null) throw new UnreadableInstant(text);
  const [, year = '', month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute, zoneSecond, bc] =
    match;
  const local = new Date(0);
  local.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * 60_000 + Number(zoneSecond ?? 0) * 1000;
  return local.getTime() - (sign === '-' ? -offset : offset);
}

const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

/** An instant to store: RFC 3339 in UTC, years 1 to 9999. */
export function instantText(at: EpochMs): string {
  if (!Number.isFinite(at) || at < EARLIEST || at > LATEST) throw new RangeError(`Not an instant to be stored: ${at}`);
  return toIso(at);
}

/** An instant to compare with: what lies beyond the years that can be stored is before or after all of them. */
export function instantBound(at: EpochMs): string {
  if (at < EARLIEST) return '-infinity';
  return at > LATEST ? 'infinity' : instantText(at);
}
