/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The origin of a rule or a target. */
export type Basis =
  /** The support organisation defined it, because the published policy does not (a house rule). */
  | 'HOUSE'
  /** The vendor published it. */
  | 'PUBLISHED';

/** The kind of a commitment: what is promised to the client. */
export type CommitmentKind =
  /** The full resolution. A workaround does not fulfil it. */
  | 'RESOLUTION'
  /** A first action: an acknowledgement, an outbound message, a workaround or the resolution. The start of waiting is none. */
  | 'RESPONSE'
  /** Regular messages to the client. */
  | 'UPDATE';

/** The status of a commitment or of one of its cycles, evaluated at the time of the request. */
export type CommitmentStatus =
  /** The clock is running and has reached the `atRisk` mark of the policy. */
  | 'AT_RISK'
  /** The policy promises no time: the commitment is never due and never breached. */
  | 'BEST_EFFORT'
  /** The due time passed before the commitment was fulfilled. A breach is never erased. */
  | 'BREACHED'
  /** The ticket was closed without a resolution. */
  | 'CANCELLED'
  /** The commitment was fulfilled at or before its due time. */
  | 'FULFILLED'
  /** The commitment was fulfilled after its due time. */
  | 'FULFILLED_LATE'
  /** The ticket was imported, and its history has no evidence for this commitment. */
  | 'NOT_MEASURED'
  /** The clock is paused while the ticket waits. */
  | 'PAUSED'
  /** The clock is running and has not reached the `atRisk` mark. */
  | 'RUNNING'
  /** A change of severity replaced the cycle with another one. */
  | 'SUPERSEDED'
  /** The calendar does not know the holidays up to the due time, so that time cannot be computed. The commitment is never breached and counts in no attainment. */
  | 'UNKNOWN';

/** The kind of a time segment of a cycle. */
export type SegmentKind =
  /** The calendar is open and the clock runs. The whole segment is counted. */
  | 'COUNTED'
  /** The calendar is closed, and the date is a holiday. */
  | 'HOLIDAY'
  /** The calendar is closed, but the date is not a holiday. */
  | 'OUTSIDE_HOURS'
  /** The clock is paused because the ticket waits. The segment includes closed hours. */
  | 'PAUSED';

/** The urgency of a ticket. `SEV1` is the most urgent. A policy defines which of the levels it uses. Comparators treat `SEV1` as the least value. */
export type Severity =
  /** The most urgent level. */
  | 'SEV1'
  /** The second most urgent level. */
  | 'SEV2'
  /** The third most urgent level. */
  | 'SEV3'
  /** The fourth most urgent level. */
  | 'SEV4'
  /** The least urgent level. */
  | 'SEV5';

/** The cause of a change of severity. */
export type SeverityChangeCause =
  /** An agent overrode the severity that follows from the impacts. */
  | 'OVERRIDDEN'
  /** The impacts were replaced. */
  | 'RECLASSIFIED'
  /** A workaround was applied. */
  | 'WORKAROUND'
  /** A workaround was withdrawn. */
  | 'WORKAROUND_WITHDRAWN';

/** A command that changes an existing ticket. There is one mutation for each command. */
export type TicketCommand =
  /** Acknowledges the ticket: records that the first action was taken. Accepted once. */
  | 'ACKNOWLEDGE'
  /** Adds an internal note, which persons of the client do not see. */
  | 'ADD_NOTE'
  /** Applies a workaround: records which impacts remain. */
  | 'APPLY_WORKAROUND'
  /** Approves a lowering of the severity that another agent proposed. */
  | 'APPROVE_OVERRIDE'
  /** Approves the proposed waiver of a breach. */
  | 'APPROVE_WAIVER'
  /** Assigns the ticket to a person, or removes the assignee. */
  | 'ASSIGN'
  /** Closes the ticket. */
  | 'CLOSE'
  /** Records a message to or from the client. */
  | 'COMMUNICATE'
  /** Replaces the impacts of the ticket, or overrides its severity. */
  | 'RECLASSIFY'
  /** Records that the client phoned. Ends waiting for the client. */
  | 'RECORD_CALL'
  /** Rejects the proposed lowering of the severity. */
  | 'REJECT_OVERRIDE'
  /** Rejects the proposed waiver of a breach, which counts then. */
  | 'REJECT_WAIVER'
  /** Reopens a resolved ticket in the state that it was resolved from. */
  | 'REOPEN'
  /** Resolves the ticket: records that the cause was removed. */
  | 'RESOLVE'
  /** Starts waiting for a reason. */
  | 'START_WAITING'
  /** Stops waiting for a reason. */
  | 'STOP_WAITING'
  /** Changes what describes the ticket, such as its subject or its tags. */
  | 'UPDATE_TICKET'
  /** Waives a breach. The breach stays recorded. */
  | 'WAIVE_BREACH'
  /** Withdraws the latest workaround, because it failed. */
  | 'WITHDRAW_WORKAROUND';

