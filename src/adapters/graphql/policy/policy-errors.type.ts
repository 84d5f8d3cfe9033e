import { Field, Int, ObjectType } from 'type-graphql';
import { options, UserErrorType } from '../base/user-errors';

/** The errors that publishing a policy, or giving a client terms of its own, may answer with. */

@ObjectType('InvalidPolicy', options('Something in the text of a policy is not as it should be; one error for each.'))
export class InvalidPolicyType extends UserErrorType {
  @Field(() => Int, { description: 'The line of the text, from 1.' })
  line!: number;
  @Field(() => Int, { description: 'The column of the line, from 1.' })
  column!: number;
  @Field(() => String, { description: 'The field, e.g. `severities[1].title`; `(document)` for the whole.' })
  field!: string;
  @Field(() => String, { description: 'What is wrong, and what the field takes.' })
  problem!: string;
}

@ObjectType('UnknownPolicy', options('No policy of that name is published.'))
export class UnknownPolicyType extends UserErrorType {
  @Field(() => String, { description: 'The name that was given.' })
  policy!: string;
  @Field(() => [String], { description: 'The names of the policies that are published.' })
  known!: readonly string[];
}

@ObjectType('UnknownCalendar', options("The latest version of the client's policy has no calendar of that name."))
export class UnknownCalendarType extends UserErrorType {
  @Field(() => String, { description: 'The name that was given.' })
  calendar!: string;
  @Field(() => String, { description: 'The name of the policy.' })
  policy!: string;
  @Field(() => [String], { description: 'The names of the calendars that it has.' })
  known!: readonly string[];
}

@ObjectType('CalendarInUse', options("A client's terms name a calendar that this version of its policy lacks."))
export class CalendarInUseType extends UserErrorType {
  @Field(() => String, { description: 'The name of the calendar.' })
  calendar!: string;
  @Field(() => String, { description: 'The name of the policy.' })
  policy!: string;
  @Field(() => String, { description: 'The name of the client.' })
  client!: string;
}
