import { Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Audience, Consequence } from '../../../domain/impact';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { ANY_AUDIENCE, type Fact } from '../../../domain/policy/facts';
import {
  type Basis,
  type BusinessSpan,
  type ClientAction,
  type CommitmentKind,
  type Mark,
  type Policy,
  type Rule,
  type SeverityPolicy,
  type Target,
  type TargetUnit,
  WAITING_REASONS,
  type WaitingReason,
} from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { ActorType } from '../base/actor.type';
import { BasisEnum, ClientActionEnum, CommitmentKindEnum, SeverityEnum, WaitingReasonEnum } from '../base/enums';
import { AudienceScalar, ConsequenceScalar } from '../base/fact-scalars';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { TargetType, TargetUnitEnum } from '../commitment/target.type';
import type { RequestContext } from '../context';
import { CalendarType, type CalendarView, calendarsOf } from './calendar.type';
import { BusinessDayEndEnum, LoweringApprovalEnum, OnLoweringEnum, WorkaroundLowersEnum } from './policy.enum';

@ObjectType('SeverityPolicy', {
  description: 'The targets and requirements of a policy for one severity.',
  simpleResolvers: true,
})
export class SeverityPolicyType {
  @Field(() => SeverityEnum, { description: 'The severity that the targets apply to.' })
  severity!: Severity;

  @Field(() => String, { description: 'The name that the vendor gives to the severity.' })
  title!: string;

  @Field(() => WorkaroundLowersEnum, { description: 'What a workaround at this severity must lower.' })
  workaroundLowers!: SeverityPolicy['workaroundLowers'];

  @Field(() => [ClientActionEnum], {
    description: 'The actions that the policy asks the client to take at this severity.',
  })
  clientActions!: readonly ClientAction[];
}

const NOT_PROMISED = 'Null when the policy promises none at this severity, which differs from best effort.';

@Resolver(() => SeverityPolicyType)
export class SeverityPolicyResolver {
  @FieldResolver(() => TargetType, {
    nullable: true,
    description: `The target for the first response. ${NOT_PROMISED}`,
  })
  response(@Root() { targets }: SeverityPolicy): Target | null {
    return targets.RESPONSE ?? null;
  }

  @FieldResolver(() => TargetType, {
    nullable: true,
    description: `The target for regular updates to the client. ${NOT_PROMISED}`,
  })
  update(@Root() { targets }: SeverityPolicy): Target | null {
    return targets.UPDATE ?? null;
  }

  @FieldResolver(() => TargetType, {
    nullable: true,
    description: `The target for the full resolution. ${NOT_PROMISED}`,
  })
  resolution(@Root() { targets }: SeverityPolicy): Target | null {
    return targets.RESOLUTION ?? null;
  }
}

@ObjectType('Fact', {
  description: 'A word of the vocabulary of a policy, in which impacts and classification rules are stated.',
  simpleResolvers: true,
})
export class FactType implements Fact {
  @Field(() => String, { description: 'The code, such as `ALL_END_USERS`. It is unique in its list.' })
  code!: string;

  @Field(() => String, { description: 'A short name for people.' })
  title!: string;

  @Field(() => String, { description: 'The meaning of the fact.' })
  text!: string;
}

@ObjectType('ClassificationRule', {
  description:
    'One rule of the classification table: a pair of audience and consequences, and the severity that it leads to.',
  simpleResolvers: true,
})
export class RuleType {
  @Field(() => String, { description: 'The identifier of the rule, such as `2a`.' })
  clause!: string;

  @Field(() => SeverityEnum, { description: 'The severity of an impact that the rule covers.' })
  severity!: Severity;

  @Field(() => [ConsequenceScalar], {
    description: 'The consequences that the rule covers. An impact with any one of them matches.',
  })
  consequences!: readonly Consequence[];

  @Field(() => BasisEnum, { description: 'Whether the vendor published the rule or it is a house rule.' })
  basis!: Basis;

  @Field(() => String, { description: 'The meaning of the published wording, or the reason for the house rule.' })
  text!: string;
}

@Resolver(() => RuleType)
export class RuleResolver {
  @FieldResolver(() => AudienceScalar, {
    nullable: true,
    description: 'The audience that the rule covers. Null when it covers every audience.',
  })
  audience(@Root() rule: Rule): Audience | null {
    return rule.audience === ANY_AUDIENCE ? null : rule.audience;
  }
}

@ObjectType('PolicyMark', {
  description: 'A point in the running time of a commitment at which an event is recorded.',
  simpleResolvers: true,
})
export class MarkType implements Mark {
  @Field(() => String, {
    description: 'The name of the mark. A commitment that has passed the mark `atRisk` has the status `AT_RISK`.',
  })
  name!: string;

  @Field(() => Float, {
    description: 'The position of the mark as a fraction of the target. 1 is the due time; larger values are after it.',
  })
  fraction!: number;
}

@ObjectType('BusinessSpan', { description: 'An amount of business time.', simpleResolvers: true })
export class BusinessSpanType implements BusinessSpan {
  @Field(() => Float, { description: 'The amount, in `unit`.' })
  amount!: number;

