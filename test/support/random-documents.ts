import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationTypeNode,
} from 'graphql';
import type { Json } from './graphql-service';

/** A request of any quality: some are valid, others are broken in their text or their values. */
export interface RandomRequest {
  readonly query: string;
  readonly variables: Json;
  readonly operationName?: string;
}

/** Values by the name of a scalar, or of a scalar and of what has it: `ID ticketId`. */
export type Samples = Readonly<Record<string, readonly Json[]>>;

/** Values that no scalar expects, or that are at its edge. */
const ODD: readonly Json[] = [
  null,
  true,
  -1,
  0,
  2_147_483_647,
  9_007_199_254_740_992,
  1e308,
  '',
  ' ',
  'x'.repeat(3_000),
  '\u0000',
  '\ud800',
  '\u202e\u2028',
  "'; DROP TABLE ticket; --",
  '%_\\',
  '__proto__',
  'P1Y',
  'PT999999999H',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  'Europe/Nowhere',
  [],
  [[]],
  [null],
  {},
  { constructor: { prototype: 1 } },
];

/** Pieces that are put into a text to break it. */
const PIECES = ['{', '}', '(', ')', '$', '@skip(if: true)', '...', '"', '"""', '#', 'null', '\u0000', '\ufeff', '💥'];

const DEEPEST = 7;

/** Writes documents at random from a schema: of fields, arguments and values that it has. */
export class RandomDocuments {
  private variables: Record<string, Json> = {};
  private declared: string[] = [];
  private fragments: string[] = [];
  /** The fields that the document may still get. */
  private room = 0;

