import type { BusinessCalendar, CalendarDefinition } from '../calendar/business-calendar';
import type { Audience, Consequence } from '../impact';
import type { DurationMs } from '../instant';
import type { Severity } from '../severity';
import type { ANY_AUDIENCE, Facts } from './facts';

/**
 * PUBLISHED if the vendor's policy defines a rule; HOUSE if the policy leaves it open and the
 * operator of this service defined it.
 */
export const BASES = ['PUBLISHED', 'HOUSE'] as const;
export type Basis = (typeof BASES)[number];

/** What a policy promises. Deadlines at the same instant are handled in this order. */
export const COMMITMENT_KINDS = ['RESPONSE', 'UPDATE', 'RESOLUTION'] as const;
export type CommitmentKind = (typeof COMMITMENT_KINDS)[number];

/** Why a ticket waits. The policy defines which reasons pause which commitments. */
export const WAITING_REASONS = ['CLIENT', 'THIRD_PARTY', 'OTHER_TICKET'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

/** What the policy asks of the client. */
export const CLIENT_ACTIONS = ['SUBMIT_TICKET', 'CALL'] as const;
export type ClientAction = (typeof CLIENT_ACTIONS)[number];

export const TARGET_UNITS = ['MINUTES', 'HOURS', 'BUSINESS_DAYS'] as const;
export type TargetUnit = (typeof TARGET_UNITS)[number];

export const LOWERING_APPROVALS = ['OVERRIDES', 'ALWAYS', 'NEVER'] as const;

/** A length of business time: `amount` of `unit`, on the calendar with that name. */
export interface BusinessSpan {
  readonly amount: number;
  readonly unit: TargetUnit;
  /** The name of a calendar of the policy. */
  readonly calendar: string;
}

/**
 * The target of a commitment at one severity. A null span is best effort: the commitment is
 * tracked, but never due and never breached.
 */
export interface Target {
  readonly span: BusinessSpan | null;
  readonly basis: Basis;
  /** What the published policy means, or the reason for the house rule. */
  readonly text: string;
}

/** One row of the classification table. */
export interface Rule {
  /** The name of the rule in the policy, e.g. `2a`. */
  readonly clause: string;
  readonly severity: Severity;
  /** `ANY` matches every audience of the policy. */
  readonly audience: Audience | typeof ANY_AUDIENCE;
  readonly consequences: readonly Consequence[];
  readonly basis: Basis;
  readonly text: string;
}

export interface SeverityPolicy {
  readonly severity: Severity;
  readonly title: string;
  /** What a workaround at this severity has to lower: the severity, or only the impact. */
  readonly workaroundLowers: 'SEVERITY' | 'IMPACT';
  readonly clientActions: readonly ClientAction[];
  /** What the policy promises. A kind of commitment that it does not promise is absent. */
  readonly targets: Readonly<Partial<Record<CommitmentKind, Target>>>;
}

/**
 * A point of a cycle at a fraction of its total, such as a step of an escalation. A fraction over 1
 * lies after the due instant. Every policy has a mark `atRisk`.
 */
export interface Mark {
  readonly name: string;
  readonly fraction: number;
}

/** A policy version as it is stored: validated plain data, with all holidays listed. */
export interface PolicyDocument {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** Most urgent first. */
  readonly severities: readonly SeverityPolicy[];
  /** The words that the rules and the impacts of tickets are stated in. */
  readonly facts: Facts;
  /** Between rules of equal severity, the first that matches names the clause. */
  readonly rules: readonly Rule[];
  readonly calendars: Readonly<Record<string, CalendarDefinition>>;
  /** The commitments that each waiting reason pauses. */
  readonly pauses: Readonly<Record<WaitingReason, readonly CommitmentKind[]>>;
  /**
   * Which reclassifications to a lower severity need another agent's approval: `OVERRIDES` only,
   * `ALWAYS` (also those by new impacts), or `NEVER`.
   */
  readonly loweringApproval: (typeof LOWERING_APPROVALS)[number];
  /**
   * Where a new cycle starts after a lower severity: at the old cycle's start, or at the change.
   */
  readonly onLowering: 'CARRY' | 'RESTART';
  readonly marks: readonly Mark[];
  /** The minimum fraction of the target that a reopened ticket gets. */
  readonly reopeningMinimum: number;
  /** How long a resolved ticket waits for a message of the client before it closes. */
  readonly closeAfterSilence: BusinessSpan;
  /**
   * How long after it happened a command can be recorded without a reason, in milliseconds of wall
   * clock.
   */
  readonly lateEntryMs: DurationMs;
  /**
   * When a target in business days is due: at the start's local time, or at the close of business.
   */
  readonly businessDayEnd: 'SAME_TIME' | 'CLOSE_OF_BUSINESS';
}

/**
 * Calendars that replace others of the same policy version. The key is the name in the policy, the
 * value the name of the calendar that is used instead. Empty for the policy as published.
 */
export type CalendarReplacements = Readonly<Record<string, string>>;

/** A published policy version with compiled calendars. Every decision uses one. */
export interface Policy extends PolicyDocument {
  readonly version: number;
  readonly replacements: CalendarReplacements;
  readonly compiledCalendars: ReadonlyMap<string, BusinessCalendar>;
}

export const severityPolicy = (policy: PolicyDocument, severity: Severity): SeverityPolicy => {
  const found = policy.severities.find((candidate) => candidate.severity === severity);
  if (found === undefined) throw new Error(`Policy ${policy.id} has no ${severity}`);
  return found;
};

/** The target of a commitment; null if the policy does not promise it at this severity. */
export const targetOf = (policy: PolicyDocument, severity: Severity, kind: CommitmentKind): Target | null =>
  severityPolicy(policy, severity).targets[kind] ?? null;

/** The target that a cycle has. A commitment that is not promised has no cycle. */
export function targetOfCycle(
  policy: PolicyDocument,
  { severity, kind }: { readonly severity: Severity; readonly kind: CommitmentKind },
): Target {
  const target = targetOf(policy, severity, kind);
  if (target === null) throw new Error(`Policy ${policy.id} promises no ${kind} at ${severity}`);
  return target;
}

/** The targets that a severity has, by kind. */
export const targetsOf = ({ targets }: SeverityPolicy): (readonly [CommitmentKind, Target])[] =>
  COMMITMENT_KINDS.flatMap((kind) => {
    const target = targets[kind];
    return target === undefined ? [] : [[kind, target] as const];
  });

export const calendarOf = (policy: Policy, name: string): BusinessCalendar => {
  const calendar = policy.compiledCalendars.get(name);
  if (calendar === undefined) throw new Error(`Policy ${policy.id} has no calendar ${name}`);
  return calendar;
};
