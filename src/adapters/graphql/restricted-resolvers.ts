import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import {
  accessSentence,
  forbiddenField,
  PERMISSIONS,
  type Permission,
  permits,
} from '../../application/access/permissions';
import type { OperationContext } from './context';

/**
 * Lets only those callers use a root field whom its row in `permissions.ts` names, and adds to its
 * description who they are.
 *
 * @throws Error if a root field has no row, or a row has no field
 */
export function restrictResolvers(schema: GraphQLSchema): void {
  const rows = Object.entries(PERMISSIONS);
  const unused = new Set(rows.filter(([, { optional = false }]) => !optional).map(([key]) => key));
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      const key = `${root?.name}.${field.name}`;
      const permission = PERMISSIONS[key];
      if (permission === undefined) throw new Error(`${key} needs a row in permissions.ts`);
      unused.delete(key);
      restrict(field, key, permission);
      field.description = `${field.description} ${accessSentence(permission)}`;
    }
  }
  if (unused.size > 0) throw new Error(`permissions.ts has rows without a field: ${[...unused].join(', ')}`);
}

type Resolve = GraphQLFieldResolver<unknown, OperationContext>;

function restrict(field: GraphQLField<unknown, OperationContext>, key: string, permission: Permission): void {
  const allowedOnly =
    (resolve: Resolve): Resolve =>
    (source, args, context, info) => {
      const { rights } = context.caller;
      if (!permits(permission, rights)) throw forbiddenField(key, permission, rights);
      return resolve(source, args, context, info);
    };
  if (field.resolve !== undefined) field.resolve = allowedOnly(field.resolve);
  if (field.subscribe !== undefined) field.subscribe = allowedOnly(field.subscribe);
}
