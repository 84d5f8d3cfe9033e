import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import { thousands } from '../../domain/thousands';
import { FAULT_CODES } from './errors';

/** The limits of the values that an operation takes, the same over HTTP and WebSocket. */
export const INPUT_LIMITS = {
  /** The depth of nested values. */
  depth: 50,
  /** The entries of a list. */
  entries: 2_000,
  /** The length of a text in UTF-16 units, twice the characters of the longest field. */
  text: 262_144,
  /** The values of all arguments together, where a variable counts each time that it is used. */
  values: 10_000,
  /** The objects among these values; checking an object takes as long as fifty numbers. */
  objects: 1_000,
  /** The bytes of their texts in UTF-8, counted in the same way; folding a text takes time. */
  bytes: 1_000_000,
} as const;

/**
 * The length of variables above which only their first error is reported, in UTF-16 units: each
 * error of graphql-js contains the object that it is about.
 */
const MOST_PRINTED = 50_000;

interface Size {
  readonly values: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A limit is exceeded. Internal to this file: a walk ends with it at the first value too many. */
class Exceeded extends Error {}

const exceed = (sentence: string): never => {
  throw new Exceeded(sentence);
};

/**
 * Refuses an operation with too many, too long or too deeply nested values. It reads the variables
 * as the client sent them and has to be the first code that does: graphql-js and the validation of
 * inputs walk them recursively and slowly, and check the lengths of lists only afterwards.
 *
 * @returns the length of the variables, about that of their text
 * @throws GraphQLError
 */
export function refuseLargeInput(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  try {
    const given = new Uses();
    const sizes = new Map<string, Size>();
    let length = 0;
    for (const name of Object.keys(variables)) {
      const size = sizeOf(variables[name]);
      sizes.set(name, size);
      given.count(size);
      length += name.length + size.length;
    }
    checked(given);
    const uses = USES.get(operation) ?? usesIn(document, operation);
    USES.set(operation, uses);
    checked(uses.with(sizes));
    return length;
  } catch (error) {
    if (!(error instanceof Exceeded)) throw error;
    throw new GraphQLError(error.message, { extensions: { code: FAULT_CODES.tooLarge, http: { status: 400 } } });
  }
}

/**
 * The error for variables beyond the limits; null for any others. It is checked before a request
 * waits to be parsed: a megabyte of `{}` occupies twenty on the heap.
 */
export function refuseLargeVariables(variables: unknown): GraphQLError | null {
  if (typeof variables !== 'object' || variables === null) return null;
  try {
    const given = new Uses();
    for (const name of Object.keys(variables)) {
      given.count(sizeOf((variables as Readonly<Record<string, unknown>>)[name]));
      checked(given);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Exceeded)) throw error;
    return new GraphQLError(error.message, { extensions: { code: FAULT_CODES.tooLarge, http: { status: 400 } } });
  }
}

/** Parsed documents are kept, so that an operation that is sent again is not walked again. */
const USES = new WeakMap<OperationDefinitionNode, Uses>();

/**
 * The first error of long variables that are invalid; null for any others. Variables within the
 * limits only.
 *
 * @param length that of the variables
 */
export function refuseLongVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  length: number,
): GraphQLError | null {
  if (length <= MOST_PRINTED) return null;
  const [first] = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 }).errors ?? [];
  if (first !== undefined) Object.assign(first.extensions, { code: FAULT_CODES.badInput, http: { status: 400 } });
  return first ?? null;
}

function checked<T extends Size>(size: T): T {
  for (const kind of ['objects', 'values', 'bytes'] as const) {
    if (size[kind] <= INPUT_LIMITS[kind]) continue;
    const what = kind === 'bytes' ? 'bytes of text' : kind;
    exceed(
      `The arguments of the operation have too many ${what}. The limit is ${thousands(INPUT_LIMITS[kind])}, where a variable counts each time that it is used.`,
    );
  }
  return size;
}

const checkDepth = (depth: number): void => {
  if (depth > INPUT_LIMITS.depth) exceed(`A value is nested too deeply. The limit is ${INPUT_LIMITS.depth} levels.`);
};

const checkEntries = (count: number): void => {
  if (count > INPUT_LIMITS.entries) {
    exceed(`A list of the input has too many entries. The limit is ${thousands(INPUT_LIMITS.entries)}.`);
  }
};

function bytesOf(text: string): number {
  if (text.length > INPUT_LIMITS.text) {
    exceed(`A text of the input is too long. The limit is ${thousands(INPUT_LIMITS.text / 2)} characters.`);
  }
  return Buffer.byteLength(text);
}

