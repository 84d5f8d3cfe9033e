import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import { instant, orNull, text } from './column-types';

/**
 * A commitment's status as of the ticket's last event. `AT_RISK` is never stored: a commitment that runs is `RUNNING`
 * here, and at risk or breached once the instant asked has passed its `at_risk_at` or `due_at`.
 */
export type StoredStatus = Exclude<CommitmentStatus, 'AT_RISK'>;

/** What lists and the deadline index need of the clocks, derived from the ticket whenever it is written. */
export interface SlaColumns {
  readonly response_status: StoredStatus | null;
  readonly response_due_at: EpochMs | null;
  readonly response_at_risk_at: EpochMs | null;
  readonly update_status: StoredStatus | null;
  readonly update_due_at: EpochMs | null;
  readonly update_at_risk_at: EpochMs | null;
  readonly resolution_status: StoredStatus | null;
  readonly resolution_due_at: EpochMs | null;
  readonly resolution_at_risk_at: EpochMs | null;
  readonly due_at: EpochMs | null;
  readonly next_deadline_at: EpochMs | null;
  readonly breached: boolean;
}

const statusColumn = (kind: string) =>
  orNull(
    text(`Status of ${kind} as of the last event; AT_RISK and a breach not yet recorded follow from the instants`),
  );
const dueColumn = (kind: string) =>
  orNull(instant(`When ${kind} is or was due; null while paused, once ended and for best effort`));
const atRiskColumn = (kind: string) => orNull(instant(`From when the running ${kind} is at risk`));

export const slaColumns = {
  response_status: statusColumn('RESPONSE'),
  response_due_at: dueColumn('RESPONSE'),
  response_at_risk_at: atRiskColumn('RESPONSE'),
  update_status: statusColumn('UPDATE'),
  update_due_at: dueColumn('UPDATE'),
  update_at_risk_at: atRiskColumn('UPDATE'),
  resolution_status: statusColumn('RESOLUTION'),
  resolution_due_at: dueColumn('RESOLUTION'),
  resolution_at_risk_at: atRiskColumn('RESOLUTION'),
  due_at: orNull(instant('The least of the three due instants')),
  next_deadline_at: orNull(instant('When something falls due next: a mark, a breach or the end of silence')),
};

const partial = (column: string) => ({
  name: `tickets_${column}_idx`,
  columns: [column, 'id'],
  where: `${column} IS NOT NULL`,
});

export const slaIndices = [
  partial('response_due_at'),
  partial('update_due_at'),
  partial('resolution_due_at'),
  // With the nulls, for in lists they come last, in an order of their own.
  { name: 'tickets_due_at_idx', columns: ['due_at', 'id'] },
  partial('next_deadline_at'),
];
