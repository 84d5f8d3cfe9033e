import type { Caller } from '../../application/ports/caller';
import { type EventFeed, type LoggedEvent, SlowSubscriber } from '../../application/ports/events';
import { sees } from '../../application/visibility';
import type { LogEntry, LogSnapshot } from '../persistence/tickets/event-log';
import { Subscription } from './subscription';
import { WAITING_LIMITS, WaitingEvents, type WaitingLimits } from './waiting-events';

interface Subscriber {
  readonly subscription: Subscription;
  readonly caller: Pick<Caller, 'sees'>;
  readonly accepts: (event: LoggedEvent) => boolean;
  /** What was recorded before it subscribed. Null once the log has been read beyond that. */
  baseline: Baseline | null;
}

/** The transactions whose events a subscriber does not receive. */
interface Baseline {
  /** The transactions that had ended when the log was last read. */
  readonly snapshot: LogSnapshot;
  /** Transactions of this process that committed after the snapshot. */
  readonly own: ReadonlySet<bigint>;
  /**
   * Neither `snapshot` nor `own` covers this transaction or a later one, so all of these are
   * delivered.
   */
  readonly firstNew: bigint;
}

/**
 * Delivers the events of the log to the subscribers that accept them. A subscriber receives every
 * event committed after `subscribe` returned. It receives no event that had been read from the log,
 * or that this process had committed, before it subscribed.
 */
export class Hub implements EventFeed {
  private readonly subscribers = new Map<Subscription, Subscriber>();
  private readonly own = new Set<bigint>();
  private readonly waiting = new WaitingEvents();
  private isClosed = false;

  constructor(
    private latest: LogSnapshot,
    private readonly limits: WaitingLimits = WAITING_LIMITS,
  ) {}

  get size(): number {
    return this.subscribers.size;
  }

  /** The characters of all events that wait for subscribers. */
  get waitingCharacters(): number {
    return this.waiting.characters;
  }

  subscribe(
    caller: Pick<Caller, 'sees'>,
    accepts: (event: LoggedEvent) => boolean,
  ): AsyncIterableIterator<LoggedEvent> {
    const subscription = new Subscription(this.limits, this.waiting, (ended) => this.subscribers.delete(ended));
    if (this.isClosed) {
      subscription.end();
      return subscription;
    }
    const own = new Set(this.own);
    const firstNew = [...own].reduce((last, xid) => (xid >= last ? xid + 1n : last), this.latest.end);
    const baseline = { snapshot: this.latest, own, firstNew };
    this.subscribers.set(subscription, { subscription, caller, accepts, baseline });
    return subscription;
  }

  /** To be called after this process has committed a transaction that recorded events. */
  committed(xid: bigint): void {
    this.own.add(xid);
  }

  /**
   * Delivers entries read from the log, in its order. `snapshot` is that of the read, whose entries
   * can be delivered in several parts.
   */
  publish(entries: readonly LogEntry[], snapshot: LogSnapshot): void {
    for (const entry of entries) {
      for (const subscriber of this.subscribers.values()) deliver(subscriber, entry);
      this.keepBelowLimit();
    }
    this.latest = snapshot;
    for (const xid of this.own) if (snapshot.covers(xid)) this.own.delete(xid);
  }

  /** Whether a subscriber is catching up, so that reading the log should pause. */
  isCatchingUp(): boolean {
    const isCrowded = this.waiting.characters > this.limits.charactersInAll / 2;
    // Each subscription measures its pace when it is called, so none may be skipped.
    let result = false;
    for (const { subscription } of this.subscribers.values()) result = subscription.isCatchingUp(isCrowded) || result;
    return result;
  }

  /** Ends every subscription. */
  close(): void {
    this.isClosed = true;
    for (const { subscription } of [...this.subscribers.values()]) subscription.end();
  }

  /** Ends the subscriptions that are the greatest burden while too much waits for all of them. */
  private keepBelowLimit(): void {
    const { charactersInAll } = this.limits;
    while (this.waiting.characters > charactersInAll) {
      const now = performance.now();
      const [heaviest] = [...this.subscribers.keys()].reduce<[Subscription | null, number]>(
        ([most, burden], one) => (one.burden(now) > burden ? [one, one.burden(now)] : [most, burden]),
        [null, 0],
      );
      if (heaviest === null) return;
      heaviest.fail(new SlowSubscriber(charactersInAll, 'characters of the events of all subscriptions'));
    }
  }
}

function deliver(subscriber: Subscriber, { xid, event }: LogEntry): void {
  const { baseline, subscription, caller, accepts } = subscriber;
  if (baseline !== null) {
    if (baseline.snapshot.covers(xid) || baseline.own.has(xid)) return;
    if (xid >= baseline.firstNew) subscriber.baseline = null;
  }
  let isAccepted: boolean;
  try {
    isAccepted = sees(caller, event.clientId) && accepts(event);
  } catch (error) {
    subscription.fail(error);
    return;
  }
  if (isAccepted) subscription.push(event);
}
