import { clients } from './clients.table';
import { commitmentOutcomes } from './commitment-outcomes.table';
import { deadlineFaults } from './deadline-faults.table';
import { events } from './events.table';
import { idempotencyKeys } from './idempotency-keys.table';
import { policyVersions } from './policy-versions.table';
import { ticketMilestones } from './ticket-milestones.table';
import { tickets } from './tickets.table';

export type { ClientRow } from './clients.table';
export { type CommitmentOutcomeRow, commitmentOutcomes } from './commitment-outcomes.table';
export type { DeadlineFaultRow } from './deadline-faults.table';
export { type EventRow, events } from './events.table';
export type { IdempotencyKeyRow } from './idempotency-keys.table';
export type { PolicyVersionRow } from './policy-versions.table';
export { type SlaColumns, type StoredStatus, slaColumns } from './sla-columns';
export { type TicketMilestoneRow, ticketMilestones } from './ticket-milestones.table';
export { type TicketRow, tickets } from './tickets.table';

/** Every table of the service; what they are in the database is made by the migrations alone. */
export const TABLES = [
  clients,
  policyVersions,
  tickets,
  events,
  idempotencyKeys,
  deadlineFaults,
  commitmentOutcomes,
  ticketMilestones,
];
