import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { answerOrNull } from '../../../domain/calendar/calendar-error';
import {
  countedIn,
  explainDue,
  explainElapsed,
  type Segment,
  type SegmentKind,
} from '../../../domain/commitment/explain-due';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type Policy, type Target, targetOfCycle, type WaitingReason } from '../../../domain/policy/policy';
import { describeEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { CalendarType, type CalendarView, calendarView } from '../policy/calendar.type';
import { PolicyType } from '../policy/policy.type';
import type { JudgedCycle } from './cycle.type';
import { TargetType } from './target.type';

const SegmentKindEnum = describeEnum<SegmentKind>('SegmentKind', 'The kind of a time segment of a cycle.', {
  COUNTED: 'The calendar is open and the clock runs. The whole segment is counted.',
  OUTSIDE_HOURS: 'The calendar is closed, but the date is not a holiday.',
  HOLIDAY: 'The calendar is closed, and the date is a holiday.',
  PAUSED: 'The clock is paused because the ticket waits. The segment includes closed hours.',
});

/** A cycle with the segments from its start to its due time. */
export interface Explained {
  readonly judged: JudgedCycle;
  readonly segments: readonly Segment[];
}

/**
 * Null if the due instant lies beyond the known years of the calendar.
 *
 * @throws TooManySegments
 */
export function explanationOf(context: RequestContext, judged: JudgedCycle): Explained | null {
  const segments = answerOrNull(() => unfold(context, judged, explainDue));
  return segments === null ? null : { judged, segments };
}

/** The segments of a cycle, counted against the limit of segments for the request. */
function unfold({ allowance }: RequestContext, judged: JudgedCycle, explain: typeof explainDue): readonly Segment[] {
  const { ticket, policy, cycle, at } = judged;
  const segments = explain(ticket, policy, cycle, at, allowance.segments);
  allowance.segments -= segments.length;
  return segments;
}

@ObjectType('TimeSegment', {
  description: 'A segment of the time of a cycle. It is either counted as a whole or not at all.',
  simpleResolvers: true,
})
export class TimeSegmentType implements Omit<Segment, 'countedMs'> {
  @Field(() => DateTimeScalar, { description: 'The start of the segment, in UTC, inclusive.' })
  from!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The end of the segment, in UTC, exclusive.' })
  to!: EpochMs;

  @Field(() => SegmentKindEnum, { description: 'The kind of the segment.' })
  kind!: SegmentKind;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the holiday. Null when the calendar does not name it, and for segments of other kinds.',
  })
  holiday!: string | null;

  @Field(() => [WaitingReasonEnum], {
    description: 'The reasons why the clock is paused. Empty for segments of other kinds.',
  })
  reasons!: readonly WaitingReason[];
}

@Resolver(() => TimeSegmentType)
export class TimeSegmentResolver {
  @FieldResolver(() => DurationScalar, {
    description: 'The counted time: the length of the segment if it is `COUNTED`, otherwise zero.',
  })
  counted(@Root() { countedMs }: Segment): DurationMs {
    return countedMs;
  }
}

@ObjectType('CommitmentExplanation', {
  description:
    'An explanation of how the due time of a cycle is calculated, as a list of time segments under its policy and calendar.',
  simpleResolvers: true,
})
export class ExplanationType {
  @Field(() => [TimeSegmentType], {
    description:
      'The segments from the start to the due time, without gaps. The counted time of all segments adds up to `total`. While the clock is paused, and for best effort, the segments extend to the time of the request or the end of the cycle. For an ended cycle, the pauses are those that were known at its end.',
  })
  segments!: readonly Segment[];
}

@Resolver(() => ExplanationType)
export class ExplanationResolver {
  @FieldResolver(() => String, { description: 'The name of the policy.' })
  policyName(@Root() { judged: { policy } }: Explained): string {
    return policy.id;
  }

  @FieldResolver(() => Int, { description: 'The version of the policy and its calendars.' })
  policyVersion(@Root() { judged: { policy } }: Explained): number {
    return policy.version;
  }

  @FieldResolver(() => PolicyType, { description: 'The version of the policy that applies to the cycle.' })
  policy(@Root() { judged: { policy } }: Explained, @Ctx() context: RequestContext): Policy | Promise<Policy> {
    // The published version, without the calendars that the ticket replaces.
    return context.policyOf({ policyId: policy.id, policyVersion: policy.version, calendars: {} });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of the calendar in that version of the policy. Null for best effort, which counts all time.',
  })
  calendar(@Root() { judged }: Explained): string | null {
    return promised(judged).span?.calendar ?? null;
  }

  @FieldResolver(() => CalendarType, {
    nullable: true,
    description: 'The calendar on which the time is counted. Null for best effort.',
  })
  businessCalendar(@Root() { judged }: Explained): CalendarView | null {
    const { span } = promised(judged);
    return span === null ? null : calendarView(judged.policy, span.calendar);
  }

  @FieldResolver(() => TargetType, { description: 'The target that applies to the cycle.' })
  target(@Root() { judged }: Explained): Target {
    return promised(judged);
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The total business time of the cycle: that of its target, less the time that was used before the ticket was reopened. Null for best effort.',
  })
  total(@Root() { judged }: Explained): DurationMs | null {
    return judged.cycle.totalMs;
  }

  @FieldResolver(() => DurationScalar, { description: 'The sum of the counted time of all `segments`.' })
  counted(@Root() { segments }: Explained): DurationMs {
    return countedIn(segments);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The due time, in UTC, at the end of the segments. Null while the clock is paused, and for best effort.',
  })
  dueAt(@Root() { judged }: Explained): EpochMs | null {
    return judged.dueAt;
  }

  @FieldResolver(() => [TimeSegmentType], {
    description:
      'The segments from the start to the time of the request, or to the end of the cycle. Their counted time adds up to the elapsed time.',
  })
  elapsedSegments(@Root() { judged }: Explained, @Ctx() context: RequestContext): readonly Segment[] {
    return unfold(context, judged, explainElapsed);
  }
}

const promised = ({ policy, cycle }: JudgedCycle): Target => targetOfCycle(policy, cycle);
