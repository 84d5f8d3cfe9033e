import { toIso } from '../../domain/instant';
import { isInternal } from '../../domain/ticket/internal-events';
import { eventCursorOf } from '../events/event-cursor';
import type { TicketChange } from '../events/ticket-changes';
import type { BusMessage } from '../ports/event-bus';
import { eventIdOf, eventPayload, type GlobalId } from '../webhooks/webhook-payload';

/**
 * The message of an event: a CloudEvent 1.0 in the structured mode, with the same `data` as the
 * body of a webhook.
 *
 * @param source identifies this service among those that publish to the bus
 */
export function busMessage(change: TicketChange, id: GlobalId, source: string): BusMessage {
  const { event } = change;
  const { type, version, data } = eventPayload(change, id);
  const eventId = eventIdOf(event, id);
  return {
    id: eventId,
    position: event.position,
    subject: [...(isInternal(event.type) ? ['internal'] : []), type, event.clientId, event.ticketId],
    body: JSON.stringify({
      specversion: '1.0',
      id: eventId,
      source,
      type: `stepdown.${type}`,
      subject: data.ticket.id,
      time: toIso(event.recordedAt),
      datacontenttype: 'application/json',
      dataschemaversion: String(version),
      sequence: eventCursorOf(event.position),
      data,
    }),
  };
}
