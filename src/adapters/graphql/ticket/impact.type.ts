import { Field, ObjectType } from 'type-graphql';
import type { Audience, Consequence, Impact } from '../../../domain/impact';
import { describeEnum } from '../base/enums';

export const AudienceEnum = describeEnum<Audience>('Audience', 'The people who are affected by an issue.', {
  ALL_END_USERS: 'All shoppers of the site.',
  SOME_END_USERS: 'Some shoppers of the site, but not all.',
  ADMINISTRATORS: 'The administrators of the site, including users of the control panel.',
  NOBODY: 'No one is affected.',
});

export const ConsequenceEnum = describeEnum<Consequence>(
  'Consequence',
  'The consequence of an issue for the people who are affected.',
  {
    ORDERING_BLOCKED: 'Orders cannot be placed.',
    ALL_ORDER_IMPORT_BLOCKED: 'No order reaches the ERP (enterprise resource planning) system.',
    DEGRADED: 'The site works, but badly.',
    ORDER_DATA_FLOW: 'Order data does not flow to or from a third party, such as an ERP system.',
    NON_ORDER_DATA_FLOW: 'Other data does not flow to or from a third party.',
    QUESTION: 'A general question about functionality.',
    TRAINING: 'A request for training.',
    DOCUMENTATION: 'A question or request about documentation.',
  },
);

@ObjectType('Impact', {
  description:
    'A pair of facts about an issue: the people who are affected, and the consequence for them. The severity of a ticket follows from its impacts.',
  simpleResolvers: true,
})
export class ImpactType implements Impact {
  @Field(() => AudienceEnum, { description: 'The people who are affected.' })
  audience!: Audience;

  @Field(() => ConsequenceEnum, { description: 'The consequence for them.' })
  consequence!: Consequence;

  @Field(() => String, {
    nullable: true,
    description: 'A note for people. It does not affect the severity. Null when no note was given.',
  })
  note!: string | null;
}
