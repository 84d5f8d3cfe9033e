import { Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { nextDue } from '../../../domain/commitment/view';
import type { Policy } from '../../../domain/policy/policy';
import type { Workaround } from '../../../domain/ticket/ticket';
import { ClientType, clientOf } from '../base/common.type';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID } from '../base/node';
import { DeadlineType } from '../commitment/deadline.type';
import { judge, type RequestContext, ticketShown } from '../context';
import { CalendarReplacementType, replacementsOf } from '../policy/calendar.type';
import { PolicyType } from '../policy/policy.type';
import { derivedTicketFields } from './derived-ticket-fields';
import { TicketConnection, TicketType } from './ticket.type';
import { WorkaroundType } from './ticket-parts.type';

/** What a ticket has besides its own fields and how it stands: what it belongs to, and what belongs to it. */
@Resolver(() => TicketType)
export class TicketResolver extends derivedTicketFields(TicketType) {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() ticket: StoredTicket): string {
    return toGlobalId('Ticket', ticket.id);
  }

  @FieldResolver(() => ClientType, { description: 'The account it belongs to.' })
  client(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Promise<Client> {
    return clientOf(context, ticket.clientId);
  }

  @FieldResolver(() => PolicyType, { description: 'The policy version it was opened under; it never changes.' })
  policy(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Policy | Promise<Policy> {
    // As published: the ticket's own calendars are no part of the version.
    return context.policyOf({ ...ticket, calendars: {} });
  }

  @FieldResolver(() => [CalendarReplacementType], {
    description: 'Calendars of the policy that stand in for others on this ticket; they never change. Empty for none.',
  })
  calendars(@Root() ticket: StoredTicket): readonly CalendarReplacementType[] {
    return replacementsOf(ticket.calendars);
  }

  @FieldResolver(() => WorkaroundType, { nullable: true, description: 'The latest that stands; null where none does.' })
  workaround(@Root() ticket: StoredTicket): Workaround | null {
    return ticket.workarounds.findLast((workaround) => workaround.withdrawnAt === null) ?? null;
  }

  @FieldResolver(() => DeadlineType, {
    nullable: true,
    description: 'What is due next, or is overdue longest; null where nothing runs towards an instant.',
  })
  nextDeadline(@Root() ticket: StoredTicket, @Ctx() context: RequestContext) {
    return judge(context, ticket, (_, policy, at) => {
      const next = nextDue(ticket, policy, at);
      return next === null || next.dueAt === null ? null : { ticket, kind: next.cycle.kind, dueAt: next.dueAt };
    });
  }

  @FieldResolver(() => TicketType, { nullable: true, description: 'The ticket that it follows up; null for none.' })
  async followUpOf(
    @Root() { followUpOf, asOf }: StoredTicket,
    @Ctx() context: RequestContext,
  ): Promise<StoredTicket | null> {
    return followUpOf === null ? null : ticketShown(context, followUpOf, asOf);
  }

  @FieldResolver(() => TicketConnection, { description: 'The tickets that follow it up, by number.' })
  async followUps(
    @Root() { id, asOf }: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() { services: { reader }, caller }: RequestContext,
  ): Promise<Connection<StoredTicket>> {
    const found = await reader.followUps(caller, id, pageRequest(page), asOf ?? null);
    return connection(found, () => reader.countFollowUps(caller, id, asOf ?? null));
  }
}
