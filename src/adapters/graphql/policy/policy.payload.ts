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
  @Field(() => Int, {
    description: 'The number of tickets that would have a breached commitment now under the policy.',
  })
  wouldHaveBreached!: number;

  @Field(() => Int, {
    description:
      'The number of tickets that would have a breached commitment now under the policy, and have none under their own policy version.',
  })
  newlyBreached!: number;

  @Field(() => Int, {
    description:
      'The number of tickets that have a breach under their own policy version and would have none under the policy.',
  })
  noLongerBreached!: number;

  @Field(() => Int, {
    description:
      'The number of tickets with a running commitment that would be due at another time, or with other commitments running.',
  })
  deadlineChanged!: number;

  @Field(() => Int, { description: 'The number of tickets that would have another severity now.' })
  severityChanged!: number;

  @Field(() => Int, {
    description:
      'The number of tickets that the policy cannot be applied to, because no clause covers their impacts or its calendars do not cover their deadlines.',
  })
  notApplicable!: number;

  @Field(() => Int, {
    description:
      'The number of tickets whose history contains a step that the policy would have refused. They are evaluated without that step.',
  })
  historyRefused!: number;
}

@ObjectType('SeverityImpact', {
  description: 'How a policy would have affected the tickets of one severity.',
  simpleResolvers: true,
})
export class SeverityImpactType extends ImpactCountsType {
  @Field(() => SeverityEnum, { description: 'The current severity of the tickets under their own policy version.' })
  severity!: Severity;

  @Field(() => Int, { description: 'The number of open tickets of that severity.' })
  tickets!: number;
}

@ObjectType('PolicyImpact', {
  description:
    'How a policy would have affected the unresolved tickets (in state `open` or `workaroundApplied`) of the clients that use it if they had been opened under it. The history of each ticket is replayed under the policy and evaluated at the current time.',
  simpleResolvers: true,
})
export class PolicyImpactType extends ImpactCountsType {
  @Field(() => Int, { description: 'The number of tickets that were evaluated.' })
  openTickets!: number;

  @Field(() => [SeverityImpactType], { description: 'The same counts by severity, the most urgent first.' })
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
    description: 'The version with the given content. Null for a dry run and if the policy was refused.',
  })
  policy!: Policy | null;

  @Field(() => Boolean, {
    description:
      'Whether a new version was created, or for a dry run, would be created. False when the latest version has the same content and if the policy was refused.',
  })
  isNew!: boolean;

  @Field(() => PolicyImpactType, {
    nullable: true,
    description: 'How the open tickets would be affected. Null unless this was an accepted dry run.',
  })
  impact!: PolicyImpactType | null;
}

@ObjectType('SetClientTermsPayload', answers('setClientTerms'))
export class SetClientTermsPayload extends Payload {
  @Field(() => ClientType, {
    nullable: true,
    description:
      'The client after this request, unchanged if the request was refused. Null when the client does not exist or the input is invalid.',
  })
  client!: Client | null;
}
