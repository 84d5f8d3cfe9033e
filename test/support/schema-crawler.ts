import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  parse,
} from 'graphql';
import { LIMITS } from '../../src/adapters/graphql/operation-limits';
import { OperationMeasure } from '../../src/adapters/graphql/operation-size';
import type { Json } from './graphql-service';

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface RootField {
  readonly kind: OperationKind;
  /** Such as `Query.ticket`. */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
}

/** The root fields of a schema. */
export function rootFieldsOf(schema: GraphQLSchema): readonly RootField[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({ kind, name: `${type?.name}.${field.name}`, field })),
  );
}

/** The fields of some object, and the fields that lead to it, as a document has them. */
interface Part {
  readonly path: readonly string[];
  readonly fields: readonly string[];
}

/** Half of the limit of an operation, since parts are measured one by one. */
const MOST_FIELDS = LIMITS.fields / 2;
const MOST_WORDS = 1_500;

/** Selections of everything that a root field leads to. */
export class SchemaCrawler {
  private readonly known = new Map<string, readonly string[]>();

  constructor(private readonly schema: GraphQLSchema) {}

  /**
   * Selections that together have every field of every type below a field. What lies below an
   * object of a type is selected where the type comes first, and elsewhere only its own values.
   * Inside a fragment, a field has an alias with the name of its type, `name__Type`, since fields
   * of two types can have one name and different values.
   *
   * @param depth how many objects deep
   */
  selectionsOf(root: RootField, args: Json, depth = Number.POSITIVE_INFINITY): readonly string[] {
    // The values hardly change the size.
    const name = `${root.name} ${Object.keys(args)} ${depth}`;
    const known = this.known.get(name) ?? this.packed(root, args, depth);
    this.known.set(name, known);
    return known;
  }

  /**
   * A selection that fits into one operation: of a page or a node its values, of other fields also
   * those of what they refer to.
   */
  shortSelection(root: RootField, args: Json): string {
    const [first = '', ...others] = this.selectionsOf(root, args, /Connection|Node/.test(`${root.field.type}`) ? 1 : 2);
    if (others.length > 0) throw new Error(`${root.name} needs several operations`);
    return first;
  }

  private packed({ kind, field }: RootField, args: Json, depth: number): readonly string[] {
    const alone = this.sizeOf(documentOf(kind, field, args, '{ __typename }'));
    const packs: Part[][] = [];
    let room = 0;
    let words = 0;
    for (const part of this.partsOf(field, depth)) {
      const size = this.sizeOf(documentOf(kind, field, args, written([part]))) - alone;
      if (size > MOST_FIELDS - alone)
        throw new Error(`${part.path} of ${field.name} has the size ${size}; select fewer`);
      const length = part.path.length + part.fields.length;
      if (packs.length === 0 || size > room || words + length > MOST_WORDS) {
        packs.push([]);
        room = MOST_FIELDS - alone;
        words = 0;
      }
      room -= size;
      words += length;
      packs.at(-1)?.push(part);
    }
    return packs.length === 0 ? [''] : packs.map(written);
  }

  private partsOf(field: GraphQLField<unknown, unknown>, most: number): readonly Part[] {
    const parts: Part[] = [];
    const opened = new Set<string>();
    const open: { readonly path: readonly string[]; readonly type: GraphQLNamedType; readonly depth: number }[] = [
      { path: [], type: getNamedType(field.type), depth: 1 },
    ];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const { path, type, depth } = next;
      if (isAbstractType(type)) {
        for (const one of this.schema.getPossibleTypes(type)) {
          open.push({ path: [...path, `... on ${one.name}`], type: one, depth });
        }
        continue;
      }
      if (!isObjectType(type)) continue;
      const suffix = path.at(-1)?.startsWith('...') ? `__${type.name}` : '';
      const isOpen = isTransparent(type) ? depth <= most : depth < most && !opened.has(type.name);
      opened.add(type.name);
      const fields = ['__typename'];
      for (const one of Object.values(type.getFields())) {
        const name = `${suffix === '' ? '' : `${one.name}${suffix}: `}${one.name}${innerArguments(one)}`;
        if (!isCompositeType(getNamedType(one.type))) fields.push(name);
        else if (isOpen) {
          open.push({
            path: [...path, name],
            type: getNamedType(one.type),
            depth: isTransparent(type) ? depth : depth + 1,
          });
        }
      }
      parts.push({ path, fields });
    }
    return parts;
  }

  private sizeOf({ query, variables }: Operation): number {
    const document: DocumentNode = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document has no operation');
    const root = this.schema.getRootType(operation.operation) as GraphQLObjectType;
    return new OperationMeasure(this.schema, new Map(), variables).of(root, operation.selectionSet).fields;
  }
}

/**
 * A page and the like, which only lead to objects, and the effects of events, which each type of
 * event has in another way.
 */
const isTransparent = ({ name }: GraphQLObjectType): boolean =>
  /(Connection|Edge|Payload|Simulation|Effects)$/.test(name);

