import type { TicketOrder } from '../../../application/ports/ticket-filter';
import type { Ordering } from '../lists/page';

const BY = {
  NUMBER: { key: 't.number', type: 'integer', nullable: false, tie: null },
  OPENED_AT: { key: 't.opened_at', type: 'timestamptz', nullable: false, tie: 't.id' },
  LAST_EVENT_AT: { key: 't.last_event_at', type: 'timestamptz', nullable: false, tie: 't.id' },
  UPDATED_AT: { key: 't.updated_at', type: 'timestamptz', nullable: false, tie: 't.id' },
  RESOLVED_AT: { key: 't.resolved_at', type: 'timestamptz', nullable: true, tie: 't.id' },
  CLOSED_AT: { key: 't.closed_at', type: 'timestamptz', nullable: true, tie: 't.id' },
  SEVERITY: { key: 't.severity', type: 'severity', nullable: false, tie: 't.id' },
  NEXT_DEADLINE_AT: { key: 't.due_at', type: 'timestamptz', nullable: true, tie: 't.id' },
  AWAITING_REPLY_SINCE: { key: 't.awaiting_reply_since', type: 'timestamptz', nullable: true, tie: 't.id' },
} as const satisfies Record<TicketOrder['by'], Omit<Ordering, 'list' | 'descending'>>;

/** The orders of lists of tickets, each with its column. */
export const ticketOrdering = ({ by, direction }: TicketOrder): Ordering => ({
  ...BY[by],
  list: `tickets/${by}/${direction}`,
  descending: direction === 'DESC',
});

/** The follow-ups of a ticket, the earliest first. */
export const FOLLOW_UPS: Ordering = { ...BY.NUMBER, list: 'follow-ups', descending: false };

/** The events of a ticket, the earliest first. */
export const EVENTS: Ordering = {
  list: 'events',
  key: 'e.number',
  type: 'integer',
  nullable: false,
  tie: null,
  descending: false,
};
