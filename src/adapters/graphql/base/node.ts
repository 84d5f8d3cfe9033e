import { Field, ID, InterfaceType } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';

/**
 * Which type an object has that `node` found. The domain's objects carry no type name, so each is known by a field that
 * no other has.
 */
function typeNameOf(value: object): string {
  if ('cycles' in value) return 'Ticket';
  if ('rules' in value) return 'Policy';
  if ('compiled' in value) return 'Calendar';
  if ('cursor' in value) return eventTypeName(value as LoggedEvent);
  return 'dueAt' in value ? 'Deadline' : 'Client';
}

/** `WORKAROUND_APPLIED` as `WorkaroundAppliedEvent`. */
export const eventTypeName = ({ type }: Pick<LoggedEvent, 'type'>): string =>
  `${type.toLowerCase().replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase())}Event`;

/** Of every `id` field: an object's own resolver makes the opaque id, so each states it anew. */
export const GLOBAL_ID = { description: 'Opaque and lasting; unique over all types.' };

@InterfaceType('Node', {
  description: 'Anything that has an id of its own and can be asked for again by `node(id)`.',
  resolveType: typeNameOf,
})
export abstract class NodeType {
  @Field(() => ID, GLOBAL_ID)
  id!: string;
}
