import { type ClassType, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { barrierToCommand, refusalFor } from '../../../application/access/permissions';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { type CycleView, clientActionsOutstanding, hasProposedWaiver, seenAt } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { ClientAction } from '../../../domain/policy/policy';
import { allowedActions } from '../../../domain/ticket/lifecycle';
import { explainRefusal } from '../../../domain/ticket/refusals';
import type { Ticket, TicketState } from '../../../domain/ticket/ticket';
import { ClientActionEnum, TicketStateEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { BreachType } from '../commitment/breach.type';
import { BREACHES, COMMITMENT_OF, type CommitmentView } from '../commitment/commitment.type';
import { type JudgedTicket, judge, type RequestContext, underPolicy } from '../context';
import { ClassificationType } from '../policy/classification.type';
import { AllowedActionType, SlaType, WaitingType } from './ticket-parts.type';

/**
 * Each commitment is evaluated only when it is selected, so that a calendar error of one does not
 * affect the others.
 */
class Sla {
  constructor(private readonly judged: JudgedTicket) {}
  get response(): CommitmentView | null {
    return this.judged.once(COMMITMENT_OF.RESPONSE);
  }
  get update(): CommitmentView | null {
    return this.judged.once(COMMITMENT_OF.UPDATE);
  }
  get resolution(): CommitmentView | null {
    return this.judged.once(COMMITMENT_OF.RESOLUTION);
  }
}

const SLA = (judged: JudgedTicket): Sla => new Sla(judged);

/** The ticket with what was due before, recorded or not. */
const SEEN = ({ ticket, policy, at }: JudgedTicket): Ticket => seenAt(ticket, policy, at);

const ALLOWED_ACTIONS = (judged: JudgedTicket): readonly AllowedActionType[] => {
  const { policy, at, context } = judged;
  const { actor, rights } = context.caller;
  return allowedActions({ ticket: judged.once(SEEN), policy, at, actor }).map(({ command, refusal }) => {
    const reason =
      barrierToCommand(command, rights) ?? (refusal === null ? null : explainRefusal(refusalFor(refusal, rights)));
    return { command, allowed: reason === null, reason };
  });
};

/**
 * The resolvers of the fields that follow from a ticket, its policy and the time at which it is
 * evaluated. None of them is stored. They serve each type that shows a ticket, also a simulated
 * one.
 */
export function derivedTicketFields(shownAs: ClassType) {
  @Resolver(() => shownAs)
  abstract class DerivedFieldsResolver {
    @FieldResolver(() => TicketStateEnum, { description: 'The state of the ticket in its lifecycle.' })
    state(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): TicketState | Promise<TicketState> {
      return judge(context, ticket, (judged) => judged.once(SEEN).state);
    }

    @FieldResolver(() => DateTimeScalar, {
      nullable: true,
      description:
        'The date and time, in UTC, when the ticket was closed, by a person or automatically. Null while it is not closed.',
    })
    closedAt(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): EpochMs | null | Promise<EpochMs | null> {
      return judge(context, ticket, (judged) => judged.once(SEEN).closedAt);
    }

    @FieldResolver(() => ClassificationType, {
      description: 'The reason for the severity of the ticket.',
    })
    classification(@Root() ticket: StoredTicket): Ticket {
      return ticket;
    }

    @FieldResolver(() => [WaitingType], {
      description: 'The reasons why the ticket currently waits. Empty when it does not wait.',
    })
    waiting(@Root() ticket: StoredTicket): readonly WaitingType[] {
      return ticket.waits.filter((wait) => wait.until === null).map(({ reason, from }) => ({ reason, since: from }));
    }

    @FieldResolver(() => [ClientActionEnum], {
      description:
        'The actions that the policy asks the client to take and that are not yet done. They do not block any command.',
    })
    clientActionsOutstanding(
      @Root() ticket: StoredTicket,
      @Ctx() context: RequestContext,
    ): readonly ClientAction[] | Promise<readonly ClientAction[]> {
      return underPolicy(context, ticket, (policy) => clientActionsOutstanding(ticket, policy));
    }

    @FieldResolver(() => SlaType, {
      description: 'The commitments of the ticket (its service level agreement) and their status.',
    })
    sla(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): Sla | Promise<Sla> {
      return judge(context, ticket, (judged) => judged.once(SLA));
    }

    @FieldResolver(() => Boolean, {
      nullable: true,
      description: 'Whether any commitment of the ticket was ever breached. It is never null.',
    })
    isBreached(@Root() ticket: StoredTicket, @Ctx() context: RequestContext): boolean | Promise<boolean> {
      return judge(context, ticket, (judged) => judged.once(BREACHES).length > 0);
    }

    @FieldResolver(() => [BreachType], {
      nullable: true,
      description:
        'The breaches of the ticket by kind and cycle, including those that are not yet recorded. It is never null.',
    })
    breaches(
      @Root() ticket: StoredTicket,
      @Ctx() context: RequestContext,
    ): readonly CycleView[] | Promise<readonly CycleView[]> {
      return judge(context, ticket, (judged) => judged.once(BREACHES));
    }

    @FieldResolver(() => Boolean, {
      nullable: true,
      description:
        'Whether a waiver of a breach is proposed and not decided yet: see `proposedWaiver` of the breaches. It is never null.',
    })
    waiverProposed(@Root() ticket: StoredTicket): boolean {
      return hasProposedWaiver(ticket);
    }

    @FieldResolver(() => [AllowedActionType], {
      description:
        'All commands, each with whether the caller may use it and the lifecycle currently allows it, and the reason if not.',
    })
    allowedActions(
      @Root() ticket: StoredTicket,
      @Ctx() context: RequestContext,
    ): readonly AllowedActionType[] | Promise<readonly AllowedActionType[]> {
      return judge(context, ticket, (judged) => judged.once(ALLOWED_ACTIONS));
    }
  }
  return DerivedFieldsResolver;
}
