import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { Classification } from '../../../domain/policy/classify';
import type { Basis, Policy } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Override, Proposal, Ticket } from '../../../domain/ticket/ticket';
import { ActorType } from '../base/actor.type';
import { BasisEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { type RequestContext, underPolicy } from '../context';
import { ImpactType } from '../ticket/impact.type';

@ObjectType('ImpactClassification', {
  description: 'The severity that a policy assigns to a set of impacts, and the clause that decides it.',
  simpleResolvers: true,
})
export class ClassificationFactsType implements Classification {
  @Field(() => SeverityEnum, { description: 'The most urgent severity that any of the impacts is assigned.' })
  severity!: Severity;

  @Field(() => String, {
    description: 'The identifier of the deciding clause in the policy, such as `2a`.',
  })
  clause!: string;

  @Field(() => BasisEnum, { description: 'Whether the vendor published the clause or it is a house rule.' })
  basis!: Basis;

  @Field(() => String, { description: 'The meaning of the published wording, or the reason for the house rule.' })
  text!: string;
}

@ObjectType('SeverityOverride', {
  description: 'A severity that a person set instead of the one that follows from the impacts.',
  simpleResolvers: true,
})
export class OverrideType implements Override {
  @Field(() => SeverityEnum, { description: 'The severity that was set.' })
  severity!: Severity;

  @Field(() => String, { description: 'The reason that was given for the override.' })
  reason!: string;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the override took effect.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who set the severity.' })
  by!: Actor;

  @Field(() => ActorType, {
    nullable: true,
    description: 'The actor who approved the override. Null when it took effect without approval.',
  })
  approvedBy?: Actor;
}

@ObjectType('SeverityProposal', {
  description:
    'A proposed lowering of the severity that another agent has not yet approved. It has no effect until it is approved.',
  simpleResolvers: true,
})
export class ProposalType implements Omit<Proposal, 'clause'> {
  @Field(() => SeverityEnum, { description: 'The proposed severity.' })
  severity!: Severity;

  @Field(() => Boolean, {
    description: 'Whether the proposed severity is an override. False when it follows from the proposed impacts.',
  })
  isOverride!: boolean;

  @Field(() => [ImpactType], { description: 'The impacts that the ticket would have after approval.' })
  impacts!: readonly Impact[];

  @Field(() => String, {
    nullable: true,
    description: 'The reason that was given for the proposal. Null when none was given.',
  })
  reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the lowering was proposed.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The agent who proposed the lowering. Only another agent can approve it.' })
  by!: Actor;
}

/** The source object is the ticket: a classification consists of its fields and the rule's text. */
@ObjectType('Classification', {
  description:
    'The reason for the severity of a ticket: the clause that applies to its impacts, and the override, if there is one.',
  simpleResolvers: true,
})
export class ClassificationType {
  @Field(() => SeverityEnum, {
    description:
      'The severity of the ticket. It is the severity of the override, or that of the clause when there is no override.',
  })
  severity!: Severity;

  @Field(() => String, {
    description: 'The identifier of the clause of the policy that applies to the impacts, such as `2a`.',
  })
  clause!: string;

  @Field(() => OverrideType, {
    nullable: true,
    description: 'The override that is in effect. Null when the severity follows from the impacts.',
  })
  override!: Override | null;

  @Field(() => ProposalType, {
    nullable: true,
    description: 'The lowering of the severity that is not yet approved. Null when there is none.',
  })
  proposal!: Proposal | null;
}

@Resolver(() => ClassificationType)
export class ClassificationResolver {
  @FieldResolver(() => String, {
    description: 'The meaning of the published clause, or the reason for the house rule.',
  })
  text(@Root() ticket: Ticket, @Ctx() context: RequestContext): string | Promise<string> {
    return underPolicy(context, ticket, (policy) => ruleOf(policy, ticket).text);
  }

  @FieldResolver(() => BasisEnum, { description: 'Whether the vendor published the clause or it is a house rule.' })
  basis(@Root() ticket: Ticket, @Ctx() context: RequestContext): Basis | Promise<Basis> {
    return underPolicy(context, ticket, (policy) => ruleOf(policy, ticket).basis);
  }
}

function ruleOf(policy: Policy, { clause }: Ticket) {
  const rule = policy.rules.find((candidate) => candidate.clause === clause);
  if (rule === undefined) throw new Error(`Policy ${policy.id}@${policy.version} has no clause ${clause}`);
  return rule;
}
