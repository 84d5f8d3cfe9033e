import { EntitySchema } from 'typeorm';
import { bigint, primary, uuid } from './column-types';

interface EventPositionRow {
  /** A decimal 64-bit integer. */
  readonly position: string;
  /** A decimal 64-bit integer. */
  readonly event_id: string;
  readonly client_id: string;
}

export const eventPositions = new EntitySchema<EventPositionRow>({
  name: 'event_positions',
  columns: {
    position: primary(bigint('Primary key, counts from 1 without gaps')),
    event_id: bigint('The event at the position'),
    client_id: uuid('Client of the ticket of the event'),
  },
  uniques: [{ name: 'event_positions_event_id_key', columns: ['event_id'] }],
  indices: [{ name: 'event_positions_client_id_position_idx', columns: ['client_id', 'position'] }],
});
