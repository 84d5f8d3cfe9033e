import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Command, NewTicket } from '../../domain/ticket/commands';
import type { Evidence } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Idempotency } from '../ports/idempotency';
import type { StoredTicket } from '../ports/stored-ticket';

/**
 * One step of a change. Without an instant it happens now, and never before the ticket's last
 * event.
 */
export interface Step {
  /**
   * `LET_PASS` only records what fell due before the instant. A function chooses the command by the
   * ticket as it stands then; null skips the step.
   */
  readonly command: Command | 'LET_PASS' | ((ticket: Ticket) => Command | null);
  readonly at: EpochMs | null;
}

/** A request to open one ticket, to have it take commands, or both (an import). */
export interface Change {
  readonly ticketId: string;
  readonly submit: {
    readonly input: NewTicket;
    readonly at: EpochMs | null;
    readonly evidence: Evidence | null;
  } | null;
  readonly steps: readonly Step[];
  readonly actor: Actor;
  /**
   * The client accounts whose tickets the actor may change; another client's ticket is not found.
   */
  readonly sees: 'ALL' | readonly string[];
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
}

/** The answer to one change. While deciding, the ticket is not a stored one yet. */
export interface Changed<T extends Ticket = StoredTicket> {
  /**
   * The ticket after the change; as it stands where the change was refused; null where there is
   * none.
   */
  readonly ticket: T | null;
  /** Why no step was tried: the ticket was not found, the submission was refused, … */
  readonly refused: Refusal | null;
  /** One per step that was tried: null where it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
  /** Whether this is the first answer to the same request, given again. */
  readonly replayed: boolean;
}

/** Some changes of a set met an unexpected fault; the others were carried out. */
export class SomeChangesFailed extends Error {
  override readonly name = 'SomeChangesFailed';
  constructor(readonly outcomes: readonly PromiseSettledResult<Changed>[]) {
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    super(`${faults.length} of ${outcomes.length} changes failed`, { cause: faults[0] });
  }
}

/**
 * Changes tickets, one or hundreds. Every command goes through it. A refused change does not affect
 * the others of the set. The answer to a change with a key is stored for 48 hours, a refusal
 * included: a repeated request gets the first answer, and of several at once one is carried out.
 *
 * @returns one answer per change, in their order
 * @throws SomeChangesFailed where changes of a set met an unexpected fault and the others were
 * carried out; the fault itself where the set is one
 */
export type ChangeTickets = (changes: readonly Change[]) => Promise<readonly Changed[]>;