/** The state of a ticket in its lifecycle. */
export type TicketState =
  /** The final state: the ticket was confirmed, closed automatically after silence, or cancelled. */
  | 'CLOSED'
  /** The ticket is being worked on, and no workaround is in effect. */
  | 'OPEN'
  /** The cause has been removed. The ticket can still be reopened. */
  | 'RESOLVED'
  /** The ticket is being worked on, and a workaround is in effect. */
  | 'WORKAROUND_APPLIED';

/** The reason why a ticket waits. The policy defines which reasons pause which clocks. */
export type WaitingReason =
  /** The client has to answer or act. */
  | 'CLIENT'
  /** Another ticket has to be resolved first. */
  | 'OTHER_TICKET'
  /** A third party has to act. */
  | 'THIRD_PARTY';

export type SubmitTicketMutationVariables = Exact<{ [key: string]: never; }>;


export type SubmitTicketMutation = { readonly submitTicket: { readonly ticket: { readonly id: string, readonly number: number, readonly openedAt: string, readonly severity: Severity, readonly classification: { readonly clause: string, readonly basis: Basis, readonly text: string }, readonly sla: { readonly response: { readonly dueAt: string | null } | null, readonly update: { readonly dueAt: string | null } | null, readonly resolution: { readonly status: CommitmentStatus, readonly bestEffort: boolean | null } | null } } | null, readonly userErrors: ReadonlyArray<
      | { readonly __typename: 'AlreadyAcknowledged', readonly message: string }
      | { readonly __typename: 'AlreadyWaiting', readonly message: string }
      | { readonly __typename: 'AlreadyWaived', readonly message: string }
      | { readonly __typename: 'ApproverIsProposer', readonly message: string }
      | { readonly __typename: 'ApproverIsWitness', readonly message: string }
      | { readonly __typename: 'BeyondCalendar', readonly message: string }
      | { readonly __typename: 'CalendarEndsTooSoon', readonly message: string }
      | { readonly __typename: 'CalendarInUse', readonly message: string }
      | { readonly __typename: 'ContradictoryImpact', readonly message: string }
      | { readonly __typename: 'DuplicateExternalId', readonly message: string }
      | { readonly __typename: 'EncryptionKeyMissing', readonly message: string }
      | { readonly __typename: 'FollowUpNeeded', readonly message: string }
      | { readonly __typename: 'IdempotencyKeyReused', readonly message: string }
      | { readonly __typename: 'IllegalTransition', readonly message: string }
      | { readonly __typename: 'ImpactNotLowered', readonly message: string }
      | { readonly __typename: 'InTheFuture', readonly message: string }
      | { readonly __typename: 'InvalidInput', readonly message: string }
      | { readonly __typename: 'InvalidPolicy', readonly message: string }
      | { readonly __typename: 'NoSuchBreach', readonly message: string }
      | { readonly __typename: 'NoWaiverProposed', readonly message: string }
      | { readonly __typename: 'NotFound', readonly message: string }
      | { readonly __typename: 'NotWaiting', readonly message: string }
      | { readonly __typename: 'NothingProposed', readonly message: string }
      | { readonly __typename: 'NothingToWaive', readonly message: string }
      | { readonly __typename: 'OutOfOrder', readonly message: string }
      | { readonly __typename: 'OverrideWithoutEffect', readonly message: string }
      | { readonly __typename: 'ReasonNeeded', readonly message: string }
      | { readonly __typename: 'ReclassifiedSinceWorkaround', readonly message: string }
      | { readonly __typename: 'SeverityNotLowered', readonly message: string }
      | { readonly __typename: 'TooManyWebhooks', readonly message: string }
      | { readonly __typename: 'UnknownCalendar', readonly message: string }
      | { readonly __typename: 'UnknownFact', readonly message: string }
      | { readonly __typename: 'UnknownPolicy', readonly message: string }
      | { readonly __typename: 'VersionConflict', readonly message: string }
    > } };

export type ApplyWorkaroundMutationVariables = Exact<{
  ticket: string;
}>;


