import type { TICKET_ORDERS } from '../../../application/ports/ticket-filter';
import type { RefusalCode } from '../../../domain/ticket/refusals';
import { describeEnum } from './enums';

export const TicketOrderFieldEnum = describeEnum<(typeof TICKET_ORDERS)[number]>(
  'TicketOrderField',
  'What tickets are ordered by. Ties are broken by id, and tickets without the value come last.',
  {
    NUMBER: 'The number of the ticket.',
    OPENED_AT: 'The instant of opening.',
    UPDATED_AT: 'The instant at which the last event was recorded.',
    RESOLVED_AT: 'The instant of resolution.',
    CLOSED_AT: 'The instant of closing.',
    SEVERITY: 'The severity, SEV1 first when ascending.',
    NEXT_DEADLINE_AT: 'The earliest due instant of the running commitments.',
  },
);

export const OrderDirectionEnum = describeEnum<'ASC' | 'DESC'>('OrderDirection', 'Which end of an order comes first.', {
  ASC: 'The least first.',
  DESC: 'The greatest first.',
});

export const NotFoundKindEnum = describeEnum<'Ticket' | 'Client'>('NotFoundKind', 'What was not found.', {
  Ticket: 'A ticket.',
  Client: 'A client.',
});

export const UserErrorCodeEnum = describeEnum<RefusalCode>('UserErrorCode', 'Why something asked for was not done.', {
  IllegalTransition: 'The lifecycle does not take this command in this state.',
  ContradictoryImpact: 'No clause of the policy covers a pair of audience and consequence.',
  SeverityNotLowered: 'A workaround has to lower the severity here.',
  ImpactNotLowered: 'A workaround has to lower the impact here.',
  AlreadyAcknowledged: 'The ticket is acknowledged already.',
  AlreadyWaiting: 'The ticket waits for this reason already.',
  NotWaiting: 'The ticket does not wait for this reason.',
  NothingProposed: 'No lowering of the severity is proposed.',
  ApproverIsProposer: 'Whoever proposed a lowering cannot approve it.',
  NothingToWaive: 'The ticket has no breach that is not waived already.',
  NoSuchBreach: 'The cycle of the commitment is not breached.',
  AlreadyWaived: 'The breach is waived already.',
  OverrideWithoutEffect: 'The override names the severity that the ticket has.',
  ReclassifiedSinceWorkaround: 'The ticket was reclassified after the workaround to be withdrawn.',
  OutOfOrder: "The command's instant is before the ticket's last event.",
  BeyondCalendar: 'The calendar cannot give a deadline.',
  InvalidInput: 'A value is outside what its field takes.',
  NotFound: 'There is no such object, or the caller may not see it.',
  VersionConflict: 'The ticket has changed since it was read.',
  IdempotencyKeyReused: 'The idempotency key was used with another input.',
  DuplicateExternalId: 'The client has a ticket of this externalId already.',
  InvalidPolicy: 'Something in the text of a policy is not as it should be.',
  UnknownPolicy: 'No policy of that name is published.',
  UnknownCalendar: 'The policy has no calendar of that name.',
  CalendarInUse: "A client's terms name a calendar that the policy would lack.",
});
