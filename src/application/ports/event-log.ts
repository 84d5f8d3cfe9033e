import type { UnreadableEvent } from '../../domain/ticket/upcast';
import type { Visibility } from './caller';
import type { LoggedEvent, LogPosition } from './logged-event';

/** An event that has a position. */
export type PlacedEvent = LoggedEvent & { readonly position: LogPosition };

/** An event that has a position and cannot be read. */
export interface UnreadableEntry {
  readonly position: LogPosition;
  readonly clientId: string;
  readonly error: UnreadableEvent;
}

/** A part of the log. */
export interface LogPage {
  readonly entries: readonly PlacedEvent[];
  /** The events of this part that cannot be read. They are not among the entries. */
  readonly unreadable: readonly UnreadableEntry[];
  /**
   * The position after which the next page begins: of a full page that of its last event, else the
   * last that the read could see. Nothing is skipped if it was of a server that lags behind.
   */
  readonly next: LogPosition;
  /** Whether the limit was reached, so that there may be more. */
  readonly isFull: boolean;
}

/** Which events of the log to read. */
export interface LogScope {
  /** Only events of these clients. */
  readonly sees: Visibility;
  /** Only events of this ticket; null for all. */
  readonly ticketId: string | null;
}

export const WHOLE_LOG: LogScope = { sees: 'ALL', ticketId: null };

/** From where the log is kept, and where it ends. */
export interface LogBounds {
  /** The events up to this position may have been removed. */
  readonly removedTo: LogPosition;
  readonly newest: LogPosition;
}

/**
 * The log of all events, in an order that every reader sees alike. An event gets its position after
 * its transaction has committed, so that a reader who goes by position misses none. The events of
 * one ticket have their positions in the order of their numbers.
 */
export interface EventLog {
  /** Gives positions to what is committed and has none. Any process may call it at any time. */
  place(): Promise<LogPosition>;
  bounds(): Promise<LogBounds>;
  /** The events after a position, the earliest first. Does not give positions first. */
  after(position: LogPosition, limit: number, scope?: LogScope): Promise<LogPage>;
  /** The position of an event by its id; gives it one if it has none. */
  positionOf(eventId: string): Promise<LogPosition>;
}

/** The events after a cursor are not all kept any more. */
export class CursorExpired extends Error {
  override readonly name = 'CursorExpired';
  constructor() {
    super(
      'The events after this cursor are not all kept any more; read the tickets again, and go on without a cursor.',
    );
  }
}

/** A cursor is ahead of the log, which was restored to an earlier time since. */
export class CursorAhead extends Error {
  override readonly name = 'CursorAhead';
  constructor() {
    super(
      'The log has no event at this cursor: it was restored to an earlier time, or the cursor is of another service. Read the tickets again, and go on without a cursor.',
    );
  }
}

/** A newer version of Stepdown wrote an event, which this process cannot read. */
export class NewerEvent extends Error {
  override readonly name = 'NewerEvent';
  constructor() {
    super(
      'A newer version of the service has recorded an event that this process cannot read. Try again with the last cursor: another process may be of that version.',
    );
  }
}
