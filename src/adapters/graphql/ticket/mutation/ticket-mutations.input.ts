import { Field, InputType, Int } from 'type-graphql';
import type { CommitmentKind, WaitingReason } from '../../../../domain/policy/policy';
import type { Channel, Direction } from '../../../../domain/ticket/commands';
import { LONG_TEXT, NAME, NOTE } from '../../../../domain/value-rules';
import { ChannelEnum, CommitmentKindEnum, DirectionEnum, WaitingReasonEnum } from '../../base/enums';
import { AtLeast, Text } from '../../base/input-rules';
import { optional } from '../../base/optional';
import { LateReasonField } from './occurrence.input';
import { TicketInput } from './ticket.input';
import { TimedInput } from './timed.input';

@InputType('AcknowledgeTicketInput', { description: 'The input of `acknowledgeTicket`.' })
export class AcknowledgeTicketInput extends TimedInput {}

@InputType('StartWaitingInput', { description: 'The input of `startWaiting`.' })
export class StartWaitingInput extends TicketInput {
  @Field(() => WaitingReasonEnum, {
    description: 'The reason for waiting. The policy defines which clocks it pauses.',
  })
  reason!: WaitingReason;

  @LateReasonField()
  lateReason?: string | null;
}

@InputType('StopWaitingInput', { description: 'The input of `stopWaiting`.' })
export class StopWaitingInput extends TicketInput {
  @Field(() => WaitingReasonEnum, { description: 'The reason for which the ticket no longer waits.' })
  reason!: WaitingReason;

  @LateReasonField()
  lateReason?: string | null;
}

@InputType('CommunicateInput', { description: 'The input of `communicate`.' })
export class CommunicateInput extends TimedInput {
  @Field(() => DirectionEnum, {
    description:
      'The direction of the message. An outbound message fulfils the `UPDATE` commitment. An inbound message ends waiting for the client.',
  })
  direction!: Direction;

  @Field(() => ChannelEnum, { defaultValue: 'EXTRANET', description: 'The channel of the message.' })
  channel!: Channel;

  @Field(() => String, { description: 'The text of the message, 1 to 65,536 characters.' })
  @Text(LONG_TEXT)
  body!: string;

  @Field(() => Boolean, {
    ...optional,
    description:
      'Whether no person wrote the message for this ticket, such as an automatic reply or a notice to many. An automatic message is recorded only: it is no response, fulfils no commitment and answers nothing. Only an outbound message can be automatic. Defaults to false.',
  })
  automatic?: boolean | null;
}

@InputType('RecordCallInput', { description: 'The input of `recordCall`.' })
export class RecordCallInput extends TimedInput {
  @Field(() => String, { ...optional, description: 'A note about the call, at most 2,000 characters.' })
  @Text({ ...NOTE, blank: true })
  note?: string | null;
}

@InputType('AddNoteInput', { description: 'The input of `addNote`.' })
export class AddNoteInput extends TimedInput {
  @Field(() => String, { description: 'The text of the note, 1 to 65,536 characters.' })
  @Text(LONG_TEXT)
  body!: string;
}

@InputType('AssignTicketInput', { description: 'The input of `assignTicket`.' })
export class AssignTicketInput extends TimedInput {
  @Field(() => String, {
    ...optional,
    description:
      'The name of the person who works on the ticket, 1 to 200 characters. Null to remove the current assignee.',
  })
  @Text(NAME)
  assignee?: string | null;
}

@InputType('ResolveTicketInput', { description: 'The input of `resolveTicket`.' })
export class ResolveTicketInput extends TimedInput {
  @Field(() => String, {
    ...optional,
    description: 'The description of how the cause was removed, at most 65,536 characters.',
  })
  @Text({ ...LONG_TEXT, blank: true })
  resolution?: string | null;
}

@InputType('ReopenTicketInput', { description: 'The input of `reopenTicket`.' })
export class ReopenTicketInput extends TicketInput {
  @Field(() => String, {
    ...optional,
    description: 'The reason why the ticket is reopened, at most 2,000 characters.',
  })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}

@InputType('CloseTicketInput', { description: 'The input of `closeTicket`.' })
export class CloseTicketInput extends TicketInput {
  @Field(() => String, {
    ...optional,
    description:
      'The reason why the ticket is closed, at most 2,000 characters. Required when the ticket is not resolved, because it is then closed as cancelled.',
  })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}

@InputType('WaiveBreachInput', { description: 'The input of `waiveBreach`.' })
export class WaiveBreachInput extends TicketInput {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the breached cycle, counted from 1.' })
  @AtLeast(1)
  cycle!: number;

  @Field(() => String, { description: 'The reason for the waiver, 1 to 2,000 characters.' })
  @Text(NOTE)
  reason!: string;
}

@InputType('ApproveWaiverInput', { description: 'The input of `approveWaiver`.' })
export class ApproveWaiverInput extends TicketInput {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the breached cycle, counted from 1.' })
  @AtLeast(1)
  cycle!: number;

  @Field(() => String, {
    ...optional,
    description: 'The reason for the approval, 1 to 2,000 characters. Defaults to the reason of the late entry.',
  })
  @Text(NOTE)
  reason?: string | null;
}

@InputType('RejectWaiverInput', { description: 'The input of `rejectWaiver`.' })
export class RejectWaiverInput extends TicketInput {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the breached cycle, counted from 1.' })
  @AtLeast(1)
  cycle!: number;

  @Field(() => String, { description: 'The reason for the rejection, 1 to 2,000 characters.' })
  @Text(NOTE)
  reason!: string;
}
