import type { TicketChange } from '../../src/application/events/ticket-changes';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import type { WebhookAnswer } from '../../src/application/ports/webhook-sender';
import { foldAll } from '../../src/domain/ticket/fold';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { CIMCLOUD } from './domain';
import { readStoredLog, STORED_RELEASES, storedEvents } from './stored-logs';

/** The answer of an endpoint that has accepted a message. */
export const ACCEPTED: WebhookAnswer = {
  statusCode: 200,
  error: null,
  durationMs: 1,
  response: null,
  retryAfter: undefined,
  isAborted: false,
};

/** Every event of the newest stored log, with its ticket before and after it. It has all types. */
export function sampleChanges(): readonly TicketChange[] {
  const log = readStoredLog(STORED_RELEASES.at(-1) ?? '');
  const ids = [...new Set(log.rows.map((row) => row.ticket_id))];
  return ids.flatMap((id, index) => {
    const events = storedEvents(log, id);
    return events.map((event, place): TicketChange => {
      const after = stored(events.slice(0, place + 1), index + 1);
      const placed: PlacedEvent = {
        ...event,
        clientId: after.clientId,
        id: `${place + 1}`,
        recordedAt: event.at,
        position: place + 1,
      };
      const before = place === 0 ? null : stored(events.slice(0, place), index + 1);
      return { event: placed, before, after, policy: CIMCLOUD };
    });
  });
}

const stored = (events: readonly TicketEvent[], number: number): StoredTicket => {
  const ticket = foldAll(events);
  return { ...ticket, number, createdAt: ticket.openedAt, updatedAt: ticket.lastEventAt };
};
