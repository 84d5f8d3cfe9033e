import { ValidateNested } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { Entries, Text } from '../base/input-rules';
import { MutationInput } from '../base/mutation.input';

const NAME = 64;

@InputType('PublishPolicyInput', {
  description: 'A policy as its file has it; see `policies/` and `stepdown policy check`.',
})
export class PublishPolicyInput extends MutationInput {
  @Field(() => String, {
    description: 'The text of the policy, YAML 1.2, of at most 131,072 characters.',
  })
  @Text({ max: 131_072, blank: true })
  yaml!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Publishes nothing: only says what it would have meant for the tickets that are open.',
  })
  dryRun!: boolean;
}

@InputType('CalendarReplacementInput', { description: 'A calendar that stands in for another of the same policy.' })
export class CalendarReplacementInput {
  @Field(() => String, { description: "The name that the policy's targets give, e.g. `business`." })
  @Text({ max: NAME })
  replaces!: string;

  @Field(() => String, { description: 'The name of the calendar that is counted on in its place.' })
  @Text({ max: NAME })
  with!: string;
}

@InputType('SetClientTermsInput', {
  description: 'What a client has of its own; it takes the place of whatever the client had. Open tickets keep theirs.',
})
export class SetClientTermsInput extends MutationInput {
  @Field(() => ID, { description: 'The client.' })
  clientId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the policy for its new tickets, always the latest version; null for that of the service.',
  })
  @Text({ max: NAME })
  policy?: string | null;

  @Field(() => [CalendarReplacementInput], {
    nullable: true,
    description: 'Calendars of that policy that stand in for others; at most 50, null or empty for none.',
  })
  @Entries(0, 50)
  @ValidateNested()
  calendars?: CalendarReplacementInput[] | null;
}
