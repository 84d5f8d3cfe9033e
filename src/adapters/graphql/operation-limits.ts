import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { FAULT_CODES } from './errors';

/** The limits of an operation, the same over HTTP and WebSocket. */
export const LIMITS = {
  /** The number of tokens in a document. A longer document is not parsed. */
  tokens: 5_000,
  /** The depth of nested fields. */
  depth: 15,
  /**
   * The number of fields in the response, where a field of a list counts once per possible entry.
   */
  fields: 50_000,
  /**
   * The number of segments in all explanations of a response. Two years of one cycle take about
   * 1,000.
   */
  segments: 20_000,
  /** The depth of nested values in the variables. */
  variableDepth: 50,
  /** The number of lists that introspection fields select, such as `types` and `fields`. */
  introspectedLists: 40,
  /** The number of elements in a page of a connection when neither `first` nor `last` is given. */
  defaultPage: 20,
  /** The largest number of elements in a page of a connection. */
  longestPage: 100,
} as const;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly introspectedLists: number;
}

const NOTHING: Size = { depth: 0, fields: 0, introspectedLists: 0 };
const INTROSPECTED_LISTS = new Set([
  'types',
  'fields',
  'args',
  'inputFields',
  'enumValues',
  'interfaces',
  'possibleTypes',
  'directives',
]);

type Variables = Readonly<Record<string, unknown>>;

/**
 * The error for a valid operation that exceeds a limit; null when it exceeds none. Each fragment is
 * measured once, so the time is linear in the length of the document.
 */
export function tooLarge(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): GraphQLError | null {
  // Checked first and without recursion, because later code reads the variables recursively.
  if (isDeeper(variables, LIMITS.variableDepth)) {
    return refusal(`The variables are nested too deeply. The limit is ${LIMITS.variableDepth} levels.`);
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const { depth, fields, introspectedLists } = new Measure(fragments, variables).of(operation.selectionSet, false);
  if (depth > LIMITS.depth)
    return refusal(`The operation is ${depth} levels deep. The limit is ${LIMITS.depth} levels.`);
  if (fields > LIMITS.fields) {
    return refusal(
      `The response may have ${fields} fields. The limit is ${LIMITS.fields} fields. Request shorter pages or fewer fields.`,
    );
  }
  if (introspectedLists > LIMITS.introspectedLists)
    return refusal('The operation selects too many lists by introspection.');
  return null;
}

function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

const refusal = (sentence: string): GraphQLError =>
  new GraphQLError(sentence, { extensions: { code: FAULT_CODES.tooLarge, http: { status: 400 } } });

class Measure {
  private readonly known = new Map<string, Size>();

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Variables,
  ) {}

  of({ selections }: SelectionSetNode, introspection: boolean): Size {
    let [depth, fields, introspectedLists] = [0, 0, 0];
    for (const selection of selections) {
      const size =
        selection.kind === Kind.FIELD
          ? this.field(selection, introspection)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.of(selection.selectionSet, introspection)
            : this.fragment(selection.name.value, introspection);
      depth = Math.max(depth, size.depth);
      fields += size.fields;
      introspectedLists += size.introspectedLists;
    }
    return { depth, fields, introspectedLists };
  }

  private fragment(name: string, introspection: boolean): Size {
    const key = `${name}/${introspection}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    // Validation refuses a fragment that contains itself. This entry only ends the recursion.
    this.known.set(key, NOTHING);
    const fragment = this.fragments.get(name);
    const size = fragment === undefined ? NOTHING : this.of(fragment.selectionSet, introspection);
    this.known.set(key, size);
    return size;
  }

  private field(field: FieldNode, above: boolean): Size {
    const name = field.name.value;
    const introspection = above || name.startsWith('__');
    const inner = field.selectionSet === undefined ? NOTHING : this.of(field.selectionSet, introspection);
    if (introspection) {
      const lists = inner.introspectedLists + (INTROSPECTED_LISTS.has(name) ? 1 : 0);
      return { depth: 0, fields: 1 + inner.fields, introspectedLists: lists };
    }
    return {
      depth: inner.depth + 1,
      fields: 1 + this.entries(field) * inner.fields,
      introspectedLists: inner.introspectedLists,
    };
  }

  /** The largest number of entries in the list of a field, as its arguments limit it. */
  private entries(field: FieldNode): number {
    const given = (name: string): unknown => {
      const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
      if (value?.kind === Kind.VARIABLE) return this.variables[value.name.value];
      if (value?.kind === Kind.INT) return Number(value.value);
      return value?.kind === Kind.LIST ? value.values : undefined;
    };
    const ids = given('ids');
    if (Array.isArray(ids)) return Math.max(1, ids.length);
    const page = given('first') ?? given('last');
    if (typeof page === 'number') return Math.min(Math.max(1, page), LIMITS.longestPage);
    return isConnection(field) ? LIMITS.defaultPage : 1;
  }
}

const isConnection = ({ selectionSet }: FieldNode): boolean =>
  selectionSet?.selections.some(
    (selection) => selection.kind === Kind.FIELD && ['edges', 'nodes'].includes(selection.name.value),
  ) ?? false;
