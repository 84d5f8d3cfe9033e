import { type ClassType, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { breachedCycles, type CycleView, clientActionsOutstanding, seenAt } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { ClientAction, CommitmentKind } from '../../../domain/policy/policy';
import { allowedActions } from '../../../domain/ticket/lifecycle';
import { explainRefusal } from '../../../domain/ticket/refusals';
import type { Ticket, TicketState } from '../../../domain/ticket/ticket';
import { ClientActionEnum, TicketStateEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { type CommitmentView, commitmentOf } from '../commitment/commitment.type';
import { BreachType } from '../commitment/cycle.type';
import { judge, type RequestContext, underPolicy } from '../context';
import { ClassificationType } from '../policy/classification.type';
import { AllowedActionType, SlaType, WaitingType } from './ticket-parts.type';

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

/**
 * How a ticket stands: what follows from its own fields, its policy and the instant at which it is judged. Nothing of it
 * is stored. For every type that shows a ticket, as it is or as it would be.
 */
export function derivedTicketFields(shownAs: ClassType) {
  @Resolver(() => shownAs)
  abstract class StandingResolver {
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

    @FieldResolver(() => SlaType, { description: 'What is promised, and how it stands.' })
    sla(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Sla | Promise<Sla> {
      return judge(context, ticket, (_, policy, at) => new Sla((kind) => commitmentOf(ticket, policy, kind, at)));
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
  }
  return StandingResolver;
}
