import { Field } from 'type-graphql';
import { NodeType } from '../base/node';
import { ProposalType } from '../policy/classification.type';
import { TicketEventType } from './event.interface';
import { EventEffectsType } from './event-effects.type';

/** The options of the object type of an event. */
export const event = (description: string) => ({
  implements: [NodeType, TicketEventType],
  description,
  simpleResolvers: true,
});

/** The field that the event of every command has. */
export const EffectsField = (): PropertyDecorator =>
  Field(() => EventEffectsType, {
    description: 'The effects of the event on the state, the severity and the commitments of the ticket.',
  });

export const ProposalField = (): PropertyDecorator =>
  Field(() => ProposalType, { description: 'The proposed lowering of the severity.' });

export const ReasonField = (): PropertyDecorator =>
  Field(() => String, { nullable: true, description: 'The reason that was given. Null when none was given.' });
