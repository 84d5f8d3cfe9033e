import type { ColumnType, EntitySchemaColumnOptions } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { instantText } from '../database/sql';

type Column = EntitySchemaColumnOptions;

/** Shorthands for the column types in use, so that a table reads as a list of meanings. */

export const uuid = (comment: string): Column => ({ type: 'uuid', comment });
export const text = (comment: string): Column => ({ type: 'text', comment });
/**
 * A folded text, in order of its characters, so that an index finds what begins with a text.
 */
export const foldedText = (comment: string): Column => ({ type: 'text', collation: 'C', comment });
export const integer = (comment: string): Column => ({ type: 'integer', comment });
/** A 64-bit integer; a decimal string in the row. */
export const bigint = (comment: string): Column => ({ type: 'bigint', comment });
export const boolean = (comment: string): Column => ({ type: 'boolean', comment });
export const json = (comment: string): Column => ({ type: 'jsonb', comment });
export const textList = (comment: string): Column => ({ type: 'text', array: true, comment });

/** An instant to the millisecond: epoch milliseconds in the row, `timestamptz(3)` in the table. */
export const instant = (comment: string): Column => ({
  type: 'timestamptz',
  precision: 3,
  comment,
  transformer: {
    // The type parser in sql.ts has parsed it.
    from: (value: EpochMs | Date | null): EpochMs | null => {
      if (typeof value === 'object' && value !== null) throw new Error('Read rows through entityManager()');
      return value;
    },
    to: (value: unknown) => (typeof value === 'number' ? new StoredInstant(value) : value),
  },
});

/**
 * An instant on its way to pg. TypeORM makes a `Date` of a text, and pg writes a `Date` in the time
 * zone of the host, which loses the seconds of historical offsets; both pass this object through,
 * and pg asks it for its text.
 */
class StoredInstant {
  constructor(private readonly at: EpochMs) {}

  /** Called by pg. */
  toPostgres(): string {
    return instantText(this.at);
  }
}

/**
 * A transaction number, a decimal string in the row. `createDataSource` tells TypeORM of the type.
 */
export const xid8 = (comment: string): Column => ({ type: XID8, comment });
export const XID8 = 'xid8' as ColumnType;

/** A snapshot of transactions, as PostgreSQL writes it. */
export const snapshot = (comment: string): Column => ({ type: SNAPSHOT, comment });
export const SNAPSHOT = 'pg_snapshot' as ColumnType;

export const orNull = (column: Column): Column => ({ ...column, nullable: true });
export const primary = (column: Column): Column => ({ ...column, primary: true });
