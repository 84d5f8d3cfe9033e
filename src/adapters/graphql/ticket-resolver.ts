import { Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Client, StoredTicket } from '../../application/ports';
import type { EpochMs } from '../../domain/instant';
import { allowedActions } from '../../domain/lifecycle';
import type { ClientAction, CommitmentKind, Policy } from '../../domain/policy';
import { explainRefusal } from '../../domain/refusals';
import type { Ticket, TicketState, Workaround } from '../../domain/ticket';
import { breachedCycles, type CycleView, clientActionsOutstanding, judgedAt, nextDue, seenAt } from '../../domain/view';
import { CalendarReplacementType, replacementsOf } from './calendar-types';
import { ClassificationType } from './classification-types';
import { type CommitmentView, commitmentOf } from './commitment-types';
import { ClientType, clientOf } from './common-types';
import { type Connection, connection, PageArgs, pageRequest } from './connections';
import { type RequestContext, underPolicy } from './context';
import { BreachType } from './cycle-types';
import { DeadlineType } from './deadline-types';
import { ClientActionEnum, TicketStateEnum } from './enums';
import { toGlobalId } from './global-id';
import { GLOBAL_ID } from './node';
import { PolicyType } from './policy-types';
import { DateTimeScalar } from './scalars';
import { AllowedActionType, SlaType, WaitingType, WorkaroundType } from './ticket-parts';
import { TicketConnection, TicketType } from './ticket-type';

type Judge<T> = (ticket: StoredTicket, policy: Policy, at: EpochMs) => T;

/** Judges a ticket under its policy at the request's instant. */
const judge = <T>(context: RequestContext, ticket: StoredTicket, read: Judge<T>): T | Promise<T> =>
  underPolicy(context, ticket, (policy) => read(ticket, policy, judgedAt(ticket, context.now)));

/** Each commitment is read only when it is asked for, so that one beyond its calendar leaves the others standing. */
class Sla {
  constructor(private readonly commitment: (kind: CommitmentKind) => CommitmentView) {}
  get response(): CommitmentView {
    return this.commitment('RESPONSE');
  }
  get update(): CommitmentView {
    return this.commitment('UPDATE');
  }
  get resolution(): CommitmentView {
    return this.commitment('RESOLUTION');
  }
}

/** What follows from a ticket's own fields, its policy and the instant of the answer. Nothing of it is stored. */
@Resolver(() => TicketType)
export class TicketResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() ticket: StoredTicket): string {
    return toGlobalId('Ticket', ticket.id);
  }

  @FieldResolver(() => ClientType, { description: 'The account it belongs to.' })
  client(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Promise<Client> {
    return clientOf(context, ticket.clientId);
  }

  @FieldResolver(() => TicketStateEnum, { description: 'Where it stands in its lifecycle.' })
  state(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): TicketState | Promise<TicketState> {
    return judge(context, ticket, (_, policy, at) => seenAt(ticket, policy, at).state);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was closed, UTC, also by silence; null where it is not.',
  })
  closedAt(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): EpochMs | null | Promise<EpochMs | null> {
    return judge(context, ticket, (_, policy, at) => seenAt(ticket, policy, at).closedAt);
  }

  @FieldResolver(() => ClassificationType, { description: 'Why it has its severity.' })
  classification(@Root() ticket: StoredTicket): Ticket {
    return ticket;
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

  @FieldResolver(() => [WaitingType], { description: 'What it waits for now; empty where it does not wait.' })
  waiting(@Root() ticket: StoredTicket): readonly WaitingType[] {
    return ticket.waits.filter((wait) => wait.until === null).map(({ reason, from }) => ({ reason, since: from }));
  }

  @FieldResolver(() => [ClientActionEnum], {
    description: 'What the policy asks of the client and was not yet done. It blocks nothing.',
  })
  clientActionsOutstanding(
    @Root() ticket: StoredTicket,
    @Ctx() context: RequestContext,
  ): readonly ClientAction[] | Promise<readonly ClientAction[]> {
    return underPolicy(context, ticket, (policy) => clientActionsOutstanding(ticket, policy));
  }

  @FieldResolver(() => WorkaroundType, { nullable: true, description: 'The latest that stands; null where none does.' })
  workaround(@Root() ticket: StoredTicket): Workaround | null {
    return ticket.workarounds.findLast((workaround) => workaround.withdrawnAt === null) ?? null;
  }

  @FieldResolver(() => SlaType, { description: 'What is promised, and how it stands.' })
  sla(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Sla | Promise<Sla> {
    return judge(context, ticket, (_, policy, at) => new Sla((kind) => commitmentOf(ticket, policy, kind, at)));
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

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether any of its commitments was ever breached. Null only with an error BEYOND_CALENDAR.',
  })
  isBreached(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): boolean | Promise<boolean> {
    return judge(context, ticket, (_, policy, at) => breachedCycles(ticket, policy, at).length > 0);
  }

  @FieldResolver(() => [BreachType], {
    nullable: true,
    description: 'Every breach, recorded or not yet, by kind and cycle. Null only with an error BEYOND_CALENDAR.',
  })
  breaches(
    @Root() ticket: StoredTicket,
    @Ctx() context: RequestContext,
  ): readonly CycleView[] | Promise<readonly CycleView[]> {
    return judge(context, ticket, breachedCycles);
  }

  @FieldResolver(() => [AllowedActionType], {
    description: 'Every command, with whether the ticket takes it now and why not, as the lifecycle machine says.',
  })
  allowedActions(
    @Root() ticket: StoredTicket,
    @Ctx() context: RequestContext,
  ): readonly AllowedActionType[] | Promise<readonly AllowedActionType[]> {
    return judge(context, ticket, (_, policy, at) =>
      allowedActions({ ticket: seenAt(ticket, policy, at), policy, at, actor: context.caller.actor }).map(
        ({ command, allowed, refusal }) => ({
          command,
          allowed,
          reason: refusal === null ? null : explainRefusal(refusal),
        }),
      ),
    );
  }

  @FieldResolver(() => TicketType, { nullable: true, description: 'The ticket that it follows up; null for none.' })
  async followUpOf(
    @Root() { followUpOf }: StoredTicket,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<StoredTicket | null> {
    return followUpOf === null ? null : services.reader.ticketById(caller, followUpOf);
  }

  @FieldResolver(() => TicketConnection, { description: 'The tickets that follow it up, by number.' })
  async followUps(
    @Root() { id }: StoredTicket,
    @Args() page: PageArgs,
    @Ctx() { services: { reader }, caller }: RequestContext,
  ): Promise<Connection<StoredTicket>> {
    const found = await reader.followUps(caller, id, pageRequest(page));
    return connection(found, () => reader.countFollowUps(caller, id));
  }
}
