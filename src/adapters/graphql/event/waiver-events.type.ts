import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { CommitmentKindEnum } from '../base/enums';
import { TicketEventType } from './event.interface';
import { EffectsField, event } from './event-fields';

/** The events that decide about a waiver that a late entry proposed. */

const EVIDENCE = {
  nullable: true,
  description: 'The number of the event that proposed the waiver, because it shows that the deadline was met.',
};

@ObjectType('WaiverApprovedEvent', event('The proposed waiver of a breach was approved. The breach stays recorded.'))
export class WaiverApprovedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => WaiverApprovedEventType)
export class WaiverApprovedEventResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The reason for the waiver: that of the approval, or else that of the late entry. It is never null.',
  })
  reason(@Root() { waiver }: Extract<TicketEvent, { type: 'WAIVER_APPROVED' }>): string {
    return waiver.reason;
  }

  @FieldResolver(() => Int, EVIDENCE)
  evidence(@Root() { waiver }: Extract<TicketEvent, { type: 'WAIVER_APPROVED' }>): number | null {
    return waiver.evidence ?? null;
  }
}

@ObjectType('WaiverRejectedEvent', event('The proposed waiver of a breach was rejected. The breach counts.'))
export class WaiverRejectedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => WaiverRejectedEventType)
export class WaiverRejectedEventResolver {
  @FieldResolver(() => String, { nullable: true, description: 'The reason for the rejection. It is never null.' })
  reason(@Root() { rejection }: Extract<TicketEvent, { type: 'WAIVER_REJECTED' }>): string {
    return rejection.reason;
  }

  @FieldResolver(() => Int, EVIDENCE)
  evidence(@Root() { rejection }: Extract<TicketEvent, { type: 'WAIVER_REJECTED' }>): number {
    return rejection.evidence;
  }
}
