import { type Comparator, InvalidFilter } from '../../../application/ports/ticket-filter';
import { folded } from '../../../domain/folded-text';
import { isUuid } from '../../../domain/text';
import { instantBound } from '../database/sql';
import { comparisonKey } from '../search/comparison-key';

// No SQL of this service has a NUL character, and no text that PostgreSQL accepts has one.
const MARK = '\0';
const MARKS = /\0(\d+)\0/g;

/**
 * The values of a statement. Input of a caller goes here and never into the text. A condition may
 * be left out of the text after its values were added, so the placeholders $1, $2 and so on are
 * numbered when the text is complete. Only the values that it refers to are sent: PostgreSQL
 * refuses a statement with a parameter that its text does not use.
 */
export class Parameters {
  private readonly added: unknown[] = [];

  /** Adds a value; returns its place in the text, cast to an SQL type. */
  add(value: unknown, type: string): string {
    this.added.push(value);
    return `${MARK}${this.added.length - 1}${MARK}::${type}`;
  }

  /** The statement of a text that is complete. */
  statement(text: string): { readonly text: string; readonly values: unknown[] } {
    const numbers = new Map<string, number>();
    const numbered = text.replaceAll(MARKS, (_mark, place: string) => {
      const number = numbers.get(place) ?? numbers.size + 1;
      numbers.set(place, number);
      return `$${number}`;
    });
    return { text: numbered, values: [...numbers.keys()].map((place) => this.added[Number(place)]) };
  }
}

/** The type of an expression, which determines the values that it can be compared with. */
export type ValueType = 'text' | 'integer' | 'instant' | 'uuid' | keyof typeof SPELLINGS;

/**
 * Names are equal if their folded forms are. The table says how a name is written in the rows.
 */
const SPELLINGS = {
  // Not a table, because not every caller may read the names of all clients.
  name: (keys: string) => `SELECT s FROM spellings_of(${keys}) s`,
  externalId: (keys: string) => `SELECT s.written FROM external_ids s WHERE s.folded = ANY (${keys})`,
} as const;

const isFolded = (type: ValueType): type is keyof typeof SPELLINGS => Object.hasOwn(SPELLINGS, type);

const SQL_TYPES = {
  text: 'text',
  name: 'text',
  externalId: 'text',
  integer: 'bigint',
  instant: 'timestamptz',
  uuid: 'text',
} as const;

/** Converts a value for the database; throws InvalidFilter if it does not have the type. */
function toSql(value: unknown, type: ValueType): string | number {
  if (type === 'text' || type === 'uuid' || isFolded(type)) {
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
 * The condition of a comparator on an expression; all fields of the comparator must hold. Null
 * equals only null, is in no list, and is neither less nor greater than any value.
 *
 * @throws InvalidFilter
 */
export function compare<T>(expression: string, type: ValueType, comparator: Comparator<T>, to: Parameters): string {
  const conditions: string[] = [];
  const { eq, in: among, nin, isNull } = comparator;
  const list = (values: readonly T[]): string => {
    if (isFolded(type)) return spellingsOf(values, type, to);
    // A text that is not a UUID equals no UUID; as a parameter it would make the statement fail.
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

/**
 * The condition of a comparator on a field that has any number of values, such as tags. The field
 * is missing if it has no value, and is excluded by `nin` if any of its values is in the list. The
 * other fields of the comparator must all hold for one of the values.
 *
 * @param someValue makes the condition that a value exists for which a condition on it holds
 * @throws InvalidFilter
 */
export function compareAny<T>(
  someValue: (condition: (value: string) => string) => string,
  type: ValueType,
  comparator: Comparator<T>,
  to: Parameters,
): string {
  const { isNull, eq, nin, ...others } = comparator;
  const positive: Comparator<T> = eq == null ? others : { ...others, eq };
  const exists = someValue((value) => `${value} IS NOT NULL`);
  const conditions: string[] = [];
  if (isNull !== undefined) conditions.push(isNull ? opposite(exists) : exists);
  if (eq === null) conditions.push(opposite(exists));
  if (nin !== undefined) conditions.push(opposite(someValue((value) => compare(value, type, { in: nin }, to))));
  if (Object.keys(positive).length > 0) conditions.push(someValue((value) => compare(value, type, positive, to)));
  return every(conditions);
}

function equals(expression: string, type: ValueType, value: unknown, to: Parameters): string {
  if (isFolded(type)) return `${expression} = ANY (${spellingsOf([value], type, to)})`;
  if (type !== 'uuid') return `${expression} = ${to.add(toSql(value, type), SQL_TYPES[type])}`;
  const text = toSql(value, type);
  return isUuid(String(text)) ? `${expression} = ${to.add(text, 'uuid')}` : 'FALSE';
}

/** The condition that a folded text begins with a text, which an index on it can answer. */
export const startsWith = (expression: string, prefix: string, to: Parameters): string =>
  `${expression} LIKE ${to.add(`${pattern(prefix)}%`, 'text')}`;

/** The condition that a folded text contains a text. */
export const contains = (expression: string, part: string, to: Parameters): string =>
  `${expression} LIKE ${to.add(`%${pattern(part)}%`, 'text')}`;

const pattern = (text: string): string => folded(String(toSql(text, 'text'))).replace(/[\\%_]/g, '\\$&');

/** The ways in which names that equal one of the values are written, as an SQL array. */
function spellingsOf(values: readonly unknown[], type: keyof typeof SPELLINGS, to: Parameters): string {
  const keys = values.map((value) => comparisonKey(String(toSql(value, type))));
  return `ARRAY (${SPELLINGS[type](to.add(keys, 'uuid[]'))})`;
}

export const every = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'TRUE' : conditions.length === 1 ? `${conditions[0]}` : `(${conditions.join(' AND ')})`;

export const some = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;

/**
 * The negation of a condition, in which unknown counts as false. In SQL, NOT unknown is unknown.
 */
export const opposite = (condition: string): string => `(${condition}) IS NOT TRUE`;
