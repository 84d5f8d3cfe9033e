import type { Actor } from '../actor';
import type { Impact } from '../impact';
import type { EpochMs } from '../instant';
import type { CalendarReplacements, CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { Channel, Direction, NewTicket } from './commands';
import type {
  Breach,
  Cycle,
  CycleEnd,
  Override,
  Proposal,
  RejectedWaiver,
  SeverityChange,
  TicketState,
  Waiver,
  Workaround,
} from './ticket';
import type { TicketDetails } from './ticket-details';

/** What a command changed in the state, the severity and the clocks. */
export interface Effects {
  /** The state after the command. */
  readonly state: TicketState;
  /** Present if the command counts as a response. */
  readonly responds?: true;
  readonly ended?: readonly { readonly kind: CommitmentKind; readonly cycle: number; readonly end: CycleEnd }[];
  readonly severityChange?: SeverityChange;
  readonly started?: readonly Cycle[];
  readonly waitingEnded?: readonly WaitingReason[];
  /** The breached cycles that it ended in time, so that it is the evidence of a waiver. */
  readonly proposedWaivers?: readonly { readonly kind: CommitmentKind; readonly cycle: number }[];
}

/**
 * An event without its envelope. A command makes one event. Each deadline or mark that was due
 * before it is an event of its own.
 */
export type EventBody =
  | (NewTicket & {
      readonly type: 'SUBMITTED';
      readonly policyId: string;
      readonly policyVersion: number;
      readonly calendars: CalendarReplacements;
      readonly severity: Severity;
      readonly clause: string;
      readonly notMeasured: readonly CommitmentKind[];
      readonly observedUntil: EpochMs | null;
      /** For an imported ticket: silence before this instant does not close it. */
      readonly silenceFrom?: EpochMs;
      readonly effects: Effects;
    })
  | { readonly type: 'ACKNOWLEDGED'; readonly effects: Effects }
  | {
      readonly type: 'RECLASSIFIED';
      readonly impacts: readonly Impact[];
      readonly severity: Severity;
      readonly clause: string;
      readonly override: Override | null;
      readonly reason: string | null;
      readonly effects: Effects;
    }
  | { readonly type: 'OVERRIDE_PROPOSED'; readonly proposal: Proposal; readonly effects: Effects }
  | {
      readonly type: 'OVERRIDE_APPROVED';
      readonly proposal: Proposal;
      /** The reason of the approver. If the approver gave none, the reason of the proposer. */
      readonly reason: string | null;
      readonly effects: Effects;
    }
  | {
      readonly type: 'OVERRIDE_REJECTED';
      readonly proposal: Proposal;
      readonly reason: string;
      readonly effects: Effects;
    }
  | {
      readonly type: 'WORKAROUND_APPLIED';
      readonly workaround: Workaround;
      readonly clause: string;
      readonly effects: Effects;
    }
  | {
      readonly type: 'WORKAROUND_WITHDRAWN';
      readonly impacts: readonly Impact[];
      readonly severity: Severity;
      readonly clause: string;
      readonly reason: string | null;
      readonly effects: Effects;
    }
  | { readonly type: 'WAITING_STARTED'; readonly reason: WaitingReason; readonly effects: Effects }
  | { readonly type: 'WAITING_STOPPED'; readonly reason: WaitingReason; readonly effects: Effects }
  | {
      readonly type: 'COMMUNICATED';
      readonly direction: Direction;
      readonly channel: Channel;
      readonly body: string;
      /** Present if no person wrote it for this ticket, so that it fulfils and answers nothing. */
      readonly automatic?: true;
      readonly effects: Effects;
    }
  | { readonly type: 'CALL_RECORDED'; readonly note: string | null; readonly effects: Effects }
  | { readonly type: 'NOTE_ADDED'; readonly body: string; readonly effects: Effects }
  | (TicketDetails & {
      readonly type: 'TICKET_UPDATED';
      /** The changed details as they were. */
      readonly before: TicketDetails;
      readonly effects: Effects;
    })
  | { readonly type: 'RESOLVED'; readonly resolution: string | null; readonly effects: Effects }
  | { readonly type: 'REOPENED'; readonly reason: string | null; readonly effects: Effects }
  | {
      readonly type: 'CLOSED';
      readonly cause: 'CONFIRMED' | 'CANCELLED' | 'SILENCE';
      readonly reason: string | null;
      readonly effects: Effects;
    }
  | { readonly type: 'ASSIGNED'; readonly assignee: string | null; readonly effects: Effects }
  | {
      readonly type: 'BREACH_WAIVED';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      readonly waiver: Waiver;
      readonly effects: Effects;
    }
  | {
      readonly type: 'WAIVER_APPROVED';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      readonly waiver: Waiver;
      readonly effects: Effects;
    }
  | {
      readonly type: 'WAIVER_REJECTED';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      readonly rejection: RejectedWaiver;
      readonly effects: Effects;
    }
  | { readonly type: 'MARK_REACHED'; readonly kind: CommitmentKind; readonly cycle: number; readonly mark: string }
  | {
      readonly type: 'COMMITMENT_BREACHED';
      readonly kind: CommitmentKind;
      readonly cycle: number;
      /** The ticket's severity at the breach. */
      readonly severity: Severity;
      readonly breach: Pick<Breach, 'at' | 'detectedAt' | 'cause'>;
    };

export type EventType = EventBody['type'];

/** An event of the log. */
export type TicketEvent = EventBody & {
  readonly ticketId: string;
  /** Counts from 1 for each ticket. */
  readonly number: number;
  /**
   * When it happened. Imported events have the instants of the imported log. It can be before that
   * of the event before it: someone recorded late what happened before a mark or a breach.
   */
  readonly at: EpochMs;
  readonly actor: Actor;
  /** Why it was recorded later than it happened. Absent if that was not said. */
  readonly lateReason?: string;
};

/** An event that a person, a service or an import caused, and not the passing of time. */
export type RecordedAct = Pick<TicketEvent, 'number' | 'type' | 'at' | 'actor'>;
