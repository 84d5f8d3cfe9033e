import { Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { Actor, ActorKind } from '../../../domain/actor';
import type { Audience, Consequence, Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { RequestContext } from '../context';
import { CalendarReplacementType, replacementsOf } from '../policy/calendar.type';
import { ActorKindEnum, AudienceEnum, ConsequenceEnum } from './enums';
import { toGlobalId } from './global-id';
import { GLOBAL_ID, NodeType } from './node';
import { DateTimeScalar } from './scalars';

@ObjectType('Actor', { description: 'Who did something.', simpleResolvers: true })
export class ActorType implements Actor {
  @Field(() => ActorKindEnum, { description: 'As what.' })
  kind!: ActorKind;

  @Field(() => ID, { description: 'Lasting; unique among actors of the same kind. Not an id for node(id).' })
  id!: string;

  @Field(() => String, { description: 'What people call the actor.' })
  name!: string;
}

@ObjectType('Impact', {
  description: 'One pair of facts that a ticket is classified by: who is hit, and what they cannot do.',
  simpleResolvers: true,
})
export class ImpactType implements Impact {
  @Field(() => AudienceEnum, { description: 'Who is hit.' })
  audience!: Audience;

  @Field(() => ConsequenceEnum, { description: 'What they cannot do.' })
  consequence!: Consequence;

  @Field(() => String, { nullable: true, description: 'For people; decides nothing. Null where none was given.' })
  note!: string | null;
}

@ObjectType('Client', {
  implements: NodeType,
  description: 'An account whose tickets these are.',
  simpleResolvers: true,
})
export class ClientType extends NodeType implements Omit<Client, 'calendars'> {
  @Field(() => String, { description: 'What people call the client; no two clients have the same.' })
  name!: string;

  @Field(() => DateTimeScalar, { description: 'When the account was opened, UTC.' })
  createdAt!: EpochMs;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the policy that its new tickets are opened under; null for that of the service.',
  })
  policy!: string | null;
}

@Resolver(() => ClientType)
export class ClientResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() client: Client): string {
    return toGlobalId('Client', client.id);
  }

  @FieldResolver(() => [CalendarReplacementType], {
    description: 'Calendars of that policy that stand in for others on its new tickets; empty for none.',
  })
  calendars(@Root() client: Client): readonly CalendarReplacementType[] {
    return replacementsOf(client.calendars);
  }
}

@ObjectType('Viewer', { description: 'Who asks, and what they may see.' })
export class ViewerType {
  @Field(() => ActorType, { description: 'As whom the request acts; stands in every event that it causes.' })
  actor!: Actor;

  @Field(() => Boolean, { description: "Whether every client's tickets are visible to the request." })
  seesAllClients!: boolean;
}

export const viewerOf = ({ caller }: RequestContext): ViewerType => ({
  actor: caller.actor,
  seesAllClients: caller.sees === 'ALL',
});

/** A client that a ticket names must be there: the database holds the two together. */
export async function clientOf(context: RequestContext, id: string): Promise<Client> {
  const client = await context.client(id);
  if (client === null) throw new Error(`Client ${id} is not there, but a ticket names it`);
  return client;
}
