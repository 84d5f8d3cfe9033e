import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Command, NewTicket } from '../../domain/ticket/commands';
import type { Evidence } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Idempotency } from '../ports/idempotency';
import type { StoredTicket } from '../ports/stored-ticket';

/** One thing to happen to a ticket; without an instant it happens now (never before the ticket's last event). */
export interface Step {
  /**
   * `LET_PASS` only records what fell due before the instant. A function chooses by the ticket as it
   * stands then; null leaves it as it is.
   */
  readonly command: Command | 'LET_PASS' | ((ticket: Ticket) => Command | null);
  readonly at: EpochMs | null;
}

/** What one caller wants of one ticket: to open it, or to have it take commands, or both (an import). */
export interface Change {
  readonly ticketId: string;
  readonly submit: {
    readonly input: NewTicket;
    readonly at: EpochMs | null;
    readonly evidence: Evidence | null;
  } | null;
  readonly steps: readonly Step[];
  readonly actor: Actor;
  /** The client accounts whose tickets the actor may change; another client's ticket is not found. */
  readonly sees: 'ALL' | readonly string[];
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
}

/** The answer to one change; of the ticket as it is stored, or, while deciding, as it will be. */
export interface Changed<T extends Ticket = StoredTicket> {
  /** The ticket after the change; as it stands where the change was refused; null where there is none. */
  readonly ticket: T | null;
  /** Why nothing of the change was tried: the ticket not found, the submission refused, the version another … */
  readonly refused: Refusal | null;
  /** One per step that was tried: null where it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
  /** Whether this is the first answer to the same request, given again. */
  readonly replayed: boolean;
}

/** Why a change of at most one step was refused; null where it was carried out. */
export const firstRefusal = ({ refused, refusals }: Changed): Refusal | null => refused ?? refusals[0] ?? null;

/** Some changes of a set met an unexpected fault; the others were carried out. In the order of the set. */
export class SomeChangesFailed extends Error {
  override readonly name = 'SomeChangesFailed';
  constructor(readonly outcomes: readonly PromiseSettledResult<Changed>[]) {
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    super(`${faults.length} of ${outcomes.length} changes failed`, { cause: faults[0] });
  }
}

/**
 * Changes tickets, one or hundreds: the only way in which they change by what somebody does. A refused
 * change affects no other of the set. A key that comes with a change is kept with its answer, a
 * refusal included, for 48 hours: the same request gets the first answer again, and of several at
 * once one is carried out.
 *
 * @returns one answer per change, in their order
 * @throws SomeChangesFailed where changes of a set met an unexpected fault and the others were carried
 * out; the fault itself where the set is one
 */
export type ChangeTickets = (changes: readonly Change[]) => Promise<readonly Changed[]>;
