import { type Changed, firstRefusal } from '../../../application/tickets/change';
import type { InputProblem } from '../base/input-rules';
import { ARGUMENT, type MutationInput } from '../base/mutation.input';
import { type InputShape, invalidInputs, type UserErrorValue, userErrorOf } from '../base/user-errors';
import type { TicketPayload } from './ticket-mutations.payload';

/** The payload of a change that was carried out or refused. */
export function answer(given: MutationInput, changed: Changed, shape: InputShape): TicketPayload {
  const refusal = firstRefusal(changed);
  return payload(given, changed.ticket, refusal === null ? [] : [userErrorOf(refusal, shape)]);
}

/** The payload for an invalid input. */
export const invalid = (given: MutationInput, problems: readonly InputProblem[]): TicketPayload =>
  payload(given, null, invalidInputs(problems, ARGUMENT));

const payload = (
  { clientMutationId }: MutationInput,
  ticket: TicketPayload['ticket'],
  userErrors: readonly UserErrorValue[],
): TicketPayload => ({ ticket, userErrors, clientMutationId: clientMutationId ?? null });
