import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { LoggedEvent, StoredTicket } from '../../application/ports';
import type { EventType } from '../../domain/events';
import { type Connection, connection, PageArgs, pageRequest } from './connections';
import type { RequestContext } from './context';
import { EventTypeEnum } from './enums';
import { CommunicationConnection, TicketEventConnection } from './event-interfaces';
import { TicketType } from './ticket-type';

const COMMUNICATIONS: readonly EventType[] = ['COMMUNICATED', 'CALL_RECORDED'];

async function eventsOf(
  { services: { reader } }: RequestContext,
  ticketId: string,
  types: readonly EventType[] | null,
  page: PageArgs,
): Promise<Connection<LoggedEvent>> {
  const found = await reader.events(ticketId, types, pageRequest(page));
  return connection(found, () => reader.countEvents(ticketId, types));
}

/** A ticket's part of the log. */
@Resolver(() => TicketType)
export class TicketLogResolver {
  @FieldResolver(() => TicketEventConnection, { description: 'What happened to it, the first first.' })
  events(
    @Root() { id }: StoredTicket,
    @Args() page: PageArgs,
    @Arg('types', () => [EventTypeEnum], { nullable: true, description: 'Only of these types; all where left out.' })
    types: EventType[] | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, id, types == null ? null : [...new Set(types)], page);
  }

  @FieldResolver(() => CommunicationConnection, {
    description: 'The messages to and from the client, and its calls; the first first.',
  })
  communications(
    @Root() { id }: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, id, COMMUNICATIONS, page);
  }
}
