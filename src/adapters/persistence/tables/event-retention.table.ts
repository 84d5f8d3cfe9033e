import { EntitySchema } from 'typeorm';
import { bigint, boolean, primary } from './column-types';

interface EventRetentionRow {
  readonly single_row: boolean;
  readonly removed_to: string;
  readonly removed_event_id: string;
}

export const eventRetention = new EntitySchema<EventRetentionRow>({
  name: 'event_retention',
  columns: {
    single_row: { ...primary(boolean('Primary key, always true')), default: true },
    removed_to: bigint('Events up to this position may have been removed; readers before it get an error'),
    removed_event_id: {
      ...bigint('The greatest id of an event whose position was removed; 0 if none was'),
      default: 0,
    },
  },
  checks: [{ name: 'event_retention_single_row_check', expression: 'single_row' }],
});
