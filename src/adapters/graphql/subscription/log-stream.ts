import type { PlacedEvent } from '../../../application/ports/event-log';
import type { EventSubscription } from '../../../application/ports/events';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';

/** An event that passed the filter of a subscriber. */
export interface StreamedEvent<Event extends PlacedEvent = PlacedEvent> {
  readonly event: Event;
  /** As of the delivery; null if neither the document nor the filter asks for it. */
  readonly ticket: StoredTicket | null;
}

/** The tickets that are read at once for the events that a subscriber takes. */
const TICKETS_AT_ONCE = 50;

/**
 * The source of a subscription that reads the log: events with their tickets, which are read
 * together for as many events as there are.
 *
 * Not an async generator, because a generator handles `return()` only after its pending `next()`,
 * so a subscriber of a source without events could never unsubscribe.
 */
export class LogStream implements AsyncIterableIterator<StreamedEvent> {
  private waiting: StreamedEvent[] = [];
  private readonly ended = new AbortController();

  constructor(
    /** All events up to it have been returned, or were left out. */
    public position: LogPosition,
    private readonly events: EventSubscription,
    /**
     * Reads what an event needs; null for an event that is left out. The signal is aborted when the
     * stream has ended.
     */
    private readonly read: (
      event: PlacedEvent,
      signal: AbortSignal,
    ) => StreamedEvent | null | Promise<StreamedEvent | null>,
  ) {}

  /** Whether the next event has been read. */
  get isReady(): boolean {
    return this.waiting.length > 0;
  }

  /** All events up to this position were returned or left out, or are being read. */
  get reached(): LogPosition {
    const [next] = this.waiting;
    return next === undefined ? this.events.reached : next.event.position - 1;
  }

  /** Goes on after another position. Not to be called while `next` waits. */
  goTo(position: LogPosition): void {
    this.waiting = [];
    this.position = position;
    this.events.goTo(position);
  }

  async next(): Promise<IteratorResult<StreamedEvent>> {
    for (;;) {
      const first = this.waiting.shift();
      if (first !== undefined) {
        this.position = first.event.position;
        return { done: false, value: first };
      }
      const taken = await this.events.take(TICKETS_AT_ONCE);
      if (taken.length === 0) return { done: true, value: undefined };
      try {
        const read = taken.map((event) => this.read(event, this.ended.signal));
        this.waiting = (await Promise.all(read)).filter((found) => found !== null);
      } catch (error) {
        await this.events.return();
        throw error;
      }
    }
  }

  async return(): Promise<IteratorResult<StreamedEvent>> {
    this.ended.abort();
    this.waiting = [];
    await this.events.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
