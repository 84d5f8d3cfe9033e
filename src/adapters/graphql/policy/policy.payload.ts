import { Field, Int, ObjectType } from 'type-graphql';
import type { Client } from '../../../application/ports/clients';
import type { ImpactCounts, PolicyImpact } from '../../../domain/policy/dry-run';
import type { Policy } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { SeverityEnum } from '../base/enums';
import { answers, Payload } from '../base/mutation.payload';
import { ClientType } from '../client/client.type';
import { PolicyType } from './policy.type';

@ObjectType({ simpleResolvers: true })
abstract class ImpactCountsType implements Omit<ImpactCounts, 'tickets'> {
  @Field(() => Int, { description: 'How many would have a breach by now under it.' })
  wouldHaveBreached!: number;

  @Field(() => Int, { description: 'How many of these have none under their own version.' })
  newlyBreached!: number;

  @Field(() => Int, { description: 'How many have a breach under their own version and would have none under it.' })
  noLongerBreached!: number;

  @Field(() => Int, {
    description: 'How many would have a running promise due at another instant, or another set of promises running.',
  })
  deadlineChanged!: number;

  @Field(() => Int, { description: 'How many would be of another severity now.' })
  severityChanged!: number;

  @Field(() => Int, {
    description: 'How many it does not apply to: no clause covers their impacts, or its calendars do not reach.',
  })
  notApplicable!: number;

  @Field(() => Int, {
    description: 'How many took a step that it would have refused; they are judged without that step.',
  })
  historyRefused!: number;
}

@ObjectType('SeverityImpact', {
  description: 'What a policy would have meant for tickets of one severity.',
  simpleResolvers: true,
})
export class SeverityImpactType extends ImpactCountsType {
  @Field(() => SeverityEnum, { description: 'The severity that the tickets have now, under their own version.' })
  severity!: Severity;

  @Field(() => Int, { description: 'How many of them are open.' })
  tickets!: number;
}

@ObjectType('PolicyImpact', {
  description:
    'What a policy would have meant for the tickets that are open (or have a workaround) now, of the clients that it is for, had they been opened under it: each history is decided anew, and judged now.',
  simpleResolvers: true,
})
export class PolicyImpactType extends ImpactCountsType {
  @Field(() => Int, { description: 'How many tickets were looked at.' })
  openTickets!: number;

  @Field(() => [SeverityImpactType], { description: 'The same by severity, the most urgent first.' })
  bySeverity!: readonly SeverityImpactType[];
}

export const impactView = ({ all: { tickets, ...counts }, bySeverity }: PolicyImpact): PolicyImpactType => ({
  openTickets: tickets,
  ...counts,
  bySeverity,
});

@ObjectType('PublishPolicyPayload', answers('publishPolicy'))
export class PublishPolicyPayload extends Payload {
  @Field(() => PolicyType, {
    nullable: true,
    description: 'The version that says what was given; null for a dry run and where it was refused.',
  })
  policy!: Policy | null;

  @Field(() => Boolean, {
    description: 'Whether it is (for a dry run: would be) a version of its own, for the latest says something else.',
  })
  isNew!: boolean;

  @Field(() => PolicyImpactType, { nullable: true, description: 'For a dry run: what it would have meant. Else null.' })
  impact!: PolicyImpactType | null;
}

@ObjectType('SetClientTermsPayload', answers('setClientTerms'))
export class SetClientTermsPayload extends Payload {
  @Field(() => ClientType, {
    nullable: true,
    description: 'The client as this request left it; null where there is none.',
  })
  client!: Client | null;
}
