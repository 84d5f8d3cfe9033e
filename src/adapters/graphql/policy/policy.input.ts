import { Field, ID, InputType } from 'type-graphql';
import { Entries, Text } from '../base/input-rules';
import { MutationInput } from '../base/mutation.input';
import { Nested } from '../base/validation';

const LONGEST_POLICY = 131_072;
const LONGEST_NAME = 64;
const MAX_REPLACEMENTS = 50;

const POLICY_NAME = { max: LONGEST_NAME };

@InputType('PublishPolicyInput', {
  description: 'The input of `publishPolicy`.',
})
export class PublishPolicyInput extends MutationInput {
  @Field(() => String, {
    description:
      'The policy as YAML 1.2, at most 131,072 characters. It cannot name an iCalendar file. `npm run stepdown -- policy check` checks a policy file without publishing it.',
  })
  @Text({ max: LONGEST_POLICY, blank: true })
  yaml!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to only report how the open tickets would be affected, without publishing.',
  })
  dryRun!: boolean;
}

@InputType('CalendarReplacementInput', {
  description: 'Replaces one calendar of a policy with another calendar of the same policy.',
})
export class CalendarReplacementInput {
  @Field(() => String, {
    description:
      "The name of the calendar that the policy's targets refer to, such as `business`, at most 64 characters.",
  })
  @Text(POLICY_NAME)
  replaces!: string;

  @Field(() => String, { description: 'The name of the calendar that is used instead, at most 64 characters.' })
  @Text(POLICY_NAME)
  with!: string;
}

@InputType('SetClientTermsInput', {
  description:
    'The input of `setClientTerms`. It replaces all terms that the client has; tickets that are already open keep theirs.',
})
export class SetClientTermsInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the client.' })
  clientId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The name of the policy for the client's new tickets, which use its latest version, at most 64 characters. Null or omitted selects the default policy of the service.",
  })
  @Text(POLICY_NAME)
  policy?: string | null;

  @Field(() => [CalendarReplacementInput], {
    nullable: true,
    description:
      'The calendar replacements within that policy, at most 50. Null, empty or omitted removes all replacements.',
  })
  @Entries(0, MAX_REPLACEMENTS)
  @Nested()
  calendars?: CalendarReplacementInput[] | null;
}
