import { thousands } from '../../domain/thousands';
import 'reflect-metadata';
import { type GraphQLSchema, isAbstractType } from 'graphql';
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { refuseInvalid } from './base/input-rules';
import './base/request-errors.type';
import { AgentRootResolver } from './access/agent.resolver';
import { AgentResolver } from './access/agent.type';
import { ApiKeyRootResolver } from './access/api-key.resolver';
import { ApiKeyResolver } from './access/api-key.type';
import { AuditEventRootResolver } from './access/audit-event.resolver';
import { AuditEventResolver } from './access/audit-event.type';
import { ClientResolver } from './client/client.type';
import { ClientMutationResolver } from './client/client-mutations.resolver';
import { ClientQueryResolver } from './client/client-query.resolver';
import { ViewerResolver } from './client/viewer.resolver';
import { BreachResolver } from './commitment/breach.type';
import { CommitmentResolver, CycleExplanationResolver } from './commitment/commitment.type';
import { CommitmentCycleResolver } from './commitment/cycle.type';
import { DeadlineQueryResolver } from './commitment/deadline.resolver';
import { DeadlineResolver } from './commitment/deadline.type';
import { ExplanationResolver, TimeSegmentResolver } from './commitment/explanation.type';
import { TargetResolver } from './commitment/target.type';
import { BreachWaivedEventResolver, CommitmentBreachedEventResolver } from './event/commitment-events.type';
import { CommunicationResolver } from './event/communication-events.type';
import { TicketEventResolver } from './event/event.interface';
import { EndedCycleResolver, EventEffectsResolver, StartedCycleResolver } from './event/event-effects.type';
import { EventLogResolver } from './event/event-log.resolver';
import { EVENT_OBJECT_TYPES } from './event/event-object-types';
import { WaitingStartedEventResolver, WaitingStoppedEventResolver } from './event/lifecycle-events.type';
import { NoteAddedEventResolver } from './event/note-events.type';
import { TicketUpdatedEventResolver } from './event/ticket-updated-event.type';
import { WaiverApprovedEventResolver, WaiverRejectedEventResolver } from './event/waiver-events.type';
import { NodeResolver } from './node/node.resolver';
import { CalendarQueryResolver } from './policy/calendar.resolver';
import { CalendarResolver } from './policy/calendar.type';
import { ClassificationResolver } from './policy/classification.type';
import { ClassifyResolver } from './policy/classify.resolver';
import { CommitmentBreachedResolver } from './subscription/commitment-breached.resolver';
import { DeadlineApproachingResolver } from './subscription/deadline-approaching.resolver';
import { FollowUpNeededResolver } from './ticket/follow-up-needed.type';
import { LifecycleResolver } from './ticket/lifecycle.type';
import './policy/policy-errors.type';
import { boundResolvers } from './bounded-resolvers';
import { COSTS } from './operation-costs';
import { LIMITS } from './operation-limits';
import { PolicyQueryResolver } from './policy/policy.resolver';
import { PolicyResolver, RuleResolver, SeverityPolicyResolver } from './policy/policy.type';
import { PolicyMutationResolver } from './policy/policy-mutations.resolver';
import { ReportResolver } from './report/report.resolver';
import { restrictResolvers } from './restricted-resolvers';
import { SimulationResolver } from './simulation/simulation.resolver';
import { OutlookResolver } from './simulation/simulation.type';
import { EntitiesResolver } from './subgraph/entities.resolver';
import { ServiceResolver } from './subgraph/service.resolver';
import { SubscriptionResolver } from './subscription/subscription.resolver';
import { TicketResolver } from './ticket/ticket.resolver';
import './ticket/ticket-errors.type';
import { AssignTicketPayloadResolver } from './ticket/mutation/ticket-mutations.payload';
import { TicketMutationResolver } from './ticket/mutation/ticket-mutations.resolver';
import { TicketLogResolver } from './ticket/ticket-events.resolver';
import { TicketQueryResolver } from './ticket/ticket-query.resolver';
import { WebhookResolver } from './webhook/webhook.type';
import { WebhookDeliveryResolver } from './webhook/webhook-delivery.type';
import { WorkListResolver } from './work/work-list.resolver';
import './webhook/webhook-errors.type';
import { WebhookMutationResolver } from './webhook/webhook-mutations.resolver';
import { WebhookQueryResolver } from './webhook/webhook-query.resolver';

