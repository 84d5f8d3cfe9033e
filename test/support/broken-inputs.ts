import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Json } from './graphql-service';

/** Numbers from a seed, so that a failure can be repeated (mulberry32). */
export class Seeded {
  constructor(private state: number) {}
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  below = (count: number): number => Math.floor(this.next() * count);
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  chance = (share: number): boolean => this.next() < share;
}

/** Objects that exist in the service under test, as global ids and cursors. */
export interface Known {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly eventCursors: readonly string[];
}

/** Where the values of a request are: in its variables, or in the document, or in both. */
export type ValuePlace = 'VARIABLES' | 'DOCUMENT' | 'MIXED';

type OperationKind = 'query' | 'mutation' | 'subscription';

export interface BrokenRequest {
  readonly root: string;
  readonly query: string;
  readonly variables: Json;
}

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
const decoded = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');

const TEXTS = [
  '',
  ' ',
  'a',
  'Ada',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '👩‍👩‍👧',
  '\u202eabc',
  '\u200b',
  '__proto__',
  'constructor',
];
const ATTACKS = [
  "'; DROP TABLE tickets; --",
  '%',
  '_',
  '\\',
  '%_\\%',
  '$1',
  '{{7*7}}',
  '<script>',
  '=1+1',
  '../../etc',
];
const LONG = ['x'.repeat(201), 'ß'.repeat(2_001), 'a b '.repeat(30_000)];
const INTS = [0, 1, -1, 2, 100, 101, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1.5, -0, 1e300];
const TIMES = [
  '2026-06-01T10:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
];
const MORE_TIMES = [
  '2026-06-01',
  '2026-06-01T10:00:00',
  '2016-12-31T23:59:60Z',
  '+010000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  'now',
];
const DURATIONS = [
  'PT0S',
  'P1D',
  '-PT1H',
  'P999999W',
  'PT0.0001S',
  'P1Y',
  'PT99999999999H',
  '-P3650000D',
  'P',
  'PT1H30M',
];
/** Written in a document; no variable can have such a value. */
const LITERALS = [
  '$undeclared',
  '"""a"b"""',
  '"""\0"""',
  'NOTHING',
  '1e999',
  '-0',
  '9'.repeat(400),
  '"\\u{110000}"',
  '{a: 1, a: 2}',
];
const WRONG = [null, true, 0, 'x', [], {}, [[]], [null], { a: 1 }, 1e300];

/** The arguments of a request that is being made. */
interface Draft {
  readonly place: ValuePlace;
  readonly declared: string[];
  readonly variables: Record<string, unknown>;
}

/** Makes requests from a schema. Most of them are broken in one place or several. */
export class BrokenInputs {
  private readonly roots: readonly (readonly [OperationKind, GraphQLField<unknown, unknown>])[];

