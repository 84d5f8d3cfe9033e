import { Arg, Ctx, createUnionType, Query, Resolver } from 'type-graphql';
import { nodeTypeName } from '../base/node';
import { ClientType } from '../client/client.type';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { findNode } from '../node/node.resolver';
import { TicketType } from '../ticket/ticket.type';
import { AnyScalar, type Representation } from './any.scalar';

/** As many as one statement reads. */
const MOST_REFERENCES = 500;

const EntityType = createUnionType({
  name: '_Entity',
  description: 'An object that other subgraphs of a federated graph can refer to.',
  types: () => [ClientType, TicketType] as const,
  resolveType: nodeTypeName,
});

@Resolver()
export class EntitiesResolver {
  @Query(() => [EntityType], {
    name: '_entities',
    nullable: 'items',
    description:
      'Looks up the entities that a gateway refers to. Returns them in the order of the references. An entry is null in the same cases as `node` is: there is no such object, the caller may not see it, or the id is malformed or that of another type.',
  })
  entities(
    @Ctx() context: RequestContext,
    @Arg('representations', () => [AnyScalar], {
      description: `The references, at most ${MOST_REFERENCES}.`,
      // A reference with a malformed id is null, and the others are found.
      validateFn: () => undefined,
    })
    representations: readonly Representation[],
  ): Promise<readonly (object | null)[]> {
    if (representations.length > MOST_REFERENCES) {
      throw badInput(`representations takes at most ${MOST_REFERENCES} references.`);
    }
    return Promise.all(
      representations.map(({ __typename, id }) => (typeof id === 'string' ? findNode(context, id, __typename) : null)),
    );
  }
}
