import { clients } from './clients';
import { deadlineFaults } from './deadline-faults';
import { events } from './events';
import { idempotencyKeys } from './idempotency-keys';
import { policyVersions } from './policy-versions';
import { tickets } from './tickets';

export type { ClientRow } from './clients';
export type { DeadlineFaultRow } from './deadline-faults';
export { type EventRow, events } from './events';
export type { IdempotencyKeyRow } from './idempotency-keys';
export type { PolicyVersionRow } from './policy-versions';
export { type SlaColumns, type StoredStatus, slaColumns } from './sla-columns';
export { type TicketRow, tickets } from './tickets';

/** Every table of the service; what they are in the database is made by the migrations alone. */
export const TABLES = [clients, policyVersions, tickets, events, idempotencyKeys, deadlineFaults];
