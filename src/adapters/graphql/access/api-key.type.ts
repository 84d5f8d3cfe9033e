import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { ApiScope, Role } from '../../../application/access/rights';
import type { ApiKey } from '../../../application/ports/api-keys';
import type { Client } from '../../../application/ports/clients';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { ActorType } from '../base/actor.type';
import { describeEnum } from '../base/enums';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { ClientType } from '../client/client.type';
import type { RequestContext } from '../context';

export const RoleEnum = describeEnum<Role>('Role', 'What a caller is. It decides which fields the caller may use.', {
  CLIENT: 'A person of a client, who sees the tickets of that client.',
  AGENT: 'A person of the support organisation.',
  SERVICE: 'A program with an API key, or with a token of its own.',
  ADMIN: 'An administrator, who may use every field.',
});

export const ApiKeyScopeEnum = describeEnum<ApiScope>('ApiKeyScope', 'What an API key allows.', {
  READ: 'The queries.',
  WRITE: 'The mutations of tickets.',
  SUBSCRIBE: 'The subscriptions.',
  WEBHOOKS: 'The queries and mutations of webhooks.',
  IMPORT: 'Imports.',
  ADMIN: 'Everything.',
});

@ObjectType('ApiKey', {
  implements: NodeType,
  description: 'An API key of a service. Its secret is not stored and cannot be shown again.',
  simpleResolvers: true,
})
export class ApiKeyType extends NodeType implements Omit<ApiKey, 'clientId'> {
  @Field(() => String, {
    description: 'The part of the key that identifies it, such as `sdk_0123456789ab`. Logs show it.',
  })
  prefix!: string;

  @Field(() => String, { description: 'The name of the key. Events record it as the name of the actor.' })
  name!: string;

  @Field(() => [ApiKeyScopeEnum], { description: 'What the key allows.' })
  scopes!: readonly ApiScope[];

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the key was created.' })
  createdAt!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who created the key.' })
  createdBy!: Actor;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, from which the key is refused. Null when it does not expire.',
  })
  expiresAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the key was revoked. Null when it was not.',
  })
  revokedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, of the last use, to the minute. Null when the key was not used.',
  })
  lastUsedAt!: EpochMs | null;
}

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { id }: ApiKey): string {
    return toGlobalId('ApiKey', id);
  }

  @FieldResolver(() => ClientType, {
    nullable: true,
    description: 'The client whose tickets the key is for. Null for the tickets of all clients.',
  })
  client(@Root() { clientId }: ApiKey, @Ctx() context: RequestContext): Promise<Client | null> | null {
    return clientId === null ? null : context.client(clientId);
  }
}
