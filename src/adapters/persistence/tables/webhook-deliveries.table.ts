import { EntitySchema } from 'typeorm';
import type { DeliveryKind, DeliveryStatus } from '../../../application/ports/webhooks';
import type { EpochMs } from '../../../domain/instant';
import { bigint, instant, integer, orNull, primary, text, uuid } from './column-types';

export interface WebhookDeliveryRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly kind: DeliveryKind;
  /** A decimal 64-bit integer. */
  readonly position: string | null;
  readonly ticket_id: string | null;
  readonly event_number: number | null;
  readonly client_id: string | null;
  readonly about_webhook_id: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly claim: number;
  readonly next_attempt_at: EpochMs | null;
  readonly last_attempt_at: EpochMs | null;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly duration_ms: number | null;
  readonly response: string | null;
  readonly created_at: EpochMs;
  readonly ended_at: EpochMs | null;
}

export const webhookDeliveries = new EntitySchema<WebhookDeliveryRow>({
  name: 'webhook_deliveries',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    webhook_id: uuid('Webhook of the delivery'),
    kind: text('What the message is about: EVENT, TEST or WEBHOOK_DISABLED'),
    position: orNull(bigint('Position of the event in the log; null unless the kind is EVENT')),
    ticket_id: orNull(uuid('Ticket of the event; null unless the kind is EVENT')),
    event_number: orNull(integer('Number of the event within its ticket; null unless the kind is EVENT')),
    client_id: orNull(uuid('Client of the ticket; null unless the kind is EVENT')),
    about_webhook_id: orNull(uuid('Webhook that was disabled; null unless the kind is WEBHOOK_DISABLED')),
    status: text('PENDING, DELIVERED, FAILED or CANCELLED'),
    attempts: integer('Number of attempts that have ended'),
    claim: integer('Counts how often a process has claimed it; only the last claim can record an attempt'),
    next_attempt_at: orNull(
      instant(
        'Time of the next attempt, or at which the claim of a process ends; null unless it is the next of its ticket',
      ),
    ),
    last_attempt_at: orNull(instant('Time at which the last attempt ended; null if there was none')),
    status_code: orNull(integer('Status code of the last answer; null if there was none')),
    error: orNull(text('Why the last attempt failed; null if it did not')),
    duration_ms: orNull(integer('How long the last attempt took; null if there was none')),
    response: orNull(text('Beginning of the last answer; null if there was none')),
    created_at: instant('Time at which the delivery was added'),
    ended_at: orNull(instant('Time at which it was delivered, or given up; null while it is pending')),
  },
  indices: [
    {
      name: 'webhook_deliveries_position_key',
      columns: ['webhook_id', 'position'],
      unique: true,
      where: 'position IS NOT NULL',
    },
    {
      name: 'webhook_deliveries_due_idx',
      columns: ['webhook_id', 'next_attempt_at'],
      where: 'next_attempt_at IS NOT NULL',
    },
    {
      name: 'webhook_deliveries_ticket_idx',
      columns: ['webhook_id', 'ticket_id', 'position'],
      where: `status = 'PENDING'`,
    },
    { name: 'webhook_deliveries_created_at_idx', columns: ['created_at', 'id'] },
    { name: 'webhook_deliveries_webhook_idx', columns: ['webhook_id', 'created_at', 'id'] },
    { name: 'webhook_deliveries_ended_at_idx', columns: ['ended_at'], where: 'ended_at IS NOT NULL' },
    { name: 'webhook_deliveries_client_id_idx', columns: ['client_id'] },
  ],
  foreignKeys: [
    {
      name: 'webhook_deliveries_webhook_id_fkey',
      target: 'webhooks',
      columnNames: ['webhook_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
    {
      name: 'webhook_deliveries_client_id_fkey',
      target: 'clients',
      columnNames: ['client_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});
