import { apiKeys } from './api-keys.table';
import { auditEvents } from './audit-events.table';
import { breakingMigrations } from './breaking-migrations.table';
import { clients } from './clients.table';
import { commitmentOutcomes } from './commitment-outcomes.table';
import { deadlineFaults } from './deadline-faults.table';
import { eventBuses } from './event-buses.table';
import { eventPlacements } from './event-placements.table';
import { eventPositions } from './event-positions.table';
import { eventRetention } from './event-retention.table';
import { events } from './events.table';
import { externalIds } from './external-ids.table';
import { idempotencyKeys } from './idempotency-keys.table';
import { logFollowers } from './log-followers.table';
import { people } from './people.table';
import { policyVersions } from './policy-versions.table';
import { rateLimits } from './rate-limits.table';
import { searchTexts } from './search-texts.table';
import { spellings } from './spellings.table';
import { ticketMilestones } from './ticket-milestones.table';
import { tickets } from './tickets.table';
import { webhookDeliveries } from './webhook-deliveries.table';
import { webhooks } from './webhooks.table';

export { type ApiKeyRow, apiKeys } from './api-keys.table';
export { type AuditEventRow, auditEvents } from './audit-events.table';
export { type BreakingMigrationRow, breakingMigrations } from './breaking-migrations.table';
export { type ClientRow, clients } from './clients.table';
export { type CommitmentOutcomeRow, commitmentOutcomes } from './commitment-outcomes.table';
export { type DeadlineFaultRow, deadlineFaults } from './deadline-faults.table';
export { type EventRow, events } from './events.table';
export { type IdempotencyKeyRow, idempotencyKeys } from './idempotency-keys.table';
export { type PersonRow, people } from './people.table';
export { type PolicyVersionRow, policyVersions } from './policy-versions.table';
export { type SlaColumns, type StoredStatus, slaColumns } from './sla-columns';
export { type TicketMilestoneRow, ticketMilestones } from './ticket-milestones.table';
export { type TicketRow, tickets } from './tickets.table';
export { type WebhookDeliveryRow, webhookDeliveries } from './webhook-deliveries.table';
export { type WebhookRow, webhooks } from './webhooks.table';

/** All tables of the service. Only migrations create and change them in the database. */
export const TABLES = [
  clients,
  policyVersions,
  tickets,
  events,
  idempotencyKeys,
  deadlineFaults,
  commitmentOutcomes,
  ticketMilestones,
  breakingMigrations,
  spellings,
  externalIds,
  searchTexts,
  logFollowers,
  apiKeys,
  people,
  auditEvents,
  rateLimits,
  eventBuses,
  eventPositions,
  eventPlacements,
  eventRetention,
  webhooks,
  webhookDeliveries,
];
