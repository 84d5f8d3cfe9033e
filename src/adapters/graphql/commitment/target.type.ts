import { Field, FieldResolver, Float, ObjectType, Resolver, Root } from 'type-graphql';
import type { Basis, Target, TargetUnit } from '../../../domain/policy/policy';
import { BasisEnum, describeEnum } from '../base/enums';

export const TargetUnitEnum = describeEnum<TargetUnit>(
  'TargetUnit',
  'The unit of a target. Time is counted on the calendar of the target.',
  {
    MINUTES: 'Minutes of open time.',
    HOURS: 'Hours of open time.',
    BUSINESS_DAYS: 'Business days: dates on which the calendar is open.',
  },
);

@ObjectType('Target', {
  description:
    'The target of a commitment at one severity: the time within which it must be fulfilled. For best effort, no time is promised, and `amount`, `unit` and `calendar` are null.',
})
export class TargetType {
  @Field(() => BasisEnum, { description: 'Whether the vendor published the target or it is a house rule.' })
  basis!: Basis;

  @Field(() => String, {
    description: 'The meaning of the published wording, or the reason for the house rule.',
  })
  text!: string;
}

@Resolver(() => TargetType)
export class TargetResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description: 'The number of units. Null for best effort.',
  })
  amount(@Root() target: Target): number | null {
    return target.span?.amount ?? null;
  }

  @FieldResolver(() => TargetUnitEnum, { nullable: true, description: 'The unit of the amount. Null for best effort.' })
  unit(@Root() target: Target): TargetUnit | null {
    return target.span?.unit ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of the calendar of the policy on which the time is counted. Null for best effort.',
  })
  calendar(@Root() target: Target): string | null {
    return target.span?.calendar ?? null;
  }
}
