import type { Impact } from '../../domain/impact';
import type { CommitmentKind, WaitingReason } from '../../domain/policy/policy';
import type { Channel } from '../../domain/ticket/commands';

/** What a state of the other tracker means here. */
export type StateMeaning =
  | { readonly is: 'NEW' | 'ACTIVE' | 'RESOLVED' | 'CLOSED' }
  | { readonly is: 'WAITING'; readonly reason: WaitingReason };

/** One priority of the other tracker; its place in the list is its urgency. */
export interface PriorityMeaning {
  readonly value: string;
  readonly impacts: readonly Impact[];
}

/** What to do with a row whose state or priority the mapping does not know. */
export type Unknown =
  /** The row stands, as if the state (priority) were that of the row before; said in a report. */
  | 'report'
  /** The same, without a report. */
  | 'ignore'
  /** The whole row is left out; said in a report. */
  | 'leaveOut';

/** What a lowered priority was in truth. */
export type Lowered = 'workaround' | 'reclassification' | 'workaroundOnceResponded';

/** A mapping as far as the meaning of rows goes; how a file is read is the adapter's matter. */
export interface ImportMapping {
  readonly states: ReadonlyMap<string, StateMeaning>;
  readonly unknownState: Unknown;
  /** The most urgent first. */
  readonly priorities: readonly PriorityMeaning[];
  readonly unknownPriority: Unknown;
  readonly lowered: Lowered;
  readonly notMeasured: readonly CommitmentKind[];
}

/** What a ticket's first row says of it besides the lifecycle. */
export interface TicketFacts {
  readonly client: string;
  readonly subject: string;
  readonly description: string | null;
  readonly reporter: string | null;
  readonly assignee: string | null;
  readonly channel: Channel;
  readonly externalUrl: string | null;
  readonly tags: readonly string[];
}
