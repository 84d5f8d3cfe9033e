import { Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Policy } from '../../../domain/policy/policy';
import type { Workaround } from '../../../domain/ticket/ticket';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID } from '../base/node';
import { ClientType, requireClient } from '../client/client.type';
import { NEXT_DUE } from '../commitment/commitment.type';
import { DeadlineType } from '../commitment/deadline.type';
import { judge, type RequestContext, ticketShown } from '../context';
import { CalendarReplacementType, replacementsOf } from '../policy/calendar.type';
import { PolicyType } from '../policy/policy.type';
import { derivedTicketFields } from './derived-ticket-fields';
import { TicketConnection, TicketType } from './ticket.type';
import { WorkaroundType } from './ticket-parts.type';

/** The fields of a ticket that refer to other objects, or that a simulated ticket does not have. */
@Resolver(() => TicketType)
export class TicketResolver extends derivedTicketFields(TicketType) {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() ticket: StoredTicket): string {
    return toGlobalId('Ticket', ticket.id);
  }

  @FieldResolver(() => ClientType, { description: 'The client that the ticket belongs to.' })
  client(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Promise<Client> {
    return requireClient(context, ticket.clientId);
  }

  @FieldResolver(() => PolicyType, {
    description: 'The version of the policy under which the ticket was opened. It never changes.',
  })
  policy(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Policy | Promise<Policy> {
    // The published version, without the calendars that the ticket replaces.
    return context.policyOf({ ...ticket, calendars: {} });
  }

  @FieldResolver(() => [CalendarReplacementType], {
    description:
      'The calendars of the policy that this ticket uses instead of others. They never change. Empty when none is replaced.',
  })
  calendars(@Root() ticket: StoredTicket): readonly CalendarReplacementType[] {
    return replacementsOf(ticket.calendars);
  }

  @FieldResolver(() => WorkaroundType, {
    nullable: true,
    description: 'The latest workaround that is in effect. Null when none is in effect.',
  })
  workaround(@Root() ticket: StoredTicket): Workaround | null {
    return ticket.workarounds.findLast((workaround) => workaround.withdrawnAt === null) ?? null;
  }

  @FieldResolver(() => DeadlineType, {
    nullable: true,
    description:
      'The commitment that is due next, or that has been overdue longest. Null when no running commitment has a due time.',
  })
  nextDeadline(@Root() ticket: StoredTicket, @Ctx() context: RequestContext) {
    return judge(context, ticket, (judged) => {
      const next = judged.once(NEXT_DUE);
      return next === null || next.dueAt === null ? null : { ticket, kind: next.cycle.kind, dueAt: next.dueAt };
    });
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that this one follows up. Null when there is none, or when the caller may not see it.',
  })
  async followUpOf(
    @Root() { followUpOf, asOf }: StoredTicket,
    @Ctx() context: RequestContext,
  ): Promise<StoredTicket | null> {
    return followUpOf === null ? null : ticketShown(context, followUpOf, asOf);
  }

  @FieldResolver(() => TicketConnection, {
    description: 'The tickets that follow up this one and that the caller may see, ordered by number.',
  })
  async followUps(
    @Root() { id, asOf }: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() { services: { reader }, caller }: RequestContext,
  ): Promise<Connection<StoredTicket>> {
    const found = await reader.followUps(caller, id, pageRequest(page), asOf ?? null);
    return connection(found, () => reader.countFollowUps(caller, id, asOf ?? null));
  }
}