  @Field(() => TargetUnitEnum, { description: 'The unit of the amount.' })
  unit!: TargetUnit;

  @Field(() => String, { description: 'The name of the calendar of the policy on which the time is counted.' })
  calendar!: string;
}

@ObjectType('WaitingRule', {
  description: 'Which commitments are paused while a ticket waits for a given reason.',
  simpleResolvers: true,
})
export class WaitingRuleType {
  @Field(() => WaitingReasonEnum, { description: 'The reason for waiting.' })
  reason!: WaitingReason;

  @Field(() => [CommitmentKindEnum], {
    description: 'The commitments that are paused. Empty when the reason pauses none.',
  })
  pauses!: readonly CommitmentKind[];
}

@ObjectType('Policy', {
  implements: NodeType,
  description:
    'One published version of a policy: its targets, its classification rules and its calendars. A version never changes.',
  simpleResolvers: true,
})
export class PolicyType extends NodeType {
  @Field(() => Int, { description: 'The number of the version, counting from 1 for each policy.' })
  version!: number;

  @Field(() => String, { description: 'The display name of the policy.' })
  title!: string;

  @Field(() => String, {
    description: 'The place where the vendor published the policy, as text. It can be a title or a URL.',
  })
  source!: string;

  @Field(() => [SeverityPolicyType], {
    description: 'The targets and requirements by severity, the most urgent first.',
  })
  severities!: readonly SeverityPolicy[];

  @Field(() => [RuleType], {
    description:
      'The classification rules. If several rules of the same severity match, the first one is named as the clause.',
  })
  rules!: readonly Rule[];

  @Field(() => LoweringApprovalEnum, {
    description: 'Which lowerings of a severity need the approval of another agent.',
  })
  loweringApproval!: Policy['loweringApproval'];

  @Field(() => OnLoweringEnum, { description: 'The time from which the clocks count after the severity was lowered.' })
  onLowering!: Policy['onLowering'];

  @Field(() => [MarkType], { description: 'The marks, which apply to every commitment.' })
  marks!: readonly Mark[];

  @Field(() => Float, {
    description:
      'The minimum business time for the resolution of a reopened ticket, as a fraction of its target. Greater than 0 and at most 1.',
  })
  reopeningMinimum!: number;

  @Field(() => BusinessSpanType, {
    description: 'The business time without communication after which a resolved ticket is closed automatically.',
  })
  closeAfterSilence!: BusinessSpan;

  @Field(() => BusinessDayEndEnum, { description: 'The time of day at which a target in business days is due.' })
  businessDayEnd!: Policy['businessDayEnd'];
}

@Resolver(() => PolicyType)
export class PolicyResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() policy: Policy): string {
    return toGlobalId('Policy', `${policy.id}/${policy.version}`);
  }

  @FieldResolver(() => DurationScalar, {
    description:
      'How long after it happened a change can be recorded with `occurredAt` and without a reason, in wall-clock time.',
  })
  lateEntry(@Root() policy: Policy): DurationMs {
    return policy.lateEntryMs;
  }

  @FieldResolver(() => String, { description: 'The short name of the policy, which all its versions share.' })
  name(@Root() policy: Policy): string {
    return policy.id;
  }

  @FieldResolver(() => [FactType], {
    description: 'The audiences of the policy: who can be affected. Tickets of this version use these words.',
  })
  audiences(@Root() policy: Policy): readonly Fact[] {
    return policy.facts.audiences;
  }

  @FieldResolver(() => [FactType], {
    description: 'The consequences of the policy for those who are affected.',
  })
  consequences(@Root() policy: Policy): readonly Fact[] {
    return policy.facts.consequences;
  }

  @FieldResolver(() => [CalendarType], { description: 'The calendars of the policy version.' })
  calendars(@Root() policy: Policy): readonly CalendarView[] {
    return calendarsOf(policy);
  }

  @FieldResolver(() => [WaitingRuleType], {
    description: 'The commitments that each reason for waiting pauses, one entry for each reason.',
  })
  waitingRules(@Root() policy: Policy): readonly WaitingRuleType[] {
    return WAITING_REASONS.map((reason) => ({ reason, pauses: policy.pauses[reason] }));
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the version was published. Null when its publication is not recorded.',
  })
  async publishedAt(@Root() policy: Policy, @Ctx() { services, caller }: RequestContext): Promise<EpochMs | null> {
    return (await services.policies.publication(caller, policy.id, policy.version))?.publishedAt ?? null;
  }

  @FieldResolver(() => ActorType, {
    nullable: true,
    description:
      'The actor who published the version. Null when the service published it from the configured file when it started.',
  })
  async publishedBy(@Root() policy: Policy, @Ctx() { services, caller }: RequestContext): Promise<Actor | null> {
    return (await services.policies.publication(caller, policy.id, policy.version))?.publishedBy ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The YAML text that the version was published from, unchanged. It does not contain the iCalendar files that it names; the calendars of the version keep their dates. Null when the text was not stored.',
  })
  yaml(@Root() policy: Policy, @Ctx() { services, caller }: RequestContext): Promise<string | null> {
    return services.policies.yaml(caller, policy.id, policy.version);
  }
}
