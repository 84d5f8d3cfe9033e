import { Field, ObjectType } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import { ActorType } from '../base/actor.type';

@ObjectType('Viewer', { description: 'The caller of the API and what the caller may see.' })
export class ViewerType {
  @Field(() => ActorType, {
    description:
      'The actor on whose behalf the request is made. Every event that the request causes records this actor.',
  })
  actor!: Actor;

  @Field(() => Boolean, {
    description:
      'Whether the caller may see the tickets of all clients. When false, the caller sees only the tickets of certain clients.',
  })
  seesAllClients!: boolean;
}