/** The size of a JSON value. Stops at the first value beyond a limit, and does not recurse. */
function sizeOf(root: unknown): Size & { readonly length: number } {
  let [values, objects, bytes, length] = [0, 0, 0, 0];
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    checkDepth(depth);
    const inner: unknown[] = [];
    for (const value of level) {
      values += 1;
      length += typeof value === 'string' ? value.length : 4;
      if (typeof value === 'string') bytes += bytesOf(value);
      if (typeof value !== 'object' || value === null) continue;
      if (Array.isArray(value)) {
        checkEntries(value.length);
        for (const entry of value) inner.push(entry);
      } else {
        objects += 1;
        for (const name of Object.keys(value)) {
          length += name.length;
          inner.push((value as Readonly<Record<string, unknown>>)[name]);
        }
      }
      checked({ values: values + inner.length, objects, bytes });
    }
    level = inner;
  }
  return { values, objects, bytes, length };
}

/** The number of values in variables, which are within the limits. */
export const valuesIn = (variables: Readonly<Record<string, unknown>>): number => sizeOf(variables).values - 1;

/** The literals of the arguments of an operation, and how often these use each variable. */
class Uses {
  values = 0;
  objects = 0;
  bytes = 0;
  private readonly variables = new Map<string, number>();
  /** The sizes of variables that are not given. */
  private readonly defaults = new Map<string, Size>();

  count({ values, objects, bytes }: Size, times = 1): void {
    this.values += times * values;
    this.objects += times * objects;
    this.bytes += times * bytes;
  }

  add(other: Uses): void {
    this.count(other);
    for (const [name, times] of other.variables) this.use(name, times);
  }

  use(name: string, times = 1): void {
    this.variables.set(name, (this.variables.get(name) ?? 0) + times);
  }

  setDefault(name: string, size: Size): void {
    this.defaults.set(name, size);
  }

  /** The size of all arguments with variables of these sizes. */
  with(given: ReadonlyMap<string, Size>): Size {
    const all = new Uses();
    all.count(this);
    for (const [name, times] of this.variables) {
      const size = given.get(name) ?? this.defaults.get(name);
      if (size !== undefined) all.count(size, times);
    }
    return all;
  }
}

/** The arguments of an operation as it is executed: fragments are expanded, each walked once. */
function usesIn(document: DocumentNode, operation: OperationDefinitionNode): Uses {
  const definitions = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) definitions.set(node.name.value, node);
  }
  const known = new Map<string, Uses>();
  const fragment = (name: string): Uses => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const uses = new Uses();
    // Validation refuses a fragment that contains itself. This entry only ends the recursion.
    known.set(name, new Uses());
    const definition = definitions.get(name);
    if (definition !== undefined) selections(definition.selectionSet, uses);
    known.set(name, uses);
    return uses;
  };
  const selections = (set: SelectionSetNode, uses: Uses): void => {
    for (const selection of set.selections) {
      for (const directive of selection.directives ?? []) addValues(directive.arguments, uses);
      if (selection.kind === Kind.FRAGMENT_SPREAD) uses.add(fragment(selection.name.value));
      else if (selection.selectionSet !== undefined) selections(selection.selectionSet, uses);
      if (selection.kind === Kind.FIELD) addValues(selection.arguments, uses);
    }
  };
  const uses = new Uses();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue === undefined) continue;
    const size = new Uses();
    addValue(defaultValue, 0, size);
    uses.setDefault(variable.name.value, size);
  }
  selections(operation.selectionSet, uses);
  return uses;
}

function addValues(given: readonly { readonly value: ValueNode }[] | undefined, uses: Uses): void {
  for (const { value } of given ?? []) addValue(value, 0, uses);
}

function addValue(node: ValueNode, depth: number, uses: Uses): void {
  checkDepth(depth);
  switch (node.kind) {
    case Kind.VARIABLE:
      uses.use(node.name.value);
      return;
    case Kind.LIST:
      checkEntries(node.values.length);
      uses.count(VALUE);
      for (const entry of node.values) addValue(entry, depth + 1, uses);
      return;
    case Kind.OBJECT:
      uses.count(OBJECT);
      for (const { value } of node.fields) addValue(value, depth + 1, uses);
      return;
    case Kind.STRING:
      uses.count({ ...VALUE, bytes: bytesOf(node.value) });
      return;
    default:
      uses.count(VALUE);
  }
}

const VALUE: Size = { values: 1, objects: 0, bytes: 0 };
const OBJECT: Size = { values: 1, objects: 1, bytes: 0 };
