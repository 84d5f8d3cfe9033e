import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import { instant, orNull, text, textList } from './column-types';

/**
 * The status of a commitment as of the last event of the ticket. `AT_RISK` is never stored: a
 * running commitment is stored as `RUNNING`, and is at risk or breached from its `at_risk_at` or
 * `due_at` on.
 */
export type StoredStatus = Exclude<CommitmentStatus, 'AT_RISK'>;

/**
 * Columns for lists and for the deadline index. They are derived from the ticket each time it is
 * written.
 */
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
  readonly call_severities: readonly Severity[];
}

const statusColumn = (kind: string) =>
  orNull(
    text(`Status of ${kind} as of the last event; AT_RISK and a breach that is not recorded yet follow from the times`),
  );
const dueColumn = (kind: string) =>
  orNull(instant(`Time at which ${kind} is or was due; null while paused, after its end, and for best effort`));
const atRiskColumn = (kind: string) => orNull(instant(`Time from which ${kind} is at risk while it is running`));

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
  due_at: orNull(instant('Earliest of the three due times')),
  next_deadline_at: orNull(
    instant('Time of the next mark, breach or closing after silence; the deadline engine searches by it'),
  ),
  call_severities: {
    ...textList('Severities at which the policy asks the client to call as well; never changes'),
    default: ['SEV1'],
  },
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
  // Includes nulls: lists show them last, ordered by id.
  { name: 'tickets_due_at_idx', columns: ['due_at', 'id'] },
  partial('next_deadline_at'),
];
