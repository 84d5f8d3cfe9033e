import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomTypesConfig, type QueryResult, type QueryResultRow, types } from 'pg';
import { LOCK_WAIT_MS } from '../../../application/ports/store-errors';
import { chargeText, type TextsRead, TooMuchText } from '../../../application/ports/texts-read';
import { type EpochMs, toIso } from '../../../domain/instant';
import {
  isConnectionLost,
  isLocked,
  lockedError,
  StoreUnresponsiveError,
  storeError,
  UnreadableInstant,
  UnstorableInstant,
} from './database-errors';

/** A read failed on a replica. It is sent again, to the primary. */
export class ReplicaReadFailed extends Error {
  override readonly name = 'ReplicaReadFailed';
  constructor(cause: unknown) {
    super('A read of the replica failed', { cause });
  }
}

/**
 * Something that runs a statement: a lane under an operation, or the connection of a transaction.
 * Not a pool, which would not respect the shares of the lanes.
 */
export interface Queryable {
  /** Only a pool has it. */
  readonly totalCount?: never;
  /** Where the texts of the rows are charged, as they arrive. */
  readonly texts?: TextsRead | undefined;
  query<Row extends QueryResultRow>(config: {
    readonly name?: string | undefined;
    readonly text: string;
    readonly values?: unknown[];
    readonly types?: CustomTypesConfig;
    /** Whether the text can be several statements, which then have no values. */
    readonly isScript?: boolean;
  }): Promise<QueryResult<Row>>;
}

/** A statement. PostgreSQL parses a statement with a name once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/**
 * A condition that a column has one of the values of an array, such as
 * `isOneOf('t.id', '$1::uuid[]')`.
 *
 * The planner does not see how many values a call has, so that a prepared statement keeps one plan.
 * With `= ANY ($1)` it makes a new plan for each call with few values, because that looks cheaper
 * than one for the ten that it assumes; a plan takes longer than reading a ticket.
 */
export const isOneOf = (column: string, array: `$${number}::${string}[]`): string =>
  `${column} = ANY ((SELECT ${array})${array.slice(array.indexOf('::'))})`;

/**
 * Runs a statement. Instants are returned as epoch milliseconds, `bigint` and `xid8` as decimal
 * strings.
 *
 * @throws OutdatedProcessError if a newer migration does not allow this process to write;
 *   StatementTimedOut; TooMuchText
 */
export async function sendStatement<Row extends QueryResultRow>(
  on: Queryable,
  { name, text, values = [] }: Statement,
): Promise<QueryResult<Row>> {
  const { texts } = on;
  const read = { characters: 0 };
  const codecs = texts === undefined ? CODECS : charging(texts, read);
  try {
    // pg only reads the values.
    return await on.query<Row>({ name, text, values: values as unknown[], types: codecs });
  } catch (error) {
    // A statement that fails has read nothing, so that it can be sent again.
    if (texts !== undefined && !(error instanceof TooMuchText)) texts.characters -= read.characters;
    throw storeError(error);
  }
}

/** Runs a statement and returns its rows; see {@link sendStatement}. */
export async function rowsOf<Row extends QueryResultRow>(on: Queryable, statement: Statement): Promise<Row[]> {
  return (await sendStatement<Row>(on, statement)).rows;
}

/**
 * Runs a statement that only reads and returns its rows. Runs it again if the connection is lost.
 * For a lane only: in a transaction, the whole transaction is retried.
 */
export const readRows = <Row extends QueryResultRow>(lane: Queryable, statement: Statement): Promise<Row[]> =>
  retryRead(() => rowsOf<Row>(lane, statement));

const READ_ATTEMPTS = 4;
const READ_LOCKED_PAUSE_MS = 250;

/**
 * Reads, and reads again if the connection is lost: an idle connection may not survive a restart of
 * the database. Also while a migration of another process has locked the table.
 *
 * @param lockWaitMs the longest wait for a locked table, in milliseconds
 * @throws DataLockedError
 */
export async function retryRead<T>(read: () => Promise<T>, lockWaitMs = LOCK_WAIT_MS): Promise<T> {
  let startedAt: number | null = null;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      // The next attempt is sent to the primary.
      if (error instanceof ReplicaReadFailed) continue;
      if (isLocked(error)) {
        startedAt ??= performance.now();
        if (performance.now() - startedAt >= lockWaitMs) throw lockedError(error);
        await sleep(READ_LOCKED_PAUSE_MS);
        continue;
      }
      const isFinal = error instanceof StoreUnresponsiveError || attempt === READ_ATTEMPTS;
      if (!isConnectionLost(error) || isFinal) throw error;
      await sleep(20 * attempt);
    }
  }
}

const TIMESTAMPTZ = 1184;
const JSONB = 3802;
const EMPTY: readonly never[] = Object.freeze([]);

type Parser = (text: string) => unknown;
const parsers = new Map<number, Parser>([
  [TIMESTAMPTZ, parseTimestamptz],
  // Most lists of a ticket are empty.
  [JSONB, (text) => (text === '[]' ? EMPTY : JSON.parse(text))],
]);

/** The type parsers of every statement of this service, also of those that TypeORM sends. */
const CODECS: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parsers.get(oid) ?? types.getTypeParser(oid, format),
};

/** The types of texts that can be long: `jsonb`, `text`, `text[]` and `varchar`. */
const LONG_TYPES: ReadonlySet<number> = new Set([JSONB, 25, 1009, 1043]);

/**
 * The type parsers of a statement whose texts are charged. Once a parser has thrown, pg keeps no
 * further row of the statement.
 */
const charging = (texts: TextsRead, read: { characters: number }): CustomTypesConfig => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    const parse = CODECS.getTypeParser(oid, format as 'text') as Parser;
    if (!LONG_TYPES.has(oid)) return parse;
    return (text: string) => {
      read.characters += text.length;
      chargeText(texts, text.length);
      return parse(text);
    };
  },
});

const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
};

const WITH_OFFSET =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/**
 * Parses the text of a `timestamptz`, such as `2026-03-08 07:00:00.123+00`, in any time zone of the
 * session. Digits after the milliseconds are cut off. The time zone of the host has no influence.
 *
 * @throws UnreadableInstant for `infinity` and `-infinity`
 */
export function parseTimestamptz(text: string): EpochMs {
  const { length } = text;
  if ((length === 22 || length === 24 || length === 25 || length === 26) && text.endsWith('+00') && text[4] === '-') {
    const fraction = length === 22 ? 0 : digits(text, 20, length - 3) * 10 ** (26 - length);
    const year = digits(text, 0, 4);
    // Date.UTC adds 1900 to years below 100.
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

/**
 * The text of an instant to be stored: RFC 3339 in UTC.
 *
 * @throws UnstorableInstant unless the year is between 1 and 9999
 */
export function instantText(at: EpochMs): string {
  if (!Number.isFinite(at) || at < EARLIEST || at > LATEST) throw new UnstorableInstant(at);
  return toIso(at);
}

/**
 * The text of an instant to compare with: `-infinity` or `infinity` outside the years that can be
 * stored.
 */
export function instantBound(at: EpochMs): string {
  if (at < EARLIEST) return '-infinity';
  return at > LATEST ? 'infinity' : instantText(at);
}
