import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { bigint, instant, orNull, primary, text, uuid } from './column-types';

interface EventBusRow {
  readonly name: string;
  readonly position: string;
  readonly token: string;
  readonly holder: string | null;
  readonly leased_until: EpochMs | null;
}

export const eventBuses = new EntitySchema<EventBusRow>({
  name: 'event_buses',
  columns: {
    name: primary(text('Primary key, the kind of the bus and its stream')),
    position: bigint('The events up to this position are on the bus'),
    token: bigint('Counts the processes that have held the bus, so that an earlier one cannot move it'),
    holder: orNull(uuid('The process that publishes; NULL if none does')),
    leased_until: orNull(instant('Until when the process holds the bus; NULL if none does')),
  },
});
