import { type GraphQLField, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from './context';

/**
 * Makes every resolver of the schema throw instead of start when its operation has ended. Fields
 * without a resolver only read a property.
 */
export function stopResolversOfEndedOperations(schema: GraphQLSchema): void {
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve === undefined) continue;
      field.resolve = stoppable(type === mutation ? uninterrupted(field, field.resolve) : field.resolve);
    }
  }
}

type Context = Pick<RequestContext, 'operation'>;
type Resolve = GraphQLFieldResolver<unknown, Context>;

const stoppable =
  (resolve: Resolve): Resolve =>
  (source, args, context, info) => {
    const { operation } = context;
    if (operation !== null && operation.stopReason !== null) throw operation.stopReason;
    return resolve(source, args, context, info);
  };

/** A mutation that runs to its end, unless it only reads, as a dry run does. */
const uninterrupted =
  ({ extensions }: GraphQLField<unknown, Context>, resolve: Resolve): Resolve =>
  (source, args, context, info) => {
    const { readsOnly } = extensions as MutationExtensions;
    if (context.operation === null || readsOnly?.(args) === true) return resolve(source, args, context, info);
    return context.operation.runMutation(String(info.path.key), () => resolve(source, args, context, info));
  };

/** What a mutation field can declare with `@Extensions`. */
export interface MutationExtensions {
  /** Whether the mutation changes nothing with these arguments, so that it can be interrupted. */
  // biome-ignore lint/suspicious/noExplicitAny: each field has arguments of its own.
  readonly readsOnly?: (args: any) => boolean;
}
