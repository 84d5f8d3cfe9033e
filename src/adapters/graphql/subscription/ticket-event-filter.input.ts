import { Field, InputType } from 'type-graphql';
import type { Severity } from '../../../domain/severity';
import type { EventType } from '../../../domain/ticket/ticket-events';
import * as compare from '../base/comparators';
import { optional } from '../base/optional';
import { StreamFilterFields } from './stream-filter';

@InputType('TicketEventFilter', {
  description:
    'Selects the events to deliver. A payload must match all fields that are given. A field that is null is ignored.',
})
export class TicketEventFilter extends StreamFilterFields {
  @Field(() => compare.EventTypeComparator, { ...optional, description: 'Matches the type of the event.' })
  type?: compare.EqualityInput<EventType> | null;

  @Field(() => compare.SeverityComparator, {
    ...optional,
    description: 'Matches the severity of the ticket at the time of delivery.',
  })
  severity?: compare.OrderInput<Severity> | null;
}
