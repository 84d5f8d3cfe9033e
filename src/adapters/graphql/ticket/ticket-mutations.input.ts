import { ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Audience, Consequence } from '../../../domain/impact';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel, Direction } from '../../../domain/ticket/commands';
import {
  AudienceEnum,
  ChannelEnum,
  CommitmentKindEnum,
  ConsequenceEnum,
  DirectionEnum,
  SeverityEnum,
  WaitingReasonEnum,
} from '../base/enums';
import { AtLeast, Entries, Text, WebAddress } from '../base/input-rules';

export const NOTE = 2_000;
export const LONG_TEXT = 65_536;
const NAME = 200;

@InputType('ImpactInput', { description: 'One pair of facts: who is hit, and what they cannot do.' })
export class ImpactInput {
  @Field(() => AudienceEnum, { description: 'Who is hit.' })
  audience!: Audience;

  @Field(() => ConsequenceEnum, { description: 'What they cannot do.' })
  consequence!: Consequence;

  @Field(() => String, { nullable: true, description: 'For people; decides nothing. At most 2,000 characters.' })
  @Text({ max: NOTE, blank: true })
  note?: string | null;
}

/** What every mutation takes. */
@InputType()
export abstract class MutationInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Of your choice, 1 to 200 characters. The same key with the same input gives the first result again and does nothing; with another input it is refused. Kept for at least 24 hours, per caller.',
  })
  @Text({ max: 200 })
  idempotencyKey?: string | null;

  @Field(() => String, { nullable: true, description: 'Of your choice; comes back in the payload unchanged.' })
  clientMutationId?: string | null;
}

/** What every mutation of a ticket that exists takes. */
@InputType()
export abstract class TicketInput extends MutationInput {
  @Field(() => ID, { description: 'The ticket.' })
  ticketId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that you decided by: if the ticket has another by then, nothing is done. Null for any.',
  })
  @AtLeast(1)
  expectedVersion?: number | null;
}

@InputType('SubmitTicketInput', { description: 'What opens a ticket. Its severity follows from the impacts.' })
export class SubmitTicketInput extends MutationInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The client it belongs to. Null for that of the ticket it follows up, else for the default account.',
  })
  clientId?: string | null;

  @Field(() => String, { description: 'In one line what it is about; 1 to 500 characters.' })
  @Text({ max: 500 })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'All that is known; at most 65,536 characters.' })
  @Text({ max: LONG_TEXT, blank: true })
  description?: string | null;

  @Field(() => [ImpactInput], { description: 'Who is hit and what they cannot do; 1 to 50 pairs.' })
  @Entries(1, 50)
  @ValidateNested()
  impacts!: ImpactInput[];

  @Field(() => String, { nullable: true, description: 'Who reported it; at most 200 characters.' })
  @Text({ max: NAME })
  reporter?: string | null;

  @Field(() => String, { nullable: true, description: 'Who works on it; at most 200 characters.' })
  @Text({ max: NAME })
  assignee?: string | null;

  @Field(() => ChannelEnum, {
    defaultValue: 'EXTRANET',
    description: 'The way it came in. One that came by phone needs no further call from the client.',
  })
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description: "The ticket's name in another system; unique within its client. At most 200 characters.",
  })
  @Text({ max: NAME })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'Where the other system shows it; http or https.' })
  @WebAddress()
  externalUrl?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'At most 50 words of 1 to 100 characters; white space around them is dropped, and each counts once.',
  })
  @Entries(0, 50)
  @Text({ max: 100, each: true })
  tags?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'The ticket that this one follows up; of the same client.' })
  followUpOf?: string | null;
}

@InputType('AcknowledgeTicketInput', { description: 'Takes the first action on a ticket.' })
export class AcknowledgeTicketInput extends TicketInput {}

@InputType('OverrideInput', { description: 'A severity set against the classifier.' })
export class OverrideInput {
  @Field(() => SeverityEnum, {
    description:
      'The severity; a more urgent one than the present holds at once, a less urgent one once another agent approves it, where the policy wants that.',
  })
  severity!: Severity;

  @Field(() => String, { description: 'Why the classifier is overruled; 1 to 2,000 characters.' })
  @Text({ max: NOTE })
  reason!: string;
}

@InputType('ReclassifyTicketInput', {
  description: 'States the impacts anew, or overrides the severity: one of the two.',
})
export class ReclassifyTicketInput extends TicketInput {
  @Field(() => [ImpactInput], { nullable: true, description: 'The impacts as they are now; 1 to 50 pairs.' })
  @Entries(1, 50)
  @ValidateNested()
  impacts?: ImpactInput[] | null;

