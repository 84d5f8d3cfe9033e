import { runningDeadlines } from '../../domain/commitment/view';
import { DAY_MS, type DurationMs, type EpochMs } from '../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy } from '../../domain/policy/policy';
import { pinnedPolicy } from '../policies/pinned-policy';
import type { Caller } from '../ports/caller';
import type { LoggedEvent } from '../ports/events';
import type { Services } from '../ports/services';
import type { StoredTicket } from '../ports/stored-ticket';
import type { DeadlineQuery } from '../ports/ticket-reader';
import { Sleep } from './sleep';

/** What is watched, and for whom. */
export interface Watched {
  readonly caller: Caller;
  /** How long before its due instant a deadline is told, by the wall clock. */
  readonly lead: DurationMs;
  /** The deadlines that are wanted, as the store is asked for them … */
  readonly query: Omit<DeadlineQuery, 'since' | 'until'>;
  /** … and the same of a ticket in memory. */
  readonly wants: (ticket: StoredTicket, kind: CommitmentKind) => boolean;
  /** Whether something that happened can matter. */
  readonly concerns: (event: LoggedEvent) => boolean;
  /** Makes a read, again where it is worth it; gives up once the signal says that nobody waits any more. */
  readonly retryWhileDatabaseIsDown: <T>(read: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

/** A running commitment whose due instant is no more than the lead away. */
export interface NearDeadline {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly dueAt: EpochMs;
}

/** What is kept of a deadline that is to come. */
interface Expected {
  readonly ticketId: string;
  /** As it was read at that instant. */
  readonly ticket: StoredTicket;
  readonly readAt: EpochMs;
  readonly kind: CommitmentKind;
  readonly cycle: number;
  readonly dueAt: EpochMs;
}

const PAGE = 100;
/** At most so many are kept of those to come; what lies further is read again when they are used up. */
const MOST_KEPT = 2 * PAGE;
/** A ticket that was read no longer ago is told as it is; the log says soon enough what has happened to it since. */
const FRESH_MS = 1_000;
/** Of so many it is remembered that they were told: some thirty megabytes. */
const MAX_REPORTED = 100_000;
/** How far beyond the lead is read. Bounds the read, and the sleep until the next one as well. */
const AHEAD_MS = DAY_MS;

/** More deadlines are near at a time than a watch remembers. */
export class TooManyNear extends Error {
  override readonly name = 'TooManyNear';
  constructor() {
    super(
      `More than ${MAX_REPORTED.toLocaleString('en')} deadlines are nearer than the lead; ask for a shorter lead or filter them.`,
    );
  }
}

/**
 * Tells deadlines as they come near, in the order in which they are due: each (commitment, cycle, due instant) once, and
 * none that is overdue. Between two it only sleeps; of the log it hears which tickets changed, and looks at those alone.
 *
 * What is to come is kept for a stretch of time, `readTo`, at most `MOST_KEPT` of it. The order of subscribing, reading
 * and listening leaves no gap: what is recorded after the first read is heard of, and what was recorded before is read.
 * A deadline is told from the ticket as it stands at that moment, so that none is told which has just been met.
 *
 * One consumer; `return` ends it at once, asleep or not.
 *
 * @throws TooManyNear, as an end of the iteration
 */
export class DeadlineWatch implements AsyncIterableIterator<NearDeadline> {
  private readonly events: AsyncIterableIterator<LoggedEvent>;
  private readonly over = new AbortController();
  private readonly changed = new Set<string>();
  private readonly told = new Map<string, EpochMs>();
  private expected: Expected[] = [];
  /** Everything due up to here is told or expected. */
  private readTo: EpochMs = Number.NEGATIVE_INFINITY;
  /** Where reading goes on: behind this place of a list that begins there. */
  private place: { readonly since: EpochMs; readonly after: string | null } = { since: this.readTo, after: null };
  private failure: unknown = null;
  private readonly sleep = new Sleep();
  private goOn: () => void = () => undefined;

  constructor(
    private readonly services: Pick<Services, 'clock' | 'policies' | 'reader' | 'feed'>,
    private readonly watched: Watched,
  ) {
    this.events = services.feed.subscribe((event) => movesDeadlines(event) && watched.concerns(event));
    void this.listen();
  }

  async next(): Promise<IteratorResult<NearDeadline>> {
    try {
      while (!this.isOver) {
        const near = await this.step();
        if (near !== null && !this.isOver) return { done: false, value: near };
      }
    } catch (error) {
      if (!this.isOver) this.failure = error;
      this.end();
    }
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<NearDeadline>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private end(): void {
    this.over.abort();
    this.expected = [];
    this.told.clear();
    this.changed.clear();
    void this.events.return?.();
    this.sleep.wake();
    this.goOn();
  }

  /** Notes which tickets changed; while many wait to be looked at, further events wait in the feed's bounded queue. */
  private async listen(): Promise<void> {
    try {
      for await (const { ticketId } of this.events) {
        this.changed.add(ticketId);
        this.sleep.wake();
        if (this.changed.size < PAGE) continue;
        await new Promise<void>((resolve) => {
          this.goOn = resolve;
        });
      }
    } catch (error) {
      this.failure = error;
    }
    this.end();
  }

  /** Does what is to be done first: tells what is near, or looks, reads or rests and gives null. */
  private async step(): Promise<NearDeadline | null> {
    if (this.changed.size > 0) {
      const ids = [...this.changed];
      this.changed.clear();
      this.goOn();
      await Promise.all(ids.map((id) => this.look(id)));
      return null;
    }
    const now = this.services.clock.now();
    const [first] = this.expected;
    const sleep = (first?.dueAt ?? this.readTo) - this.watched.lead - now;
    // A clock that was set back must not ask for more than a timer can wait.
    if (sleep > 0) await this.sleep.rest(Math.min(sleep, AHEAD_MS));
    else if (first !== undefined) return this.tell(first, now);
    else await this.readOn(now);
    return null;
  }

  private async tell(deadline: Expected, now: EpochMs): Promise<NearDeadline | null> {
    if (deadline.dueAt < now || now - deadline.readAt > FRESH_MS) await this.look(deadline.ticketId);
    const [first] = this.expected;
    // Met, moved or overdue by now.
    if (first === undefined || keyOf(first) !== keyOf(deadline)) return null;
    this.expected.shift();
    // It was read as well as heard of.
    if (this.told.has(keyOf(first))) return null;
    this.forget();
    this.told.set(keyOf(first), first.dueAt);
    if (this.told.size > MAX_REPORTED) throw new TooManyNear();
    const { ticket, kind, cycle, dueAt } = first;
    return { ticket, kind, cycle, dueAt };
  }

  /** Of what is overdue nothing is told again anyway. */
  private forget(): void {
    const now = this.services.clock.now();
    for (const [key, dueAt] of this.told) {
      // They were told in the order of their due instants, nearly; one out of order is forgotten somewhat later.
      if (dueAt >= now) break;
      this.told.delete(key);
    }
  }

  /** Reads a ticket, and expects of it what is still to come, in place of what was expected. */
  private async look(ticketId: string): Promise<void> {
    const { services, watched } = this;
    const read = async () => {
      const ticket = await services.reader.ticketById(watched.caller, ticketId);
      return ticket === null ? null : { ticket, policy: await pinnedPolicy(services.policies, ticket) };
    };
    const found = await watched.retryWhileDatabaseIsDown(read, this.over.signal);
    this.expected = this.expected.filter((one) => one.ticketId !== ticketId);
    if (found === null) return;
    const { ticket, policy } = found;
    const now = services.clock.now();
    for (const { kind, cycle, dueAt } of deadlinesOf(ticket, policy)) {
      if (dueAt >= now && watched.wants(ticket, kind)) {
        this.expect({ ticketId, ticket, readAt: now, kind, cycle, dueAt });
      }
    }
  }

  private async readOn(now: EpochMs): Promise<void> {
    const { services, watched } = this;
    const until = now + watched.lead + AHEAD_MS;
    const query = { ...watched.query, since: Math.max(now, this.place.since), until };
    const request = { count: PAGE, from: 'START', after: this.place.after, before: null } as const;
    const read = () => services.reader.deadlines(watched.caller, query, request);
    const page = await watched.retryWhileDatabaseIsDown(read, this.over.signal);
    const last = page.edges.at(-1);
    if (last !== undefined) this.place = { ...this.place, after: last.cursor };
    this.readTo = page.hasNextPage && last !== undefined ? last.node.dueAt : until;
    for (const { node } of page.edges) {
      const { ticket, kind, dueAt } = node;
      const cycle = ticket.cycles.findLast((one) => one.kind === kind);
      if (cycle === undefined) continue;
      this.expect({ ticketId: ticket.id, ticket, readAt: now, kind, cycle: cycle.number, dueAt });
    }
  }

  private expect(deadline: Expected): void {
    if (deadline.dueAt > this.readTo || this.told.has(keyOf(deadline))) return;
    const at = this.expected.findIndex((other) => compareDeadlines(deadline, other) < 0);
    this.expected.splice(at < 0 ? this.expected.length : at, 0, deadline);
    if (this.expected.length <= MOST_KEPT) return;
    this.expected.length = PAGE;
    this.readTo = this.expected[PAGE - 1]?.dueAt ?? this.readTo;
    this.place = { since: this.readTo, after: null };
  }
}

/** Reckoned once for all watches: they are given the same object by the read that they share. */
const reckoned = new WeakMap<StoredTicket, ReturnType<typeof runningDeadlines>>();

function deadlinesOf(ticket: StoredTicket, policy: Policy): ReturnType<typeof runningDeadlines> {
  const deadlines = reckoned.get(ticket) ?? runningDeadlines(ticket, policy);
  reckoned.set(ticket, deadlines);
  return deadlines;
}

/** What falls due is recorded without moving anything, and there may be a great deal of it at once. */
const movesDeadlines = ({ type }: LoggedEvent): boolean => type !== 'MARK_REACHED' && type !== 'COMMITMENT_BREACHED';

const keyOf = ({ ticketId, kind, cycle, dueAt }: Expected): string => `${ticketId}/${kind}/${cycle}/${dueAt}`;

/** The order of the store's list. */
function compareDeadlines(one: Expected, other: Expected): number {
  if (one.dueAt !== other.dueAt) return one.dueAt - other.dueAt;
  if (one.ticketId !== other.ticketId) return one.ticketId < other.ticketId ? -1 : 1;
  return COMMITMENT_KINDS.indexOf(one.kind) - COMMITMENT_KINDS.indexOf(other.kind);
}
