import type { Actor } from '../actor';
import type { EpochMs } from '../instant';
import type { Policy } from '../policy/policy';
import type { Ticket } from './ticket';

/** The facts that a command is decided on. It is the context of the lifecycle machine. */
export interface DecisionContext {
  /** The ticket before the command. Everything that was due before `at` is recorded in it. */
  readonly ticket: Ticket;
  /** The policy version that the ticket is pinned to, with the ticket's calendars. */
  readonly policy: Policy;
  /** When the command takes effect. */
  readonly at: EpochMs;
  /** When it is recorded, if that is later. */
  readonly recordedAt?: EpochMs;
  /** The actor who sends the command. */
  readonly actor: Actor;
}
