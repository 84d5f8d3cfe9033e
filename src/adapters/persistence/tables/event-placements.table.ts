import { EntitySchema } from 'typeorm';
import { bigint, orNull, primary, snapshot } from './column-types';

interface EventPlacementRow {
  readonly batch: string;
  readonly last_position: string;
  readonly placed: string | null;
  readonly underway: string | null;
  readonly underway_to: string;
  readonly cluster: string;
}

export const eventPlacements = new EntitySchema<EventPlacementRow>({
  name: 'event_placements',
  columns: {
    batch: primary(bigint('Primary key, one more for each batch of positions')),
    last_position: bigint('The last position that was given'),
    placed: orNull(snapshot('All events that this snapshot shows have positions; NULL if that is not known')),
    underway: orNull(snapshot('The snapshot whose events are getting positions, in several batches; otherwise NULL')),
    underway_to: bigint('Of the snapshot in underway, the events up to this id have positions'),
    cluster: bigint('The server that counted the transactions of the snapshots, by its system identifier'),
  },
});
