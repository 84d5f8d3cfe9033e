import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { CalendarResolver } from './calendar-types';
import { ClassificationResolver } from './classification-types';
import { CommitmentBreachedResolver } from './commitment-breached';
import { CommitmentResolver, CycleExplanationResolver } from './commitment-types';
import { ClientResolver } from './common-types';
import { BreachResolver, CommitmentCycleResolver, TargetResolver } from './cycle-types';
import { DeadlineApproachingResolver } from './deadline-approaching';
import { DeadlineResolver } from './deadline-types';
import { EndedCycleResolver, EventEffectsResolver, StartedCycleResolver } from './event-effects';
import { TicketEventResolver } from './event-interfaces';
import {
  BreachWaivedEventResolver,
  CommitmentBreachedEventResolver,
  CommunicationResolver,
  WaitingStartedEventResolver,
  WaitingStoppedEventResolver,
} from './event-types';
import { ExplanationResolver, TimeSegmentResolver } from './explain-types';
import { refuseInvalid } from './input-rules';
import { LifecycleResolver } from './lifecycle-types';
import { MutationResolver } from './mutations';
import { NodeResolver } from './node-queries';
import './policy-errors';
import { PolicyMutationResolver } from './policy-mutations';
import { PolicyQueryResolver } from './policy-queries';
import { PolicyResolver, RuleResolver, SeverityPolicyResolver } from './policy-types';
import { QueryResolver } from './queries';
import { ReportResolver } from './report-queries';
import { SimulationResolver } from './simulation';
import { OutlookResolver } from './simulation-types';
import { SubscriptionResolver } from './subscriptions';
import { TicketLogResolver } from './ticket-log';
import { TicketQueryResolver } from './ticket-query';
import { TicketResolver } from './ticket-resolver';

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
