import { Arg, Args, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { EpochMs } from '../../../domain/instant';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import { DateTimeScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { refuseUnknownFacts } from './filter-facts';
import { TicketConnection, TicketType } from './ticket.type';
import { filterOf, TicketFilterInput } from './ticket-filter.input';
import { orderOf, TicketOrderInput } from './ticket-order.input';

@Resolver()
export class TicketQueryResolver {
  @Query(() => TicketType, {
    nullable: true,
    description:
      'Looks up a ticket by exactly one of `id`, `number` and `externalId`, as it is now or as it was at an earlier time. Null when there is no such ticket, there was none at that time, or the caller may not see it.',
  })
  async ticket(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { ...optional, description: 'The global id of the ticket.' }) id: string | null | undefined,
    @Arg('number', () => Int, { ...optional, description: 'The number of the ticket.' }) number:
      | number
      | null
      | undefined,
    @Arg('externalId', () => String, {
      ...optional,
      description: 'The identifier of the ticket in another system, at most 2,000 characters.',
    })
    externalId: string | null | undefined,
    @Arg('client', () => ID, {
      ...optional,
      description: 'The global id of the client that the ticket belongs to. Allowed only together with `externalId`.',
    })
    client: string | null | undefined,
    @Arg('asOf', () => DateTimeScalar, {
      ...optional,
      description:
        'Returns the ticket as it was at this date and time: with the events that had happened by then, and evaluated at that time. A time in the future returns the ticket as it will be if no one acts on it. Defaults to `knownAt`, or else to the time of the request.',
    })
    asOf: EpochMs | null | undefined,
    @Arg('knownAt', () => DateTimeScalar, {
      ...optional,
      description:
        'Returns the ticket as it was known at this date and time: only with the events that were recorded by then. Defaults to all recorded events.',
    })
    knownAt: EpochMs | null | undefined,
  ): Promise<StoredTicket | null> {
    if ([id, number, externalId].filter((given) => given != null).length !== 1) {
      throw badInput('Exactly one of id, number and externalId must be given.');
    }
    if (client != null && externalId == null) throw badInput('client is allowed only together with externalId.');
    const found =
      id != null
        ? await context.services.reader.ticketById(context.caller, requireUuid('Ticket', id, 'id'))
        : number != null
          ? await context.services.reader.ticketByNumber(context.caller, number)
          : await byExternalId(context, externalId ?? '', client ?? null);
    const at = asOf ?? knownAt;
    if (found === null || at == null) return found;
    return context.services.reader.ticketAsOf(context.caller, found, { at, knownAt: knownAt ?? null });
  }

  @Query(() => TicketConnection, {
    description: 'The tickets that match a filter and that the caller may see, newest first by default.',
  })
  async tickets(
    @Ctx() context: RequestContext,
    @Args() page: PageArgs,
    @Arg('filter', () => TicketFilterInput, {
      ...optional,
      description: 'Returns only the tickets that match this filter. Defaults to all tickets.',
    })
    given: TicketFilterInput | null | undefined,
    @Arg('orderBy', () => TicketOrderInput, {
      ...optional,
      description: 'The order of the tickets. Defaults to `NUMBER` descending.',
    })
    orderBy: TicketOrderInput | null | undefined,
  ): Promise<Connection<StoredTicket>> {
    const {
      services: { reader },
      caller,
      now,
    } = context;
    const filter = filterOf(given);
    await refuseUnknownFacts(context, filter);
    const found = await reader.tickets(caller, filter, orderOf(orderBy), pageRequest(page), now);
    return connection(found, () => reader.countTickets(caller, filter, now));
  }
}

async function byExternalId(
  { services: { reader }, caller }: RequestContext,
  externalId: string,
  client: string | null,
): Promise<StoredTicket | null> {
  const clientId = client === null ? null : requireUuid('Client', client, 'client');
  const [found, another] = await reader.ticketsByExternalId(caller, externalId, clientId);
  if (another !== undefined)
    throw badInput('Several clients have a ticket with this externalId. Specify client as well.');
  return found ?? null;
}
