import type { ColumnType, EntitySchemaColumnOptions } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';

type Column = EntitySchemaColumnOptions;

/** Shorthands for the column types in use, so that a table reads as a list of meanings. */

export const uuid = (comment: string): Column => ({ type: 'uuid', comment });
export const text = (comment: string): Column => ({ type: 'text', comment });
export const integer = (comment: string): Column => ({ type: 'integer', comment });
/** A length of time in whole milliseconds; `bigint` comes back as text. */
export const milliseconds = (comment: string): Column => ({ type: 'bigint', comment });
export const boolean = (comment: string): Column => ({ type: 'boolean', comment });
export const json = (comment: string): Column => ({ type: 'jsonb', comment });
export const textList = (comment: string): Column => ({ type: 'text', array: true, comment });

/** An instant to the millisecond: epoch milliseconds in the row, `timestamptz(3)` in the table. */
export const instant = (comment: string): Column => ({
  type: 'timestamptz',
  precision: 3,
  comment,
  transformer: {
    from: (value: Date | null): EpochMs | null => value?.getTime() ?? null,
    to: (value: EpochMs | null | undefined) => (typeof value === 'number' ? new Date(value) : value),
  },
});

/** A 64-bit transaction number, in decimal. TypeORM does not know the type: `createDataSource` makes it known. */
export const xid8 = (comment: string): Column => ({ type: XID8, comment });
export const XID8 = 'xid8' as ColumnType;

export const orNull = (column: Column): Column => ({ ...column, nullable: true });
export const primary = (column: Column): Column => ({ ...column, primary: true });
