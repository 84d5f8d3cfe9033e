import { Field, Float, Int, ObjectType } from 'type-graphql';
import {
  attainment,
  type CommitmentFigures,
  overallFigures,
  proposedAttainment,
  type ReportGrouping,
  type SlaReportRow,
  type TimeFigures,
  waivedAttainment,
} from '../../../application/reports/sla-report';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import { describeEnum, SeverityEnum } from '../base/enums';
import { toGlobalId } from '../base/global-id';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { ClientType } from '../client/client.type';

export const ReportGroupingEnum = describeEnum<ReportGrouping>(
  'SlaReportGrouping',
  'The property by which the figures of a report are grouped.',
  {
    SEVERITY:
      'By severity. A cycle counts under the severity whose target applied to it, an opening under the initial severity, and every other event under the severity of the ticket just before it.',
    CLIENT: 'By the client of the ticket.',
    MONTH: 'By the calendar month, in the time zone of the report, in which a cycle was decided or an event happened.',
    CLAUSE: 'By the clause of the policy that applies to the current impacts of the ticket.',
    ASSIGNEE:
      'By the current assignee of the ticket. Names that are equal when compared are one group, with the name as the ticket with the lowest number writes it.',
  },
);

@ObjectType('SeverityCount', { description: 'A count for one severity.', simpleResolvers: true })
export class SeverityCountType {
  @Field(() => SeverityEnum, { description: 'The severity that is counted.' })
  severity!: Severity;

  @Field(() => Int, { description: 'The number of cycles.' })
  count!: number;
}

@ObjectType('CommitmentFigures', {
  description:
    'The outcomes of the cycles that were decided in the period. A cycle is decided when it is breached, even if it is still open, or when it is fulfilled without a breach. Best-effort cycles, and cycles that were superseded or cancelled without a breach, are not counted.',
  simpleResolvers: true,
})
export class CommitmentFiguresType {
  @Field(() => Int, { description: 'The number of cycles that were fulfilled in time.' })
  met!: number;

  @Field(() => Int, {
    description: 'The number of breached cycles, including those that are waived and those still open.',
  })
  breached!: number;

  @Field(() => Int, { description: 'The number of breached cycles whose breach has been waived.' })
  waived!: number;

  @Field(() => Int, {
    description: 'The number of breached cycles for which a waiver is proposed and not decided yet.',
  })
  waiversProposed!: number;

  @Field(() => Int, {
    description:
      'The number of breached cycles that were still open at the end of the period, or are open now if the period has not ended.',
  })
  openBreached!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'The fraction of cycles that were met, `met / (met + breached)`, from 0 to 1. Null when no cycle was decided.',
  })
  attainment!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The fraction of cycles that were met if waived breaches count as met, from 0 to 1. Null when no cycle was decided.',
  })
  attainmentWaived!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The fraction of cycles that were met as it would be if all proposed waivers were approved, from 0 to 1: waived breaches count as met, and so do those for which a waiver is proposed. Null when no cycle was decided.',
  })
  attainmentProposed!: number | null;

  @Field(() => [SeverityCountType], {
    description:
      'The number of breached cycles by the severity of the ticket at the time of the breach, the most urgent first. Severities without a breach are left out.',
  })
  breachesBySeverity!: readonly SeverityCountType[];
}

@ObjectType('TimeFigures', {
  description:
    'Percentiles of the business time from opening a ticket to an event. Pauses, and the time in which the ticket was resolved, are not counted. The calendar is that of the target at the severity just before the event. Percentiles use the nearest-rank method, so each is the time of one of the tickets.',
  simpleResolvers: true,
})
export class TimeFiguresType implements TimeFigures {
  @Field(() => Int, {
    description:
      'The number of tickets that were measured. Imported tickets without evidence of the event are left out.',
  })
  count!: number;

  @Field(() => DurationScalar, { description: 'The median, in business time.' })
  p50!: DurationMs;

  @Field(() => DurationScalar, { description: 'The 90th percentile, in business time.' })
  p90!: DurationMs;

  @Field(() => DurationScalar, { description: 'The 95th percentile, in business time.' })
  p95!: DurationMs;
}

