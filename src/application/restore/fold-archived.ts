import { fold } from '../../domain/ticket/fold';
import type { Ticket } from '../../domain/ticket/ticket';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import { readEvent } from '../../domain/ticket/upcast';
import { pinnedPolicy } from '../policies/pinned-policy';
import type { ArchivedEvents, ArchivedTicket, RestoredTicket } from '../ports/archive';
import type { Policies } from '../ports/policies';
import { ticketRecordOf } from '../tickets/decide-changes';

interface Ports {
  readonly policies: Policies;
  /** Whether the error comes from the database, and not from an event. */
  isStoreFault(error: unknown): boolean;
}

/** The ticket as its events make it, or why they cannot be folded. One event is read at a time. */
export async function foldArchived(
  archived: { readonly ticket: ArchivedTicket; readonly events: ArchivedEvents },
  { policies, isStoreFault }: Ports,
): Promise<RestoredTicket | string> {
  const { events } = archived;
  const { id, number, version } = archived.ticket;
  const incomplete = `its events are not those from 1 to ${version}`;
  if (events.length !== version) return incomplete;
  try {
    const history: TicketEvent[] = [];
    let ticket: Ticket | null = null;
    let recordedAt = 0;
    for (const event of events) {
      if (event.number !== history.length + 1) return incomplete;
      const read = readEvent({ ...event, id: '0' });
      ticket = fold(ticket, read);
      history.push(withoutTexts(read));
      recordedAt = event.recordedAt;
    }
    if (ticket === null) return 'it has no event';
    if (ticket.version !== version || ticket.id !== id) return 'its events do not make this ticket';
    const policy = await pinnedPolicy(policies, ticket);
    return { record: ticketRecordOf({ ticket, stored: null, policy, events: history }, recordedAt), number, events };
  } catch (error) {
    if (!(error instanceof Error) || isStoreFault(error)) throw error;
    return error.message;
  }
}

/** The event without long texts: a ticket can have any number of them, and reports need none. */
function withoutTexts(event: TicketEvent): TicketEvent {
  if (event.type === 'COMMUNICATED' || event.type === 'NOTE_ADDED') return { ...event, body: '' };
  if (event.type === 'CALL_RECORDED') return { ...event, note: null };
  if (event.type === 'RESOLVED') return { ...event, resolution: null };
  return event;
}
