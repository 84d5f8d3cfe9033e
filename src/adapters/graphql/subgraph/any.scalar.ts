import { GraphQLError, GraphQLScalarType, valueFromASTUntyped } from 'graphql';
import type { NodeTypeName } from '../base/global-id';

/** The types that other subgraphs can refer to. */
export const ENTITIES = ['Client', 'Ticket'] as const satisfies readonly NodeTypeName[];

/** What a gateway sends for an entity: its type, and its key as another subgraph has it. */
export interface Representation {
  readonly __typename: (typeof ENTITIES)[number];
  readonly id?: unknown;
}

const FORM = `_Any must be an object with a __typename that is one of ${ENTITIES.join(', ')}, and the id of the object`;

function representation(value: unknown): Representation {
  if (typeof value === 'object' && value !== null) {
    const { __typename, id } = value as Readonly<Record<string, unknown>>;
    const type = ENTITIES.find((name) => name === __typename);
    if (type !== undefined) return { __typename: type, id };
  }
  throw new GraphQLError(FORM);
}

export const AnyScalar = new GraphQLScalarType<Representation, unknown>({
  name: '_Any',
  description:
    'A reference to an entity by a gateway, as Apollo Federation defines it: an object with the `__typename` and the `id` of the entity. Other fields are ignored.',
  parseValue: representation,
  parseLiteral: (node, variables) => representation(valueFromASTUntyped(node, variables)),
});
