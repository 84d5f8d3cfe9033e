import { EntitySchema } from 'typeorm';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { instant, integer, json, orNull, primary, text, uuid, xid8 } from './column-types';

export interface EventRow {
  /** A decimal 64-bit integer. */
  readonly id: string;
  /** A decimal 64-bit integer. */
  readonly xid: string;
  readonly ticket_id: string;
  readonly client_id: string;
  readonly number: number;
  readonly type: string;
  readonly at: EpochMs;
  readonly recorded_at: EpochMs;
  readonly actor: Actor;
  /** The fields of the event that depend on its type. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly once_key: string | null;
  /** Counts from 1 for each type. */
  readonly schema_version: number;
}

export const events = new EntitySchema<EventRow>({
  name: 'events',
  columns: {
    id: primary({ type: 'bigint', generated: 'increment', comment: 'Orders the events of one transaction' }),
    xid: {
      ...xid8('Transaction that recorded the event; place_events finds new events by it'),
      default: () => 'pg_current_xact_id()',
    },
    ticket_id: uuid('Ticket of the event'),
    client_id: uuid('Client of the ticket'),
    number: integer('Number of the event, from 1 for each ticket'),
    type: text('Type of the event'),
    at: instant('Time at which the event occurred; for an imported event, the time in the imported log'),
    recorded_at: instant('Time at which the event was recorded'),
    actor: json('Actor who caused the event: kind, id and name'),
    data: json('Fields of the event that depend on its type'),
    once_key: orNull(
      text('Identifies an event that can occur only once for a ticket: a breach or a mark of one cycle'),
    ),
    schema_version: {
      type: 'smallint',
      default: 1,
      comment: 'Version of the shape of data, counted from 1 for each type',
    },
  },
  uniques: [{ name: 'events_ticket_id_number_key', columns: ['ticket_id', 'number'] }],
  indices: [
    {
      name: 'events_once_key',
      columns: ['ticket_id', 'once_key'],
      unique: true,
      where: 'once_key IS NOT NULL',
    },
    { name: 'events_xid_id_idx', columns: ['xid', 'id'] },
  ],
  foreignKeys: [
    {
      name: 'events_ticket_id_fkey',
      target: 'tickets',
      columnNames: ['ticket_id'],
      referencedColumnNames: ['id'],
    },
  ],
});
