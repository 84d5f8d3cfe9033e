import { Field, Float, Int, ObjectType } from 'type-graphql';
import {
  allTogether,
  attainment,
  type CommitmentFigures,
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
  'What the figures of a report are told apart by.',
  {
    SEVERITY:
      'Cycles by the severity that gave them, openings by the initial severity, all else by the severity just before it.',
    CLIENT: 'The client of the ticket.',
    MONTH: 'The calendar month in the time zone of the report in which it was decided or happened.',
    CLAUSE: "The clause of the policy that the ticket's impacts fall under now.",
    ASSIGNEE: 'Whoever the ticket is assigned to now.',
  },
);

@ObjectType('SeverityCount', { description: 'How many of one severity.', simpleResolvers: true })
export class SeverityCountType {
  @Field(() => SeverityEnum, { description: 'The severity.' })
  severity!: Severity;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType('CommitmentFigures', {
  description:
    'What became of cycles that were decided in the period: breached in it, still open or not, or fulfilled in it without a breach. Best effort promises nothing and counts nowhere; nor does what was superseded or cancelled in time.',
  simpleResolvers: true,
})
export class CommitmentFiguresType {
  @Field(() => Int, { description: 'Cycles fulfilled in time.' })
  met!: number;

  @Field(() => Int, { description: 'Cycles breached, the waived and the open ones included.' })
  breached!: number;

  @Field(() => Int, { description: 'Of the breached cycles: those whose breach is waived by now.' })
  waived!: number;

  @Field(() => Int, {
    description:
      'Of the breached cycles: those that were still open at the end of the period, or now if it is yet to end.',
  })
  openBreached!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The part that was met, met / (met + breached), from 0 to 1; null where there is nothing.',
  })
  attainment!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The same with waived breaches taken for met, from 0 to 1; null where there is nothing.',
  })
  attainmentWaived!: number | null;

  @Field(() => [SeverityCountType], {
    description: "The breached cycles by the ticket's severity at the breach, the most urgent first.",
  })
  breachesBySeverity!: readonly SeverityCountType[];
}

@ObjectType('TimeFigures', {
  description:
    'Business time from opening, without the time in which the ticket was resolved and without pauses, on the calendar of the target at the severity just before. A percentile is the time of one of the tickets (the nearest rank).',
  simpleResolvers: true,
})
export class TimeFiguresType implements TimeFigures {
  @Field(() => Int, { description: 'How many tickets were timed. Imports leave out what they do not measure.' })
  count!: number;

  @Field(() => DurationScalar, { description: 'Half of them took no longer. Business time.' })
  p50!: DurationMs;

  @Field(() => DurationScalar, { description: 'Nine in ten of them took no longer. Business time.' })
  p90!: DurationMs;

  @Field(() => DurationScalar, { description: 'Nineteen in twenty of them took no longer. Business time.' })
  p95!: DurationMs;
}

const FIRST_RESPONSE = 'To the first response, of tickets responded to in the period; null where there is none.';
const FIRST_WORKAROUND =
  'To the first workaround, withdrawn since or not, of tickets that got it in the period; null where there is none.';
const LAST_RESOLUTION =
  'To the resolution that stands, of tickets resolved in the period and not reopened since; null where there is none.';

@ObjectType('SlaReportRow', { description: 'The figures of one group, or of all together.', simpleResolvers: true })
export class SlaReportRowType {
  @Field(() => String, {
    nullable: true,
    description:
      'A severity, the id of a client, a month such as `2026-03`, a clause, or an assignee. Null for what is assigned to nobody, and for the total.',
  })
  key!: string | null;

  @Field(() => ClientType, { nullable: true, description: 'The client, in a report by client; else null.' })
  client!: object | null;

  @Field(() => Int, { description: 'Tickets opened in the period.' })
  opened!: number;

  @Field(() => Int, { description: 'Tickets resolved in the period and not reopened since.' })
  resolved!: number;

  @Field(() => Int, { description: 'Tickets closed in the period, those cancelled included.' })
  closed!: number;

  @Field(() => CommitmentFiguresType, { description: 'First actions.' })
  response!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, { description: 'Updates: each message that was due counts.' })
  update!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, { description: 'Full resolutions.' })
  resolution!: CommitmentFiguresType;

  @Field(() => CommitmentFiguresType, { description: 'All commitments taken together.' })
  overall!: CommitmentFiguresType;

  @Field(() => TimeFiguresType, { nullable: true, description: FIRST_RESPONSE })
  timeToRespond!: TimeFiguresType | null;

  @Field(() => TimeFiguresType, { nullable: true, description: FIRST_WORKAROUND })
  timeToWorkAround!: TimeFiguresType | null;

  @Field(() => TimeFiguresType, { nullable: true, description: LAST_RESOLUTION })
  timeToResolve!: TimeFiguresType | null;
}

@ObjectType('SlaReport', {
  description: 'What was promised and kept in a period. What fell due counts whether it is recorded yet or not.',
  simpleResolvers: true,
})
export class SlaReportType {
  @Field(() => DateTimeScalar, { description: 'The first instant of the period, UTC.' })
  from!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The instant before which the period ends, UTC.' })
  to!: EpochMs;

  @Field(() => ReportGroupingEnum, { description: 'What the groups are told apart by.' })
  groupBy!: ReportGrouping;

  @Field(() => String, { description: 'The IANA name of the time zone in which months begin.' })
  timeZone!: string;

  @Field(() => [SlaReportRowType], {
    description: 'The groups that have anything to show, in the order of their keys; nobody last.',
  })
  groups!: readonly SlaReportRowType[];

  @Field(() => SlaReportRowType, { description: 'All groups together; its percentiles are those of all tickets.' })
  total!: SlaReportRowType;
}

const figuresOf = (figures: CommitmentFigures): CommitmentFiguresType => ({
  ...figures,
  attainment: attainment(figures),
  attainmentWaived: waivedAttainment(figures),
});

/** A row as it is shown. @param client the client that the row is about, where it is about one */
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
    overall: figuresOf(allTogether(row)),
    timeToRespond: times.RESPONSE,
    timeToWorkAround: times.WORKAROUND,
    timeToResolve: times.RESOLUTION,
  };
}
