import { type Comparator, InvalidFilter } from '../../../application/ports/ticket-filter';
import { instantBound, isUuid } from '../database/sql';

/** The values of a statement, in the order in which its text refers to them. Nothing from a caller goes into the text. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** What a column holds, and so what it may be compared with. */
export type ValueType = 'text' | 'integer' | 'instant' | 'uuid';

const SQL_TYPES = { text: 'text', integer: 'bigint', instant: 'timestamptz', uuid: 'text' } as const;

/** A value as the database takes it. */
function toSql(value: unknown, type: ValueType): string | number {
  if (type === 'text' || type === 'uuid') {
    if (typeof value !== 'string' || value.includes('\0')) throw new InvalidFilter('A text must not contain NUL');
    return value;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new InvalidFilter(`Not a whole number: ${value}`);
  return type === 'instant' ? instantBound(value) : value;
}

const ORDERED = [
  ['lt', '<'],
  ['lte', '<='],
  ['gt', '>'],
  ['gte', '>='],
] as const;

/**
 * What a comparator asks of an expression; all that it gives must hold. A null is equal to null only, is in no list and
 * so not in every list, and comes neither before nor after anything.
 */
export function compare<T>(expression: string, type: ValueType, comparator: Comparator<T>, to: Parameters): string {
  const conditions: string[] = [];
  const { eq, in: among, nin, isNull } = comparator;
  const list = (values: readonly T[]): string => {
    // A text that is no UUID equals none, and must not make the statement fail.
    if (type === 'uuid')
      return to.add(
        values.filter((value) => isUuid(String(value))),
        'uuid[]',
      );
    return to.add(
      values.map((value) => toSql(value, type)),
      `${SQL_TYPES[type]}[]`,
    );
  };
  if (eq === null) conditions.push(`${expression} IS NULL`);
  else if (eq !== undefined) conditions.push(equals(expression, type, eq, to));
  if (among !== undefined) conditions.push(`${expression} = ANY (${list(among)})`);
  if (nin !== undefined) conditions.push(`(${expression} = ANY (${list(nin)})) IS NOT TRUE`);
  if (isNull !== undefined) conditions.push(`${expression} IS ${isNull ? '' : 'NOT '}NULL`);
  for (const [name, operator] of ORDERED) {
    const bound = comparator[name];
    if (bound === undefined) continue;
    const side = type === 'uuid' ? `${expression}::text` : expression;
    conditions.push(`${side} ${operator} ${to.add(toSql(bound, type), SQL_TYPES[type])}`);
  }
  return every(conditions);
}

function equals(expression: string, type: ValueType, value: unknown, to: Parameters): string {
  if (type !== 'uuid') return `${expression} = ${to.add(toSql(value, type), SQL_TYPES[type])}`;
  const text = toSql(value, type);
  return isUuid(String(text)) ? `${expression} = ${to.add(text, 'uuid')}` : 'FALSE';
}

export const every = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'TRUE' : conditions.length === 1 ? `${conditions[0]}` : `(${conditions.join(' AND ')})`;

export const some = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;

/** In SQL the opposite of unknown is unknown; here what does not hold does not hold, and its opposite does. */
export const opposite = (condition: string): string => `(${condition}) IS NOT TRUE`;
