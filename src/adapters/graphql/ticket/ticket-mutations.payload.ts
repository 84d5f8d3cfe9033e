import { Field, ObjectType } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Classification } from '../../../domain/policy/classify';
import { ClientType } from '../base/common.type';
import { UserErrorType, type UserErrorValue } from '../base/user-errors';
import { ClassificationFactsType } from '../policy/classification.type';
import { TicketType } from './ticket.type';

/** What every mutation answers with. */
@ObjectType()
export abstract class Payload {
  @Field(() => [UserErrorType], { description: 'Why nothing was done; empty where it was.' })
  userErrors!: readonly UserErrorValue[];

  @Field(() => String, { nullable: true, description: 'What the input gave; null where it gave none.' })
  clientMutationId!: string | null;
}

/** What every mutation of a ticket answers with. */
@ObjectType()
export abstract class TicketPayload extends Payload {
  @Field(() => TicketType, {
    nullable: true,
    description: 'The ticket after the change; as it stands where the change was refused; null where there is none.',
  })
  ticket!: StoredTicket | null;
}

export const answers = (mutation: string) => ({ description: `The answer to ${mutation}.`, simpleResolvers: true });

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

@ObjectType('AssignTicketPayload', answers('assignTicket'))
export class AssignTicketPayload extends TicketPayload {}

@ObjectType('ResolveTicketPayload', answers('resolveTicket'))
export class ResolveTicketPayload extends TicketPayload {}

@ObjectType('ReopenTicketPayload', answers('reopenTicket'))
export class ReopenTicketPayload extends TicketPayload {}

@ObjectType('CloseTicketPayload', answers('closeTicket'))
export class CloseTicketPayload extends TicketPayload {}

@ObjectType('WaiveBreachPayload', answers('waiveBreach'))
export class WaiveBreachPayload extends TicketPayload {}

@ObjectType('CreateClientPayload', answers('createClient'))
export class CreateClientPayload extends Payload {
  @Field(() => ClientType, { nullable: true, description: 'The account; null where it was refused.' })
  client!: Client | null;
}

@ObjectType('ClassifyPayload', answers('classify'))
export class ClassifyPayload {
  @Field(() => ClassificationFactsType, { nullable: true, description: 'What the impacts earn; null where refused.' })
  classification!: Classification | null;

  @Field(() => [UserErrorType], { description: 'Why they cannot be classified; empty where they are.' })
  userErrors!: readonly UserErrorValue[];
}
