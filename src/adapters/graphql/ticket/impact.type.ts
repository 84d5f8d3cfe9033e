import { Field, ObjectType } from 'type-graphql';
import type { Audience, Consequence, Impact } from '../../../domain/impact';
import { AudienceScalar, ConsequenceScalar } from '../base/fact-scalars';

@ObjectType('Impact', {
  description:
    'A pair of facts about an issue: the people who are affected, and the consequence for them. The severity of a ticket follows from its impacts.',
  simpleResolvers: true,
})
export class ImpactType implements Impact {
  @Field(() => AudienceScalar, { description: 'The people who are affected.' })
  audience!: Audience;

  @Field(() => ConsequenceScalar, { description: 'The consequence for them.' })
  consequence!: Consequence;

  @Field(() => String, {
    nullable: true,
    description: 'A note for people. It does not affect the severity. Null when no note was given.',
  })
  note!: string | null;
}
