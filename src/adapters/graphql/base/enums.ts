import { registerEnumType } from 'type-graphql';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { Basis, ClientAction, CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel, CommandType, Direction } from '../../../domain/ticket/commands';
import type { BreachCause, SeverityChangeCause, TicketState } from '../../../domain/ticket/ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';

/** `workaroundApplied` and `IllegalTransition` as `WORKAROUND_APPLIED` and `ILLEGAL_TRANSITION`. */
const upperSnake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/**
 * Registers an enum with a description of each value. The internal values are those of the domain.
 */
export function describeEnum<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>) {
  const entries = Object.entries<string>(values);
  const enumObject = Object.fromEntries(entries.map(([value]) => [upperSnake(value), value])) as Record<string, T>;
  const valuesConfig = Object.fromEntries(
    entries.map(([value, meaning]) => [upperSnake(value), { description: meaning }]),
  );
  registerEnumType(enumObject, { name, description, valuesConfig });
  return enumObject;
}

// The enums that several folders use. An enum that one folder uses is in that folder.

export const SeverityEnum = describeEnum<Severity>(
  'Severity',
  'The urgency of a ticket. `SEV1` is the most urgent. A policy defines which of the levels it uses. Comparators treat `SEV1` as the least value.',
  {
    SEV1: 'The most urgent level.',
    SEV2: 'The second most urgent level.',
    SEV3: 'The third most urgent level.',
    SEV4: 'The fourth most urgent level.',
    SEV5: 'The least urgent level.',
  },
);

export const TicketStateEnum = describeEnum<TicketState>('TicketState', 'The state of a ticket in its lifecycle.', {
  open: 'The ticket is being worked on, and no workaround is in effect.',
  workaroundApplied: 'The ticket is being worked on, and a workaround is in effect.',
  resolved: 'The cause has been removed. The ticket can still be reopened.',
  closed: 'The final state: the ticket was confirmed, closed automatically after silence, or cancelled.',
});

export const CommandEnum = describeEnum<CommandType>(
  'TicketCommand',
  'A command that changes an existing ticket. There is one mutation for each command.',
  {
    acknowledge: 'Acknowledges the ticket: records that the first action was taken. Accepted once.',
    reclassify: 'Replaces the impacts of the ticket, or overrides its severity.',
    approveOverride: 'Approves a lowering of the severity that another agent proposed.',
    rejectOverride: 'Rejects the proposed lowering of the severity.',
    applyWorkaround: 'Applies a workaround: records which impacts remain.',
    withdrawWorkaround: 'Withdraws the latest workaround, because it failed.',
    startWaiting: 'Starts waiting for a reason.',
    stopWaiting: 'Stops waiting for a reason.',
    communicate: 'Records a message to or from the client.',
    recordCall: 'Records that the client phoned. Ends waiting for the client.',
    addNote: 'Adds an internal note, which persons of the client do not see.',
    updateTicket: 'Changes what describes the ticket, such as its subject or its tags.',
    resolve: 'Resolves the ticket: records that the cause was removed.',
    reopen: 'Reopens a resolved ticket in the state that it was resolved from.',
    close: 'Closes the ticket.',
    assign: 'Assigns the ticket to a person, or removes the assignee.',
    waiveBreach: 'Waives a breach. The breach stays recorded.',
    approveWaiver: 'Approves the proposed waiver of a breach.',
    rejectWaiver: 'Rejects the proposed waiver of a breach, which counts then.',
  },
);

export const CommitmentKindEnum = describeEnum<CommitmentKind>(
  'CommitmentKind',
  'The kind of a commitment: what is promised to the client.',
  {
    RESPONSE:
      'A first action: an acknowledgement, an outbound message, a workaround or the resolution. The start of waiting is none.',
    UPDATE: 'Regular messages to the client.',
    RESOLUTION: 'The full resolution. A workaround does not fulfil it.',
  },
);

export const CommitmentStatusEnum = describeEnum<CommitmentStatus>(
  'CommitmentStatus',
  'The status of a commitment or of one of its cycles, evaluated at the time of the request.',
  {
    RUNNING: 'The clock is running and has not reached the `atRisk` mark.',
    AT_RISK: 'The clock is running and has reached the `atRisk` mark of the policy.',
    PAUSED: 'The clock is paused while the ticket waits.',
    BREACHED: 'The due time passed before the commitment was fulfilled. A breach is never erased.',
    FULFILLED: 'The commitment was fulfilled at or before its due time.',
    FULFILLED_LATE: 'The commitment was fulfilled after its due time.',
    SUPERSEDED: 'A change of severity replaced the cycle with another one.',
    CANCELLED: 'The ticket was closed without a resolution.',
    BEST_EFFORT: 'The policy promises no time: the commitment is never due and never breached.',
    UNKNOWN:
      'The calendar does not know the holidays up to the due time, so that time cannot be computed. The commitment is never breached and counts in no attainment.',
    NOT_MEASURED: 'The ticket was imported, and its history has no evidence for this commitment.',
  },
);

