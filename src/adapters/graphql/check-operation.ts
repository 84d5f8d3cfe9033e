import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import { thousands } from '../../domain/thousands';
import { FAULT_CODES } from './errors';
import { refuseLargeInput, refuseLongVariables } from './input-limits';
import { LIMITS } from './operation-limits';
import { OperationMeasure, type OperationSize } from './operation-size';

/** What the resolvers of an operation may still read into its response. */
export interface Allowance {
  /** The rest of the segments in explanations. */
  segments: number;
  /** The rest of the size. */
  fields: number;
  /** The rest of the fields in lists of introspection. */
  introspected: number;
  /** For each list without pages, the fields that each of its entries has. */
  entrySizes: ReadonlyMap<FieldNode, number>;
}

export const unlimitedFields = (): Allowance => ({
  segments: LIMITS.segments,
  fields: Number.POSITIVE_INFINITY,
  introspected: Number.POSITIVE_INFINITY,
  entrySizes: new Map(),
});

/** The size of the operation that an allowance was made for, in fields. */
export const sizeIn = ({ fields }: Allowance): number => LIMITS.fields - fields;

export const operationTooLarge = (sentence: string): GraphQLError =>
  new GraphQLError(sentence, { extensions: { code: FAULT_CODES.tooLarge, http: { status: 400 } } });

