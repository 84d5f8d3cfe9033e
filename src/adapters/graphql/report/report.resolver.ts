import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { ReportGrouping, SlaReportRow } from '../../../application/reports/sla-report';
import { CalendarError } from '../../../domain/calendar/business-calendar';
import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import type { EpochMs } from '../../../domain/instant';
import type { Severity } from '../../../domain/severity';
import { SeverityEnum } from '../base/enums';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import { DateTimeScalar } from '../base/scalars';
import { requireClient } from '../client/client.type';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { ReportGroupingEnum, reportRowOf, SlaReportType } from './report.type';

@Resolver()
export class ReportResolver {
  @Query(() => SlaReportType, {
    description:
      'Reports which commitments were met and which were breached in a period, for the tickets that the caller may see. A cycle counts in the period in which it was breached or, if it was not breached, in which it was fulfilled.',
  })
  async slaReport(
    @Ctx() context: RequestContext,
    @Arg('from', () => DateTimeScalar, { description: 'The start of the period, inclusive.' }) from: EpochMs,
    @Arg('to', () => DateTimeScalar, { description: 'The end of the period, exclusive. It must be later than `from`.' })
    to: EpochMs,
    @Arg('groupBy', () => ReportGroupingEnum, { description: 'The property by which the figures are grouped.' })
    groupBy: ReportGrouping,
    @Arg('timeZone', () => String, {
      defaultValue: 'UTC',
      description:
        'The IANA name of the time zone in which months begin, such as `America/New_York`, at most 2,000 characters.',
    })
    timeZone: string,
    @Arg('client', () => ID, {
      ...optional,
      description:
        'The global id of a client. Only tickets of this client are counted. Defaults to all clients that the caller may see.',
    })
    client: string | null | undefined,
    @Arg('severities', () => [SeverityEnum], {
      ...optional,
      description:
        'Counts only these severities. The severity of a figure is the same as in a report that is grouped by severity. Defaults to all severities. An empty list counts nothing.',
    })
    severities: Severity[] | null | undefined,
  ): Promise<SlaReportType> {
    if (from >= to) throw badInput('from must be earlier than to.');
    requireZone(timeZone);
    const { caller, now, services } = context;
    const query = {
      from,
      to,
      groupBy,
      timeZone,
      client: client == null ? null : requireUuid('Client', client, 'client'),
      severities: severities ?? null,
    };
    const { groups, total } = await services.reader.slaReport(caller, query, now);
    const rowOf = async (row: SlaReportRow) =>
      reportRowOf(row, groupBy === 'CLIENT' && row.key !== null ? await requireClient(context, row.key) : null);
    return {
      from,
      to,
      groupBy,
      timeZone,
      groups: await Promise.all(groups.map(rowOf)),
      total: reportRowOf(total, null),
    };
  }
}

function requireZone(timeZone: string): void {
  try {
    ZoneOffsets.of(timeZone);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw badInput('timeZone takes the IANA name of a time zone, such as America/New_York.');
  }
}
