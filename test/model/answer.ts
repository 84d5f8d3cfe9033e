import type { Details, Impact, Instant, WaitingReason } from './history';
import type { Kind } from './policy';

/** What comes out of the model: for each entry whether it is accepted, and the ticket as asked. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly code: RefusalCode };

export type RefusalCode =
  /** Facts, looked at before anything else. */
  | 'NoImpacts'
  | 'UnknownCode'
  | 'ContradictoryImpact'
  /** Times. */
  | 'InTheFuture'
  | 'OutOfOrder'
  | 'ReasonNeeded'
  | 'BeyondCalendar'
  /** The state. */
  | 'FollowUpNeeded'
  | 'IllegalTransition'
  /** Guards. */
  | 'AlreadyAcknowledged'
  | 'UnknownSeverity'
  | 'OverrideWithoutEffect'
  | 'NothingProposed'
  | 'SameAgent'
  | 'SeverityNotLowered'
  | 'ImpactNotLowered'
  | 'ReclassifiedSince'
  | 'AlreadyWaiting'
  | 'NotWaiting'
  | 'NoSuchBreach'
  | 'AlreadyWaived';

export type State = 'open' | 'workaroundApplied' | 'resolved' | 'closed';

/** Which events are folded: those recorded by `knownAt` that had happened by `asOf`. */
export interface Question {
  readonly asOf: Instant;
  /** Not before `asOf`. */
  readonly knownAt: Instant;
}

export interface Answer {
  readonly state: State;
  readonly severity: string;
  readonly impacts: readonly Impact[];
  readonly override: string | null;
  readonly overrideProposed: boolean;
  /** Sorted. */
  readonly waiting: readonly WaitingReason[];
  readonly chased: readonly Chase[];
  readonly awaitingReplySince: Instant | null;
  /** While resolved: the resolution or the last inbound communication since. Null otherwise. */
  readonly silentSince: Instant | null;
  readonly assignee: string | null;
  readonly details: Details;
  readonly notes: number;
  /** By kind (RESPONSE, UPDATE, RESOLUTION), then by number. */
  readonly cycles: readonly CycleAnswer[];
}

/** A chase date that came while the ticket still waited for the reason. */
export interface Chase {
  readonly reason: WaitingReason;
  readonly at: Instant;
}

export type Outcome = 'FULFILLED' | 'FULFILLED_LATE' | 'BREACHED' | 'SUPERSEDED' | 'CANCELLED';
export type Status = Outcome | 'RUNNING' | 'AT_RISK' | 'PAUSED' | 'BEST_EFFORT' | 'UNKNOWN';

export interface CycleAnswer {
  readonly kind: Kind;
  readonly number: number;
  /** The severity whose target gave the cycle. */
  readonly severity: string;
  readonly startedAt: Instant;
  /** Null for best effort, while paused, and where the calendar does not reach. */
  readonly dueAt: Instant | null;
  readonly status: Status;
  readonly end: { readonly at: Instant; readonly outcome: Outcome } | null;
  readonly breach: BreachAnswer | null;
  /** The marks that have been recorded, in order. */
  readonly marks: readonly { readonly name: string; readonly at: Instant }[];
}

export interface BreachAnswer {
  /** `breachedAt`. */
  readonly at: Instant;
  readonly cause: 'OVERDUE' | 'RECLASSIFIED';
  /** Who waived it, and the entry that was its evidence, where a proposal was approved. */
  readonly waived: { readonly by: string; readonly evidence: number | null } | null;
  /** A proposed waiver. The evidence is the place of the entry in `History.entries`, from 0. */
  readonly proposed: { readonly by: string; readonly evidence: number } | null;
}
