import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { EventTypeEnum } from '../base/enums';
import type { RequestContext } from '../context';
import { CommunicationConnection, TicketEventConnection } from '../event/event.interface';
import { TicketType } from './ticket.type';

const COMMUNICATIONS: readonly EventType[] = ['COMMUNICATED', 'CALL_RECORDED'];

async function eventsOf(
  { services: { reader } }: RequestContext,
  { id, version, asOf }: StoredTicket,
  types: readonly EventType[] | null,
  page: PageArgs,
): Promise<Connection<LoggedEvent>> {
  const upTo = asOf === undefined ? null : version;
  const found = await reader.events(id, types, pageRequest(page), upTo);
  const edges =
    asOf === undefined ? found.edges : found.edges.map((edge) => ({ ...edge, node: { ...edge.node, asOf } }));
  return connection({ ...found, edges }, () => reader.countEvents(id, types, upTo));
}

/** A ticket's part of the log. */
@Resolver(() => TicketType)
export class TicketLogResolver {
  @FieldResolver(() => TicketEventConnection, { description: 'What happened to it, the first first.' })
  events(
    @Root() ticket: StoredTicket,
    @Args() page: PageArgs,
    @Arg('types', () => [EventTypeEnum], { nullable: true, description: 'Only of these types; all where left out.' })
    types: EventType[] | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, ticket, types == null ? null : [...new Set(types)], page);
  }

  @FieldResolver(() => CommunicationConnection, {
    description: 'The messages to and from the client, and its calls; the first first.',
  })
  communications(
    @Root() ticket: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LoggedEvent>> {
    return eventsOf(context, ticket, COMMUNICATIONS, page);
  }
}
