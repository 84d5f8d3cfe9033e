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

/** How far an operation may go, over HTTP and over WebSocket alike. */
export const LIMITS = {
  /** Tokens of a document; more are not even parsed. */
  tokens: 5_000,
  /** Fields within fields. */
  depth: 15,
  /** Fields that the answer may have, each counted as often as its lists may have entries. */
  fields: 50_000,
  /** Segments of time in all explanations of an answer: about two years of one cycle, day by day, take a thousand. */
  segments: 20_000,
  /** Values within values, in what comes as variables. */
  variableDepth: 50,
  /** Lists of types, fields and the like that introspection may go through. */
  introspectedLists: 40,
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
const DEFAULT_PAGE = 20;
const LONGEST_PAGE = 100;

type Variables = Readonly<Record<string, unknown>>;

/**
 * Why a valid operation is too large to be carried out; null where it is not. Fragments are measured once, so the time is
 * that of reading the document, however they are nested.
 */
export function tooLarge(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): GraphQLError | null {
  // First, and without recursion: what reads the variables later recurses.
  if (isDeeper(variables, LIMITS.variableDepth)) {
    return refusal(`The variables nest too deep; ${LIMITS.variableDepth} levels are taken.`);
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const { depth, fields, introspectedLists } = new Measure(fragments, variables).of(operation.selectionSet, false);
  if (depth > LIMITS.depth) return refusal(`The operation is ${depth} levels deep; ${LIMITS.depth} are taken.`);
  if (fields > LIMITS.fields) {
    return refusal(
      `The operation may answer with ${fields} fields; ${LIMITS.fields} are taken. Ask for shorter pages or fewer fields.`,
    );
  }
  if (introspectedLists > LIMITS.introspectedLists) return refusal('The operation repeats introspection too often.');
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
    // One that contains itself is refused by validation; here it must only not run on for ever.
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

  /** How many entries a field's list may have, as far as its arguments tell. */
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
    if (typeof page === 'number') return Math.min(Math.max(1, page), LONGEST_PAGE);
    return isConnection(field) ? DEFAULT_PAGE : 1;
  }
}

const isConnection = ({ selectionSet }: FieldNode): boolean =>
  selectionSet?.selections.some(
    (selection) => selection.kind === Kind.FIELD && ['edges', 'nodes'].includes(selection.name.value),
  ) ?? false;