const RESOLVERS = [
  ViewerResolver,
  AgentRootResolver,
  AgentResolver,
  AuditEventRootResolver,
  AuditEventResolver,
  ApiKeyRootResolver,
  ApiKeyResolver,
  WorkListResolver,
  TicketQueryResolver,
  DeadlineQueryResolver,
  ClassifyResolver,
  CalendarQueryResolver,
  SimulationResolver,
  OutlookResolver,
  ReportResolver,
  NodeResolver,
  PolicyQueryResolver,
  TicketMutationResolver,
  AssignTicketPayloadResolver,
  ClientQueryResolver,
  ClientMutationResolver,
  PolicyMutationResolver,
  SubscriptionResolver,
  DeadlineApproachingResolver,
  CommitmentBreachedResolver,
  TicketResolver,
  TicketLogResolver,
  ClientResolver,
  ClassificationResolver,
  CommitmentResolver,
  CommitmentCycleResolver,
  CycleExplanationResolver,
  ExplanationResolver,
  TimeSegmentResolver,
  TargetResolver,
  BreachResolver,
  DeadlineResolver,
  TicketEventResolver,
  EventLogResolver,
  CommunicationResolver,
  NoteAddedEventResolver,
  TicketUpdatedEventResolver,
  FollowUpNeededResolver,
  WaitingStartedEventResolver,
  WaitingStoppedEventResolver,
  BreachWaivedEventResolver,
  WaiverApprovedEventResolver,
  WaiverRejectedEventResolver,
  CommitmentBreachedEventResolver,
  EventEffectsResolver,
  EndedCycleResolver,
  StartedCycleResolver,
  PolicyResolver,
  SeverityPolicyResolver,
  RuleResolver,
  CalendarResolver,
  LifecycleResolver,
  EntitiesResolver,
  WebhookQueryResolver,
  WebhookMutationResolver,
  WebhookResolver,
  WebhookDeliveryResolver,
] as const;

// Subscriptions read the event feed, but type-graphql requires a publisher.
const NO_PUBLISHER = {
  publish: (): never => {
    throw new Error('Events are published only by the log');
  },
  subscribe: (): never => {
    throw new Error('Subscriptions read the event feed');
  },
};

const ROOTS = {
  Query: `The queries of the API. A query changes nothing. The size of an operation is the number of fields in its response, where a field of a list counts once for each entry that the list can have, and fields that need much work count more: a count of tickets ${thousands(COSTS.scan)}, a text filter ${thousands(COSTS.textScan)}, a report ${thousands(COSTS.report)}. An operation larger than ${thousands(LIMITS.fields)} fields, or deeper than ${LIMITS.depth} levels, is refused with the code \`OPERATION_TOO_LARGE\`. An operation that exceeds the time limit of the service ends with the code \`OPERATION_TIMED_OUT\`.`,
  Mutation:
    'The mutations of the API, which change tickets, clients, policies and webhooks. Each takes one input object.',
  Subscription:
    'The subscriptions of the API, over a WebSocket (protocol `graphql-transport-ws`) on the path of the API.',
} as const;

/**
 * Names the types of objects without promises. Type-graphql makes the functions asynchronous, which
 * takes several promises for each entry of a list.
 */
function resolveTypesAtOnce(schema: GraphQLSchema): void {
  const { interfaceTypes, unions } = getMetadataStorage();
  for (const { name, resolveType } of [...interfaceTypes, ...unions]) {
    const type = schema.getType(name);
    if (isAbstractType(type) && resolveType !== undefined) type.resolveType = resolveType as typeof type.resolveType;
  }
}

export interface SchemaSettings {
  /**
   * Whether a gateway can read the schema by `_service`. It shows as much as introspection does. A
   * gateway that has the schema from elsewhere does not need it.
   */
  readonly service: boolean;
}

/**
 * Builds the executable schema from the classes: the API, and what makes it a subgraph of Apollo
 * Federation 2. Nothing is written to disk.
 */
export function buildGraphQLSchema({ service }: SchemaSettings = { service: true }): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [...RESOLVERS, ...(service ? [ServiceResolver] : [])] as unknown as NonEmptyArray<
      (typeof RESOLVERS)[number]
    >,
    orphanedTypes: Object.values(EVENT_OBJECT_TYPES),
    pubSub: NO_PUBLISHER,
    // Replaces the validation of type-graphql, whose errors repeat the values.
    validate: true,
    validateFn: refuseInvalid,
  });
  resolveTypesAtOnce(schema);
  restrictResolvers(schema);
  boundResolvers(schema);
  // Type-graphql has no option for the descriptions of the root types.
  for (const [name, description] of Object.entries(ROOTS)) {
    const root = schema.getType(name);
    if (root !== undefined) root.description = description;
  }
  return schema;
}
