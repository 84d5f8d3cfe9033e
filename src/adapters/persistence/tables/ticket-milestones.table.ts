import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import type { MilestoneName } from '../../../domain/ticket/milestones';
import { instant, milliseconds, orNull, primary, text, uuid } from './column-types';

/** What a ticket has reached, as reports count it (ADR 008). */
export interface TicketMilestoneRow {
  readonly ticket_id: string;
  readonly milestone: MilestoneName;
  readonly client_id: string;
  readonly severity: Severity;
  readonly at: EpochMs | null;
  /** Milliseconds, in decimal. */
  readonly business_ms: string | null;
}

export const ticketMilestones = new EntitySchema<TicketMilestoneRow>({
  name: 'ticket_milestones',
  columns: {
    ticket_id: primary(uuid('The ticket that reached it')),
    milestone: primary(text('RESPONSE and WORKAROUND, the first of each; RESOLUTION, CLOSING')),
    client_id: uuid('The client of the ticket'),
    severity: text('The severity of the ticket just before it'),
    at: orNull(instant('When it was reached; null for the resolution of a ticket that was reopened since')),
    business_ms: orNull(
      milliseconds('Milliseconds of business time from opening, less pauses; null where nothing can be said'),
    ),
  },
  indices: [{ name: 'ticket_milestones_at_idx', columns: ['at'] }],
});
