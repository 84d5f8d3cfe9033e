import { Field, ObjectType } from 'type-graphql';
import type { WorkItem, WorkReason } from '../../../application/ports/work-list';
import type { EpochMs } from '../../../domain/instant';
import { connectionTypeOf } from '../base/connections';
import { describeEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { TicketType } from '../ticket/ticket.type';

const WorkReasonEnum = describeEnum<WorkReason>(
  'WorkReason',
  'Why a ticket is in the work list. The values are in the order of the list, the most urgent first. A ticket has the first reason that holds.',
  {
    OVERDUE: 'A commitment of the ticket is overdue and not fulfilled yet. Ordered by the earliest due time.',
    DUE_SOON: 'A commitment is at risk. Ordered by the time from which it is.',
    AWAITING_REPLY:
      'A message or a call of the client is not answered yet, also if the ticket is resolved. Ordered by the oldest of them.',
    WAITING_TOO_LONG:
      'The ticket waits, and its chase date is past, which is 7 days after the waiting began. Ordered by the chase date.',
    CALL_OUTSTANDING:
      'The client is asked to call as well, and has not. Ordered by the time at which the ticket was opened.',
    WAIVER_PROPOSED:
      'A waiver of a breach awaits the approval of another agent, also if the ticket is resolved or closed. Ordered by the time of the late entry that proposes it.',
    OVERRIDE_PROPOSED:
      'A lower severity awaits the approval of another agent. Ordered by the time at which it was proposed.',
    UNASSIGNED: 'No one works on the ticket. Ordered by the time at which the ticket was opened.',
    LATER:
      'The ticket is open, and nothing is asked of it yet. Ordered by the time at which it will be, as far as that is known.',
  },
);

@ObjectType('WorkItem', {
  description: 'A ticket in the work list, and why it is there.',
  simpleResolvers: true,
})
export class WorkItemType implements Omit<WorkItem, 'ticket'> {
  @Field(() => TicketType, { description: 'The ticket.' })
  ticket!: object;

  @Field(() => WorkReasonEnum, { description: 'Why the ticket is in the list: the first reason that holds.' })
  reason!: WorkReason;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, by which the tickets of the reason are ordered. A ticket that waits and has one of the reasons from `CALL_OUTSTANDING` on is ordered by its chase date. Null when nothing will be asked of the ticket unless someone acts.',
  })
  at!: EpochMs | null;
}

export const WorkItemConnection = connectionTypeOf('WorkItem', () => WorkItemType, 'work items');
