import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { type Amount, costOf, PAGE_SIZE } from './operation-costs';

/** The size of an operation as it will be executed. */
export interface OperationSize {
  /** The depth of nested fields, without those of introspection. */
  readonly depth: number;
  /** The fields of the answer and the work of their resolvers, in fields. */
  readonly fields: number;
  /** The number of lists that introspection fields select. */
  readonly introspectedLists: number;
  /** For each list without pages, the fields that each of its entries has. */
  readonly entrySizes: ReadonlyMap<FieldNode, number>;
  /** The names of the variables that the size depends on. */
  readonly variables: ReadonlySet<string>;
}

interface Size {
  readonly depth: number;
  readonly fields: number;
  /** Fields that a connection has once for each entry of its page. */
  readonly perEntry: number;
  /** How often a connection is counted. */
  readonly counts: number;
  readonly introspectedLists: number;
}

const NOTHING: Size = { depth: 0, fields: 0, perEntry: 0, counts: 0, introspectedLists: 0 };
const ONE_FIELD: Size = { ...NOTHING, depth: 1, fields: 1 };
/** Sizes beyond it are not distinguished. It keeps products finite. */
const HUGE = 1e15;
const capped = (value: number): number => Math.min(value, HUGE);

const together = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  fields: capped(a.fields + b.fields),
  perEntry: capped(a.perEntry + b.perEntry),
  counts: capped(a.counts + b.counts),
  introspectedLists: capped(a.introspectedLists + b.introspectedLists),
});

const larger = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  fields: Math.max(a.fields, b.fields),
  perEntry: Math.max(a.perEntry, b.perEntry),
  counts: Math.max(a.counts, b.counts),
  introspectedLists: Math.max(a.introspectedLists, b.introspectedLists),
});

/** A connection is an object type with a `pageInfo`; its lists are pages. */
export const isConnection = (type: GraphQLOutputType): boolean => {
  const named = getNamedType(type);
  return isObjectType(named) && 'pageInfo' in named.getFields();
};

export const isIntrospection = (type: GraphQLObjectType): boolean => type.name.startsWith('__');

/**
 * Measures what will be executed: fragments are expanded, `@skip` and `@include` applied, arguments
 * coerced with their defaults, and the number of entries taken from the type of a field and its
 * arguments. On an interface or a union, the largest of its object types counts. Each selection set
 * is measured once for each object type, so the time is linear in the length of the document.
 *
 * @param variables the coerced values of the variables
 */
export class OperationMeasure {
  private readonly known = new Map<SelectionSetNode, Map<GraphQLObjectType, Size>>();
  private readonly entrySizes = new Map<FieldNode, number>();
  private readonly read = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  of(root: GraphQLObjectType, selectionSet: SelectionSetNode): OperationSize {
    const { depth, fields, introspectedLists } = this.selections(selectionSet, root);
    return { depth, fields, introspectedLists, entrySizes: this.entrySizes, variables: this.read };
  }

  private selections(set: SelectionSetNode, type: GraphQLObjectType): Size {
    const byType = this.known.get(set) ?? new Map<GraphQLObjectType, Size>();
    this.known.set(set, byType);
    const known = byType.get(type);
    if (known !== undefined) return known;
    // Validation refuses a fragment that contains itself. This entry only ends the recursion.
    byType.set(type, NOTHING);
    let size = NOTHING;
    for (const selection of set.selections) {
      if (this.isIncluded(selection)) size = together(size, this.selection(selection, type));
    }
    byType.set(type, size);
    return size;
  }

  private isIncluded(node: SelectionNode): boolean {
    if (node.directives === undefined || node.directives.length === 0) return true;
    for (const { arguments: given = [] } of node.directives) for (const { value } of given) this.note(value);
    if (getDirectiveValues(GraphQLSkipDirective, node, this.variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, this.variables)?.if !== false;
  }

  private selection(node: SelectionNode, type: GraphQLObjectType): Size {
    if (node.kind === Kind.FIELD) return this.field(node, type);
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.fragments.get(node.name.value);
    if (fragment === undefined || !this.applies(fragment.typeCondition?.name.value, type)) return NOTHING;
    return this.selections(fragment.selectionSet, type);
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const abstract = this.schema.getType(condition);
    return isAbstractType(abstract) && this.schema.isSubType(abstract, type);
  }

  private field(node: FieldNode, type: GraphQLObjectType): Size {
    const definition = this.definitionOf(node.name.value, type);
    if (definition === undefined) return ONE_FIELD;
    const isList = isListType(getNullableType(definition.type));
    const inner = this.inside(node, definition.type);
    if (isIntrospection(type) || node.name.value.startsWith('__')) {
      const lists = inner.introspectedLists + (isList ? 1 : 0);
      // The entries are charged when the list is read.
      if (isList) this.entrySizes.set(node, Math.max(1, inner.fields));
      return { ...NOTHING, fields: capped(1 + inner.fields), introspectedLists: lists };
    }
    const { introspectedLists } = inner;
    const depth = inner.depth + 1;
    if ('pageInfo' in type.getFields()) {
      if (isList) return { ...NOTHING, depth, fields: 1, perEntry: Math.max(1, inner.fields) };
      const counts = node.name.value === 'totalCount' ? 1 : 0;
      return { ...NOTHING, depth, fields: capped(1 + inner.fields), counts };
    }
    const amount = (given: Amount | undefined): number => this.amount(given, node, definition);
    const cost = costOf(type.name, node.name.value) ?? {};
    const own = 1 + amount(cost.work);
    if (isConnection(definition.type)) {
      const counted = inner.counts === 0 ? 0 : inner.counts * amount(cost.count);
      const fields = own + inner.fields + inner.perEntry * amount(PAGE_SIZE) + counted;
      return { ...NOTHING, depth, fields: capped(fields), introspectedLists };
    }
    if (!isList) return { ...NOTHING, depth, fields: capped(own + inner.fields), introspectedLists };
    const entry = Math.max(1, inner.fields);
    this.entrySizes.set(node, Math.max(entry, this.entrySizes.get(node) ?? 0));
    return { ...NOTHING, depth, fields: capped(own + amount(cost.entries) * entry), introspectedLists };
  }

  private definitionOf(name: string, type: GraphQLObjectType): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return type.getFields()[name];
  }

  private inside({ selectionSet }: FieldNode, type: GraphQLOutputType): Size {
    const named = getNamedType(type);
    if (selectionSet === undefined || !isCompositeType(named)) return NOTHING;
    if (isObjectType(named)) return this.selections(selectionSet, named);
    return this.schema
      .getPossibleTypes(named)
      .reduce((size, possible) => larger(size, this.selections(selectionSet, possible)), NOTHING);
  }

  private amount(given: Amount | undefined, node: FieldNode, definition: GraphQLField<unknown, unknown>): number {
    if (typeof given !== 'object') return given ?? 0;
    const args: Record<string, unknown> = {};
    for (const { name, type, defaultValue } of definition.args) {
      if (!given.reads.includes(name)) continue;
      const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
      if (value !== undefined) this.note(value);
      // Undefined for a variable that is not given, and for an invalid value, which the execution
      // refuses.
      args[name] = (value === undefined ? undefined : valueFromAST(value, type, this.variables)) ?? defaultValue;
    }
    return given.of(args);
  }

  /** Notes the variables in a value that the size depends on. */
  private note(value: ValueNode): void {
    if (value.kind === Kind.VARIABLE) this.read.add(value.name.value);
    else if (value.kind === Kind.LIST) for (const entry of value.values) this.note(entry);
    else if (value.kind === Kind.OBJECT) for (const field of value.fields) this.note(field.value);
  }
}
