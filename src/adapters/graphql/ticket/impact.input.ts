import { Field, InputType } from 'type-graphql';
import type { Audience, Consequence, Impact } from '../../../domain/impact';
import { NOTE } from '../../../domain/value-rules';
import { AudienceScalar, ConsequenceScalar } from '../base/fact-scalars';
import { Text } from '../base/input-rules';
import { optional } from '../base/optional';

@InputType('ImpactInput', {
  description: 'A pair of facts about an issue: the people who are affected, and the consequence for them.',
})
export class ImpactInput {
  @Field(() => AudienceScalar, { description: 'The people who are affected.' })
  audience!: Audience;

  @Field(() => ConsequenceScalar, { description: 'The consequence for them.' })
  consequence!: Consequence;

  @Field(() => String, {
    ...optional,
    description: 'A note for people, at most 2,000 characters. It does not affect the severity.',
  })
  @Text({ ...NOTE, blank: true })
  note?: string | null;
}

/** The impacts of an input as the domain has them. */
export const impactsOf = (given: readonly ImpactInput[]): Impact[] =>
  given.map(({ audience, consequence, note }) => ({ audience, consequence, note: note ?? null }));
