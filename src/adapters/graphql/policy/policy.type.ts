import { Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Audience, Consequence } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
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
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { TargetType, TargetUnitEnum } from '../commitment/target.type';
import type { RequestContext } from '../context';
import { AudienceEnum, ConsequenceEnum } from '../ticket/impact.type';
import { CalendarType, type CalendarView, calendarsOf } from './calendar.type';
import { BusinessDayEndEnum, LoweringApprovalEnum, OnLoweringEnum, WorkaroundLowersEnum } from './policy.enum';

@ObjectType('SeverityPolicy', {
  description: 'What a policy promises and asks at one severity.',
  simpleResolvers: true,
})
export class SeverityPolicyType {
  @Field(() => SeverityEnum, { description: 'The severity.' })
  severity!: Severity;

  @Field(() => String, { description: 'What the vendor calls it.' })
  title!: string;

  @Field(() => WorkaroundLowersEnum, { description: 'What a workaround has to lower.' })
  workaroundLowers!: SeverityPolicy['workaroundLowers'];

  @Field(() => [ClientActionEnum], { description: 'What is asked of the client.' })
  clientActions!: readonly ClientAction[];
}

@Resolver(() => SeverityPolicyType)
export class SeverityPolicyResolver {
  @FieldResolver(() => TargetType, { description: 'What is promised for the first action.' })
  response(@Root() { targets }: SeverityPolicy): Target {
    return targets.RESPONSE;
  }

  @FieldResolver(() => TargetType, { description: 'What is promised for regular messages.' })
  update(@Root() { targets }: SeverityPolicy): Target {
    return targets.UPDATE;
  }

  @FieldResolver(() => TargetType, { description: 'What is promised for full resolution.' })
  resolution(@Root() { targets }: SeverityPolicy): Target {
    return targets.RESOLUTION;
  }
}

@ObjectType('ClassificationRule', { description: 'One row of the classification table.', simpleResolvers: true })
export class RuleType {
  @Field(() => String, { description: 'Names the rule, e.g. `2a`.' })
  clause!: string;

  @Field(() => SeverityEnum, { description: 'What it gives.' })
  severity!: Severity;

  @Field(() => [ConsequenceEnum], { description: 'What those who are hit cannot do: any of these.' })
  consequences!: readonly Consequence[];

  @Field(() => BasisEnum, { description: 'Whether the vendor published it or the house ruled it.' })
  basis!: Basis;

  @Field(() => String, { description: 'The meaning of the published wording, or the reason of the house ruling.' })
  text!: string;
}

@Resolver(() => RuleType)
export class RuleResolver {
  @FieldResolver(() => AudienceEnum, { nullable: true, description: 'Who is hit; null for any audience.' })
  audience(@Root() rule: Rule): Audience | null {
    return rule.audience === 'ANY' ? null : rule.audience;
  }
}

@ObjectType('PolicyMark', { description: 'A point of a commitment at which something is said.', simpleResolvers: true })
export class MarkType implements Mark {
  @Field(() => String, { description: 'Its name; `atRisk` is the one that makes a commitment AT_RISK.' })
  name!: string;

  @Field(() => Float, { description: 'The part of the target at which it lies; 1 is the due instant.' })
  fraction!: number;
}

@ObjectType('BusinessSpan', { description: 'A stretch of business time.', simpleResolvers: true })
export class BusinessSpanType implements BusinessSpan {
  @Field(() => Float, { description: 'How many of the unit.' })
  amount!: number;

  @Field(() => TargetUnitEnum, { description: 'The unit.' })
  unit!: TargetUnit;

  @Field(() => String, { description: "The name of the policy's calendar that it counts on." })
  calendar!: string;
}

@ObjectType('WaitingRule', { description: 'Which clocks a reason for waiting stops.', simpleResolvers: true })
export class WaitingRuleType {
  @Field(() => WaitingReasonEnum, { description: 'The reason.' })
  reason!: WaitingReason;

  @Field(() => [CommitmentKindEnum], { description: 'The commitments that stand still; empty for none.' })
  pauses!: readonly CommitmentKind[];
}

@ObjectType('Policy', {
  implements: NodeType,
  description: 'One published version of a policy: all that is promised, and how it is reckoned. It never changes.',
  simpleResolvers: true,
})
export class PolicyType extends NodeType {
  @Field(() => Int, { description: 'Counts from 1.' })
  version!: number;

  @Field(() => String, { description: 'What it is called.' })
  title!: string;

  @Field(() => String, { description: "Where the vendor's own words are." })
  source!: string;

  @Field(() => [SeverityPolicyType], { description: 'Its severities, the most urgent first.' })
  severities!: readonly SeverityPolicy[];

  @Field(() => [RuleType], { description: 'Its classification table, in the order in which equal clauses are named.' })
  rules!: readonly Rule[];

  @Field(() => LoweringApprovalEnum, { description: "Which lowerings of a severity need another agent's approval." })
  loweringApproval!: Policy['loweringApproval'];

  @Field(() => OnLoweringEnum, { description: 'Where the clocks count from after severity was lowered.' })
  onLowering!: Policy['onLowering'];

  @Field(() => [MarkType], { description: 'Points of every commitment at which something is said.' })
  marks!: readonly Mark[];

  @Field(() => Float, { description: 'The least part of its target that a reopened ticket is given.' })
  reopeningMinimum!: number;

  @Field(() => BusinessSpanType, { description: 'How long a resolved ticket may stay silent before it closes.' })
  closeAfterSilence!: BusinessSpan;

  @Field(() => BusinessDayEndEnum, { description: 'Where a target in business days falls due.' })
  businessDayEnd!: Policy['businessDayEnd'];
}

@Resolver(() => PolicyType)
export class PolicyResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() policy: Policy): string {
    return toGlobalId('Policy', `${policy.id}/${policy.version}`);
  }

  @FieldResolver(() => String, { description: 'Its short name, the same in every version.' })
  name(@Root() policy: Policy): string {
    return policy.id;
  }

  @FieldResolver(() => [CalendarType], { description: 'Its calendars, by name.' })
  calendars(@Root() policy: Policy): readonly CalendarView[] {
    return calendarsOf(policy);
  }

  @FieldResolver(() => [WaitingRuleType], { description: 'Which reason for waiting stops which clocks.' })
  waitingRules(@Root() policy: Policy): readonly WaitingRuleType[] {
    return WAITING_REASONS.map((reason) => ({ reason, pauses: policy.pauses[reason] }));
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'When this version was published, UTC.' })
  async publishedAt(@Root() policy: Policy, @Ctx() { services }: RequestContext): Promise<EpochMs | null> {
    return (await services.policies.publication(policy.id, policy.version))?.publishedAt ?? null;
  }

  @FieldResolver(() => ActorType, {
    nullable: true,
    description: 'Who published this version; null for the configured file, which the service published at a start.',
  })
  async publishedBy(@Root() policy: Policy, @Ctx() { services }: RequestContext): Promise<Actor | null> {
    return (await services.policies.publication(policy.id, policy.version))?.publishedBy ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The text it was published from, YAML, as it was given; null where that was not kept.',
  })
  yaml(@Root() policy: Policy, @Ctx() { services }: RequestContext): Promise<string | null> {
    return services.policies.yaml(policy.id, policy.version);
  }
}
