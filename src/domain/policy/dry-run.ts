import { readClock, runningCycle } from '../commitment/commitment';
import { breachedCycles, judgedAt } from '../commitment/view';
import type { EpochMs } from '../instant';
import { compareUrgency, type Severity } from '../severity';
import { foldAll } from '../ticket/fold';
import type { Ticket } from '../ticket/ticket';
import type { TicketEvent } from '../ticket/ticket-events';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy } from './policy';
import { replayUnder } from './replay-under-policy';

/** How an open ticket would differ under another policy. */
export interface TicketImpact {
  /** The ticket's severity under its own policy. */
  readonly severity: Severity;
  /** It has a breach under its own policy. */
  readonly isBreached: boolean;
  /** It would have a breach of any commitment under the other policy. */
  readonly wouldBeBreached: boolean;
  /** A running commitment would be due at another time, would not run, or another would run. */
  readonly deadlineChanged: boolean;
  readonly severityChanged: boolean;
  /** The other policy would refuse to open it, for example because its calendars end too soon. */
  readonly notApplicable: boolean;
  /** The other policy would refuse a step of its history. The comparison leaves that step out. */
  readonly historyRefused: boolean;
}

/**
 * Compares an open ticket with the same history under another policy.
 *
 * @param own the version that the ticket is pinned to
 * @returns null for a ticket that is resolved or closed, because it has no running deadlines
 */
export function impactOn(
  events: readonly TicketEvent[],
  own: Policy,
  other: Policy,
  now: EpochMs,
): TicketImpact | null {
  const ticket = foldAll(events);
  if (ticket.state === 'resolved' || ticket.state === 'closed') return null;
  const before = promisesOf(ticket, own, now);
  const replayed = replayUnder(events, other);
  const common = { severity: ticket.severity, isBreached: before.isBreached };
  if (replayed.ticket === null) {
    return {
      ...common,
      wouldBeBreached: false,
      deadlineChanged: false,
      severityChanged: false,
      notApplicable: true,
      historyRefused: false,
    };
  }
  const after = promisesOf(replayed.ticket, other, now);
  return {
    ...common,
    wouldBeBreached: after.isBreached,
    deadlineChanged: COMMITMENT_KINDS.some((kind) => before.due[kind] !== after.due[kind]),
    severityChanged: replayed.ticket.severity !== ticket.severity,
    notApplicable: false,
    historyRefused: replayed.refusals.length > 0,
  };
}

/** The running deadlines of a ticket and whether it has a breach. */
function promisesOf(ticket: Ticket, policy: Policy, now: EpochMs) {
  const at = judgedAt(ticket, now);
  // Two paused clocks are compared as if they resumed now.
  const dueOf = (kind: CommitmentKind): EpochMs | 'UNKNOWN' | null => {
    const cycle = runningCycle(ticket, kind);
    const clock = cycle === undefined ? null : readClock(ticket, policy, cycle, at);
    return clock === null ? null : (clock.dueIfResumed ?? 'UNKNOWN');
  };
  return {
    isBreached: breachedCycles(ticket, policy, at).length > 0,
    due: { RESPONSE: dueOf('RESPONSE'), UPDATE: dueOf('UPDATE'), RESOLUTION: dueOf('RESOLUTION') },
  };
}

/** How many tickets differ under another policy, by kind of difference. */
export interface ImpactCounts {
  readonly tickets: number;
  /** Tickets with a breach under the other policy. */
  readonly wouldHaveBreached: number;
  /** Tickets with a breach under the other policy and none under their own. */
  readonly newlyBreached: number;
  /** Tickets with a breach under their own policy and none under the other. */
  readonly noLongerBreached: number;
  readonly deadlineChanged: number;
  readonly severityChanged: number;
  readonly notApplicable: number;
  readonly historyRefused: number;
}

/** How the open tickets would differ if a policy had applied to them since they were opened. */
export interface PolicyImpact {
  readonly all: ImpactCounts;
  /**
   * By the tickets' severity under their own policy, most urgent first. Has every severity of the
   * other policy and of the tickets.
   */
  readonly bySeverity: readonly (ImpactCounts & { readonly severity: Severity })[];
}

const COUNTS: Readonly<Record<keyof ImpactCounts, (impact: TicketImpact) => boolean>> = {
  tickets: () => true,
  wouldHaveBreached: ({ wouldBeBreached }) => wouldBeBreached,
  newlyBreached: ({ wouldBeBreached, isBreached }) => wouldBeBreached && !isBreached,
  noLongerBreached: ({ wouldBeBreached, isBreached, notApplicable }) =>
    isBreached && !wouldBeBreached && !notApplicable,
  deadlineChanged: ({ deadlineChanged }) => deadlineChanged,
  severityChanged: ({ severityChanged }) => severityChanged,
  notApplicable: ({ notApplicable }) => notApplicable,
  historyRefused: ({ historyRefused }) => historyRefused,
};

type Tally = { -readonly [Count in keyof ImpactCounts]: number };

/** Counts impacts one by one, without keeping them. */
export class ImpactTally {
  private readonly counts = new Map<Severity, Tally>();

  constructor(policy: Pick<Policy, 'severities'>) {
    for (const { severity } of policy.severities) this.of(severity);
  }

  add(impact: TicketImpact): void {
    const tally = this.of(impact.severity);
    for (const [name, counts] of Object.entries(COUNTS)) if (counts(impact)) tally[name as keyof Tally] += 1;
  }

  get result(): PolicyImpact {
    const all = noTickets();
    for (const tally of this.counts.values()) {
      for (const [name, count] of Object.entries(tally)) all[name as keyof Tally] += count;
    }
    const bySeverity = [...this.counts]
      .map(([severity, tally]) => ({ severity, ...tally }))
      .sort((a, b) => compareUrgency(a.severity, b.severity));
    return { all, bySeverity };
  }

  private of(severity: Severity): Tally {
    const known = this.counts.get(severity) ?? noTickets();
    this.counts.set(severity, known);
    return known;
  }
}

const noTickets = (): Tally => ({
  tickets: 0,
  wouldHaveBreached: 0,
  newlyBreached: 0,
  noLongerBreached: 0,
  deadlineChanged: 0,
  severityChanged: 0,
  notApplicable: 0,
  historyRefused: 0,
});