export type ApplyWorkaroundMutation = { readonly applyWorkaround: { readonly ticket: { readonly state: TicketState, readonly severity: Severity, readonly severityChanges: ReadonlyArray<{ readonly from: Severity, readonly to: Severity, readonly cause: SeverityChangeCause, readonly deadlineBefore: string | null, readonly deadlineAfter: string | null }>, readonly sla: { readonly resolution: { readonly dueAt: string | null, readonly remaining: string | null, readonly cycles: ReadonlyArray<{ readonly severity: Severity, readonly startedAt: string, readonly dueAt: string | null, readonly status: CommitmentStatus }> } | null }, readonly allowedActions: ReadonlyArray<{ readonly command: TicketCommand, readonly allowed: boolean, readonly reason: string | null }> } | null, readonly userErrors: ReadonlyArray<
      | { readonly __typename: 'AlreadyAcknowledged', readonly message: string }
      | { readonly __typename: 'AlreadyWaiting', readonly message: string }
      | { readonly __typename: 'AlreadyWaived', readonly message: string }
      | { readonly __typename: 'ApproverIsProposer', readonly message: string }
      | { readonly __typename: 'ApproverIsWitness', readonly message: string }
      | { readonly __typename: 'BeyondCalendar', readonly message: string }
      | { readonly __typename: 'CalendarEndsTooSoon', readonly message: string }
      | { readonly __typename: 'CalendarInUse', readonly message: string }
      | { readonly __typename: 'ContradictoryImpact', readonly message: string }
      | { readonly __typename: 'DuplicateExternalId', readonly message: string }
      | { readonly __typename: 'EncryptionKeyMissing', readonly message: string }
      | { readonly __typename: 'FollowUpNeeded', readonly message: string }
      | { readonly __typename: 'IdempotencyKeyReused', readonly message: string }
      | { readonly __typename: 'IllegalTransition', readonly message: string }
      | { readonly __typename: 'ImpactNotLowered', readonly message: string }
      | { readonly __typename: 'InTheFuture', readonly message: string }
      | { readonly __typename: 'InvalidInput', readonly message: string }
      | { readonly __typename: 'InvalidPolicy', readonly message: string }
      | { readonly __typename: 'NoSuchBreach', readonly message: string }
      | { readonly __typename: 'NoWaiverProposed', readonly message: string }
      | { readonly __typename: 'NotFound', readonly message: string }
      | { readonly __typename: 'NotWaiting', readonly message: string }
      | { readonly __typename: 'NothingProposed', readonly message: string }
      | { readonly __typename: 'NothingToWaive', readonly message: string }
      | { readonly __typename: 'OutOfOrder', readonly message: string }
      | { readonly __typename: 'OverrideWithoutEffect', readonly message: string }
      | { readonly __typename: 'ReasonNeeded', readonly message: string }
      | { readonly __typename: 'ReclassifiedSinceWorkaround', readonly message: string }
      | { readonly __typename: 'SeverityNotLowered', readonly before: Severity, readonly after: Severity, readonly message: string }
      | { readonly __typename: 'TooManyWebhooks', readonly message: string }
      | { readonly __typename: 'UnknownCalendar', readonly message: string }
      | { readonly __typename: 'UnknownFact', readonly message: string }
      | { readonly __typename: 'UnknownPolicy', readonly message: string }
      | { readonly __typename: 'VersionConflict', readonly message: string }
    > } };

export type NextDeadlinesQueryVariables = Exact<{ [key: string]: never; }>;


export type NextDeadlinesQuery = { readonly deadlines: { readonly nodes: ReadonlyArray<{ readonly kind: CommitmentKind, readonly dueAt: string, readonly remaining: string | null, readonly status: CommitmentStatus | null, readonly ticket: { readonly number: number, readonly subject: string, readonly severity: Severity } }> } };

export type ExplainDeadlineQueryVariables = Exact<{
  ticket: string;
}>;


export type ExplainDeadlineQuery = { readonly ticket: { readonly sla: { readonly resolution: { readonly dueAt: string | null, readonly explain: { readonly policyVersion: number, readonly calendar: string | null, readonly total: string | null, readonly segments: ReadonlyArray<{ readonly from: string, readonly to: string, readonly kind: SegmentKind, readonly counted: string, readonly holiday: string | null, readonly reasons: ReadonlyArray<WaitingReason> }> } | null } | null } } | null };

export type SimulateWorkaroundQueryVariables = Exact<{
  ticket: string;
}>;


