import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Command, NewTicket } from '../../domain/ticket/commands';
import type { Evidence } from '../../domain/ticket/decide';
import type { LateEntry } from '../../domain/ticket/late-entry';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Idempotency } from '../ports/idempotency';
import type { StoredTicket } from '../ports/stored-ticket';
import type { WaitSignal } from '../waiting-line';

/**
 * One step of a change. A step without an instant takes place now, but not before the ticket's last
 * event.
 */
export interface Step {
  /**
   * `LET_PASS` only records what fell due before the instant. A function chooses the command from
   * the current ticket; null skips the step.
   */
  readonly command: Command | 'LET_PASS' | ((ticket: Ticket) => Command | null);
  readonly at: EpochMs | null;
  /**
   * Present if the actor says when the command happened: its instant is checked against the clock,
   * and it can be before marks and breaches that are recorded already.
   */
  readonly entry?: StatedTime;
}

/** Why something is recorded later than it happened; null if that was not said. */
export type StatedTime = Pick<LateEntry, 'reason'>;

/** A request to open one ticket, to apply commands to it, or both (an import). */
export interface Change {
  readonly ticketId: string;
  readonly submit: {
    readonly input: NewTicket;
    readonly at: EpochMs | null;
    readonly evidence: Evidence | null;
    /** Present if the actor says when the ticket was opened. */
    readonly entry?: StatedTime;
    /** A number that was reserved for the ticket; without it, the store gives the next. */
    readonly number?: number;
  } | null;
  readonly steps: readonly Step[];
  readonly actor: Actor;
  /**
   * The client accounts whose tickets the actor may change. Tickets of other clients are not found.
   */
  readonly sees: 'ALL' | readonly string[];
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
}

/** The answer to one change. While a change is being decided, its ticket is not stored yet. */
export interface Changed<T extends Ticket = StoredTicket> {
  /**
   * The ticket after the change. If the change was refused, the unchanged ticket. Null if there is
   * none.
   */
  readonly ticket: T | null;
  /**
   * The reason why no step was tried, such as a ticket that was not found or a submission that was
   * refused.
   */
  readonly refused: Refusal | null;
  /** One entry for each step that was tried: its refusal, or null if it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
  /** Whether this is a repeated request, which gets the first answer again. */
  readonly replayed: boolean;
}

/** Some changes of a set failed with an unexpected error; the others were carried out. */
export class SomeChangesFailed extends Error {
  override readonly name = 'SomeChangesFailed';
  constructor(readonly outcomes: readonly PromiseSettledResult<Changed>[]) {
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    super(`${faults.length} of ${outcomes.length} changes failed`, { cause: faults[0] });
  }
}

/**
 * Changes tickets, one or hundreds. Every command takes this path. A refused change does not affect
 * the others of the set. The answer to a change with a key, also a refusal, is stored for 48 hours.
 * A repeated request gets the first answer. Of several concurrent requests with the same key, one
 * is carried out. Changes of one ticket, or with one key, wait for each other, and those of callers
 * who see the same clients in the order in which they came.
 *
 * @returns one answer per change, in their order
 * @param signal ends the waiting, also for locks of others; a change that has begun is carried out
 * @throws DataLockedError, StoreBusyError if the changes could not begin in time. SomeChangesFailed
 *   if changes of a set failed with an unexpected error and the others were
 *   carried out. If the set has one change, the error itself.
 */
export type ChangeTickets = (changes: readonly Change[], signal?: WaitSignal) => Promise<readonly Changed[]>;
