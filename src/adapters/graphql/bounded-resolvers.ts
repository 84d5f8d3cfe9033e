import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Payload } from './base/mutation.payload';
import { chargeEntries, chargeIntrospection } from './check-operation';
import type { OperationContext } from './context';
import { amount, costOf, FIELD_COSTS, type FieldCost } from './operation-costs';
import { isConnection, isIntrospection } from './operation-size';
import type { RunningOperation } from './running-operation';

/**
 * Bounds the resolvers of a schema: none starts when its operation has ended, none uses services
 * without declaring its work, and lists without pages are charged to the allowance of the
 * operation. Fields without a resolver only read a property.
 *
 * @throws Error if a field has no cost that needs one, or a cost has no field
 */
export function boundResolvers(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const unused = new Set(Object.keys(FIELD_COSTS).filter((name) => FIELD_COSTS[name]?.optional !== true));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    if (isIntrospection(type)) {
      for (const field of Object.values(type.getFields())) boundIntrospection(field);
      continue;
    }
    for (const field of Object.values(type.getFields())) {
      for (const key of [`${type.name}.${field.name}`, `${type.name}.*`, `*.${field.name}`]) unused.delete(key);
      const cost = costOf(type.name, field.name) ?? {};
      const missing = missingCost(type, field, cost, roots.includes(type));
      if (missing !== null) {
        throw new Error(`${type.name}.${field.name} needs \`${missing}\` in operation-costs.ts`);
      }
      bound(field, cost, type === schema.getMutationType());
    }
  }
  if (unused.size > 0) throw new Error(`operation-costs.ts has costs without a field: ${[...unused].join(', ')}`);
}

const isUnpagedList = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean =>
  isListType(getNullableType(field.type)) && !isConnection(type);

/** The part of the cost that a field needs and does not have; null if it has all. */
function missingCost(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  cost: FieldCost,
  isRoot: boolean,
): string | null {
  const isPage = isConnection(field.type) && !isConnection(type);
  if (isPage && !field.args.some(({ name }) => name === 'first')) return 'first as an argument, for its cost';
  if ((isRoot || isPage) && cost.work === undefined) return 'work';
  if (isPage && cost.count === undefined) return 'count';
  return isUnpagedList(type, field) && cost.entries === undefined ? 'entries' : null;
}

type Resolve = GraphQLFieldResolver<unknown, OperationContext>;

function bound(field: GraphQLField<unknown, OperationContext>, cost: FieldCost, isMutation: boolean): void {
  const { resolve, subscribe } = field;
  if (subscribe !== undefined) {
    field.subscribe = (source, args, context, info) => subscribe(source, args, context.forWork, info);
  }
  const charges = cost.entries !== undefined && isListType(getNullableType(field.type));
  if (resolve === undefined && !charges) return;
  const bounded = charges ? charged(resolve ?? defaultFieldResolver, cost.entries) : (resolve ?? defaultFieldResolver);
  field.resolve = stoppable(isMutation ? uninterrupted(field, bounded) : bounded, cost.work !== undefined);
}

const stoppable =
  (resolve: Resolve, works: boolean): Resolve =>
  (source, args, context, info) => {
    const { operation } = context;
    const own = works ? context.forWork : context;
    if (operation === null) return resolve(source, args, own, info);
    try {
      if (operation.stopReason !== null) throw operation.stopReason;
      const value = resolve(source, args, own, info);
      return value instanceof Promise ? value.catch((error) => rethrow(operation, error)) : value;
    } catch (error) {
      throw operation.failed(error);
    }
  };

function rethrow(operation: RunningOperation, error: unknown): never {
  throw operation.failed(error);
}

type IntrospectionField = GraphQLField<unknown, Partial<OperationContext> | undefined>;

/** The types of introspection belong to graphql-js and are the same in all schemas of a process. */
const BOUND = new WeakSet<IntrospectionField>();

/** Charges the lists of introspection. */
function boundIntrospection(field: IntrospectionField): void {
  const { resolve } = field;
  if (resolve === undefined || !isListType(getNullableType(field.type)) || BOUND.has(field)) return;
  BOUND.add(field);
  field.resolve = (source, args, context, info) => {
    const list: unknown = resolve(source, args, context, info);
    if (context?.allowance === undefined || !Array.isArray(list)) return list;
    try {
      chargeIntrospection(context.allowance, info.fieldNodes, list.length);
      return list;
    } catch (error) {
      throw context.operation?.failed(error) ?? error;
    }
  };
}

const charged =
  (resolve: Resolve, included: FieldCost['entries']): Resolve =>
  (source, args, context, info) => {
    const charge = (list: unknown): unknown => {
      const further = Array.isArray(list) ? list.length - amount(included, args) : 0;
      if (further > 0) chargeEntries(context.allowance, info.fieldNodes, further);
      return list;
    };
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(charge) : charge(list);
  };

/** A mutation that runs to its end, unless it only reads, as a dry run does. */
const uninterrupted =
  ({ extensions }: GraphQLField<unknown, OperationContext>, resolve: Resolve): Resolve =>
  (source, args, context, info) => {
    const { readsOnly } = extensions as MutationExtensions;
    if (context.operation === null || readsOnly?.(args) === true) return resolve(source, args, context, info);
    const mutate = () => resolve(source, args, context, info) as Promise<Payload>;
    return context.operation.runMutation(String(info.path.key), mutate, ({ userErrors }) => userErrors.length === 0);
  };

/** What a mutation field can declare with `@Extensions`. */
export interface MutationExtensions {
  /** Whether the mutation changes nothing with these arguments, so that it can be interrupted. */
  // biome-ignore lint/suspicious/noExplicitAny: each field has arguments of its own.
  readonly readsOnly?: (args: any) => boolean;
}
