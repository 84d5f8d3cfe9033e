import type { EpochMs } from '../../domain/instant';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { AsOf } from './stored-ticket';

/** A place in the log of all events: 1 for the first event, 0 before it. */
export type LogPosition = number;

/** An event of the log. */
export type LoggedEvent = TicketEvent & {
  /** The client of its ticket. */
  readonly clientId: string;
  readonly id: string;
  readonly recordedAt: EpochMs;
  /** Present if the event was read by its position. */
  readonly position?: LogPosition;
  /** Present if the event is part of the history of a ticket as of an instant. */
  readonly asOf?: AsOf;
};
