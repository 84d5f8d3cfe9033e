import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { type Contact, type DetailName, detailsIn, type TicketDetails } from '../../../domain/ticket/ticket-details';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { describeEnum } from '../base/enums';
import { ContactType } from '../ticket/contact.type';
import { TicketEventType } from './event.interface';
import { EffectsField, event } from './event-fields';

const TicketDetailEnum = describeEnum<DetailName>('TicketDetail', 'Something that describes a ticket.', {
  subject: 'The subject.',
  description: 'The description.',
  reporter: 'The person who reported the issue.',
  externalUrl: 'The URL of the ticket in another system.',
  tags: 'The tags.',
  contacts: 'The contacts.',
});

const ONLY = 'Null when it was not changed, and when there is none.';

@ObjectType('TicketDetails', {
  description: 'What describes a ticket, as far as an event changed it.',
  simpleResolvers: true,
})
export class TicketDetailsType implements TicketDetails {
  @Field(() => String, { nullable: true, description: 'The subject. Null when it was not changed.' })
  subject?: string;

  @Field(() => String, { nullable: true, description: `The description. ${ONLY}` })
  description?: string | null;

  @Field(() => String, { nullable: true, description: `The name of the person who reported the issue. ${ONLY}` })
  reporter?: string | null;

  @Field(() => String, { nullable: true, description: `The URL of the ticket in another system. ${ONLY}` })
  externalUrl?: string | null;

  @Field(() => [String], { nullable: true, description: 'The tags. Null when they were not changed.' })
  tags?: readonly string[];

  @Field(() => [ContactType], { nullable: true, description: 'The contacts. Null when they were not changed.' })
  contacts?: readonly Contact[];
}

@ObjectType('TicketUpdatedEvent', event('What describes the ticket was changed. It touches no clock.'))
export class TicketUpdatedEventType extends TicketEventType {
  @Field(() => TicketDetailsType, { description: 'The changed fields as they were before.' })
  before!: TicketDetails;

  @EffectsField()
  effects!: Effects;
}

type TicketUpdatedEvent = Extract<TicketEvent, { type: 'TICKET_UPDATED' }>;

@Resolver(() => TicketUpdatedEventType)
export class TicketUpdatedEventResolver {
  @FieldResolver(() => [TicketDetailEnum], { description: 'The fields that were changed.' })
  changed(@Root() root: TicketUpdatedEvent): readonly DetailName[] {
    return detailsIn(root);
  }

  @FieldResolver(() => TicketDetailsType, { description: 'The changed fields as they are after it.' })
  after(@Root() root: TicketUpdatedEvent): TicketDetails {
    return root;
  }
}
