import { Field, ID, InterfaceType } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import { eventTypeName } from './event-type-name';

/**
 * The name of the type of an object that `node` found. Domain objects carry no type name, so each
 * type is recognised by a field that no other type has.
 */
export function nodeTypeName(value: object): string {
  if ('cycles' in value) return 'Ticket';
  if ('failingSince' in value) return 'Webhook';
  if ('nextAttemptAt' in value) return 'WebhookDelivery';
  if ('rules' in value) return 'Policy';
  if ('compiled' in value) return 'Calendar';
  if ('recordedAt' in value) return eventTypeName(value as LoggedEvent);
  if ('prefix' in value) return 'ApiKey';
  if ('tokenIssuedAt' in value) return 'Agent';
  if ('count' in value) return 'AuditEvent';
  return 'dueAt' in value ? 'Deadline' : 'Client';
}

/**
 * The options of the `id` fields. Each type declares the field again, because its own resolver
 * makes the id.
 */
export const GLOBAL_ID = {
  description: 'The global id of the object. It is opaque, permanent and unique across all types.',
};

@InterfaceType('Node', {
  description: 'An object with a global id. The query `node` looks it up by this id.',
  resolveType: nodeTypeName,
})
export abstract class NodeType {
  @Field(() => ID, GLOBAL_ID)
  id!: string;
}