  constructor(
    schema: GraphQLSchema,
    private readonly random: Seeded,
    private readonly known: Known,
    kinds: readonly OperationKind[],
  ) {
    const types = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    };
    this.roots = kinds.flatMap((kind) =>
      Object.values(types[kind]?.getFields() ?? {}).map((field) => [kind, field] as const),
    );
  }

  /** The request of a number; each root field has its turn. */
  request(number: number, place: ValuePlace): BrokenRequest {
    const [operation, field] = this.roots[number % this.roots.length] ?? this.random.of(this.roots);
    const draft: Draft = { place, declared: [], variables: {} };
    const selection = this.field(field, draft, 0);
    const { declared, variables } = draft;
    return {
      root: field.name,
      query: `${operation}${declared.length > 0 ? `(${declared.join(', ')})` : ''} { ${selection} }`,
      variables,
    };
  }

  /** A field with values for its arguments, and a selection of its fields. */
  private field(field: GraphQLField<unknown, unknown>, draft: Draft, depth: number): string {
    const given: string[] = [];
    for (const argument of field.args) {
      if (!isRequiredArgument(argument) && this.random.chance(depth === 0 ? 0.4 : 0.7)) continue;
      given.push(
        `${argument.name}: ${this.written(argument.type, this.value(argument.type, argument.name, 0), draft)}`,
      );
    }
    return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${this.selection(field.type, draft, depth + 1)}`;
  }

  /** A value as a document has it: a literal, or a variable. */
  private written(type: GraphQLInputType, value: unknown, draft: Draft): string {
    if (draft.place === 'VARIABLES' || (draft.place === 'MIXED' && this.random.chance(0.4))) {
      const name = `v${draft.declared.length}`;
      draft.declared.push(`$${name}: ${type}`);
      draft.variables[name] = value;
      return `$${name}`;
    }
    if (this.random.chance(0.02)) return this.random.of(LITERALS);
    const named = isNonNullType(type) ? type.ofType : type;
    if (Array.isArray(value)) {
      const one = isListType(named) ? named.ofType : named;
      return `[${value.map((entry) => this.written(one, entry, draft)).join(', ')}]`;
    }
    if (typeof value === 'object' && value !== null) {
      const fields = isInputObjectType(named) ? named.getFields() : {};
      const entries = Object.entries(value).map(([name, entry]) => {
        const field = fields[name];
        return `${name}: ${field === undefined ? JSON.stringify(entry) : this.written(field.type, entry, draft)}`;
      });
      return `{${entries.join(', ')}}`;
    }
    const isName = isEnumType(named) && typeof value === 'string' && /^[A-Za-z_]+$/.test(value);
    return isName ? value : JSON.stringify(value);
  }

  private selection(output: GraphQLOutputType, draft: Draft, depth: number): string {
    const type = getNamedType(output);
    if (!isObjectType(type)) return 'getFields' in type || 'getTypes' in type ? ' { __typename }' : '';
    const parts = ['__typename'];
    for (const field of Object.values(type.getFields())) {
      const isLeaf = !('getFields' in getNamedType(field.type));
      if (isLeaf && field.args.length === 0) parts.push(field.name);
      else if (depth <= 3 && this.random.chance(0.35)) parts.push(this.field(field, draft, depth));
    }
    return ` { ${parts.join(' ')} }`;
  }

  private value(type: GraphQLInputType, name: string, depth: number): unknown {
    if (this.random.chance(0.03)) return this.random.of(WRONG);
    if (isNonNullType(type)) return this.value(type.ofType, name, depth);
    if (this.random.chance(0.05)) return null;
    if (isListType(type)) {
      const count = this.random.of([0, 1, 1, 1, 2, 3, 51, 101, 1_001]);
      const one = this.value(type.ofType, name, depth + 1);
      const isSmall = typeof one !== 'object' && String(one).length < 50;
      return Array.from({ length: count > 3 && !isSmall ? 2 : count }, (_, at) =>
        at % 2 === 0 ? one : this.value(type.ofType, name, depth + 1),
      );
    }
    if (isEnumType(type)) {
      const values = type.getValues().map((value) => value.name);
      return this.random.chance(0.1) ? this.random.of(['', 'NOTHING', ...TEXTS]) : this.random.of(values);
    }
    if (isInputObjectType(type)) {
      const object: Record<string, unknown> = this.random.chance(0.03) ? { unknown: 1 } : {};
      for (const field of Object.values(type.getFields())) {
        const isRequired = isRequiredInputField(field) && !this.random.chance(0.03);
        if (!isRequired && (depth > 5 || this.random.chance(0.7))) continue;
        object[field.name] = this.value(field.type, field.name, depth + 1);
      }
      return object;
    }
    return this.scalar(type.name, name);
  }

  private scalar(type: string, name: string): unknown {
    const { random, known } = this;
    const text = (): string => random.of([...TEXTS, ...TEXTS, ...ATTACKS, ...LONG]);
    switch (type) {
      case 'Boolean':
        return random.chance(0.5);
      case 'Int':
        return random.of(INTS);
      case 'Float':
        return random.of([...INTS, 0.1]);
      case 'DateTime':
        return random.of([...TIMES, ...TIMES, ...MORE_TIMES, ...TEXTS]);
      case 'Duration':
        return random.of([...DURATIONS, ...TEXTS]);
      case 'EventCursor':
        return random.chance(0.5)
          ? this.damaged(random.of(known.eventCursors))
          : encoded(random.of(['0:0', '-1:1', '9'.repeat(30), '1:2:3', ':']));
      case 'ID':
        return random.chance(0.5) ? random.of(known.ids) : this.damaged(random.of(known.ids));
      default:
        if (name === 'after' || name === 'before') return this.damaged(random.of(known.cursors));
        return random.chance(0.3) ? 'a text' : text();
    }
  }

  /** An id or a cursor with a change inside, or outside of its encoding. */
  private damaged(token: string): string {
    const inner = decoded(token);
    const at = this.random.below(inner.length + 1);
    const replaced = (part: string): string => inner.slice(0, at) + part + inner.slice(at + 1);
    return this.random.of([
      token,
      `${token}=`,
      `${token}!`,
      token.slice(1),
      token.slice(0, -1),
      encoded(`${inner}/1`),
      encoded(`${inner}\0`),
      encoded(replaced('\0')),
      encoded(replaced('/')),
      encoded(replaced('9')),
      encoded(replaced('"')),
      encoded(inner.toUpperCase()),
      encoded(inner.replace(/\d{4}-\d\d-\d\d/, '0000-01-01')),
      encoded(inner.replace(/\d{4}-\d\d-\d\d/, '2026-02-31')),
      encoded(inner.replace(/"[^"]*"\]$/, 'null]')),
      encoded(inner.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "' OR 1=1 --")),
      encoded(inner.replace(/:.*/s, ':')),
      encoded(''),
      encoded(inner.repeat(50)),
    ]);
  }
}
