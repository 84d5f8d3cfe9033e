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
  description: 'What a set of impacts earns, and the clause of the policy that decided it.',
  simpleResolvers: true,
})
export class ClassificationFactsType implements Classification {
  @Field(() => SeverityEnum, { description: 'The highest severity that any of the impacts earns.' })
  severity!: Severity;

  @Field(() => String, {
    description: 'Names the rule, so that it can be disputed with the policy in hand, e.g. `2a`.',
  })
  clause!: string;

  @Field(() => BasisEnum, { description: 'Whether the vendor published the rule or the house ruled it.' })
  basis!: Basis;

  @Field(() => String, { description: 'The meaning of the published wording, or the reason of the house ruling.' })
  text!: string;
}

@ObjectType('SeverityOverride', { description: 'A severity set against the classifier.', simpleResolvers: true })
export class OverrideType implements Override {
  @Field(() => SeverityEnum, { description: 'The severity that was set.' })
  severity!: Severity;

  @Field(() => String, { description: 'Why.' })
  reason!: string;

  @Field(() => DateTimeScalar, { description: 'When, UTC.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'By whom.' })
  by!: Actor;

  @Field(() => ActorType, { nullable: true, description: 'Who approved it; null where it held at once.' })
  approvedBy?: Actor;
}

@ObjectType('SeverityProposal', {
  description: 'A lowering of the severity that waits for another agent to approve it. Nothing of it holds yet.',
  simpleResolvers: true,
})
export class ProposalType implements Omit<Proposal, 'clause'> {
  @Field(() => SeverityEnum, { description: 'The severity that is proposed.' })
  severity!: Severity;

  @Field(() => Boolean, { description: 'Whether it goes against the classifier; else it follows from the impacts.' })
  isOverride!: boolean;

  @Field(() => [ImpactType], { description: 'The impacts that would hold.' })
  impacts!: readonly Impact[];

  @Field(() => String, { nullable: true, description: 'Why; null where nothing was said.' })
  reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was proposed, UTC.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'By whom; anybody else may approve it.' })
  by!: Actor;
}

/**
 * Resolves on the ticket itself: a ticket's classification is nothing but some of its fields and a
 * rule's wording.
 */
@ObjectType('Classification', {
  description:
    'Why a ticket has its severity: the clause that its impacts fall under, and the override if there is one.',
  simpleResolvers: true,
})
export class ClassificationType {
  @Field(() => SeverityEnum, { description: "The ticket's severity: the override's, else what the clause gives." })
  severity!: Severity;

  @Field(() => String, { description: 'The clause that the impacts fall under, e.g. `2a`.' })
  clause!: string;

  @Field(() => OverrideType, { nullable: true, description: 'Null where severity follows from the impacts.' })
  override!: Override | null;

  @Field(() => ProposalType, { nullable: true, description: 'A lowering that is not yet approved; null for none.' })
  proposal!: Proposal | null;
}

@Resolver(() => ClassificationType)
export class ClassificationResolver {
  @FieldResolver(() => String, { description: "The clause's published meaning, or the reason of the house ruling." })
  text(@Root() ticket: Ticket, @Ctx() context: RequestContext): string | Promise<string> {
    return underPolicy(context, ticket, (policy) => ruleOf(policy, ticket).text);
  }

  @FieldResolver(() => BasisEnum, { description: 'Whether the vendor published the clause or the house ruled it.' })
  basis(@Root() ticket: Ticket, @Ctx() context: RequestContext): Basis | Promise<Basis> {
    return underPolicy(context, ticket, (policy) => ruleOf(policy, ticket).basis);
  }
}

function ruleOf(policy: Policy, { clause }: Ticket) {
  const rule = policy.rules.find((candidate) => candidate.clause === clause);
  if (rule === undefined) throw new Error(`Policy ${policy.id}@${policy.version} has no clause ${clause}`);
  return rule;
}
