import { Field, Int, ObjectType } from 'type-graphql';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { options, UserErrorType } from '../base/user-errors';

/** The errors of `publishPolicy` and `setClientTerms`. */

@ObjectType('InvalidPolicy', options('The text of a policy has an error. Each problem is reported as one error.'))
export class InvalidPolicyType extends UserErrorType {
  @Field(() => Int, { description: 'The line of the problem in the text. The first line is 1.' })
  line!: number;
  @Field(() => Int, { description: 'The column of the problem in its line. The first column is 1.' })
  column!: number;
  @Field(() => String, {
    description:
      'The path of the field in the document, such as `severities[1].title`, or `(document)` for the document as a whole.',
  })
  field!: string;
  @Field(() => String, { description: 'What is wrong, and which values the field accepts.' })
  problem!: string;
}

@ObjectType('UnknownPolicy', options('No policy with the given name has been published.'))
export class UnknownPolicyType extends UserErrorType {
  @Field(() => String, { description: 'The name in the input.' })
  policy!: string;
  @Field(() => [String], { description: 'The names of all published policies.' })
  known!: readonly string[];
}

@ObjectType(
  'UnknownCalendar',
  options("The latest version of the client's policy has no calendar with the given name."),
)
export class UnknownCalendarType extends UserErrorType {
  @Field(() => String, { description: 'The name in the input.' })
  calendar!: string;
  @Field(() => String, { description: 'The name of the policy.' })
  policy!: string;
  @Field(() => [String], { description: 'The names of all calendars of that version of the policy.' })
  known!: readonly string[];
}

@ObjectType(
  'CalendarInUse',
  options(
    'The terms of a client refer to a calendar that the text of the policy does not have. Add the calendar, or change the terms first.',
  ),
)
export class CalendarInUseType extends UserErrorType {
  @Field(() => String, { description: 'The name of the missing calendar.' })
  calendar!: string;
  @Field(() => String, { description: 'The name of the policy.' })
  policy!: string;
  @Field(() => String, { description: 'The name of the client whose terms refer to the calendar.' })
  client!: string;
}

@ObjectType(
  'CalendarEndsTooSoon',
  options(
    'A calendar of the policy does not know its holidays, or has no more open dates, up to the end of a target that starts now. Tickets could not be opened. Publish a version of the policy in which the horizon of the calendar is later.',
  ),
)
export class CalendarEndsTooSoonType extends UserErrorType {
  @Field(() => String, { description: 'The name of the calendar.' })
  calendar!: string;
  @Field(() => String, { description: 'The name of the policy.' })
  policy!: string;
  @Field(() => Int, { description: 'The last year that the calendar knows.' })
  knownUntil!: number;
  @Field(() => SeverityEnum, { description: 'The severity of a target that does not fit.' })
  severity!: Severity;
  @Field(() => CommitmentKindEnum, { description: 'The commitment of that target.' })
  commitment!: CommitmentKind;
}
