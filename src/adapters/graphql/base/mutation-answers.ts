import { type Changed, firstRefusal } from '../../../application/tickets/change';
import type { MutationInput } from '../ticket/ticket-mutations.input';
import type { TicketPayload } from '../ticket/ticket-mutations.payload';
import type { InputProblem } from './input-rules';
import { type InputShape, invalidInputs, type UserErrorValue, userErrorOf } from './user-errors';

/** Where the errors' paths begin: every mutation takes one argument of this name. */
export const ARGUMENT = ['input'];

/** The ticket after the change, or why it was not made. */
export function answer(given: MutationInput, changed: Changed, shape: InputShape): TicketPayload {
  const refusal = firstRefusal(changed);
  return payload(given, changed.ticket, refusal === null ? [] : [userErrorOf(refusal, shape)]);
}

/** Nothing was tried: the input is none. */
export const invalid = (given: MutationInput, problems: readonly InputProblem[]): TicketPayload =>
  payload(given, null, invalidInputs(problems, ARGUMENT));

const payload = (
  { clientMutationId }: MutationInput,
  ticket: TicketPayload['ticket'],
  userErrors: readonly UserErrorValue[],
): TicketPayload => ({ ticket, userErrors, clientMutationId: clientMutationId ?? null });
