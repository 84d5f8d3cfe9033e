import type { Chase, Outcome, State } from './answer';
import type { Interval } from './calendar';
import type { Details, Impact, Instant, Opening, WaitingReason } from './history';
import type { Kind, Policy, Target } from './policy';

/** The ticket while the log is folded. It is built from nothing for every question. */
export interface Ticket {
  state: State;
  severity: string;
  impacts: readonly Impact[];
  override: string | null;
  proposal: Proposal | null;
  /** The workarounds that are in force, the latest last. */
  readonly workarounds: Workaround[];
  /** Every wait so far, in order of time; `to` is null while it goes on. */
  readonly waits: Wait[];
  readonly chased: Chase[];
  acknowledged: boolean;
  /** Whether an acknowledgement, message, workaround or resolution has fulfilled RESPONSE. */
  hasResponded: boolean;
  awaitingReplySince: Instant | null;
  silentSince: Instant | null;
  assignee: string | null;
  details: Details;
  notes: number;
  readonly cycles: Cycle[];
  /** Where RESPONSE and RESOLUTION, and where UPDATE, run from at the moment. */
  openedAt: Instant;
  updatedAt: Instant;
  resolvedFrom: State;
  /** From opening or reopening to each resolution so far. */
  readonly stretches: Stretch[];
  /** When the last event that a person caused happened. */
  lastAt: Instant;
}

export interface Proposal {
  readonly by: string;
  readonly change: { readonly impacts: readonly Impact[] } | { readonly override: string };
}

export interface Workaround {
  readonly before: readonly Impact[];
  reclassifiedSince: boolean;
}

export interface Wait {
  readonly reason: WaitingReason;
  readonly from: Instant;
  readonly until: Instant | null;
  to: Instant | null;
  chased: boolean;
}

export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  /** The pauses of RESOLUTION in it. */
  readonly pauses: readonly Interval[];
}

export interface Cycle {
  readonly kind: Kind;
  readonly number: number;
  readonly severity: string;
  readonly target: Target;
  readonly start: Instant;
  /** When it began to apply: later than the start where it is carried. */
  readonly since: Instant;
  /** The pauses from the start until it began to apply. */
  readonly pausesSince: readonly Interval[];
  /** What is deducted from the target after a reopening. */
  readonly earlier: readonly Stretch[];
  /** The pauses that count, once the cycle is breached or has ended. Null until then. */
  pauses: readonly Interval[] | null;
  end: { readonly at: Instant; readonly outcome: Outcome } | null;
  breach: Breach | null;
  readonly marks: { readonly name: string; readonly at: Instant }[];
}

export interface Breach {
  readonly at: Instant;
  readonly cause: 'OVERDUE' | 'RECLASSIFIED';
  readonly dueAt: Instant;
  waived: { readonly by: string; readonly evidence: number | null } | null;
  proposed: { readonly by: string; readonly evidence: number } | null;
}

export function newTicket(opening: Opening, at: Instant, severity: string): Ticket {
  return {
    state: 'open',
    severity,
    impacts: opening.impacts,
    override: null,
    proposal: null,
    workarounds: [],
    waits: [],
    chased: [],
    acknowledged: false,
    hasResponded: false,
    awaitingReplySince: null,
    silentSince: null,
    assignee: null,
    details: opening.details,
    notes: 0,
    cycles: [],
    openedAt: at,
    updatedAt: at,
    resolvedFrom: 'open',
    stretches: [],
    lastAt: at,
  };
}

export function runningCycle(ticket: Ticket, kind: Kind): Cycle | undefined {
  return ticket.cycles.find((cycle) => cycle.kind === kind && cycle.end === null);
}

export function isWaitingFor(ticket: Ticket, reason: WaitingReason): boolean {
  return ticket.waits.some((wait) => wait.reason === reason && wait.to === null);
}

/**
 * When the clocks of a kind stood still, from an instant on, until `at`: while at least one reason
 * that pauses the kind was there. One that goes on ends at `at` for now.
 */
export function pausesOf(policy: Policy, ticket: Ticket, kind: Kind, from: Instant, at: Instant): Interval[] {
  const pauses: Interval[] = [];
  for (const wait of ticket.waits) {
    if (!(policy.pauses[wait.reason] ?? []).includes(kind)) continue;
    const a = Math.max(wait.from, from);
    const b = wait.to ?? at;
    if (b < from) continue;
    const last = pauses.at(-1);
    if (last !== undefined && a < last[1]) pauses[pauses.length - 1] = [last[0], Math.max(last[1], b)];
    else pauses.push([a, b]);
  }
  return pauses;
}

export function isPausing(policy: Policy, ticket: Ticket, kind: Kind): boolean {
  return ticket.waits.some((wait) => wait.to === null && (policy.pauses[wait.reason] ?? []).includes(kind));
}
