import { clients } from './clients';
import { commitmentOutcomes } from './commitment-outcomes';
import { deadlineFaults } from './deadline-faults';
import { events } from './events';
import { idempotencyKeys } from './idempotency-keys';
import { policyVersions } from './policy-versions';
import { ticketMilestones } from './ticket-milestones';
import { tickets } from './tickets';

export type { ClientRow } from './clients';
export { type CommitmentOutcomeRow, commitmentOutcomes } from './commitment-outcomes';
export type { DeadlineFaultRow } from './deadline-faults';
export { type EventRow, events } from './events';
export type { IdempotencyKeyRow } from './idempotency-keys';
export type { PolicyVersionRow } from './policy-versions';
export { type SlaColumns, type StoredStatus, slaColumns } from './sla-columns';
export { type TicketMilestoneRow, ticketMilestones } from './ticket-milestones';
export { type TicketRow, tickets } from './tickets';

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
