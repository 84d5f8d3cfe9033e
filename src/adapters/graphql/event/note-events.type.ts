import { FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { TicketEventType } from './event.interface';
import { EffectsField, event } from './event-fields';

@ObjectType(
  'NoteAddedEvent',
  event(
    'An internal note was added to the ticket. It touches no clock. Callers of the role `CLIENT` do not see the event on any path.',
  ),
)
export class NoteAddedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => NoteAddedEventType)
export class NoteAddedEventResolver {
  // Not named `body`, because one query cannot select `body` as nullable and as not nullable.
  @FieldResolver(() => String, { description: 'The text of the note.' })
  note(@Root() { body }: Extract<TicketEvent, { type: 'NOTE_ADDED' }>): string {
    return body;
  }
}
