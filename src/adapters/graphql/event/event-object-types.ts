import type { ClassType } from 'type-graphql';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { BreachWaivedEventType, CommitmentBreachedEventType, MarkReachedEventType } from './commitment-events.type';
import { CallRecordedEventType, CommunicatedEventType } from './communication-events.type';
import type { TicketEventType } from './event.interface';
import {
  AcknowledgedEventType,
  AssignedEventType,
  ClosedEventType,
  ReopenedEventType,
  ResolvedEventType,
  WaitingStartedEventType,
  WaitingStoppedEventType,
} from './lifecycle-events.type';
import { NoteAddedEventType } from './note-events.type';
import {
  OverrideApprovedEventType,
  OverrideProposedEventType,
  OverrideRejectedEventType,
  ReclassifiedEventType,
  SubmittedEventType,
  WorkaroundAppliedEventType,
  WorkaroundWithdrawnEventType,
} from './severity-events.type';
import { TicketUpdatedEventType } from './ticket-updated-event.type';
import { WaiverApprovedEventType, WaiverRejectedEventType } from './waiver-events.type';

/** The GraphQL type of each event. A new event does not compile without one. */
export const EVENT_OBJECT_TYPES: { readonly [Type in EventType]: ClassType<TicketEventType> } = {
  SUBMITTED: SubmittedEventType,
  ACKNOWLEDGED: AcknowledgedEventType,
  RECLASSIFIED: ReclassifiedEventType,
  OVERRIDE_PROPOSED: OverrideProposedEventType,
  OVERRIDE_APPROVED: OverrideApprovedEventType,
  OVERRIDE_REJECTED: OverrideRejectedEventType,
  WORKAROUND_APPLIED: WorkaroundAppliedEventType,
  WORKAROUND_WITHDRAWN: WorkaroundWithdrawnEventType,
  WAITING_STARTED: WaitingStartedEventType,
  WAITING_STOPPED: WaitingStoppedEventType,
  COMMUNICATED: CommunicatedEventType,
  CALL_RECORDED: CallRecordedEventType,
  NOTE_ADDED: NoteAddedEventType,
  TICKET_UPDATED: TicketUpdatedEventType,
  RESOLVED: ResolvedEventType,
  REOPENED: ReopenedEventType,
  CLOSED: ClosedEventType,
  ASSIGNED: AssignedEventType,
  BREACH_WAIVED: BreachWaivedEventType,
  WAIVER_APPROVED: WaiverApprovedEventType,
  WAIVER_REJECTED: WaiverRejectedEventType,
  MARK_REACHED: MarkReachedEventType,
  COMMITMENT_BREACHED: CommitmentBreachedEventType,
};
