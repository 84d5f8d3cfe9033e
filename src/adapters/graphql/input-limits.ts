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
} as const;

/**
 * The length of variables above which only their first error is reported, in UTF-16 units: each
 * error of graphql-js contains the object that it is about.
 */
const MOST_PRINTED = 50_000;

interface Size {
  readonly values: number;
  readonly objects: number;
}

const NOTHING: Size = { values: 0, objects: 0 };
const plus = (a: Size, b: Size): Size => ({ values: a.values + b.values, objects: a.objects + b.objects });

const english = new Intl.NumberFormat('en');

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
    const sizes = new Map<string, Size>();
    let all = { ...NOTHING, length: 0 };
    for (const name of Object.keys(variables)) {
      const size = sizeOf(variables[name]);
      sizes.set(name, size);
      all = checked({ ...plus(all, size), length: all.length + name.length + size.length });
    }
    const key = keyOf(operation, sizes);
    const passed = PASSED.get(operation) ?? new Set();
    if (!passed.has(key)) {
      new Arguments(document, operation, sizes).check();
      if (passed.size >= MAX_PASSED) passed.clear();
      PASSED.set(operation, passed.add(key));
    }
    return all.length;
  } catch (error) {
    if (!(error instanceof Exceeded)) throw error;
    throw new GraphQLError(error.message, { extensions: { code: FAULT_CODES.tooLarge, http: { status: 400 } } });
  }
}

/**
 * The sizes of variables with which an operation is within the limits. Parsed documents are kept,
 * so that an operation that is sent again is not walked again.
 */
const PASSED = new WeakMap<OperationDefinitionNode, Set<string>>();
const MAX_PASSED = 20;

const keyOf = ({ variableDefinitions = [] }: OperationDefinitionNode, sizes: ReadonlyMap<string, Size>): string =>
  variableDefinitions
    .map(({ variable }) => {
      const size = sizes.get(variable.name.value);
      return size === undefined ? '-' : `${size.values}/${size.objects}`;
    })
    .join(' ');

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
  for (const kind of ['objects', 'values'] as const) {
    if (size[kind] <= INPUT_LIMITS[kind]) continue;
    exceed(
      `The arguments of the operation have too many ${kind}. The limit is ${english.format(INPUT_LIMITS[kind])}, where a variable counts each time that it is used.`,
    );
  }
  return size;
}

const checkDepth = (depth: number): void => {
  if (depth > INPUT_LIMITS.depth) exceed(`A value is nested too deeply. The limit is ${INPUT_LIMITS.depth} levels.`);
};

const checkEntries = (count: number): void => {
  if (count > INPUT_LIMITS.entries) {
    exceed(`A list of the input has too many entries. The limit is ${english.format(INPUT_LIMITS.entries)}.`);
  }
};

const checkText = (text: string): void => {
  if (text.length > INPUT_LIMITS.text) {
    exceed(`A text of the input is too long. The limit is ${english.format(INPUT_LIMITS.text / 2)} characters.`);
  }
};

/** The size of a JSON value. Stops at the first value beyond a limit, and does not recurse. */
function sizeOf(root: unknown): Size & { readonly length: number } {
  let [values, objects, length] = [0, 0, 0];
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    checkDepth(depth);
    const inner: unknown[] = [];
    for (const value of level) {
      values += 1;
      length += typeof value === 'string' ? value.length : 4;
      if (typeof value === 'string') checkText(value);
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
      checked({ values: values + inner.length, objects });
    }
    level = inner;
  }
  return { values, objects, length };
}

/** The number of values in variables, which are within the limits. */
export const valuesIn = (variables: Readonly<Record<string, unknown>>): number => sizeOf(variables).values - 1;

/** The arguments of an operation as it is executed: fragments are expanded, each measured once. */
class Arguments {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly measured = new Map<string, Size>();
  private readonly variables: Map<string, Size>;

  constructor(
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    given: ReadonlyMap<string, Size>,
  ) {
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
    }
    this.variables = new Map(given);
  }

  check(): void {
    for (const { variable, defaultValue } of this.operation.variableDefinitions ?? []) {
      const name = variable.name.value;
      if (defaultValue !== undefined && !this.variables.has(name))
        this.variables.set(name, this.value(defaultValue, 0));
    }
    checked(this.selections(this.operation.selectionSet));
  }

  private selections({ selections }: SelectionSetNode): Size {
    let size = NOTHING;
    for (const selection of selections) {
      for (const { arguments: inDirective } of selection.directives ?? []) size = plus(size, this.values(inDirective));
      if (selection.kind === Kind.FRAGMENT_SPREAD) size = plus(size, this.fragment(selection.name.value));
      else if (selection.selectionSet !== undefined) size = plus(size, this.selections(selection.selectionSet));
      if (selection.kind === Kind.FIELD) size = plus(size, this.values(selection.arguments));
    }
    return size;
  }

  private fragment(name: string): Size {
    const known = this.measured.get(name);
    if (known !== undefined) return known;
    // Validation refuses a fragment that contains itself. This entry only ends the recursion.
    this.measured.set(name, NOTHING);
    const fragment = this.fragments.get(name);
    const size = fragment === undefined ? NOTHING : this.selections(fragment.selectionSet);
    this.measured.set(name, size);
    return size;
  }

  private values(given: readonly { readonly value: ValueNode }[] | undefined): Size {
    return (given ?? []).reduce((size, { value }) => plus(size, this.value(value, 0)), NOTHING);
  }

  private value(node: ValueNode, depth: number): Size {
    checkDepth(depth);
    switch (node.kind) {
      case Kind.VARIABLE:
        return this.variables.get(node.name.value) ?? NOTHING;
      case Kind.LIST:
        checkEntries(node.values.length);
        return node.values.reduce((size, part) => plus(size, this.value(part, depth + 1)), { values: 1, objects: 0 });
      case Kind.OBJECT:
        return node.fields.reduce((size, { value }) => plus(size, this.value(value, depth + 1)), {
          values: 1,
          objects: 1,
        });
      case Kind.STRING:
        checkText(node.value);
        return { values: 1, objects: 0 };
      default:
        return { values: 1, objects: 0 };
    }
  }
}
