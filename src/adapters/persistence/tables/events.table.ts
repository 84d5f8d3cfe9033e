import { EntitySchema } from 'typeorm';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { instant, integer, json, orNull, primary, text, uuid, xid8 } from './column-types';

export interface EventRow {
  /** A 64-bit number, in decimal. */
  readonly id: string;
  readonly xid: string;
  readonly ticket_id: string;
  readonly client_id: string;
  readonly number: number;
  readonly type: string;
  readonly at: EpochMs;
  readonly recorded_at: EpochMs;
  readonly actor: Actor;
  /** The event's body without its type, in the shape of `schema_version`. */
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
      ...xid8('The transaction that recorded it: readers follow (xid, id) and stop before the oldest one running'),
      default: () => 'pg_current_xact_id()',
    },
    ticket_id: uuid('The ticket it happened to'),
    client_id: uuid('The client of the ticket'),
    number: integer('Counts from 1 for each ticket'),
    type: text('What happened'),
    at: instant('When it happened; events of an import carry the instants of the other log'),
    recorded_at: instant('When it was recorded'),
    actor: json('Who did it: kind, id, name'),
    data: json('The rest of the event, by its type'),
    once_key: orNull(text('Names what can happen to the ticket only once: a breach or a mark of one cycle')),
    schema_version: {
      type: 'smallint',
      default: 1,
      comment: 'The version of the shape of data, counted from 1 for each type',
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
