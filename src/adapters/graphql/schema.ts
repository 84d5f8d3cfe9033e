import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { ClientResolver } from './base/common.type';
import { refuseInvalid } from './base/input-rules';
import { CommitmentResolver, CycleExplanationResolver } from './commitment/commitment.type';
import { BreachResolver, CommitmentCycleResolver, TargetResolver } from './commitment/cycle.type';
import { DeadlineResolver } from './commitment/deadline.type';
import { ExplanationResolver, TimeSegmentResolver } from './commitment/explanation.type';
import { TicketEventResolver } from './event/event.interface';
import {
  BreachWaivedEventResolver,
  CommitmentBreachedEventResolver,
  CommunicationResolver,
  WaitingStartedEventResolver,
  WaitingStoppedEventResolver,
} from './event/event.type';
import { EndedCycleResolver, EventEffectsResolver, StartedCycleResolver } from './event/event-effects.type';
import { NodeResolver } from './node/node.resolver';
import { CalendarResolver } from './policy/calendar.type';
import { ClassificationResolver } from './policy/classification.type';
import { CommitmentBreachedResolver } from './subscription/commitment-breached.resolver';
import { DeadlineApproachingResolver } from './subscription/deadline-approaching.resolver';
import { LifecycleResolver } from './ticket/lifecycle.type';
import { MutationResolver } from './ticket/ticket-mutations.resolver';
import './policy/policy-errors.type';
import { PolicyQueryResolver } from './policy/policy.resolver';
import { PolicyResolver, RuleResolver, SeverityPolicyResolver } from './policy/policy.type';
import { PolicyMutationResolver } from './policy/policy-mutations.resolver';
import { ReportResolver } from './report/report.resolver';
import { SimulationResolver } from './simulation/simulation.resolver';
import { OutlookResolver } from './simulation/simulation.type';
import { SubscriptionResolver } from './subscription/subscription.resolver';
import { QueryResolver } from './ticket/queries.resolver';
import { TicketResolver } from './ticket/ticket.resolver';
import { TicketLogResolver } from './ticket/ticket-events.resolver';
import { TicketQueryResolver } from './ticket/ticket-query.resolver';

const RESOLVERS = [
  QueryResolver,
  TicketQueryResolver,
  SimulationResolver,
  OutlookResolver,
  ReportResolver,
  NodeResolver,
  PolicyQueryResolver,
  MutationResolver,
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
  CommunicationResolver,
  WaitingStartedEventResolver,
  WaitingStoppedEventResolver,
  BreachWaivedEventResolver,
  CommitmentBreachedEventResolver,
  EventEffectsResolver,
  EndedCycleResolver,
  StartedCycleResolver,
  PolicyResolver,
  SeverityPolicyResolver,
  RuleResolver,
  CalendarResolver,
  LifecycleResolver,
] as const;

// Subscriptions read the event feed; type-graphql asks for a publisher whether it is used or not.
const NO_PUBLISHER = {
  publish: (): never => {
    throw new Error('Events are published by the log alone');
  },
  subscribe: (): never => {
    throw new Error('Subscriptions read the event feed');
  },
};

const ROOTS = {
  Query: 'What can be asked. Nothing here changes anything.',
  Mutation:
    'What can be changed: client accounts, policies, and every step of the life of a ticket. Each takes one input.',
  Subscription: 'What can be listened to, over a WebSocket (`graphql-transport-ws`) on the path of the API.',
} as const;

/** The executable schema, built from the classes; nothing is written to disk. */
export function buildGraphQLSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [...RESOLVERS] as unknown as NonEmptyArray<(typeof RESOLVERS)[number]>,
    pubSub: NO_PUBLISHER,
    // In place of type-graphql's own use of class-validator, whose errors repeat the values.
    validate: true,
    validateFn: refuseInvalid,
  });
  // Type-graphql has no place for the descriptions of the root types.
  for (const [name, description] of Object.entries(ROOTS)) {
    const root = schema.getType(name);
    if (root !== undefined) root.description = description;
  }
  return schema;
}