export const BreachCauseEnum = describeEnum<BreachCause>('BreachCause', 'The reason why a commitment was breached.', {
  DUE: 'The due time passed.',
  RECLASSIFIED: 'A change of severity moved the due time into the past.',
});

export const SeverityChangeCauseEnum = describeEnum<SeverityChangeCause>(
  'SeverityChangeCause',
  'The cause of a change of severity.',
  {
    WORKAROUND: 'A workaround was applied.',
    WORKAROUND_WITHDRAWN: 'A workaround was withdrawn.',
    RECLASSIFIED: 'The impacts were replaced.',
    OVERRIDDEN: 'An agent overrode the severity that follows from the impacts.',
  },
);

export const WaitingReasonEnum = describeEnum<WaitingReason>(
  'WaitingReason',
  'The reason why a ticket waits. The policy defines which reasons pause which clocks.',
  {
    CLIENT: 'The client has to answer or act.',
    THIRD_PARTY: 'A third party has to act.',
    OTHER_TICKET: 'Another ticket has to be resolved first.',
  },
);

export const ClientActionEnum = describeEnum<ClientAction>(
  'ClientAction',
  'An action that the policy asks the client to take.',
  {
    SUBMIT_TICKET: 'To submit a ticket.',
    CALL: 'To phone, in addition to submitting a ticket.',
  },
);

export const ChannelEnum = describeEnum<Channel>('Channel', 'The channel of a message.', {
  EXTRANET: 'The ticketing system itself.',
  EMAIL: 'E-mail.',
  PHONE: 'A phone call.',
});

export const DirectionEnum = describeEnum<Direction>(
  'Direction',
  'The direction of a message, as seen from the support organisation.',
  { INBOUND: 'From the client.', OUTBOUND: 'To the client.' },
);

export const BasisEnum = describeEnum<Basis>('Basis', 'The origin of a rule or a target.', {
  PUBLISHED: 'The vendor published it.',
  HOUSE: 'The support organisation defined it, because the published policy does not (a house rule).',
});

export const EventTypeEnum = describeEnum<EventType>('TicketEventType', 'The type of an event of a ticket.', {
  SUBMITTED: 'The ticket was opened.',
  ACKNOWLEDGED: 'The ticket was acknowledged.',
  RECLASSIFIED: 'The impacts were replaced, or the severity was overridden.',
  OVERRIDE_PROPOSED: 'A lowering of the severity was proposed.',
  OVERRIDE_APPROVED: 'The proposed lowering of the severity was approved and took effect.',
  OVERRIDE_REJECTED: 'The proposed lowering of the severity was rejected.',
  WORKAROUND_APPLIED: 'A workaround was applied.',
  WORKAROUND_WITHDRAWN: 'A workaround was withdrawn.',
  WAITING_STARTED: 'The ticket started to wait.',
  WAITING_STOPPED: 'The ticket stopped waiting.',
  COMMUNICATED: 'A message was sent to or received from the client.',
  CALL_RECORDED: 'The client phoned.',
  NOTE_ADDED: 'An internal note was added. Callers of the role `CLIENT` do not see it.',
  TICKET_UPDATED: 'What describes the ticket was changed, such as its subject or its tags.',
  RESOLVED: 'The ticket was resolved.',
  REOPENED: 'The ticket was reopened.',
  CLOSED: 'The ticket was closed.',
  ASSIGNED: 'The ticket was assigned to a person, or its assignee was removed.',
  BREACH_WAIVED: 'A breach was waived. The breach stays recorded.',
  WAIVER_APPROVED: 'The proposed waiver of a breach was approved. The breach stays recorded.',
  WAIVER_REJECTED: 'The proposed waiver of a breach was rejected. The breach counts.',
  MARK_REACHED: 'A commitment reached a mark of the policy, such as `atRisk`.',
  COMMITMENT_BREACHED: 'A commitment was breached.',
});

export const OrderDirectionEnum = describeEnum<'ASC' | 'DESC'>('OrderDirection', 'The direction of an order.', {
  ASC: 'Ascending: the least value first.',
  DESC: 'Descending: the greatest value first.',
});