const FIRST_RESPONSE =
  'The time to the first response, of the tickets that were first responded to in the period. Null when there are none.';
const FIRST_WORKAROUND =
  'The time to the first workaround, of the tickets that received it in the period, even if it was withdrawn later. Null when there are none.';
const LAST_RESOLUTION =
  'The time to the resolution, of the tickets that were resolved in the period and not reopened since. Null when there are none.';

@ObjectType('SlaReportRow', {
  description: 'The figures of one group, or of all groups together.',
  simpleResolvers: true,
})
export class SlaReportRowType {
  @Field(() => String, {
    nullable: true,
    description:
      'The value that the figures are grouped by: a severity, the global id of a client, a month such as `2026-03`, a clause or an assignee. Null for the group of unassigned tickets and for the total.',
  })
  key!: string | null;

  @Field(() => ClientType, {
    nullable: true,
    description: 'The client of the group. Null unless the report is grouped by client, and null for the total.',
  })
  client!: object | null;

  @Field(() => Int, { description: 'The number of tickets that were opened in the period.' })
  opened!: number;

  @Field(() => Int, { description: 'The number of tickets that were resolved in the period and not reopened since.' })
  resolved!: number;

  @Field(() => Int, {
    description: 'The number of tickets that were closed in the period, including those closed without a resolution.',
  })
  closed!: number;

  @Field(() => CommitmentFiguresType, { description: 'The outcomes of the first responses.' })
  response!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, {
    description:
      'The outcomes of the regular updates. Every update that is sent ends a cycle; a cycle in which several updates were missed counts once.',
  })
  update!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, { description: 'The outcomes of the full resolutions.' })
  resolution!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, { description: 'The outcomes of all three commitments together.' })
  overall!: CommitmentFiguresType;

  @Field(() => TimeFiguresType, { nullable: true, description: FIRST_RESPONSE })
  timeToRespond!: TimeFiguresType | null;

  @Field(() => TimeFiguresType, { nullable: true, description: FIRST_WORKAROUND })
  timeToWorkAround!: TimeFiguresType | null;

  @Field(() => TimeFiguresType, { nullable: true, description: LAST_RESOLUTION })
  timeToResolve!: TimeFiguresType | null;
}

@ObjectType('SlaReport', {
  description:
    'A report on the commitments of a period. A breach counts from its due time on, even if it is not yet recorded.',
  simpleResolvers: true,
})
export class SlaReportType {
  @Field(() => DateTimeScalar, { description: 'The start of the period, in UTC, inclusive.' })
  from!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The end of the period, in UTC, exclusive.' })
  to!: EpochMs;

  @Field(() => ReportGroupingEnum, { description: 'The property by which the figures are grouped.' })
  groupBy!: ReportGrouping;

  @Field(() => String, { description: 'The IANA name of the time zone in which months begin.' })
  timeZone!: string;

  @Field(() => [SlaReportRowType], {
    description:
      'The groups that contain any data, in ascending order of their keys. The group of unassigned tickets comes last.',
  })
  groups!: readonly SlaReportRowType[];

  @Field(() => SlaReportRowType, {
    description: 'The figures of all groups together. Its percentiles are those of all tickets.',
  })
  total!: SlaReportRowType;
}

const figuresOf = (figures: CommitmentFigures): CommitmentFiguresType => ({
  ...figures,
  attainment: attainment(figures),
  attainmentWaived: waivedAttainment(figures),
  attainmentProposed: proposedAttainment(figures),
});

/** A report row as GraphQL returns it. `client` is the client of the row, if it has one. */
export function reportRowOf(row: SlaReportRow, client: { readonly id: string } | null): SlaReportRowType {
  const { key, opened, resolved, closed, commitments, times } = row;
  return {
    key: client === null ? key : toGlobalId('Client', client.id),
    client,
    opened,
    resolved,
    closed,
    response: figuresOf(commitments.RESPONSE),
    update: figuresOf(commitments.UPDATE),
    resolution: figuresOf(commitments.RESOLUTION),
    overall: figuresOf(overallFigures(row)),
    timeToRespond: times.RESPONSE,
    timeToWorkAround: times.WORKAROUND,
    timeToResolve: times.RESOLUTION,
  };
}
