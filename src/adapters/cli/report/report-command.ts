import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { OperatorError } from '../../../application/operator-error';
import type { ReadServices } from '../../../application/ports/services';
import { REPORT_GROUPINGS } from '../../../application/reports/sla-report';
import { CalendarError } from '../../../domain/calendar/business-calendar';
import { parseDate } from '../../../domain/calendar/local-date';
import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { DAY_MS, type EpochMs, toIso } from '../../../domain/instant';
import { parseDateTime } from '../../graphql/base/scalars';
import type { OperationContext } from '../../graphql/context';
import { selectionOf } from '../../graphql/ticket/export-tickets';
import { printableJson } from '../printable';
import { reportCsv } from './report-csv';
import { reportText } from './report-text';
import type { ApiReport, ReportOptions, ReportQuery } from './report-types';

/** An option of `stepdown report` is not valid; the message says what it takes. */
class ReportError extends OperatorError {
  override readonly name = 'ReportError';
}

const FORMATS = {
  table: reportText,
  csv: reportCsv,
  json: (report: ApiReport) => printableJson(`${JSON.stringify(report, null, 2)}\n`),
} as const;

const EARLIEST = '0001-01-01T00:00:00.000Z';

/**
 * Checks the options. Returns the query at an instant, which is the end of the period unless `--to`
 * is given; the query throws a ReportError if the period is empty.
 *
 * @throws ReportError
 */
export function reportQuery({ from, to, by, zone }: ReportOptions): (now: EpochMs) => ReportQuery {
  const offsets = zoneOf(zone);
  const grouping = REPORT_GROUPINGS.find((candidate) => candidate === by.toUpperCase());
  if (grouping === undefined) {
    throw new ReportError(`--by takes one of ${REPORT_GROUPINGS.join(', ').toLowerCase()}.`);
  }
  const begin = from === null ? EARLIEST : toIso(instantOf('--from', from, offsets));
  const end = to === null ? null : toIso(instantOf('--to', to, offsets));
  const queryTo = (last: string): ReportQuery => {
    if (begin >= last) throw new ReportError('--from takes an instant before that of --to.');
    return { from: begin, to: last, by: grouping, zone };
  };
  const given = end === null ? null : queryTo(end);
  return (now) => given ?? queryTo(toIso(now));
}

/**
 * The function that formats a report on all clients, or on the one of a name.
 *
 * @throws ReportError if there is no such format
 */
export function reportFormat(format: string): (report: ApiReport, client?: string | null) => string {
  if (Object.hasOwn(FORMATS, format)) return FORMATS[format as keyof typeof FORMATS];
  throw new ReportError(`--format takes one of ${Object.keys(FORMATS).join(', ')}.`);
}

/**
 * Executes the query against the GraphQL schema, so that the command and the API return equal
 * figures.
 *
 * @param client the global id of the client whose tickets alone count; null for all
 */
export async function executeReport(
  schema: GraphQLSchema,
  contextValue: OperationContext<ReadServices>,
  query: ReportQuery,
  client: string | null = null,
): Promise<ApiReport> {
  const document = parse(`
    query Report($from: DateTime!, $to: DateTime!, $by: SlaReportGrouping!, $zone: String!, $client: ID) {
      slaReport(from: $from, to: $to, groupBy: $by, timeZone: $zone, client: $client) ${selectionOf(schema, 'SlaReport')}
    }`);
  const result: ExecutionResult = await execute({
    schema,
    document,
    variableValues: { ...query, client },
    contextValue,
  });
  const [error] = result.errors ?? [];
  if (error !== undefined) throw error.originalError ?? error;
  return (result.data as unknown as { slaReport: ApiReport }).slaReport;
}

function zoneOf(zone: string): ZoneOffsets {
  try {
    return ZoneOffsets.of(zone);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw new ReportError('--zone takes the IANA name of a time zone, such as America/New_York.');
  }
}

/** The instant that an option names; a date is the instant at which it begins in the zone. */
function instantOf(option: string, text: string, zone: ZoneOffsets): EpochMs {
  const date = parseDate(text);
  const at = date === undefined ? parseDateTime(text) : parseDateTime(toIso(zone.instantOf(date * DAY_MS)));
  if (at !== null) return at;
  throw new ReportError(
    `${option} takes a date such as 2016-03-01, which begins in the --zone, or an instant such as 2016-03-01T09:00:00Z.`,
  );
}
