import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { EventTypeEnum } from '../base/enums';
import { optional } from '../base/optional';
import type { RequestContext } from '../context';
import { CommunicationConnection } from '../event/communication-events.type';
import { TicketEventConnection } from '../event/event.interface';
import { TicketType } from './ticket.type';

const COMMUNICATIONS: readonly EventType[] = ['COMMUNICATED', 'CALL_RECORDED'];

async function eventsOf(
  { services: { reader }, caller }: RequestContext,
  { id, version, asOf }: StoredTicket,
  types: readonly EventType[] | null,
  page: PageArgs,
): Promise<Connection<LoggedEvent>> {
  const upTo = asOf === undefined ? null : { number: version, at: asOf.at };
  const found = await reader.events(caller, id, types, pageRequest(page), upTo);
  const edges =
    asOf === undefined ? found.edges : found.edges.map((edge) => ({ ...edge, node: { ...edge.node, asOf } }));
  return connection({ ...found, edges }, () => reader.countEvents(caller, id, types, upTo));
}

/** The events of a ticket. */
@Resolver(() => TicketType)
export class TicketLogResolver {
  @FieldResolver(() => TicketEventConnection, {
    description: 'The events of the ticket, oldest first.',
  })
  events(
    @Root() ticket: StoredTicket,
    @Args() page: PageArgs,
    @Arg('types', () => [EventTypeEnum], {
      ...optional,
      description: 'Returns only events of these types. Defaults to all types.',
    })
    types: EventType[] | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, ticket, types == null ? null : [...new Set(types)], page);
  }

  @FieldResolver(() => CommunicationConnection, {
    description: 'The messages to and from the client, and the calls of the client, oldest first.',
  })
  communications(
    @Root() ticket: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, ticket, COMMUNICATIONS, page);
  }
}
