import { Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { PersonRole } from '../../../application/access/rights';
import type { KnownPerson } from '../../../application/ports/people';
import type { EpochMs } from '../../../domain/instant';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { RoleEnum } from './api-key.type';

@ObjectType('Agent', {
  implements: NodeType,
  description: 'A person of the support organisation, known from the tokens of the identity provider.',
  simpleResolvers: true,
})
export class AgentType
  extends NodeType
  implements Pick<KnownPerson, 'name' | 'email' | 'role' | 'isActive' | 'firstSeenAt' | 'lastSeenAt'>
{
  @Field(() => String, { description: 'The name of the person.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address of the person. Null when the tokens have none.',
  })
  email!: string | null;

  @Field(() => RoleEnum, { description: 'The role that the newest token of the person gives.' })
  role!: PersonRole;

  @Field(() => Boolean, { description: 'Whether the person may use the service.' })
  isActive!: boolean;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the first token was seen.' })
  firstSeenAt!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when a token was seen last, to the hour.' })
  lastSeenAt!: EpochMs;
}

@Resolver(() => AgentType)
export class AgentResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { id }: KnownPerson): string {
    return toGlobalId('Agent', id);
  }
}
