import { UnreadableEvent } from '../../domain/ticket/upcast';
import { type TicketChangesDeps, ticketChangesOf } from '../events/ticket-changes';
import { SYSTEM_CALLER } from '../ports/caller';
import type { PlacedEvent } from '../ports/event-log';
import type { TicketReader } from '../ports/ticket-reader';
import type { WebhookQueue } from '../ports/webhook-queue';
import type { WebhookDelivery } from '../ports/webhooks';
import type { MessageSubject } from './webhook-message';

/** Reads what one delivery is about. Throws if that cannot be read. */
export type SubjectReader = () => Promise<MessageSubject>;

export interface DeliverySubjectsDeps extends TicketChangesDeps {
  readonly reader: Pick<TicketReader, 'eventByNumber'>;
  readonly queue: Pick<WebhookQueue, 'webhook'>;
}

/**
 * Reads what deliveries are about, from the log: nothing of an event is stored with its delivery,
 * so that an erasure of a person needs to change the log only.
 */
export class DeliverySubjects {
  constructor(private readonly deps: DeliverySubjectsDeps) {}

  /** A reader for each, in their order. The events and tickets of all are read together. */
  async of(deliveries: readonly WebhookDelivery[]): Promise<readonly SubjectReader[]> {
    const { reader } = this.deps;
    const events = await Promise.all(
      deliveries.map(async ({ ticketId, eventNumber, position }) => {
        if (ticketId === null || eventNumber === null || position === null) return null;
        const event = await reader.eventByNumber(SYSTEM_CALLER, ticketId, eventNumber).catch(unreadable);
        return event === null || event instanceof UnreadableEvent ? event : { ...event, position };
      }),
    );
    const changes = await ticketChangesOf(
      this.deps,
      events.filter((event): event is PlacedEvent => event !== null && !(event instanceof UnreadableEvent)),
    );
    let next = 0;
    return deliveries.map((delivery, index): SubjectReader => {
      if (delivery.kind === 'TEST') return async () => ({ kind: 'TEST', at: delivery.createdAt });
      if (delivery.kind === 'WEBHOOK_DISABLED') return () => this.disabled(delivery);
      const event = events[index];
      if (event instanceof UnreadableEvent) return () => Promise.reject(event);
      const change = event === null ? undefined : changes[next++];
      return async () => {
        if (change === undefined) throw new Error('The event of the delivery was not found.');
        return { kind: 'EVENT', change: await change() };
      };
    });
  }

  private async disabled({ aboutWebhookId, createdAt }: WebhookDelivery): Promise<MessageSubject> {
    const about = aboutWebhookId === null ? null : await this.deps.queue.webhook(aboutWebhookId);
    if (about === null) throw new Error('The webhook that was disabled has been deleted.');
    return { kind: 'WEBHOOK_DISABLED', at: createdAt, about };
  }
}

/** One that cannot be read holds up no other. */
function unreadable(error: unknown): UnreadableEvent {
  if (error instanceof UnreadableEvent) return error;
  throw error;
}
