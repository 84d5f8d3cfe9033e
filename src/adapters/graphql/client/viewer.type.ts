import { Field, ObjectType } from 'type-graphql';
import type { ApiScope, Role } from '../../../application/access/rights';
import type { Actor } from '../../../domain/actor';
import { ApiKeyScopeEnum, RoleEnum } from '../access/api-key.type';
import { ActorType } from '../base/actor.type';

@ObjectType('Viewer', { description: 'The caller of the API and what the caller may see.' })
export class ViewerType {
  @Field(() => ActorType, {
    description:
      'The actor on whose behalf the request is made. Every event that the request causes records this actor.',
  })
  actor!: Actor;

  @Field(() => RoleEnum, { description: 'What the caller is. It decides which fields the caller may use.' })
  role!: Role;

  @Field(() => [ApiKeyScopeEnum], { description: 'What an API key allows. Empty for people.' })
  scopes!: readonly ApiScope[];

  @Field(() => Boolean, {
    description:
      'Whether the caller may see the tickets of all clients. When false, the caller sees only the tickets of certain clients.',
  })
  seesAllClients!: boolean;
}
