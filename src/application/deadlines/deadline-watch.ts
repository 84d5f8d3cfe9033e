import { runningDeadlines } from '../../domain/commitment/view';
import { DAY_MS, type DurationMs, type EpochMs } from '../../domain/instant';
import type { CommitmentKind, Policy } from '../../domain/policy/policy';
import { retryWhileDatabaseIsDown } from '../events/retry-while-database-is-down';
import { pinnedPolicy } from '../policies/pinned-policy';
import { type Caller, forOneRead } from '../ports/caller';
import type { LoggedEvent } from '../ports/logged-event';
import type { Services } from '../ports/services';
import type { StoredTicket } from '../ports/stored-ticket';
import type { DeadlineQuery } from '../ports/ticket-reader';
import { Sleep } from './sleep';
import { PAGE, type UpcomingDeadline, UpcomingDeadlines } from './upcoming-deadlines';

/** Which deadlines to watch, and for which caller. */
export interface DeadlineWatchOptions {
  readonly caller: Caller;
  /** The wall-clock time before the due instant at which a deadline is reported. */
  readonly lead: DurationMs;
  /** The filter, as a query of the store. */
  readonly query: Omit<DeadlineQuery, 'since' | 'until'>;
  /** The same filter for a ticket in memory. */
  readonly matches: (ticket: StoredTicket, kind: CommitmentKind) => boolean;
  /** Whether an event can affect a deadline that matches. */
  readonly isRelevant: (event: LoggedEvent) => boolean;
}

/** A running commitment whose due instant is no further away than the lead time. */
export interface ApproachingDeadline {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly dueAt: EpochMs;
}

/** A ticket read less than this ago is reported without reading it again. */
const FRESH_MS = 1_000;
/** How far beyond the lead time deadlines are read. Also the longest sleep between two reads. */
const READ_AHEAD_MS = DAY_MS;

/**
 * Reports deadlines when they come within the lead time, in the order of their due instants: each
 * (commitment, cycle, due instant) once, and none that is overdue. Between two deadlines it sleeps.
 * It subscribes to the event feed and reads again only the tickets that changed.
 *
 * It subscribes before its first read, so it misses no change: what was recorded before is in the
 * read, and what is recorded afterwards comes as an event. A deadline is reported from the ticket
 * as of that moment, so that a commitment that has just been fulfilled is not reported.
 *
 * For one consumer. `return` ends it at once, also during a sleep.
 *
 * @throws TooManyApproachingDeadlines from `next`
 */
export class DeadlineWatch implements AsyncIterableIterator<ApproachingDeadline> {
  private readonly events: AsyncIterableIterator<LoggedEvent>;
  private readonly ended = new AbortController();
  private readonly changedTickets = new Set<string>();
  private readonly deadlines = new UpcomingDeadlines();
  private hasRead = false;
  private failure: unknown = null;
  private readonly sleep = new Sleep();
  private resumeListening: () => void = () => undefined;

  constructor(
    private readonly services: Pick<Services, 'clock' | 'policies' | 'reader' | 'feed'>,
    private readonly options: DeadlineWatchOptions,
  ) {
    this.events = services.feed.subscribe(options.caller, {
      after: services.feed.position,
      accepts: (event) => canMoveDeadlines(event) && options.isRelevant(event),
    });
    void this.listen();
  }

