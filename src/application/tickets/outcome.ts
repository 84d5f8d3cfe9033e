import type { Refusal } from '../../domain/ticket/refusals';
import type { StoredTicket } from '../ports/stored-ticket';
import type { Changed } from './change-tickets';

/** What a request to change one ticket came to. */
export interface Outcome {
  /** The ticket after the change; as it stands where the change was refused; null where there is none. */
  readonly ticket: StoredTicket | null;
  /** Why nothing was done; null where it was. */
  readonly refusal: Refusal | null;
}

/** A set of one change with at most one step has one refusal at the most. */
export const outcomeOf = (changed: Changed | undefined): Outcome => {
  if (changed === undefined) throw new Error('The change was not answered');
  return { ticket: changed.ticket, refusal: changed.refused ?? changed.refusals[0] ?? null };
};

export const refuse = (refusal: Refusal): Outcome => ({ ticket: null, refusal });
