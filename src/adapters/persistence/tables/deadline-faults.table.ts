import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { instant, integer, primary, text, uuid } from './column-types';

export interface DeadlineFaultRow {
  readonly ticket_id: string;
  readonly attempts: number;
  readonly retry_at: EpochMs;
  readonly error: string;
  readonly since: EpochMs;
}

export const deadlineFaults = new EntitySchema<DeadlineFaultRow>({
  name: 'deadline_faults',
  columns: {
    ticket_id: primary(uuid('Ticket that is skipped')),
    attempts: integer('Number of failed attempts'),
    retry_at: instant('Time of the next attempt'),
    error: text('Error of the last attempt'),
    since: instant('Time of the first failed attempt'),
  },
  indices: [{ name: 'deadline_faults_retry_at_idx', columns: ['retry_at'] }],
  foreignKeys: [
    {
      name: 'deadline_faults_ticket_id_fkey',
      target: 'tickets',
      columnNames: ['ticket_id'],
      referencedColumnNames: ['id'],
    },
  ],
});
