import { Sleep } from '../deadlines/sleep';
import { nullIfExpired } from '../events/event-cursor';
import { endBefore, readablePart } from '../events/readable-part';
import { type BusLease, type BusMessage, BusMoved, type BusPositions, type EventBus } from '../ports/event-bus';
import type { EventLog, PlacedEvent, UnreadableEntry } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';

/** The events that are published at a time. */
const BATCH = 200;
const POLL_MS = 1_000;
/** How often in a row the bus may have moved before that counts as a failure. */
const MOST_MOVES = 3;
const LONGEST_PAUSE_MS = 5_000;
/** After this time, a process that left the bus to those of a newer version looks again. */
const NEWER_PAUSE_MS = 15_000;

/** The messages of events up to `newer`. A damaged event has none. */
export interface ReadableMessages {
  readonly messages: readonly BusMessage[];
  /** The first event that needs a newer version; null if there is none. */
  readonly newer: UnreadableEntry | null;
}

export interface BusPublisherDeps {
  readonly log: Pick<EventLog, 'after' | 'bounds'>;
  readonly bus: EventBus;
  readonly positions: BusPositions;
  /** The messages of events, in their order, as far as this version can read their tickets. */
  readonly messagesOf: (events: readonly PlacedEvent[]) => Promise<ReadableMessages>;
  /** Where a bus begins to which nothing was published yet. */
  readonly start: 'BEGINNING' | 'NOW';
  /** Publishing failed; it is tried again. */
  readonly onError: (error: unknown) => void;
  readonly onRecovered: () => void;
  /** Events were removed from the log before they were published. */
  readonly onMissed: (from: LogPosition, to: LogPosition) => void;
  /** An event is damaged; the bus goes on without it. */
  readonly onDamaged: (error: unknown) => void;
  /** A newer version wrote an event; the bus is left to a process that can read it. */
  readonly onNewer: (newer: UnreadableEntry) => void;
}

/**
 * Publishes the log to a bus, in its order, by one process at a time. The bus itself says what it
 * has: each message is added only after the one before it, so that a process which was frozen
 * cannot add an event a second time or in another place.
 */
export class BusPublisher {
  /** The events up to it are on the bus, as far as this process knows. */
  position: LogPosition = 0;
  /** How many events this process has published. */
  published = 0;
  /** Whether this process publishes. */
  isHolder = false;
  /** The event before which it left the bus to processes of a newer version; null if it did not. */
  newer: UnreadableEntry | null = null;
  private lease: BusLease | null = null;
  private isClosed = false;
  private isWoken = false;
  private hasFailed = false;
  private readonly sleep = new Sleep();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly deps: BusPublisherDeps) {}

  start(): void {
    this.running = this.run();
  }

  /** To be called when the log may have new events. */
  wake(): void {
    // Otherwise it would take the lease again before a process of a newer version does.
    if (this.newer !== null) return;
    this.isWoken = true;
    this.sleep.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.sleep.wake();
    await this.running;
    if (this.lease !== null) await this.deps.positions.release(this.lease).catch(() => undefined);
    await this.deps.bus.close();
  }

  private async run(): Promise<void> {
    let failures = 0;
    let moves = 0;
    while (!this.isClosed) {
      this.isWoken = false;
      let pause = POLL_MS;
      try {
        if (await this.step()) pause = 0;
        else if (this.newer !== null) pause = NEWER_PAUSE_MS;
        failures = 0;
        moves = 0;
        if (this.hasFailed && this.isHolder) this.deps.onRecovered();
        this.hasFailed = false;
      } catch (error) {
        this.forget();
        // Once is ordinary: another process has published. Again and again is not.
        if (error instanceof BusMoved) moves += 1;
        if (!(error instanceof BusMoved) || moves > MOST_MOVES) {
          failures += 1;
          pause = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures);
          if (!this.hasFailed) this.deps.onError(error);
          this.hasFailed = true;
          this.isWoken = false;
        }
      }
      if (pause > 0 && !this.isWoken && !this.isClosed) await this.sleep.rest(pause);
    }
  }

  /** @returns whether there may be more to publish */
  private async step(): Promise<boolean> {
    const { log, bus, positions, messagesOf } = this.deps;
    if (!(await this.hold())) return false;
    const page = await log.after(this.position, BATCH).catch(nullIfExpired);
    if (page === null) return this.skipRemoved();
    const readable = readablePart(page);
    const { messages, newer } = await messagesOf(readable.entries);
    const part = newer === null ? readable : { ...endBefore(newer, readable), newer };
    for (const { error } of part.unreadable) this.deps.onDamaged(error);
    if (messages.length > 0) await bus.publish(messages);
    this.published += messages.length;
    if (part.next > this.position) await this.moveTo(positions, part.next);
    await this.leaveTo(part.newer);
    return part.isFull;
  }

  /** Gives the lease back if the next event is for a process of a newer version. */
  private async leaveTo(newer: UnreadableEntry | null): Promise<void> {
    if (newer !== null && newer.position !== this.newer?.position) this.deps.onNewer(newer);
    this.newer = newer;
    if (newer === null || this.lease === null) return;
    const { lease } = this;
    this.lease = null;
    this.forget();
    await this.deps.positions.release(lease);
  }

  /** Takes or extends the lease. The bus is asked for its last message when this process begins. */
  private async hold(): Promise<boolean> {
    const { log, bus, positions, start } = this.deps;
    const { newest, removedTo } = await log.bounds();
    const lease = await positions.take(start === 'NOW' ? newest : removedTo);
    if (lease === null) {
      this.forget();
      return false;
    }
    const isSame = this.lease?.token === lease.token && this.isHolder;
    this.lease = lease;
    if (isSame) return true;
    // What the bus has is what counts: the process before may have ended between the bus and the
    // database, and a bus can lose its last messages. A bus that is further than one batch ahead of
    // the database has events of before the database was restored to an earlier time.
    const ofBus = await bus.lastPosition();
    const isRestored = ofBus !== null && (ofBus > newest || ofBus > lease.position + BATCH);
    this.position = ofBus === null || isRestored ? Math.min(lease.position, newest) : ofBus;
    this.isHolder = true;
    // So that the bus is never ahead by more than one batch.
    if (this.position > lease.position) await this.moveTo(positions, this.position);
    return this.isHolder;
  }

  private async moveTo(positions: BusPositions, position: LogPosition): Promise<void> {
    this.position = position;
    if (this.lease === null || !(await positions.advance(this.lease, position))) this.forget();
  }

  private async skipRemoved(): Promise<boolean> {
    const { removedTo } = await this.deps.log.bounds();
    this.deps.onMissed(this.position, removedTo);
    await this.moveTo(this.deps.positions, removedTo);
    return true;
  }

  private forget(): void {
    this.isHolder = false;
  }
}
