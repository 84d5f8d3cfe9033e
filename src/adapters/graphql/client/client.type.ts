import { Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { EpochMs } from '../../../domain/instant';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { CalendarReplacementType, replacementsOf } from '../policy/calendar.type';

@ObjectType('Client', {
  implements: NodeType,
  description: 'A client of the support organisation. Each ticket belongs to one client.',
  simpleResolvers: true,
})
export class ClientType extends NodeType implements Omit<Client, 'calendars'> {
  @Field(() => String, { description: 'The name of the client. It is unique.' })
  name!: string;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the client was created.' })
  createdAt!: EpochMs;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the policy that applies to new tickets of the client. Null when the default policy of the service applies.',
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
    description:
      'The calendars of the policy that new tickets of the client use instead of others. Empty when none is replaced.',
  })
  calendars(@Root() client: Client): readonly CalendarReplacementType[] {
    return replacementsOf(client.calendars);
  }
}

/** The client of a ticket. A foreign key guarantees that it exists. */
export async function requireClient(context: RequestContext, id: string): Promise<Client> {
  const client = await context.client(id);
  if (client === null) throw new Error(`A ticket refers to client ${id}, which does not exist`);
  return client;
}
