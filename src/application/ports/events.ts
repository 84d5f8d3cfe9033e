import type { EpochMs } from '../../domain/instant';
import { thousands } from '../../domain/thousands';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { Caller } from './caller';
import type { AsOf } from './stored-ticket';

/** An event with its place in the log. */
export type LoggedEvent = TicketEvent & {
  /** The client of its ticket. */
  readonly clientId: string;
  readonly id: string;
  readonly recordedAt: EpochMs;
  /** Opaque. Cursors follow the order in which events became visible. */
  readonly cursor: string;
  /** Present if the event is part of the history of a ticket as of an instant. */
  readonly asOf?: AsOf;
};

/** The events that any process records from now on, in the order of the log. */
export interface EventFeed {
  /**
   * The events of tickets that the caller may see, and that are accepted. Others neither reach the
   * subscriber nor count as waiting for it.
   *
   * The iteration ends when `return` is called, and throws `SlowSubscriber` if the subscriber
   * cannot keep up.
   */
  subscribe(caller: Pick<Caller, 'sees'>, accepts: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent>;
}

/**
 * A subscriber did not take its events in time. It has to subscribe again and read what it missed.
 */
export class SlowSubscriber extends Error {
  override readonly name = 'SlowSubscriber';
  /** @param what the plural of what is limited, such as `events` */
  constructor(limit: number, what: string) {
    super(
      `The subscription ended because more than ${thousands(limit)} ${what} were waiting to be read; subscribe again.`,
    );
  }
}
