import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Command, NewTicket } from '../../domain/ticket/commands';
import type { Evidence } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { StoredTicket } from '../ports/stored-ticket';

/** One thing to happen to a ticket; without an instant it happens now (never before the ticket's last event). */
export interface Step {
  /**
   * `LET_PASS` only records what fell due before the instant. A function chooses by the ticket as it stands then; null
   * leaves it as it is.
   */
  readonly command: Command | 'LET_PASS' | ((ticket: Ticket) => Command | null);
  readonly at: EpochMs | null;
}

/** What one caller asks of one ticket: to open it, or to let it take commands, or both (an import). */
export interface Change {
  readonly ticketId: string;
  readonly submit: {
    readonly input: NewTicket;
    readonly at: EpochMs | null;
    readonly evidence: Evidence | null;
  } | null;
  readonly steps: readonly Step[];
  readonly actor: Actor;
  /** The client accounts whose tickets the actor may change; another's is not found. */
  readonly sees: 'ALL' | readonly string[];
  readonly expectedVersion: number | null;
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
}

/**
 * The one way in which tickets change, for one or for hundreds: lock the rows in the order of their ids with one
 * statement, decide each in memory, write tickets, events and idempotency records with one statement each, in one
 * transaction that is retried whole on a serialisation failure or a deadlock. A refused change harms no other. What a
 * change comes to is `decideChange` (decide-change.ts); the store only locks, loads and writes.
 */
export type ChangeTickets = (changes: readonly Change[]) => Promise<readonly Changed[]>;

/** The answer to one change. */
export interface Changed {
  /** The ticket after the change; as it stands where the change was refused; null where there is none. */
  readonly ticket: StoredTicket | null;
  /** Why nothing of the change was tried: the ticket not found, the submission refused, the version another … */
  readonly refused: Refusal | null;
  /** One per step that was tried: null where it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
  /** The first answer to the same request, given again. */
  readonly replayed: boolean;
}

/** Some changes of a set met an unexpected fault; the others were carried out. In the order of the set. */
export class SomeChangesFailed extends Error {
  override readonly name = 'SomeChangesFailed';
  constructor(readonly outcomes: readonly PromiseSettledResult<Changed>[]) {
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    super(`${faults.length} of ${outcomes.length} changes failed`, { cause: faults[0] });
  }
}
