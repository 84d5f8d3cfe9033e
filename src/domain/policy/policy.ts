import type { BusinessCalendar, CalendarDefinition } from '../calendar/business-calendar';
import type { Audience, Consequence } from '../impact';
import type { Severity } from '../severity';

/** Whether the vendor published it or the house ruled it where the published policy is silent. */
export const BASES = ['PUBLISHED', 'HOUSE'] as const;
export type Basis = (typeof BASES)[number];

/** What is promised, in the order in which promises of one instant are looked at. */
export const COMMITMENT_KINDS = ['RESPONSE', 'UPDATE', 'RESOLUTION'] as const;
export type CommitmentKind = (typeof COMMITMENT_KINDS)[number];

/** Why a ticket waits. The policy says which reasons pause which commitments. */
export const WAITING_REASONS = ['CLIENT', 'THIRD_PARTY', 'OTHER_TICKET'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

/** What the policy asks of the client besides waiting. */
export const CLIENT_ACTIONS = ['SUBMIT_TICKET', 'CALL'] as const;
export type ClientAction = (typeof CLIENT_ACTIONS)[number];

export const TARGET_UNITS = ['MINUTES', 'HOURS', 'BUSINESS_DAYS'] as const;
export type TargetUnit = (typeof TARGET_UNITS)[number];

export const LOWERING_APPROVALS = ['OVERRIDES', 'ALWAYS', 'NEVER'] as const;

/** A stretch of business time: `amount` of `unit`, counted on the calendar of that name. */
export interface BusinessSpan {
  readonly amount: number;
  readonly unit: TargetUnit;
  /** The name of one of the policy's calendars. */
  readonly calendar: string;
}

/** What is promised at one severity. Without a span it is best effort: tracked, never due, never breached. */
export interface Target {
  readonly span: BusinessSpan | null;
  readonly basis: Basis;
  /** The meaning of the published wording, or the reason of the house ruling. */
  readonly text: string;
}

/** One row of the classification table. */
export interface Rule {
  /** Names the rule so that a classification can be disputed with the policy in hand, e.g. `2a`. */
  readonly clause: string;
  readonly severity: Severity;
  /** `ANY` stands for every audience. */
  readonly audience: Audience | 'ANY';
  readonly consequences: readonly Consequence[];
  readonly basis: Basis;
  readonly text: string;
}

export interface SeverityPolicy {
  readonly severity: Severity;
  readonly title: string;
  /** What a workaround at this severity has to lower: the severity itself, or the impact only. */
  readonly workaroundLowers: 'SEVERITY' | 'IMPACT';
  readonly clientActions: readonly ClientAction[];
  readonly targets: Readonly<Record<CommitmentKind, Target>>;
}

/**
 * An instant of a cycle at a fraction of its total, over 1 for one after the due instant: a step of the escalation
 * ladder. `atRisk` is the one every policy has.
 */
export interface Mark {
  readonly name: string;
  readonly fraction: number;
}

/** A policy version as it is stored: plain data, holidays expanded, validated. */
export interface PolicyDocument {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** The most urgent first. */
  readonly severities: readonly SeverityPolicy[];
  /** In the order in which clauses of equal severity are named. */
  readonly rules: readonly Rule[];
  readonly calendars: Readonly<Record<string, CalendarDefinition>>;
  /** The commitments each reason pauses. */
  readonly pauses: Readonly<Record<WaitingReason, readonly CommitmentKind[]>>;
  /**
   * Which lowerings by `reclassify` hold only once another agent has approved them: overrides, also those that follow
   * from new impacts, or none.
   */
  readonly loweringApproval: (typeof LOWERING_APPROVALS)[number];
  /** After severity was lowered: reckon from the same start, or from the change. */
  readonly onLowering: 'CARRY' | 'RESTART';
  readonly marks: readonly Mark[];
  /** The least share of the target that a reopened ticket is given. */
  readonly reopeningMinimum: number;
  /** How long a resolved ticket may stay silent before it closes. */
  readonly closeAfterSilence: BusinessSpan;
  /** Where a business-day target falls due: at the same local time, or at the close of business. */
  readonly businessDayEnd: 'SAME_TIME' | 'CLOSE_OF_BUSINESS';
}

/**
 * Calendars that stand in for others of the same policy version: by the name that the policy gives, the name of the one
 * that is counted on in its place. Empty for the policy as published.
 */
export type CalendarReplacements = Readonly<Record<string, string>>;

/** A published version with its calendars compiled: what every decision is made under. */
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

export const targetOf = (policy: PolicyDocument, severity: Severity, kind: CommitmentKind): Target =>
  severityPolicy(policy, severity).targets[kind];

export const calendarOf = (policy: Policy, name: string): BusinessCalendar => {
  const calendar = policy.compiledCalendars.get(name);
  if (calendar === undefined) throw new Error(`Policy ${policy.id} has no calendar ${name}`);
  return calendar;
};
