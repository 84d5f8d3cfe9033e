import type { Actor } from '../actor';
import type { Impact } from '../impact';
import type { DurationMs, EpochMs } from '../instant';
import type { CalendarReplacements, CommitmentKind, WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { NewTicket } from './commands';

export const TICKET_STATES = ['open', 'workaroundApplied', 'resolved', 'closed'] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** One stretch of waiting for one reason; `until` is null while it lasts. */
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
  /** When the ticket's RESOLUTION was due before and after; null where nothing is promised or the clock is paused. */
  readonly deadlineBefore: EpochMs | null;
  readonly deadlineAfter: EpochMs | null;
}

/** A severity set against the classifier. */
export interface Override {
  readonly severity: Severity;
  readonly reason: string;
  readonly at: EpochMs;
  readonly by: Actor;
  /** Who approved it; absent where it held at once. */
  readonly approvedBy?: Actor;
}

/** A lowering that waits for another agent's approval; nothing of it holds yet. */
export interface Proposal {
  readonly severity: Severity;
  /** The severity is set against the classifier; else it follows from the impacts. */
  readonly isOverride: boolean;
  readonly impacts: readonly Impact[];
  /** The clause that the impacts fall under. */
  readonly clause: string;
  readonly reason: string | null;
  readonly at: EpochMs;
  readonly by: Actor;
}

export const CYCLE_OUTCOMES = ['FULFILLED', 'SUPERSEDED', 'CANCELLED'] as const;
export type CycleOutcome = (typeof CYCLE_OUTCOMES)[number];

export type BreachCause = 'DUE' | 'RECLASSIFIED';

/** A breach that is not to be held against those who promised. It stays a breach. */
export interface Waiver {
  readonly at: EpochMs;
  readonly by: Actor;
  readonly reason: string;
}

/** A promise that was not kept. Once recorded it stays. */
export interface Breach {
  /** The computed instant: the due instant, or the change that put it into the past. */
  readonly at: EpochMs;
  /** When it was seen. */
  readonly detectedAt: EpochMs;
  readonly cause: BreachCause;
  /** The ticket's severity at the breach; the cycle's own may be another. */
  readonly severity: Severity;
  /** Absent where nobody waived it. */
  readonly waiver?: Waiver;
}

/** How a cycle ended; its instants as they stood then. */
export interface CycleEnd {
  readonly at: EpochMs;
  readonly outcome: CycleOutcome;
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
  readonly elapsedMs: DurationMs;
}

/** One run of a commitment's clock. */
export interface Cycle {
  readonly kind: CommitmentKind;
  /** Counts from 1 for each kind. */
  readonly number: number;
  /** The severity that gave it. */
  readonly severity: Severity;
  /** The instant its clock counts from. */
  readonly startedAt: EpochMs;
  /** The instant from which it applies; later than `startedAt` where the start was carried over. */
  readonly appliesFrom: EpochMs;
  /** Business time that the target is worth from this start; null for best effort. */
  readonly totalMs: DurationMs | null;
  /** The marks reached, each once. */
  readonly marks: readonly { readonly name: string; readonly at: EpochMs }[];
  readonly breach: Breach | null;
  readonly end: CycleEnd | null;
}

/** From opening or reopening to resolution; `until` is null while it lasts. */
export interface Stint {
  readonly from: EpochMs;
  readonly until: EpochMs | null;
}

/** A ticket: what folding its events gives. Of what opened it, `impacts` and `assignee` are as last stated. */
export interface Ticket extends NewTicket {
  readonly id: string;

  /** The policy version the ticket was opened under; it never changes. */
  readonly policyId: string;
  readonly policyVersion: number;
  /** The calendars of that version that stand in for others on this ticket; neither do they ever change. */
  readonly calendars: CalendarReplacements;

  readonly severity: Severity;
  readonly initialSeverity: Severity;
  /** The clause that the impacts fall under; the override, where there is one, goes before it. */
  readonly clause: string;
  readonly override: Override | null;
  /** A lowering that is proposed and not yet approved; null for none. */
  readonly proposal: Proposal | null;
  /** The number of the last event that reclassified the ticket; 0 for none. */
  readonly reclassifiedBy: number;

  readonly state: TicketState;
  /** The state that `resolve` left and `reopen` returns to. */
  readonly resolvedFrom: 'open' | 'workaroundApplied' | null;
  readonly openedAt: EpochMs;
  /** The first action that counts as a response, whichever it was. */
  readonly respondedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly callRecordedAt: EpochMs | null;
  readonly workaroundAppliedAt: EpochMs | null;
  readonly resolvedAt: EpochMs | null;
  readonly closedAt: EpochMs | null;
  readonly resolution: string | null;
  readonly closeReason: string | null;
  /** While resolved: the last instant at which anybody was heard, from which silence counts. */
  readonly silentSince: EpochMs | null;

  readonly waits: readonly Wait[];
  readonly stints: readonly Stint[];
  readonly workarounds: readonly Workaround[];
  readonly severityChanges: readonly SeverityChange[];
  readonly cycles: readonly Cycle[];
  /** Commitments that an imported history carries no evidence for; they have no cycles. */
  readonly notMeasured: readonly CommitmentKind[];
  /** Where an imported history ends: until somebody acts on the ticket, nothing later is judged. Null when live. */
  readonly observedUntil: EpochMs | null;

  /** The number of events so far. */
  readonly version: number;
  readonly lastEventAt: EpochMs;
}

/** The last applied workaround that is not withdrawn. */
export const latestWorkaround = ({ workarounds }: Pick<Ticket, 'workarounds'>): Workaround | undefined =>
  workarounds.findLast((workaround) => workaround.withdrawnAt === null);
