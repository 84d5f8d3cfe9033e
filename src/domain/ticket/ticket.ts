import type { Actor } from '../actor';
import type { Impact } from '../impact';
import type { DurationMs, EpochMs } from '../instant';
import type { CalendarReplacements, CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { NewTicket } from './commands';
import type { Contact } from './ticket-details';

export const TICKET_STATES = ['open', 'workaroundApplied', 'resolved', 'closed'] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** A period of waiting for one reason; `until` is null while it lasts. */
export interface Wait {
  readonly reason: WaitingReason;
  readonly from: EpochMs;
  readonly until: EpochMs | null;
}

export interface Workaround {
  readonly description: string;
  readonly appliedAt: EpochMs;
  /** The number of the event that applied it. */
  readonly appliedBy: number;
  readonly by: Actor;
  readonly severityBefore: Severity;
  readonly severityAfter: Severity;
  readonly impactsBefore: readonly Impact[];
  readonly impactsAfter: readonly Impact[];
  readonly withdrawnAt: EpochMs | null;
}

export const SEVERITY_CHANGE_CAUSES = ['WORKAROUND', 'WORKAROUND_WITHDRAWN', 'RECLASSIFIED', 'OVERRIDDEN'] as const;
export type SeverityChangeCause = (typeof SEVERITY_CHANGE_CAUSES)[number];

export interface SeverityChange {
  readonly from: Severity;
  readonly to: Severity;
  readonly at: EpochMs;
  readonly by: Actor;
  readonly cause: SeverityChangeCause;
  readonly reason: string | null;
  /**
   * When the ticket's RESOLUTION was due before and after the change. Null for best effort and
   * while the clock is paused.
   */
  readonly deadlineBefore: EpochMs | null;
  readonly deadlineAfter: EpochMs | null;
}

/** A severity that a person set instead of the classified one. */
export interface Override {
  readonly severity: Severity;
  readonly reason: string;
  readonly at: EpochMs;
  readonly by: Actor;
  /** Who approved it. Absent if it needed no approval. */
  readonly approvedBy?: Actor;
}

/** A reclassification that waits for another agent's approval. It has no effect until then. */
export interface Proposal {
  readonly severity: Severity;
  /** True if a person set the severity; false if it follows from the impacts. */
  readonly isOverride: boolean;
  readonly impacts: readonly Impact[];
  /** The clause of the policy that applies to the impacts. */
  readonly clause: string;
  readonly reason: string | null;
  readonly at: EpochMs;
  readonly by: Actor;
}

export const CYCLE_OUTCOMES = ['FULFILLED', 'SUPERSEDED', 'CANCELLED'] as const;
export type CycleOutcome = (typeof CYCLE_OUTCOMES)[number];

export type BreachCause = 'DUE' | 'RECLASSIFIED';

/** A decision not to count a breach in reports. The breach stays recorded. */
export interface Waiver {
  readonly at: EpochMs;
  readonly by: Actor;
  readonly reason: string;
  /** The number of the event that proposed it. Absent if no event did. */
  readonly evidence?: number;
}

/**
 * A waiver that an event proposes: it ended a cycle in time whose breach is recorded already. It
 * has no effect until another agent approves it.
 */
export interface ProposedWaiver {
  /** When the event happened that is the evidence. */
  readonly at: EpochMs;
  /** Who caused the event. */
  readonly by: Actor;
  /** The number of the event. */
  readonly evidence: number;
  /** Why the event was recorded late; null if that was not said. */
  readonly reason: string | null;
}

/** A decision that the evidence does not suffice: the breach counts. */
export interface RejectedWaiver {
  readonly at: EpochMs;
  readonly by: Actor;
  readonly reason: string;
  readonly evidence: number;
}

/** A missed deadline. Once recorded it is never removed. */
export interface Breach {
  /** The due instant; or the change of severity that put the due instant into the past. */
  readonly at: EpochMs;
  /** When the service detected it. */
  readonly detectedAt: EpochMs;
  readonly cause: BreachCause;
  /** The ticket's severity at the breach. It can differ from the cycle's. */
  readonly severity: Severity;
  /** Absent if the breach is not waived. */
  readonly waiver?: Waiver;
  /** Present while a waiver is proposed and not decided. */
  readonly proposedWaiver?: ProposedWaiver;
  /** Present if a proposed waiver was rejected. */
  readonly rejectedWaiver?: RejectedWaiver;
}

/** How a cycle ended, with its instants at that time. */
export interface CycleEnd {
  readonly at: EpochMs;
  readonly outcome: CycleOutcome;
  /**
   * Does not include a pause that was running at the end. Null for best effort, and if the calendar
   * could not compute it.
   */
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
  /** Null if the calendar could not compute it. */
  readonly elapsedMs: DurationMs | null;
}

/** One run of a commitment's clock, from a start to a deadline. */
export interface Cycle {
  readonly kind: CommitmentKind;
  /** Counts from 1 for each kind. */
  readonly number: number;
  /** The severity whose target applies to it. */
  readonly severity: Severity;
  /** The instant its clock counts from. */
  readonly startedAt: EpochMs;
  /**
   * When it began to apply. Later than `startedAt` if it took over the start of an earlier cycle.
   */
  readonly appliesFrom: EpochMs;
  /** The target in business time from this start; null for best effort, and if it is unknown. */
  readonly totalMs: DurationMs | null;
  /** Present if there is a target, and the calendar cannot compute it from this start. */
  readonly totalUnknown?: true;
  /** The marks reached so far, each once. */
  readonly marks: readonly { readonly name: string; readonly at: EpochMs }[];
  readonly breach: Breach | null;
  readonly end: CycleEnd | null;
}

/** A period from opening or reopening to resolution; `until` is null while it lasts. */
export interface Stint {
  readonly from: EpochMs;
  readonly until: EpochMs | null;
}

/** A ticket, folded from its events. `impacts` and `assignee` have their latest values. */
export interface Ticket extends NewTicket {
  readonly id: string;

  readonly contacts: readonly Contact[];

  /** The policy that the ticket was opened under. It never changes. */
  readonly policyId: string;
  readonly policyVersion: number;
  /** The calendars of that version that replace others on this ticket. They never change. */
  readonly calendars: CalendarReplacements;

  readonly severity: Severity;
  readonly initialSeverity: Severity;
  /** The clause that applies to the impacts. An override takes precedence over it. */
  readonly clause: string;
  readonly override: Override | null;
  /** The reclassification that waits for approval; null if there is none. */
  readonly proposal: Proposal | null;
  /** The number of the last event that reclassified the ticket; 0 if there is none. */
  readonly reclassifiedBy: number;

  readonly state: TicketState;
  /** The state that `resolve` left and `reopen` returns to. */
  readonly resolvedFrom: 'open' | 'workaroundApplied' | null;
  readonly openedAt: EpochMs;
  /** The first action that counts as a response. */
  readonly respondedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly callRecordedAt: EpochMs | null;
  readonly workaroundAppliedAt: EpochMs | null;
  readonly resolvedAt: EpochMs | null;
  readonly closedAt: EpochMs | null;
  readonly resolution: string | null;
  readonly closeReason: string | null;
  /** While resolved: the last inbound message or call, or the resolution. Null otherwise. */
  readonly silentSince: EpochMs | null;
  /** The oldest inbound message or call that no message of a person has answered since. */
  readonly awaitingReplySince: EpochMs | null;

  readonly waits: readonly Wait[];
  readonly stints: readonly Stint[];
  readonly workarounds: readonly Workaround[];
  readonly severityChanges: readonly SeverityChange[];
  readonly cycles: readonly Cycle[];
  /** Commitments that an imported history has no evidence for. They have no cycles. */
  readonly notMeasured: readonly CommitmentKind[];
  /**
   * Where an imported history ends. Deadlines after it are not evaluated until someone acts on the
   * ticket. Null for a live ticket.
   */
  readonly observedUntil: EpochMs | null;
  /** Silence before this instant does not close the ticket. Null if all silence counts. */
  readonly silenceFrom: EpochMs | null;

  /** The number of events so far. */
  readonly version: number;
  readonly lastEventAt: EpochMs;
}

/** The last applied workaround that is not withdrawn. */
export const latestWorkaround = ({ workarounds }: Pick<Ticket, 'workarounds'>): Workaround | undefined =>
  workarounds.findLast((workaround) => workaround.withdrawnAt === null);
