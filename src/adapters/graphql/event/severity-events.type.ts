import { Field, ObjectType } from 'type-graphql';
import type { Impact } from '../../../domain/impact';
import type { Severity } from '../../../domain/severity';
import type { Override, Proposal, Workaround } from '../../../domain/ticket/ticket';
import type { Effects } from '../../../domain/ticket/ticket-events';
import { SeverityEnum } from '../base/enums';
import { OverrideType } from '../policy/classification.type';
import { ImpactType } from '../ticket/impact.type';
import { WorkaroundType } from '../ticket/ticket-parts.type';
import { TicketEventType } from './event.interface';
import { EffectsField, event, ProposalField, ReasonField } from './event-fields';

/** The events of commands that set, change or propose the severity of a ticket. */

@ObjectType('SubmittedEvent', event('The ticket was opened.'))
export class SubmittedEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The impacts with which the ticket was opened.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity that follows from the impacts.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause of the policy that applies to the impacts.' })
  clause!: string;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('ReclassifiedEvent', event('The impacts were replaced, or the severity was overridden.'))
export class ReclassifiedEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The impacts after the event.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity after the event.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause of the policy that applies to the impacts.' })
  clause!: string;
  @Field(() => OverrideType, {
    nullable: true,
    description: 'The override of the severity. Null when the severity follows from the impacts.',
  })
  override!: Override | null;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType(
  'OverrideProposedEvent',
  event('A lowering of the severity was proposed. It takes effect once another agent approves it.'),
)
export class OverrideProposedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('OverrideApprovedEvent', event('The proposed lowering of the severity was approved and took effect.'))
export class OverrideApprovedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @Field(() => String, {
    nullable: true,
    description:
      'The reason that the approver gave. When the approver gave none, the reason of the proposal. Null when neither gave one.',
  })
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('OverrideRejectedEvent', event('The proposed lowering of the severity was rejected.'))
export class OverrideRejectedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WorkaroundAppliedEvent', event('A workaround was applied.'))
export class WorkaroundAppliedEventType extends TicketEventType {
  @Field(() => WorkaroundType, { description: 'The workaround.' })
  workaround!: Workaround;
  @Field(() => String, { description: 'The clause of the policy that applies to the remaining impacts.' })
  clause!: string;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WorkaroundWithdrawnEvent', event('The latest workaround was withdrawn.'))
export class WorkaroundWithdrawnEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The restored impacts.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity that follows from the restored impacts.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause of the policy that applies to the restored impacts.' })
  clause!: string;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}
