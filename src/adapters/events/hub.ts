import type { EventFeed, LoggedEvent } from '../../application/ports/events';
import type { LogEntry, LogSnapshot } from '../persistence/tickets/event-log';
import { Subscription } from './subscription';

/** How many events may wait for one subscriber. */
export const QUEUE_LIMIT = 1_000;

interface Subscriber {
  readonly subscription: Subscription;
  readonly accepts: (event: LoggedEvent) => boolean;
  /** What was recorded before it came; null once the log is past all that. */
  before: Before | null;
}

interface Before {
  readonly snapshot: LogSnapshot;
  /** Transactions that this process has seen commit since the snapshot. */
  readonly own: ReadonlySet<bigint>;
  /** From this transaction on everything is new. */
  readonly until: bigint;
}

/**
 * Gives every subscriber what it accepts of the log, from its subscribing on: nothing that was committed after
 * `subscribe` returned is left out; and of what was committed before, nothing is given that the log had shown by then or
 * that this process had committed itself.
 */
export class Hub implements EventFeed {
  private readonly subscribers = new Map<Subscription, Subscriber>();
  private readonly own = new Set<bigint>();
  private isClosed = false;

  constructor(
    private latest: LogSnapshot,
    private readonly limit: number = QUEUE_LIMIT,
  ) {}

  get size(): number {
    return this.subscribers.size;
  }

  subscribe(accepts: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent> {
    const subscription = new Subscription(this.limit, (ended) => this.subscribers.delete(ended));
    if (this.isClosed) {
      subscription.end();
      return subscription;
    }
    const own = new Set(this.own);
    const until = [...own].reduce((last, xid) => (xid >= last ? xid + 1n : last), this.latest.end);
    this.subscribers.set(subscription, { subscription, accepts, before: { snapshot: this.latest, own, until } });
    return subscription;
  }

  /** This process has committed a transaction that recorded events. */
  committed(xid: bigint): void {
    this.own.add(xid);
  }

  /** What has been read of the log, in its order, and what had ended by then. */
  publish(entries: readonly LogEntry[], snapshot: LogSnapshot): void {
    for (const entry of entries) {
      for (const subscriber of this.subscribers.values()) deliver(subscriber, entry);
    }
    this.latest = snapshot;
    for (const xid of this.own) if (snapshot.covers(xid)) this.own.delete(xid);
  }

  /** Whether some subscriber is worth waiting for before more of the log is read. */
  isCatchingUp(): boolean {
    let isAny = false;
    for (const { subscription } of this.subscribers.values()) isAny = subscription.isCatchingUp() || isAny;
    return isAny;
  }

  /** Ends every subscription. */
  close(): void {
    this.isClosed = true;
    for (const { subscription } of [...this.subscribers.values()]) subscription.end();
  }
}

function deliver(subscriber: Subscriber, { xid, event }: LogEntry): void {
  const { before, subscription, accepts } = subscriber;
  if (before !== null) {
    if (before.snapshot.covers(xid) || before.own.has(xid)) return;
    if (xid >= before.until) subscriber.before = null;
  }
  let isWanted: boolean;
  try {
    isWanted = accepts(event);
  } catch (error) {
    subscription.fail(error);
    return;
  }
  if (isWanted) subscription.push(event);
}
