import type { Outcome } from '../../../application/tickets/outcome';
import type { MutationInput } from '../ticket/ticket-mutations.input';
import type { TicketPayload } from '../ticket/ticket-mutations.payload';
import type { InputProblem } from './input-rules';
import { type InputShape, invalidInputs, type UserErrorValue, userErrorOf } from './user-errors';

/** Where the errors' paths begin: every mutation takes one argument of this name. */
export const ARGUMENT = ['input'];

/** The ticket after the change, or why it was not made. */
export const answer = (given: MutationInput, { ticket, refusal }: Outcome, shape: InputShape): TicketPayload =>
  payload(given, ticket, refusal === null ? [] : [userErrorOf(refusal, shape)]);

/** Nothing was tried: the input is none. */
export const invalid = (given: MutationInput, problems: readonly InputProblem[]): TicketPayload =>
  payload(given, null, invalidInputs(problems, ARGUMENT));

const payload = (
  { clientMutationId }: MutationInput,
  ticket: TicketPayload['ticket'],
  userErrors: readonly UserErrorValue[],
): TicketPayload => ({ ticket, userErrors, clientMutationId: clientMutationId ?? null });