export type SimulateWorkaroundQuery = { readonly simulate: { readonly before: { readonly severity: Severity, readonly nextDeadline: { readonly kind: CommitmentKind, readonly dueAt: string | null } | null } | null, readonly after: { readonly severity: Severity, readonly nextDeadline: { readonly kind: CommitmentKind, readonly dueAt: string | null } | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly __typename: 'AlreadyAcknowledged', readonly message: string }
      | { readonly __typename: 'AlreadyWaiting', readonly message: string }
      | { readonly __typename: 'AlreadyWaived', readonly message: string }
      | { readonly __typename: 'ApproverIsProposer', readonly message: string }
      | { readonly __typename: 'ApproverIsWitness', readonly message: string }
      | { readonly __typename: 'BeyondCalendar', readonly message: string }
      | { readonly __typename: 'CalendarEndsTooSoon', readonly message: string }
      | { readonly __typename: 'CalendarInUse', readonly message: string }
      | { readonly __typename: 'ContradictoryImpact', readonly message: string }
      | { readonly __typename: 'DuplicateExternalId', readonly message: string }
      | { readonly __typename: 'EncryptionKeyMissing', readonly message: string }
      | { readonly __typename: 'FollowUpNeeded', readonly message: string }
      | { readonly __typename: 'IdempotencyKeyReused', readonly message: string }
      | { readonly __typename: 'IllegalTransition', readonly message: string }
      | { readonly __typename: 'ImpactNotLowered', readonly message: string }
      | { readonly __typename: 'InTheFuture', readonly message: string }
      | { readonly __typename: 'InvalidInput', readonly message: string }
      | { readonly __typename: 'InvalidPolicy', readonly message: string }
      | { readonly __typename: 'NoSuchBreach', readonly message: string }
      | { readonly __typename: 'NoWaiverProposed', readonly message: string }
      | { readonly __typename: 'NotFound', readonly message: string }
      | { readonly __typename: 'NotWaiting', readonly message: string }
      | { readonly __typename: 'NothingProposed', readonly message: string }
      | { readonly __typename: 'NothingToWaive', readonly message: string }
      | { readonly __typename: 'OutOfOrder', readonly message: string }
      | { readonly __typename: 'OverrideWithoutEffect', readonly message: string }
      | { readonly __typename: 'ReasonNeeded', readonly message: string }
      | { readonly __typename: 'ReclassifiedSinceWorkaround', readonly message: string }
      | { readonly __typename: 'SeverityNotLowered', readonly message: string }
      | { readonly __typename: 'TooManyWebhooks', readonly message: string }
      | { readonly __typename: 'UnknownCalendar', readonly message: string }
      | { readonly __typename: 'UnknownFact', readonly message: string }
      | { readonly __typename: 'UnknownPolicy', readonly message: string }
      | { readonly __typename: 'VersionConflict', readonly message: string }
    > } };

export type TicketAtATimeQueryVariables = Exact<{
  ticket: string;
  at: string;
}>;


export type TicketAtATimeQuery = { readonly ticket: { readonly state: TicketState, readonly severity: Severity, readonly isBreached: boolean | null, readonly events: { readonly totalCount: number } } | null };

export type SeverityChangesSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type SeverityChangesSubscription = { readonly severityChanged: { readonly cursor: string, readonly change: { readonly from: Severity, readonly to: Severity, readonly cause: SeverityChangeCause }, readonly ticket: { readonly number: number, readonly subject: string } } };

export type ApproachingDeadlinesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ApproachingDeadlinesSubscription = { readonly deadlineApproaching: { readonly id: string, readonly kind: CommitmentKind, readonly dueAt: string, readonly remaining: string | null, readonly ticket: { readonly number: number, readonly subject: string } } };