  /** @param random a number below a bound */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly samples: Samples,
    private readonly random: (below: number) => number,
  ) {}

  /** @param breakage the part of the documents, in percent, that are broken on purpose */
  next(operation: OperationTypeNode, breakage = 40): RandomRequest {
    this.variables = {};
    this.declared = [];
    this.fragments = [];
    this.room = 60;
    const root = this.schema.getRootType(operation);
    if (root == null) throw new Error(`The schema has no ${operation}`);
    const isSubscription = operation === 'subscription';
    const breaks = this.chance(breakage) ? this.random(4) : null;
    const oddValues = breaks === 0;
    const fields = Object.values(root.getFields());
    const selected = Array.from({ length: isSubscription ? 1 : 1 + this.random(3) }, (_, index) =>
      this.field(this.pick(fields), index, 0, oddValues),
    );
    const declared = this.declared.length > 0 ? `(${this.declared.join(', ')})` : '';
    const text = [`${operation} Random${declared} { ${selected.join(' ')} }`, ...this.fragments].join('\n');
    const query = breaks === 1 ? this.damaged(text) : breaks === 2 ? this.misnamed(text) : text;
    if (breaks === 3) this.damageVariables();
    return { query, variables: this.variables, ...(this.chance(20) && { operationName: 'Random' }) };
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random(list.length)] as T;
  }

  private chance(percent: number): boolean {
    return this.random(100) < percent;
  }

  private field(field: GraphQLField<unknown, unknown>, index: number, depth: number, odd: boolean): string {
    this.room -= 1;
    const args = field.args.flatMap((argument) => this.argument(argument, odd));
    const given = args.length > 0 ? `(${args.join(', ')})` : '';
    const condition = this.chance(4) ? ` @${this.pick(['skip', 'include'])}(if: ${this.condition()})` : '';
    return `f${index}: ${field.name}${given}${condition}${this.selection(field.type, depth + 1, odd)}`;
  }

  private condition(): string {
    if (this.chance(50)) return this.pick(['true', 'false']);
    return this.variable('Boolean!', this.chance(50));
  }

  private variable(type: string, value: Json): string {
    const name = `v${this.declared.length}`;
    this.declared.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  private selection(given: GraphQLOutputType, depth: number, odd: boolean): string {
    const type = getNamedType(given);
    if (!isCompositeType(type)) return '';
    const selected = ['__typename'];
    if (depth < DEEPEST && this.room > 0) {
      const parts = Array.from({ length: 1 + this.random(4) }, (_, index) => this.part(type, index, depth, odd));
      selected.push(...parts.filter((part) => part !== null));
    }
    return ` { ${selected.join(' ')} }`;
  }

  /** A field of a type, or a fragment on it or on one of its possible types. */
  private part(type: GraphQLNamedType, index: number, depth: number, odd: boolean): string | null {
    if (isAbstractType(type) && (!('getFields' in type) || this.chance(70))) {
      const possible = this.pick(this.schema.getPossibleTypes(type));
      return `... on ${possible.name}${this.selection(possible, depth, odd)}`;
    }
    if (!('getFields' in type) || isInputObjectType(type)) return null;
    if (isObjectType(type) && this.chance(8)) {
      const name = `Part${this.fragments.length}`;
      this.fragments.push('');
      const at = this.fragments.length - 1;
      this.fragments[at] = `fragment ${name} on ${type.name}${this.selection(type, depth, odd)}`;
      return `...${name}`;
    }
    const fields = Object.values(type.getFields());
    const field = this.pick(fields) as GraphQLField<unknown, unknown>;
    // Fields of the same name have the same arguments and type only by chance, so that each gets an
    // alias of its own.
    return this.field(field, depth * 10_000 + this.room * 10 + index, depth, odd);
  }

  private argument(argument: GraphQLArgument, odd: boolean): readonly string[] {
    const isRequired = isNonNullType(argument.type) && argument.defaultValue === undefined;
    if (!isRequired && this.chance(80)) return [];
    const value = this.value(argument, odd, 0);
    const given = this.chance(50) ? literal(value, argument.type) : this.variable(String(argument.type), value);
    return [`${argument.name}: ${given}`];
  }

  private value({ name, type: given }: GraphQLArgument | GraphQLInputField, odd: boolean, depth: number): Json {
    if (odd && this.chance(25)) return this.pick(ODD);
    return this.valueOf(given, name, odd, depth);
  }

  private valueOf(given: GraphQLInputType, name: string, odd: boolean, depth: number): Json {
    if (isNonNullType(given)) return this.valueOf(given.ofType, name, odd, depth);
    if (isListType(given)) {
      return Array.from({ length: this.random(4) }, () => this.valueOf(given.ofType, name, odd, depth));
    }
    if (isEnumType(given)) return this.pick(given.getValues()).name;
    if (isInputObjectType(given)) {
      const inputs = Object.values(given.getFields());
      const required = inputs.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
      // Most inputs want few fields, and an input of one field of several is common.
      const more = inputs.filter((field) => !required.includes(field) && depth < 4 && this.chance(100 / inputs.length));
      const fields = [...required, ...more];
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field, odd, depth + 1)]));
    }
    const samples = this.samples[`${given.name} ${name}`] ?? this.samples[given.name];
    if (samples === undefined) throw new Error(`There is no sample of ${given.name}`);
    return this.pick(samples);
  }

  /** The text with a part left out, doubled, or put in. */
  private damaged(text: string): string {
    const at = this.random(text.length);
    const end = at + this.random(40);
    const [before, part, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    return this.pick([before + after, before + part + part + after, before + this.pick(PIECES) + part + after]);
  }

  /** The text with one name replaced by another that it has. */
  private misnamed(text: string): string {
    const names = text.match(/[A-Za-z_]\w*/g) ?? [];
    return text.replace(this.pick(names), this.pick([...names, '__schema', '__type', 'nowhere', 'constructor']));
  }

  private damageVariables(): void {
    for (const name of Object.keys(this.variables)) if (this.chance(50)) this.variables[name] = this.pick(ODD);
    if (this.chance(30)) this.variables[this.pick(['v0', 'more', '__proto__'])] = this.pick(ODD);
  }
}

/** A value as it stands in a document. */
function literal(value: Json, given: GraphQLInputType): string {
  const type = isNonNullType(given) ? given.ofType : given;
  if (Array.isArray(value)) {
    return `[${value.map((entry) => literal(entry, isListType(type) ? type.ofType : type)).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const fields = isInputObjectType(type) ? type.getFields() : {};
    const entries = Object.entries(value).map(
      ([name, entry]) => `${name}: ${literal(entry, fields[name]?.type ?? type)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return isEnumType(type) && typeof value === 'string' && /^[A-Z_]+$/.test(value) ? value : JSON.stringify(value);
}
