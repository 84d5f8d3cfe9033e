import { beginning } from './text';

/**
 * Shapes of stored data: plain descriptions that check a value read from the database. `Shape<T>`
 * is exact, so an object's description does not compile when a field of `T` is missing from it, or
 * has another type.
 *
 * Written by hand and not with a library, because the domain imports no package except xstate, and
 * because every event that is read is checked: a check that does not copy values or collect
 * problems takes about a microsecond for each event.
 */
export interface Shape<T> {
  /** The first problem of a value; null if it has the shape. */
  readonly problemIn: (value: unknown) => ShapeProblem | null;
  /** Never present. It makes the compiler compare `T` exactly. */
  readonly exactly?: (value: T) => T;
  /** Where a value of the shape has texts; absent if it can have none. */
  readonly texts?: Texts | undefined;
}

/**
 * Where the texts of a value are, and what each of them means: a word of the shape's author, or
 * null if that is not declared.
 */
export type Texts =
  | { readonly kind: 'TEXT'; readonly means: string | null }
  | { readonly kind: 'LIST' | 'MAP'; readonly of: Texts | undefined }
  | { readonly kind: 'FIELDS'; readonly fields: Readonly<Record<string, Texts | undefined>> };

const UNDECLARED: Texts = { kind: 'TEXT', means: null };

/** A value of the shape is one text, or counts as one, with this meaning. */
export const meaning = <T>(means: string, { problemIn }: Shape<T>): Shape<T> => ({
  problemIn,
  texts: { kind: 'TEXT', means },
});

export interface ShapeProblem {
  /** The field, such as `effects.started[0].kind`; empty for the value itself. */
  readonly field: string;
  /** The values that the field takes, and the value that it has, such as `takes text, not 7`. */
  readonly message: string;
}

/** A stored record that cannot be read. The message names it, the problem and what to do. */
export class UnreadableRecord extends Error {}

/** The problem as a sentence without its full stop: `effects.state takes text, not 7`. */
export const problemText = ({ field, message }: ShapeProblem): string => `${field === '' ? 'it' : field} ${message}`;

const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return beginning(JSON.stringify(value) ?? 'undefined', LONGEST_SHOWN);
}

const problem = (takes: string, value: unknown): ShapeProblem => ({
  field: '',
  message: value === undefined ? `is missing; it takes ${takes}` : `takes ${takes}, not ${shown(value)}`,
});

/** The same problem, seen from the object or list around the value. */
const within = (outer: string, { field, message }: ShapeProblem): ShapeProblem => ({
  field: field === '' || field.startsWith('[') ? `${outer}${field}` : `${outer}.${field}`,
  message,
});

export const checkedBy = <T>(takes: string, accepts: (value: unknown) => boolean): Shape<T> => ({
  problemIn: (value) => (accepts(value) ? null : problem(takes, value)),
});

export const TEXT: Shape<string> = {
  ...checkedBy<string>('text', (value) => typeof value === 'string'),
  texts: UNDECLARED,
};
export const NUMBER: Shape<number> = checkedBy('a finite number', Number.isFinite);
export const INTEGER: Shape<number> = checkedBy('a whole number', Number.isSafeInteger);
export const TRUE: Shape<true> = checkedBy('true', (value) => value === true);
export const BOOLEAN: Shape<boolean> = checkedBy('true or false', (value) => typeof value === 'boolean');

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(values);
  return checkedBy(`one of ${values.join(', ')}`, (value) => known.has(value));
}

export const nullable = <T>({ problemIn, texts }: Shape<T>): Shape<T | null> => ({
  texts,
  problemIn: (value) => (value === null ? null : problemIn(value)),
});

/** A field that may be absent. */
export const orAbsent = <T>({ problemIn, texts }: Shape<T>): Shape<T | undefined> => ({
  texts,
  problemIn: (value) => (value === undefined ? null : problemIn(value)),
});

/** Text, or a value of another shape. */
export const textOr = <T extends object>({ problemIn }: Shape<T>): Shape<string | T> => ({
  texts: UNDECLARED,
  problemIn: (value) => {
    if (typeof value === 'string') return null;
    return isObject(value) ? problemIn(value) : problem('text or an object', value);
  },
});

export const listOf = <T>({ problemIn, texts }: Shape<T>): Shape<readonly T[]> => ({
  texts: { kind: 'LIST', of: texts },
  problemIn: (value) => {
    if (!Array.isArray(value)) return problem('a list', value);
    for (let index = 0; index < value.length; index++) {
      const found = problemIn(value[index]);
      if (found !== null) return within(`[${index}]`, found);
    }
    return null;
  },
});

export const pairOf = <A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> => ({
  texts: UNDECLARED,
  problemIn: (value) => {
    if (!Array.isArray(value) || value.length !== 2) return problem('a list of two', value);
    const found = first.problemIn(value[0]);
    if (found !== null) return within('[0]', found);
    const other = second.problemIn(value[1]);
    return other === null ? null : within('[1]', other);
  },
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object whose fields are names of any kind. */
export const mapOf = <T>({ problemIn, texts }: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  texts: { kind: 'MAP', of: texts },
  problemIn: (value) => {
    if (!isObject(value)) return problem('a map by name', value);
    for (const [name, part] of Object.entries(value)) {
      const found = problemIn(part);
      if (found !== null) return within(name, found);
    }
    return null;
  },
});

/**
 * An object with these fields. Further fields are no problem and stay in the value: a newer process
 * may have added an optional field, and an older one that runs beside it still has to read the
 * event.
 */
export function objectOf<T extends object>(fields: { readonly [Field in keyof T]-?: Shape<T[Field]> }): Shape<T> {
  const entries: readonly (readonly [string, Pick<Shape<unknown>, 'problemIn' | 'texts'>])[] = Object.entries(fields);
  const names = entries.map(([name]) => name);
  const checks = entries.map(([, { problemIn }]) => problemIn);
  return {
    texts: { kind: 'FIELDS', fields: Object.fromEntries(entries.map(([name, { texts }]) => [name, texts])) },
    problemIn: (value) => {
      if (!isObject(value)) return problem('an object', value);
      for (let index = 0; index < names.length; index++) {
        const name = names[index] as string;
        const found = checks[index]?.(value[name]) ?? null;
        if (found !== null) return within(name, found);
      }
      return null;
    },
  };
}
