import type { EpochMs } from '../../domain/instant';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { AsOf } from './stored-ticket';

/** An event with its place in the log. */
export type LoggedEvent = TicketEvent & {
  /** The client of its ticket. */
  readonly clientId: string;
  readonly id: string;
  readonly recordedAt: EpochMs;
  /** Opaque, and in the order in which events became visible. */
  readonly cursor: string;
  /** Present where it is shown as part of a ticket's history as of an instant. */
  readonly asOf?: AsOf;
};

/** Subscribes to what is recorded from now on, by any process on the same database, in the order of the log. */
export interface EventFeed {
  /** Ends when `return` is called; throws a `SlowSubscriber` error when the subscriber cannot keep up. */
  subscribe(accepts: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent>;
}

/** A subscriber did not take its events in time; it must subscribe anew and read what it missed. */
export class SlowSubscriber extends Error {
  override readonly name = 'SlowSubscriber';
  constructor(
    /** How many events may wait for a subscriber. */
    readonly limit: number,
  ) {
    super(`The subscriber left more than ${limit} events unread and was ended; subscribe anew.`);
  }
}