const TEXT_OR_BRACKET = /"""(?:\\"""|[\s\S])*?(?:"""|$)|"(?:\\.|[^"\\\n\r])*"?|#[^\n\r]*|[{}()[\]]/g;

/** The number of opening brackets, also of those in texts and comments, and of line ends. */
function countIn(source: string): { readonly brackets: number; readonly lineEnds: number } {
  let [brackets, lineEnds] = [0, 0];
  for (let index = 0; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    // { ( [
    if (code === 123 || code === 40 || code === 91) brackets += 1;
    // A carriage return before a line feed is one end with it.
    else if (code === 10 || (code === 13 && source.charCodeAt(index + 1) !== 10)) lineEnds += 1;
  }
  return { brackets, lineEnds };
}

/**
 * The error for a document with too many lines, or whose brackets are nested too deeply; null for
 * any other. It is checked before the document is parsed, because parsing and validation are
 * recursive, and each of their errors counts the lines before it.
 */
export function refuseSource(source: string): GraphQLError | null {
  const { brackets, lineEnds } = countIn(source);
  if (lineEnds > LIMITS.lines) {
    return operationTooLarge(`The document has too many lines. The limit is ${thousands(LIMITS.lines)} lines.`);
  }
  if (brackets <= LIMITS.nesting) return null;
  let depth = 0;
  for (const [found] of source.matchAll(TEXT_OR_BRACKET)) {
    if ('{(['.includes(found)) depth += 1;
    else if ('})]'.includes(found)) depth -= 1;
    if (depth > LIMITS.nesting) {
      return operationTooLarge(
        `The brackets of the document are nested too deeply. The limit is ${LIMITS.nesting} levels.`,
      );
    }
  }
  return null;
}

/**
 * Checks a valid operation against the limits, as it will be executed.
 *
 * @returns the allowance of its execution. Null if its variables are invalid, so that it cannot be
 * executed.
 * @throws GraphQLError with the limit that it exceeds
 */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Allowance | null {
  const length = refuseLargeInput(document, operation, variables);
  const invalid = refuseLongVariables(schema, operation, variables, length);
  if (invalid !== null) throw invalid;
  const size = sizeOf(schema, document, operation, variables, length <= MAX_KEY_LENGTH);
  if (size === null) return null;
  refuseBeyondLimits(size);
  return {
    segments: LIMITS.segments,
    fields: LIMITS.fields - size.fields,
    introspected: LIMITS.introspectedFields,
    entrySizes: size.entrySizes,
  };
}

/** The sizes of an operation by the values of the variables that they depend on. */
interface KnownSizes {
  readonly variables: Set<string>;
  readonly sizes: Map<string, OperationSize>;
}

/** Apollo keeps parsed documents, so that an operation is usually measured once. */
const KNOWN = new WeakMap<OperationDefinitionNode, KnownSizes>();
const MAX_KNOWN_SIZES = 20;
/** The length of variables whose size is kept. */
const MAX_KEY_LENGTH = 1_000;

/** The size of an operation. Null if its variables are invalid, so that it cannot be executed. */
function sizeOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  isShort: boolean,
): OperationSize | null {
  const known = KNOWN.get(operation) ?? { variables: new Set(), sizes: new Map() };
  // Without such variables, no value needs to be coerced.
  if (known.variables.size === 0 && known.sizes.size > 0) return known.sizes.get('') ?? null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  const root = schema.getRootType(operation.operation);
  if (coerced === undefined || root == null) return null;
  // Long values are not looked up: writing them as a key takes longer than measuring.
  const found = isShort ? known.sizes.get(keyOf(known.variables, coerced)) : undefined;
  if (found !== undefined) return found;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const size = new OperationMeasure(schema, fragments, coerced).of(root, operation.selectionSet);
  if (!isShort && size.variables.size > 0) return size;
  const isNew = [...size.variables].some((name) => !known.variables.has(name));
  if (isNew || known.sizes.size >= MAX_KNOWN_SIZES) known.sizes.clear();
  for (const name of size.variables) known.variables.add(name);
  known.sizes.set(keyOf(known.variables, coerced), size);
  KNOWN.set(operation, known);
  return size;
}

/** The values of these variables; empty for no variables. */
const keyOf = (names: ReadonlySet<string>, values: Readonly<Record<string, unknown>>): string =>
  names.size === 0 ? '' : JSON.stringify([...names].map((name) => [name in values, values[name]]));

function refuseBeyondLimits({ depth, fields, introspectedLists }: OperationSize): void {
  if (depth > LIMITS.depth) {
    throw operationTooLarge(`The operation is ${depth} levels deep. The limit is ${LIMITS.depth} levels.`);
  }
  if (fields > LIMITS.fields) {
    throw operationTooLarge(
      `The size of the operation is ${thousands(fields)} fields. The limit is ${thousands(LIMITS.fields)} fields, where a field of a list counts once per entry, and fields that need much work count more. Request shorter pages or fewer fields.`,
    );
  }
  if (introspectedLists > LIMITS.introspectedLists) {
    throw operationTooLarge(
      `The operation selects ${thousands(introspectedLists)} lists by introspection. The limit is ${LIMITS.introspectedLists} lists.`,
    );
  }
}

/**
 * Charges the entries of a list beyond the number that the size of the operation includes.
 *
 * @throws GraphQLError if the allowance is used up
 */
export function chargeEntries(allowance: Allowance, nodes: readonly FieldNode[], entries: number): void {
  for (const node of nodes) allowance.fields -= entries * (allowance.entrySizes.get(node) ?? 1);
  if (allowance.fields < 0) {
    throw operationTooLarge(
      `The lists of the response have more than ${thousands(LIMITS.fields)} fields. Request fewer objects or fewer fields.`,
    );
  }
}

/**
 * Charges the entries of a list that an introspection field returns.
 *
 * @throws GraphQLError if the allowance is used up
 */
export function chargeIntrospection(allowance: Allowance, nodes: readonly FieldNode[], entries: number): void {
  for (const node of nodes) allowance.introspected -= entries * (allowance.entrySizes.get(node) ?? 1);
  if (allowance.introspected < 0) {
    throw operationTooLarge(
      `The lists that introspection returns have more than ${thousands(LIMITS.introspectedFields)} fields. Select fewer lists or fewer fields of them.`,
    );
  }
}

/**
 * The error for a response with too many characters; null for any other.
 *
 * @param carriedOut what the operation has changed, as sentences
 */
export function answerTooLong(data: unknown, carriedOut: string): GraphQLError | null {
  let characters = 0;
  const open: unknown[] = [data];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') characters += value.length;
    else if (Array.isArray(value)) for (const entry of value) open.push(entry);
    else if (typeof value === 'object' && value !== null)
      for (const name in value) open.push((value as Record<string, unknown>)[name]);
    if (characters > LIMITS.characters) {
      return operationTooLarge(
        `The texts of the response have more than ${thousands(LIMITS.characters)} characters. Request shorter pages or fewer fields.${carriedOut === '' ? '' : ` ${carriedOut}`}`,
      );
    }
  }
  return null;
}
