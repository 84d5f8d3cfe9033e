import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Field, Info, ObjectType, Query, Resolver } from 'type-graphql';
import { subgraphSdl } from './printed-schema';

/** Printed once for each schema, when a gateway asks for it. */
const PRINTED = new WeakMap<GraphQLSchema, string>();

@ObjectType('_Service', { description: 'What a gateway knows of this subgraph.', simpleResolvers: true })
class ServiceType {
  @Field(() => String, {
    description: 'The schema of the API with the directives of Apollo Federation 2, in the schema definition language.',
  })
  sdl!: string;
}

@Resolver()
export class ServiceResolver {
  @Query(() => ServiceType, {
    name: '_service',
    description: 'The schema of this subgraph, for the composition of a federated graph.',
  })
  service(@Info() { schema }: GraphQLResolveInfo): ServiceType {
    const sdl = PRINTED.get(schema) ?? subgraphSdl(schema);
    PRINTED.set(schema, sdl);
    return { sdl };
  }
}
