import { Field, InputType } from 'type-graphql';
import type { TICKET_ORDERS, TicketOrder } from '../../../application/ports/ticket-filter';
import { describeEnum, OrderDirectionEnum } from '../base/enums';

const TicketOrderFieldEnum = describeEnum<(typeof TICKET_ORDERS)[number]>(
  'TicketOrderField',
  'The field by which tickets are ordered. Equal values are ordered by id, and missing values come last.',
  {
    NUMBER: 'The number of the ticket.',
    OPENED_AT: 'The date and time when the ticket was opened.',
    LAST_EVENT_AT:
      'The date and time when the last event of the ticket occurred. For an imported ticket, it is the time in the imported log.',
    UPDATED_AT: 'The date and time when the last event of the ticket was recorded.',
    RESOLVED_AT: 'The date and time when the ticket was resolved.',
    CLOSED_AT: 'The date and time when the ticket was closed.',
    SEVERITY: 'The current severity. `SEV1` comes first in ascending order.',
    NEXT_DEADLINE_AT: 'The earliest due time of the running commitments.',
    AWAITING_REPLY_SINCE:
      'The date and time of the oldest message or call of the client that is not answered. Tickets that await no reply come last.',
  },
);

@InputType('TicketOrder', { description: 'The order of a list of tickets.' })
export class TicketOrderInput {
  @Field(() => TicketOrderFieldEnum, {
    description: 'The field to order by. Equal values are ordered by id, and missing values come last.',
  })
  field!: (typeof TICKET_ORDERS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: 'The direction of the order.' })
  direction!: 'ASC' | 'DESC';
}

export const orderOf = (given: TicketOrderInput | null | undefined): TicketOrder =>
  given == null ? { by: 'NUMBER', direction: 'DESC' } : { by: given.field, direction: given.direction };
