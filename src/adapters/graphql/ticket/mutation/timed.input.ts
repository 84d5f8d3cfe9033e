import { InputType } from 'type-graphql';
import { LateReasonField } from './occurrence.input';
import { TicketInput } from './ticket.input';

/** The input of a mutation that has no reason of its own. */
@InputType()
export abstract class TimedInput extends TicketInput {
  @LateReasonField()
  reason?: string | null;
}
