import type { Caller } from './caller';
import type { LogScope, PlacedEvent } from './event-log';
import type { LogPosition } from './logged-event';

/** Which events a subscriber receives. */
export interface FeedRequest {
  /** Those after this position: first those of the log, then those that are recorded. */
  readonly after: LogPosition;
  readonly accepts: (event: PlacedEvent) => boolean;
  /** Only events of this ticket; null for all. */
  readonly ticketId?: LogScope['ticketId'];
}

/**
 * The events of a subscriber, in the order of the log, without a gap. They are read when the
 * subscriber asks for them, so that one who asks slowly keeps nothing waiting.
 */
export interface EventSubscription extends AsyncIterableIterator<PlacedEvent> {
  /** All events up to this position were taken, or are not for it. */
  readonly reached: LogPosition;
  /**
   * The next events, at most so many, as soon as there is one; none if the subscription has ended.
   *
   * @throws CursorExpired if events that it has not taken are not kept any more
   */
  take(most: number): Promise<readonly PlacedEvent[]>;
  /** Goes on after another position. Not to be called while `take` waits. */
  goTo(position: LogPosition): void;
  return(): Promise<IteratorResult<PlacedEvent>>;
}

/** The events that any process records. */
export interface EventFeed {
  /** The last position that this process has seen. */
  readonly position: LogPosition;
  /** The events of tickets that the caller may see, and that are accepted. */
  subscribe(caller: Pick<Caller, 'sees' | 'seesInternal'>, request: FeedRequest): EventSubscription;
}
