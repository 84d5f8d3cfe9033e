import type { Impact } from '../../domain/impact';
import type { CommitmentKind, WaitingReason } from '../../domain/policy/policy';
import type { Channel } from '../../domain/ticket/commands';

/** The meaning of a state of the other tracker. */
export type StateMeaning =
  | { readonly is: 'NEW' | 'ACTIVE' | 'RESOLVED' | 'CLOSED' }
  | {
      readonly is: 'WAITING';
      readonly reason: WaitingReason;
      /** The state shows that someone has acted, so it acknowledges a ticket without a response. */
      readonly acknowledges: boolean;
    };

/** A priority of the other tracker and the impacts that it means. */
export interface PriorityMeaning {
  readonly value: string;
  readonly impacts: readonly Impact[];
}

/** What to do with a row whose state or priority is not in the mapping. */
export type Unknown =
  /** Keep the state or priority of the previous row, and report it. */
  | 'report'
  /** Keep the state or priority of the previous row. */
  | 'ignore'
  /** Leave out the whole row, and report it. */
  | 'leaveOut';

/**
 * What a lowered priority is imported as. `workaroundOnceResponded`: a workaround after the first
 * response.
 */
export type Lowered = 'workaround' | 'reclassification' | 'workaroundOnceResponded';

/** What becomes of the tickets after the end of the log. */
export const HISTORIES = ['closed', 'live'] as const;
export type History = (typeof HISTORIES)[number];

/**
 * The part of a mapping that defines the meaning of rows. The adapter defines how a file is read.
 */
export interface ImportMapping {
  readonly states: ReadonlyMap<string, StateMeaning>;
  readonly unknownState: Unknown;
  /** The most urgent first. */
  readonly priorities: readonly PriorityMeaning[];
  readonly unknownPriority: Unknown;
  readonly lowered: Lowered;
  /** The commitments that the log has no evidence for. */
  readonly notMeasured: readonly CommitmentKind[];
  /**
   * `closed`: nothing falls due after the end of the log until someone acts on the ticket. `live`:
   * tickets go on as if they had always been here.
   */
  readonly history: History;
  /** The policy closes tickets after silence in the time of the log too, not only after its end. */
  readonly closeAfterSilence: boolean;
}

/** The properties of a ticket, taken from its first row. Values follow no rule yet. */
export interface TicketFacts {
  /** Empty if the row names none. */
  readonly client: string;
  readonly subject: string;
  readonly description: string | null;
  readonly reporter: string | null;
  readonly assignee: string | null;
  readonly channel: Channel;
  readonly externalUrl: string | null;
  readonly tags: readonly string[];
}