export const SubmitTicketDocument = {"__meta__":{"hash":"sha256:2265fefac9bc133aeb8fe71747aec2bc4005cd7d0d6734f4c0fc4adf9a787eca"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SubmitTicket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"submitTicket"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"subject"},"value":{"kind":"StringValue","value":"Checkout is down","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"channel"},"value":{"kind":"EnumValue","value":"PHONE"}},{"kind":"ObjectField","name":{"kind":"Name","value":"impacts"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"audience"},"value":{"kind":"EnumValue","value":"ALL_END_USERS"}},{"kind":"ObjectField","name":{"kind":"Name","value":"consequence"},"value":{"kind":"EnumValue","value":"ORDERING_BLOCKED"}}]}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"classification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clause"}},{"kind":"Field","name":{"kind":"Name","value":"basis"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sla"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"response"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"update"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resolution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"bestEffort"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SubmitTicketMutation, SubmitTicketMutationVariables>;
export const ApplyWorkaroundDocument = {"__meta__":{"hash":"sha256:619a7c663c9203d31949ae8f32a2c6e2ca93099c07b19a526d1d66f0c28580f9"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ApplyWorkaround"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"applyWorkaround"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"ticketId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"description"},"value":{"kind":"StringValue","value":"Orders are taken by phone","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"remaining"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"audience"},"value":{"kind":"EnumValue","value":"SOME_END_USERS"}},{"kind":"ObjectField","name":{"kind":"Name","value":"consequence"},"value":{"kind":"EnumValue","value":"ORDERING_BLOCKED"}}]}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"severityChanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"deadlineBefore"}},{"kind":"Field","name":{"kind":"Name","value":"deadlineAfter"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sla"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resolution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueAt"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"cycles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"dueAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"allowedActions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"command"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SeverityNotLowered"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ApplyWorkaroundMutation, ApplyWorkaroundMutationVariables>;
export const NextDeadlinesDocument = {"__meta__":{"hash":"sha256:787d57a6fd7f8d38bdf4ad8ed4629b18b918cb20d056982ff7caeac0645eccd4"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NextDeadlines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deadlines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}},{"kind":"Argument","name":{"kind":"Name","value":"within"},"value":{"kind":"StringValue","value":"P7D","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"dueAt"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}}]}}]}}]}}]}}]} as unknown as DocumentNode<NextDeadlinesQuery, NextDeadlinesQueryVariables>;
export const ExplainDeadlineDocument = {"__meta__":{"hash":"sha256:b396fa8a0d94953159a1c1527112573f2a06ae5db61e3164a5a5e3a99e576444"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExplainDeadline"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticket"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sla"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resolution"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueAt"}},{"kind":"Field","name":{"kind":"Name","value":"explain"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"policyVersion"}},{"kind":"Field","name":{"kind":"Name","value":"calendar"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"segments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"counted"}},{"kind":"Field","name":{"kind":"Name","value":"holiday"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ExplainDeadlineQuery, ExplainDeadlineQueryVariables>;
export const SimulateWorkaroundDocument = {"__meta__":{"hash":"sha256:bb0c453da857ef9d8ce13a42f9b656b0383ded1d065cc8ded2327807c7611470"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SimulateWorkaround"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"simulate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ticketId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}}},{"kind":"Argument","name":{"kind":"Name","value":"change"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"applyWorkaround"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"remaining"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"audience"},"value":{"kind":"EnumValue","value":"ADMINISTRATORS"}},{"kind":"ObjectField","name":{"kind":"Name","value":"consequence"},"value":{"kind":"EnumValue","value":"DEGRADED"}}]}]}}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"before"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"nextDeadline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"dueAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"after"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"nextDeadline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"dueAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SimulateWorkaroundQuery, SimulateWorkaroundQueryVariables>;
export const TicketAtATimeDocument = {"__meta__":{"hash":"sha256:f9b00c6fc28eab91c7112d5be418b6c4ac89160c08465489fb4f6fa1aa89e768"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TicketAtATime"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"at"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticket"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ticket"}}},{"kind":"Argument","name":{"kind":"Name","value":"asOf"},"value":{"kind":"Variable","name":{"kind":"Name","value":"at"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"isBreached"}},{"kind":"Field","name":{"kind":"Name","value":"events"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]}}]} as unknown as DocumentNode<TicketAtATimeQuery, TicketAtATimeQueryVariables>;
export const SeverityChangesDocument = {"__meta__":{"hash":"sha256:1ee3e12f67f5e80d731297b0b8fc3428748dcc2a35bef24b845018215a298971"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"SeverityChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"severityChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"change"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}}]} as unknown as DocumentNode<SeverityChangesSubscription, SeverityChangesSubscriptionVariables>;
export const ApproachingDeadlinesDocument = {"__meta__":{"hash":"sha256:e5cd8ae5c2a92fdedaabf3223eddabb4fb4a587018d1cc5a7ea419e2102b0d72"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ApproachingDeadlines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deadlineApproaching"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"lead"},"value":{"kind":"StringValue","value":"PT2H","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"dueAt"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}}]}}]}}]}}]} as unknown as DocumentNode<ApproachingDeadlinesSubscription, ApproachingDeadlinesSubscriptionVariables>;
