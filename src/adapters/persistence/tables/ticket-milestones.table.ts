import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { MilestoneName } from '../../../domain/ticket/milestones';
import { bigint, instant, orNull, primary, text, uuid } from './column-types';

/** A milestone that a ticket reached, as reports count it (ADR 008). */
export interface TicketMilestoneRow {
  readonly ticket_id: string;
  readonly milestone: MilestoneName;
  readonly client_id: string;
  readonly severity: Severity;
  readonly at: EpochMs | null;
  /** A decimal number of milliseconds. */
  readonly business_ms: string | null;
}

export const ticketMilestones = new EntitySchema<TicketMilestoneRow>({
  name: 'ticket_milestones',
  columns: {
    ticket_id: primary(uuid('Ticket that reached the milestone')),
    milestone: primary(text('RESPONSE or WORKAROUND, the first of each; RESOLUTION or CLOSING')),
    client_id: uuid('Client of the ticket'),
    severity: text('Severity of the ticket immediately before the milestone'),
    at: orNull(
      instant('Time at which the milestone was reached; null for the resolution of a ticket that was reopened since'),
    ),
    business_ms: orNull(
      bigint('Business time from the opening, without pauses, in milliseconds; null if it is not known'),
    ),
  },
  indices: [{ name: 'ticket_milestones_at_idx', columns: ['at'] }],
});
