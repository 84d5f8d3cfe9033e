import type { EpochMs } from '../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../domain/policy/policy';
import { thousands } from '../../domain/thousands';
import type { StoredTicket } from '../ports/stored-ticket';

/** A deadline that a watch has yet to report. */
export interface UpcomingDeadline {
  readonly ticketId: string;
  /** The ticket as it was read at `readAt`. */
  readonly ticket: StoredTicket;
  readonly readAt: EpochMs;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly dueAt: EpochMs;
}

/** The number of deadlines that one read returns. */
export const PAGE = 100;
/** The most deadlines kept in memory. Later ones are dropped and read again when needed. */
const MAX_KEPT = 2 * PAGE;
/** The most reported deadlines that are remembered, about 30 MB. */
const MAX_REPORTED = 100_000;

/** More deadlines are within the lead time than a watch can remember. */
export class TooManyApproachingDeadlines extends Error {
  override readonly name = 'TooManyApproachingDeadlines';
  constructor() {
    super(`More than ${thousands(MAX_REPORTED)} deadlines are within the lead time; use a shorter lead or a filter.`);
  }
}

/**
 * The deadlines of a watch: a sorted list of those to come, bounded by `MAX_KEPT`, and the keys of
 * those already reported, so that each (commitment, cycle, due instant) is reported once.
 */
export class UpcomingDeadlines {
  private upcoming: UpcomingDeadline[] = [];
  private readonly reported = new Map<string, EpochMs>();
  private end: EpochMs = Number.NEGATIVE_INFINITY;
  private position: { readonly since: EpochMs; readonly after: string | null } = { since: this.end, after: null };

  get first(): UpcomingDeadline | undefined {
    return this.upcoming[0];
  }

  /** Every deadline due at this instant or before it is in the list or was reported. */
  get readUntil(): EpochMs {
    return this.end;
  }

  /**
   * Where the next read continues: after the cursor `after` of the list of deadlines from `since`
   * on.
   */
  get readPosition(): { readonly since: EpochMs; readonly after: string | null } {
    return this.position;
  }

  /**
   * A read has returned all deadlines up to `until`; `cursor` is that of the last, null if it
   * returned none.
   */
  advance(until: EpochMs, cursor: string | null): void {
    if (cursor !== null) this.position = { ...this.position, after: cursor };
    this.end = until;
  }

  /**
   * Adds a deadline unless it was reported, or is later than `readUntil` and will be read anyway.
   */
  add(deadline: UpcomingDeadline): void {
    if (deadline.dueAt > this.end || this.reported.has(keyOf(deadline))) return;
    const at = this.upcoming.findIndex((other) => compareDeadlines(deadline, other) < 0);
    this.upcoming.splice(at < 0 ? this.upcoming.length : at, 0, deadline);
    if (this.upcoming.length <= MAX_KEPT) return;
    this.upcoming.length = PAGE;
    this.end = this.upcoming[PAGE - 1]?.dueAt ?? this.end;
    this.position = { since: this.end, after: null };
  }

  removeTicket(ticketId: string): void {
    this.upcoming = this.upcoming.filter((one) => one.ticketId !== ticketId);
  }

  /**
   * Takes the first deadline and marks it as reported. Null if the first is no longer `expected`,
   * or was reported before.
   *
   * @throws TooManyApproachingDeadlines
   */
  reportFirst(expected: UpcomingDeadline, now: EpochMs): UpcomingDeadline | null {
    const { first } = this;
    if (first === undefined || keyOf(first) !== keyOf(expected)) return null;
    this.upcoming.shift();
    // A deadline is in the list twice if it came both from a read and from an event.
    if (this.reported.has(keyOf(first))) return null;
    this.forgetOverdue(now);
    this.reported.set(keyOf(first), first.dueAt);
    if (this.reported.size > MAX_REPORTED) throw new TooManyApproachingDeadlines();
    return first;
  }

  clear(): void {
    this.upcoming = [];
    this.reported.clear();
  }

  /** Overdue deadlines are never reported, so their keys are not needed. */
  private forgetOverdue(now: EpochMs): void {
    for (const [key, dueAt] of this.reported) {
      // Keys are nearly in the order of their due instants; one out of order is forgotten later.
      if (dueAt >= now) break;
      this.reported.delete(key);
    }
  }
}

const keyOf = ({ ticketId, kind, cycle, dueAt }: UpcomingDeadline): string => `${ticketId}/${kind}/${cycle}/${dueAt}`;

/** The order in which the store lists deadlines. */
function compareDeadlines(one: UpcomingDeadline, other: UpcomingDeadline): number {
  if (one.dueAt !== other.dueAt) return one.dueAt - other.dueAt;
  if (one.ticketId !== other.ticketId) return one.ticketId < other.ticketId ? -1 : 1;
  return COMMITMENT_KINDS.indexOf(one.kind) - COMMITMENT_KINDS.indexOf(other.kind);
}