  @Field(() => OverrideInput, { nullable: true, description: 'A severity against the classifier, with its reason.' })
  @ValidateNested()
  override?: OverrideInput | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the impacts are others now; at most 2,000 characters. Not together with an override.',
  })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('ApproveOverrideInput', {
  description: 'Approves the lowering of the severity that another agent proposed.',
})
export class ApproveOverrideInput extends TicketInput {
  @Field(() => String, {
    nullable: true,
    description: "Why, at most 2,000 characters; the proposer's reason where it is left out.",
  })
  @Text({ max: NOTE })
  reason?: string | null;
}

@InputType('RejectOverrideInput', { description: 'Rejects the lowering of the severity that is proposed.' })
export class RejectOverrideInput extends TicketInput {
  @Field(() => String, { description: 'Why; 1 to 2,000 characters.' })
  @Text({ max: NOTE })
  reason!: string;
}

@InputType('ApplyWorkaroundInput', { description: 'Says what is still broken after a workaround.' })
export class ApplyWorkaroundInput extends TicketInput {
  @Field(() => String, { description: 'What was done; 1 to 65,536 characters.' })
  @Text({ max: LONG_TEXT })
  description!: string;

  @Field(() => [ImpactInput], {
    description:
      'The impacts that remain, 1 to 50 pairs; the new severity follows from them. `NOBODY` with `DEGRADED` says that everybody is helped.',
  })
  @Entries(1, 50)
  @ValidateNested()
  remaining!: ImpactInput[];
}

@InputType('WithdrawWorkaroundInput', { description: 'Takes back the latest workaround, which failed.' })
export class WithdrawWorkaroundInput extends TicketInput {
  @Field(() => String, { nullable: true, description: 'Why; at most 2,000 characters.' })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('StartWaitingInput', { description: 'Begins to wait for a reason.' })
export class StartWaitingInput extends TicketInput {
  @Field(() => WaitingReasonEnum, { description: 'What is waited for; the policy says which clocks it pauses.' })
  reason!: WaitingReason;
}

@InputType('StopWaitingInput', { description: 'Ends waiting for a reason.' })
export class StopWaitingInput extends TicketInput {
  @Field(() => WaitingReasonEnum, { description: 'What is waited for no longer.' })
  reason!: WaitingReason;
}

@InputType('CommunicateInput', { description: 'Records a message to or from the client.' })
export class CommunicateInput extends TicketInput {
  @Field(() => DirectionEnum, {
    description: 'Outbound fulfils the update that is due; inbound ends waiting for the client.',
  })
  direction!: Direction;

  @Field(() => ChannelEnum, { defaultValue: 'EXTRANET', description: 'The way it took.' })
  channel!: Channel;

  @Field(() => String, { description: 'What was said; 1 to 65,536 characters.' })
  @Text({ max: LONG_TEXT })
  body!: string;
}

@InputType('RecordCallInput', { description: 'Records that the client phoned.' })
export class RecordCallInput extends TicketInput {
  @Field(() => String, { nullable: true, description: 'What was said; at most 2,000 characters.' })
  @Text({ max: NOTE, blank: true })
  note?: string | null;
}

@InputType('AssignTicketInput', { description: 'Gives a ticket to somebody, or to nobody.' })
export class AssignTicketInput extends TicketInput {
  @Field(() => String, { nullable: true, description: 'Who works on it, at most 200 characters; null for nobody.' })
  @Text({ max: NAME })
  assignee?: string | null;
}

@InputType('ResolveTicketInput', { description: 'Says that the cause is removed.' })
export class ResolveTicketInput extends TicketInput {
  @Field(() => String, { nullable: true, description: 'What removed it; at most 65,536 characters.' })
  @Text({ max: LONG_TEXT, blank: true })
  resolution?: string | null;
}

@InputType('ReopenTicketInput', { description: 'Goes back to the state that a ticket was resolved from.' })
export class ReopenTicketInput extends TicketInput {
  @Field(() => String, { nullable: true, description: 'Why; at most 2,000 characters.' })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('CloseTicketInput', { description: 'Ends a ticket: confirms its resolution, or cancels it.' })
export class CloseTicketInput extends TicketInput {
  @Field(() => String, {
    nullable: true,
    description: 'Why, at most 2,000 characters. Needed where the ticket is not resolved: it is closed as cancelled.',
  })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('WaiveBreachInput', {
  description: 'Says that a breach is not to be held against those who promised. It stays a breach.',
})
export class WaiveBreachInput extends TicketInput {
  @Field(() => CommitmentKindEnum, { description: 'The commitment that was breached.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the breached cycle, from 1.' })
  @AtLeast(1)
  cycle!: number;

  @Field(() => String, { description: 'Why; 1 to 2,000 characters.' })
  @Text({ max: NOTE })
  reason!: string;
}

@InputType('CreateClientInput', { description: 'Opens a client account.' })
export class CreateClientInput extends MutationInput {
  @Field(() => String, { description: 'What people call the client, 1 to 200 characters; no two have the same.' })
  @Text({ max: NAME })
  name!: string;
}
