import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { StoredTicket } from '../../../../application/ports/stored-ticket';
import { answers, Payload } from '../../base/mutation.payload';
import type { RequestContext } from '../../context';
import { TicketType } from '../ticket.type';

/** The fields that the payload of every mutation of a ticket has. */
@ObjectType()
export abstract class TicketPayload extends Payload {
  @Field(() => TicketType, {
    nullable: true,
    description:
      'The ticket after the change. When the change was refused, the ticket as it is. Null when there is no ticket.',
  })
  ticket!: StoredTicket | null;
}

@ObjectType('SubmitTicketPayload', answers('submitTicket'))
export class SubmitTicketPayload extends TicketPayload {}

@ObjectType('AcknowledgeTicketPayload', answers('acknowledgeTicket'))
export class AcknowledgeTicketPayload extends TicketPayload {}

@ObjectType('ReclassifyTicketPayload', answers('reclassifyTicket'))
export class ReclassifyTicketPayload extends TicketPayload {}

@ObjectType('ApproveOverridePayload', answers('approveOverride'))
export class ApproveOverridePayload extends TicketPayload {}

@ObjectType('RejectOverridePayload', answers('rejectOverride'))
export class RejectOverridePayload extends TicketPayload {}

@ObjectType('ApplyWorkaroundPayload', answers('applyWorkaround'))
export class ApplyWorkaroundPayload extends TicketPayload {}

@ObjectType('WithdrawWorkaroundPayload', answers('withdrawWorkaround'))
export class WithdrawWorkaroundPayload extends TicketPayload {}

@ObjectType('StartWaitingPayload', answers('startWaiting'))
export class StartWaitingPayload extends TicketPayload {}

@ObjectType('StopWaitingPayload', answers('stopWaiting'))
export class StopWaitingPayload extends TicketPayload {}

@ObjectType('CommunicatePayload', answers('communicate'))
export class CommunicatePayload extends TicketPayload {}

@ObjectType('RecordCallPayload', answers('recordCall'))
export class RecordCallPayload extends TicketPayload {}

@ObjectType('AddNotePayload', answers('addNote'))
export class AddNotePayload extends TicketPayload {}

@ObjectType('UpdateTicketPayload', answers('updateTicket'))
export class UpdateTicketPayload extends TicketPayload {}

@ObjectType('AssignTicketPayload', answers('assignTicket'))
export class AssignTicketPayload extends TicketPayload {}

@Resolver(() => AssignTicketPayload)
export class AssignTicketPayloadResolver {
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether an active agent of that name is known who sees a client of the caller. False is a warning: the name may be misspelled, and the ticket is assigned all the same. Null when the ticket has no assignee, or when no agents are known because no identity provider is configured.',
  })
  assigneeIsKnown(
    @Root() { ticket }: AssignTicketPayload,
    @Ctx() { services: { people }, caller }: RequestContext,
  ): Promise<boolean | null> | null {
    return ticket?.assignee == null ? null : people.isAgentName(caller, ticket.assignee);
  }
}

@ObjectType('ResolveTicketPayload', answers('resolveTicket'))
export class ResolveTicketPayload extends TicketPayload {}

@ObjectType('ReopenTicketPayload', answers('reopenTicket'))
export class ReopenTicketPayload extends TicketPayload {}

@ObjectType('CloseTicketPayload', answers('closeTicket'))
export class CloseTicketPayload extends TicketPayload {}

@ObjectType('WaiveBreachPayload', answers('waiveBreach'))
export class WaiveBreachPayload extends TicketPayload {}

@ObjectType('ApproveWaiverPayload', answers('approveWaiver'))
export class ApproveWaiverPayload extends TicketPayload {}

@ObjectType('RejectWaiverPayload', answers('rejectWaiver'))
export class RejectWaiverPayload extends TicketPayload {}
