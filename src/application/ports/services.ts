import type { ChangeTickets } from '../tickets/change';
import type { WebhookServices } from '../webhooks/webhook-services';
import type { ApiKeys } from './api-keys';
import type { AuditLog } from './audit-log';
import type { ClientDirectory, Clients } from './clients';
import type { Clock } from './clock';
import type { EventLog } from './event-log';
import type { EventFeed } from './events';
import type { People } from './people';
import type { Policies, ReadPolicy } from './policies';
import type { TicketReader } from './ticket-reader';

/** The services that the use cases and the API work with. */
export interface Services {
  readonly clock: Clock;
  readonly policies: Policies;
  readonly readPolicy: ReadPolicy;
  readonly reader: TicketReader;
  readonly changeTickets: ChangeTickets;
  readonly log: EventLog;
  readonly feed: EventFeed;
  readonly clients: Clients;
  readonly clientDirectory: ClientDirectory;
  readonly apiKeys: ApiKeys;
  readonly people: People;
  readonly credentials: Credentials;
  readonly audit: AuditLog;
  readonly webhooks: WebhookServices;
}

/** Makes what this process changes of credentials take effect in it at once. */
export interface Credentials {
  forgetKey(prefix: string): void;
  forgetPerson(subject: string): void;
}

/** The services that queries use. */
export type ReadServices = Pick<Services, 'clock' | 'policies' | 'reader'>;