  async next(): Promise<IteratorResult<ApproachingDeadline>> {
    try {
      while (!this.isEnded) {
        const deadline = await this.step();
        if (deadline !== null && !this.isEnded) return { done: false, value: deadline };
      }
    } catch (error) {
      if (!this.isEnded) this.failure = error;
      this.end();
    }
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ApproachingDeadline>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private get isEnded(): boolean {
    return this.ended.signal.aborted;
  }

  private end(): void {
    this.ended.abort();
    this.deadlines.clear();
    this.changedTickets.clear();
    void this.events.return?.();
    this.sleep.wake();
    this.resumeListening();
  }

  /**
   * Collects the ids of changed tickets. When a page of them waits to be read, further events stay
   * in the bounded queue of the feed.
   */
  private async listen(): Promise<void> {
    try {
      for await (const { ticketId } of this.events) {
        this.changedTickets.add(ticketId);
        this.sleep.wake();
        if (this.changedTickets.size < PAGE) continue;
        await new Promise<void>((resolve) => {
          this.resumeListening = resolve;
        });
      }
    } catch (error) {
      this.failure = error;
    }
    this.end();
  }

  /**
   * Reports the next deadline if it is within the lead time. Otherwise reads or sleeps, and returns
   * null.
   */
  private async step(): Promise<ApproachingDeadline | null> {
    if (this.changedTickets.size > 0) {
      const ids = [...this.changedTickets];
      this.changedTickets.clear();
      this.resumeListening();
      await Promise.all(ids.map((id) => this.readTicket(id)));
      return null;
    }
    const now = this.services.clock.now();
    const { first } = this.deadlines;
    const sleepMs = (first?.dueAt ?? this.deadlines.readUntil) - this.options.lead - now;
    // Bounded, because the wait can exceed the maximum of a timer if the clock was set back.
    if (sleepMs > 0) await this.sleep.rest(Math.min(sleepMs, READ_AHEAD_MS));
    else if (first !== undefined) return this.report(first, now);
    else await this.readNextPage(now);
    return null;
  }

  private async report(deadline: UpcomingDeadline, now: EpochMs): Promise<ApproachingDeadline | null> {
    if (deadline.dueAt < now || now - deadline.readAt > FRESH_MS) await this.readTicket(deadline.ticketId);
    const reported = this.deadlines.reportFirst(deadline, this.services.clock.now());
    if (reported === null) return null;
    const { ticket, kind, cycle, dueAt } = reported;
    return { ticket, kind, cycle, dueAt };
  }

  /** The first read is not repeated, so that a new subscriber gets its error at once. */
  private async read<T>(read: () => Promise<T>): Promise<T> {
    const result = await (this.hasRead ? retryWhileDatabaseIsDown(read, this.ended.signal) : read());
    this.hasRead = true;
    return result;
  }

  /** Reads a ticket and replaces its upcoming deadlines. */
  private async readTicket(ticketId: string): Promise<void> {
    const { services, options } = this;
    const read = async () => {
      const ticket = await services.reader.ticketById(forOneRead(options.caller), ticketId);
      return ticket === null ? null : { ticket, policy: await pinnedPolicy(services.policies, ticket) };
    };
    const found = await this.read(read);
    this.deadlines.removeTicket(ticketId);
    if (found === null) return;
    const { ticket, policy } = found;
    const now = services.clock.now();
    for (const { kind, cycle, dueAt } of deadlinesOf(ticket, policy)) {
      if (dueAt >= now && options.matches(ticket, kind)) {
        this.deadlines.add({ ticketId, ticket, readAt: now, kind, cycle, dueAt });
      }
    }
  }

  private async readNextPage(now: EpochMs): Promise<void> {
    const { services, options, deadlines } = this;
    const { since, after } = deadlines.readPosition;
    const until = now + options.lead + READ_AHEAD_MS;
    const query = { ...options.query, since: Math.max(now, since), until };
    const request = { count: PAGE, from: 'START', after, before: null } as const;
    const read = () => services.reader.deadlines(forOneRead(options.caller), query, request);
    const page = await this.read(read);
    const last = page.edges.at(-1);
    deadlines.advance(page.hasNextPage && last !== undefined ? last.node.dueAt : until, last?.cursor ?? null);
    for (const { node } of page.edges) {
      const { ticket, kind, dueAt } = node;
      const cycle = ticket.cycles.findLast((one) => one.kind === kind);
      if (cycle === undefined) continue;
      deadlines.add({ ticketId: ticket.id, ticket, readAt: now, kind, cycle: cycle.number, dueAt });
    }
  }
}

/**
 * Computed once for all watches, which get the same ticket object from the read that they share.
 */
const computedDeadlines = new WeakMap<StoredTicket, ReturnType<typeof runningDeadlines>>();

function deadlinesOf(ticket: StoredTicket, policy: Policy): ReturnType<typeof runningDeadlines> {
  const deadlines = computedDeadlines.get(ticket) ?? runningDeadlines(ticket, policy);
  computedDeadlines.set(ticket, deadlines);
  return deadlines;
}

/**
 * Events that record a due deadline do not move any deadline, and very many of them can be recorded
 * at once.
 */
const canMoveDeadlines = ({ type }: LoggedEvent): boolean => type !== 'MARK_REACHED' && type !== 'COMMITMENT_BREACHED';
