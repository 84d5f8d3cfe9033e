import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import {
  countedIn,
  explainDue,
  explainElapsed,
  type Segment,
  type SegmentKind,
} from '../../../domain/commitment/explain-due';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type Policy, type Target, targetOf, type WaitingReason } from '../../../domain/policy/policy';
import { describeEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { CalendarType, type CalendarView, calendarView } from '../policy/calendar.type';
import { PolicyType } from '../policy/policy.type';
import { type JudgedCycle, TargetType } from './cycle.type';

const SegmentKindEnum = describeEnum<SegmentKind>('SegmentKind', "What a part of a cycle's time was.", {
  COUNTED: 'Open time in which the clock ran; all of it is counted.',
  OUTSIDE_HOURS: 'The calendar is closed, and it is no holiday.',
  HOLIDAY: "Closed, on a date that is one of the calendar's holidays.",
  PAUSED: 'The clock stood still because the ticket waited; closed hours included.',
});

/** A cycle with the segments that make its due instant. */
export interface Explained {
  readonly judged: JudgedCycle;
  readonly segments: readonly Segment[];
}

/** @throws CalendarError where the calendar ends before the answer; TooManySegments */
export const explanationOf = (context: RequestContext, judged: JudgedCycle): Explained => ({
  judged,
  segments: unfold(context, judged, explainDue),
});

/** Unfolds the time of a cycle into segments, as far as the request may still have any. */
function unfold({ allowance }: RequestContext, judged: JudgedCycle, explain: typeof explainDue): readonly Segment[] {
  const { ticket, policy, cycle, at } = judged;
  const segments = explain(ticket, policy, cycle, at, allowance.segments);
  allowance.segments -= segments.length;
  return segments;
}

@ObjectType('TimeSegment', {
  description: "A part of a cycle's time: counted whole, or not at all.",
  simpleResolvers: true,
})
export class TimeSegmentType implements Omit<Segment, 'countedMs'> {
  @Field(() => DateTimeScalar, { description: 'Where it begins, UTC; belongs to it.' })
  from!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'Where it ends, UTC; does not belong to it.' })
  to!: EpochMs;

  @Field(() => SegmentKindEnum, { description: 'What it was.' })
  kind!: SegmentKind;

  @Field(() => String, {
    nullable: true,
    description: 'What the holiday is called; null where the calendar does not say, and for the other kinds.',
  })
  holiday!: string | null;

  @Field(() => [WaitingReasonEnum], { description: 'Why the clock stood still; empty where it did not.' })
  reasons!: readonly WaitingReason[];
}

@Resolver(() => TimeSegmentType)
export class TimeSegmentResolver {
  @FieldResolver(() => DurationScalar, { description: 'Its whole length where it is COUNTED, else zero.' })
  counted(@Root() { countedMs }: Segment): DurationMs {
    return countedMs;
  }
}

@ObjectType('CommitmentExplanation', {
  description:
    'What makes the due instant of a cycle: every part of its time, under the policy and calendar that promised it.',
  simpleResolvers: true,
})
export class ExplanationType {
  @Field(() => [TimeSegmentType], {
    description:
      'From the start to the due instant, without gaps; what is counted sums exactly to the total. While paused, and for best effort, up to the instant of the answer or the end. Of a cycle that is over: as it stood then.',
  })
  segments!: readonly Segment[];
}

@Resolver(() => ExplanationType)
export class ExplanationResolver {
  @FieldResolver(() => String, { description: 'The short name of the policy.' })
  policyName(@Root() { judged: { policy } }: Explained): string {
    return policy.id;
  }

  @FieldResolver(() => Int, { description: 'The version of the policy, and so of its calendars.' })
  policyVersion(@Root() { judged: { policy } }: Explained): number {
    return policy.version;
  }

  @FieldResolver(() => PolicyType, { description: 'The policy version.' })
  policy(@Root() { judged: { policy } }: Explained, @Ctx() context: RequestContext): Policy | Promise<Policy> {
    // As published: the ticket's own calendars are no part of the version.
    return context.policyOf({ policyId: policy.id, policyVersion: policy.version, calendars: {} });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of the calendar in that policy version; null for best effort, which counts all time.',
  })
  calendar(@Root() { judged }: Explained): string | null {
    return promised(judged).span?.calendar ?? null;
  }

  @FieldResolver(() => CalendarType, { nullable: true, description: 'That calendar; null for best effort.' })
  businessCalendar(@Root() { judged }: Explained): CalendarView | null {
    const { span } = promised(judged);
    return span === null ? null : calendarView(judged.policy, span.calendar);
  }

  @FieldResolver(() => TargetType, { description: 'What was promised.' })
  target(@Root() { judged }: Explained): Target {
    return promised(judged);
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'Business time that the target is worth from its start, less what was used before a reopening; null for best effort.',
  })
  total(@Root() { judged }: Explained): DurationMs | null {
    return judged.cycle.totalMs;
  }

  @FieldResolver(() => DurationScalar, { description: 'The sum of what the segments count.' })
  counted(@Root() { segments }: Explained): DurationMs {
    return countedIn(segments);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'The due instant that the segments make, UTC; null while paused and for best effort.',
  })
  dueAt(@Root() { judged }: Explained): EpochMs | null {
    return judged.dueAt;
  }

  @FieldResolver(() => [TimeSegmentType], {
    description:
      'The same from the start up to the instant of the answer, or to the end; what is counted sums exactly to the elapsed time.',
  })
  elapsedSegments(@Root() { judged }: Explained, @Ctx() context: RequestContext): readonly Segment[] {
    return unfold(context, judged, explainElapsed);
  }
}

const promised = ({ policy, cycle }: JudgedCycle): Target => targetOf(policy, cycle.severity, cycle.kind);
