import { Field, ID, ObjectType } from 'type-graphql';
import type { Actor, ActorKind } from '../../../domain/actor';
import { describeEnum } from './enums';

const ActorKindEnum = describeEnum<ActorKind>('ActorKind', 'The kind of an actor.', {
  AGENT: 'A person of the support organisation.',
  CLIENT: 'A person of the client.',
  SERVICE: 'A program that uses the API.',
  SYSTEM: 'The service itself, for example when a deadline passes.',
  IMPORT: 'The import of a log of another tracker.',
});

@ObjectType('Actor', { description: 'A person or program that acts on tickets.', simpleResolvers: true })
export class ActorType implements Actor {
  @Field(() => ActorKindEnum, { description: 'The kind of the actor.' })
  kind!: ActorKind;

  @Field(() => ID, {
    description:
      'The permanent identifier of the actor, unique among actors of the same kind. It is not a global id: `node` does not accept it.',
  })
  id!: string;

  @Field(() => String, { description: 'The display name of the actor.' })
  name!: string;
}
