import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { nextDue } from '../../../domain/commitment/view';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { SeverityChange } from '../../../domain/ticket/ticket';
import { SeverityEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { UserErrorType, type UserErrorValue } from '../base/user-errors';
import { CommitmentType, type CommitmentView, commitmentOf } from '../commitment/commitment.type';
import { judge, type RequestContext } from '../context';
import { derivedTicketFields } from '../ticket/derived-ticket-fields';
import { ImpactType } from '../ticket/impact.type';
import { SeverityChangeType } from '../ticket/ticket-parts.type';

@ObjectType('TicketOutlook', {
  description:
    'How a ticket would stand at an instant. Not the ticket itself, so without its id: what a client program keeps of tickets by their ids is left as it is.',
  simpleResolvers: true,
})
export class OutlookType {
  @Field(() => SeverityEnum, { description: 'How urgent it would be.' })
  severity!: Severity;

  @Field(() => [ImpactType], { description: 'Who would be hit and what they could not do.' })
  impacts!: readonly Impact[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the first action was taken, UTC; null for not yet.',
  })
  respondedAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was resolved, UTC; null where it is not.' })
  resolvedAt!: EpochMs | null;
}

@Resolver(() => OutlookType)
export class OutlookResolver extends derivedTicketFields(OutlookType) {
  @FieldResolver(() => CommitmentType, {
    nullable: true,
    description: 'What would be due next, or overdue longest; null where nothing runs towards an instant.',
  })
  nextDeadline(
    @Root() ticket: StoredTicket,
    @Ctx() context: RequestContext,
  ): CommitmentView | null | Promise<CommitmentView | null> {
    return judge(context, ticket, (_, policy, at) => {
      const next = nextDue(ticket, policy, at);
      return next === null ? null : commitmentOf(ticket, policy, next.cycle.kind, at);
    });
  }
}

@ObjectType('Simulation', {
  description: 'What a change would come to. Nothing of it has happened, and nothing was written.',
  simpleResolvers: true,
})
export class SimulationType {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it would be made, UTC; null where nothing was tried.',
  })
  at!: EpochMs | null;

  @Field(() => [UserErrorType], { description: 'Why it would be refused; empty where it would be carried out.' })
  userErrors!: readonly UserErrorValue[];

  @Field(() => OutlookType, {
    nullable: true,
    description: 'How the ticket would stand at that instant if nobody acted; null where there is none.',
  })
  before!: StoredTicket | null;

  @Field(() => OutlookType, {
    nullable: true,
    description: 'How it would stand with the change; as before where that would be refused.',
  })
  after!: StoredTicket | null;

  @Field(() => SeverityChangeType, {
    nullable: true,
    description: 'How the severity would change; null where it would not.',
  })
  severityChange!: SeverityChange | null;
}