/** The arguments of a field below the root. */
function innerArguments({ name, args }: GraphQLField<unknown, unknown>): string {
  const required = args.filter(isRequiredArgument);
  if (required.length > 0) throw new Error(`The crawler has no value for ${name}(${required[0]?.name})`);
  return args.some((one) => one.name === 'first') ? '(first: 2)' : '';
}

/** A selection with these parts. */
function written(parts: readonly Part[]): string {
  interface Node {
    readonly fields: string[];
    readonly inner: Map<string, Node>;
  }
  const root: Node = { fields: [], inner: new Map() };
  for (const { path, fields } of parts) {
    let node = root;
    for (const step of path) {
      const inner: Node = node.inner.get(step) ?? { fields: [], inner: new Map() };
      node.inner.set(step, inner);
      node = inner;
    }
    node.fields.push(...fields);
  }
  const print = ({ fields, inner }: Node): string =>
    `{ __typename ${fields.join(' ')} ${[...inner].map(([step, node]) => `${step} ${print(node)}`).join(' ')} }`;
  return print(root);
}

export interface Operation {
  readonly query: string;
  readonly variables: Json;
}

/** An operation with one root field. */
export function documentOf(
  kind: OperationKind,
  { name, args: declared, type }: GraphQLField<unknown, unknown>,
  args: Json,
  selection: string,
): Operation {
  const given = declared.filter((one) => one.name in args);
  const variables = given.map((one) => `$${one.name}: ${one.type}`).join(', ');
  const passed = given.map((one) => `${one.name}: $${one.name}`).join(', ');
  const inner = isLeafType(getNamedType(type)) ? '' : selection;
  // A subscription has one root field.
  const before = kind === 'subscription' ? '' : '__typename ';
  return {
    query: `${kind}${variables && `(${variables})`} { ${before}${name}${passed && `(${passed})`} ${inner} }`,
    variables: args,
  };
}

/** Adds the fields of an answer that were not null, such as `Ticket.subject`. */
export function addFieldsOf(value: unknown, seen: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) addFieldsOf(one, seen);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { __typename, ...fields } = value as Readonly<Record<string, unknown>>;
  for (const [key, inner] of Object.entries(fields)) {
    if (inner === null) continue;
    if (typeof __typename === 'string') seen.add(`${__typename}.${key.split('__', 1)[0]}`);
    addFieldsOf(inner, seen);
  }
}

/** Every field of every object type of a schema. */
export const fieldsOfSchema = (schema: GraphQLSchema): readonly string[] =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)
      : [],
  );

/**
 * The values to try for an argument or an input field.
 *
 * @param place such as `Query.ticket.id` or `TicketFilter.assignee`
 * @throws Error if it is not known what it refers to
 */
export type ValuesOf = (place: string, type: GraphQLNamedType) => readonly unknown[];

/**
 * Arguments for a field: each argument, and each field of an input object, in turn with each of its
 * values, together with what is required.
 */
export const argumentsFor = ({ name, field }: RootField, valuesOf: ValuesOf): readonly Json[] =>
  variationsOf(name, field.args, valuesOf, []);

type Given = GraphQLArgument | GraphQLInputField;

const isRequired = (given: Given): boolean =>
  isRequiredArgument(given as GraphQLArgument) || isRequiredInputField(given as GraphQLInputField);

function variationsOf(owner: string, given: readonly Given[], valuesOf: ValuesOf, above: readonly string[]): Json[] {
  const values = given.map((one) => [one, valuesFor(`${owner}.${one.name}`, one.type, valuesOf, above)] as const);
  const base = Object.fromEntries(
    values.filter(([one]) => isRequired(one)).map(([{ name }, [first]]) => [name, first]),
  );
  const varied = values.flatMap(([one, [first, ...others]]) =>
    (isRequired(one) ? others : [first, ...others])
      .filter((value) => value !== undefined)
      .map((value) => ({ ...base, [one.name]: value })),
  );
  return [base, ...varied];
}

function valuesFor(
  place: string,
  type: GraphQLInputType,
  valuesOf: ValuesOf,
  above: readonly string[],
): readonly unknown[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const values = valuesFor(place, nullable.ofType, valuesOf, above);
    return values.length === 0 ? [] : [values];
  }
  if (!isInputObjectType(nullable)) return valuesOf(place, nullable);
  if (above.includes(nullable.name)) return valuesOf(place, nullable);
  const fields = Object.values(nullable.getFields());
  // A comparator compares for equality with what the field means that has it.
  const isComparator = nullable.name.endsWith('Comparator');
  const inner: ValuesOf = isComparator
    ? (innerPlace, innerType) => valuesOf(/\.(eq|in|nin)$/.test(innerPlace) ? place : innerPlace, innerType)
    : valuesOf;
  const [base, ...varied] = variationsOf(nullable.name, fields, inner, [...above, nullable.name]);
  return fields.some(isRequired) ? [base, ...varied] : varied;
}
