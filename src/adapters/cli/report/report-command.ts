import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { REPORT_GROUPINGS, type ReportGrouping } from '../../../application/reports/sla-report';
import { CalendarError } from '../../../domain/calendar/business-calendar';
import { parseDate } from '../../../domain/calendar/local-date';
import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { DAY_MS, type EpochMs, toIso } from '../../../domain/instant';
import { parseDateTime } from '../../graphql/base/scalars';
import type { RequestContext } from '../../graphql/context';
import { selectionOf } from '../../graphql/ticket/export-tickets';
import { reportCsv } from './report-csv';
import { reportText } from './report-text';

/** What was asked for cannot be reported; the message says what would be. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** As the command line gave it; null for what it left out. */
export interface ReportOptions {
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string;
  readonly zone: string;
  readonly format: string;
}

const FORMS = {
  table: reportText,
  csv: reportCsv,
  json: (report: Report) => `${JSON.stringify(report, null, 2)}\n`,
} as const;

/** A report in the shape of the API: instants and durations as ISO 8601. */
export interface Report {
  readonly from: string;
  readonly to: string;
  readonly groupBy: ReportGrouping;
  readonly timeZone: string;
  readonly groups: readonly ReportRow[];
  readonly total: ReportRow;
}
export interface ReportRow {
  readonly key: string | null;
  readonly client: { readonly id: string; readonly name: string } | null;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly response: ReportFigures;
  readonly update: ReportFigures;
  readonly resolution: ReportFigures;
  readonly overall: ReportFigures;
  readonly timeToRespond: ReportTimes | null;
  readonly timeToWorkAround: ReportTimes | null;
  readonly timeToResolve: ReportTimes | null;
}
export interface ReportFigures {
  readonly met: number;
  readonly breached: number;
  readonly waived: number;
  readonly openBreached: number;
  readonly attainment: number | null;
  readonly attainmentWaived: number | null;
  readonly breachesBySeverity: readonly { readonly severity: string; readonly count: number }[];
}
export interface ReportTimes {
  readonly count: number;
  readonly p50: string;
  readonly p90: string;
  readonly p95: string;
}

/** The question to the API that the options come to. */
export interface ReportQuestion {
  readonly from: string;
  readonly to: string;
  readonly by: ReportGrouping;
  readonly zone: string;
}

const EARLIEST = '0001-01-01T00:00:00.000Z';

/** @throws ReportError where an option is none of those that it takes */
export function questionOf({ from, to, by, zone }: ReportOptions, now: EpochMs): ReportQuestion {
  const offsets = zoneOf(zone);
  const grouping = REPORT_GROUPINGS.find((candidate) => candidate === by.toUpperCase());
  if (grouping === undefined) {
    throw new ReportError(`--by takes one of ${REPORT_GROUPINGS.join(', ').toLowerCase()}.`);
  }
  const question = {
    from: from === null ? EARLIEST : toIso(instantOf('--from', from, offsets)),
    to: toIso(to === null ? now : instantOf('--to', to, offsets)),
    by: grouping,
    zone,
  };
  if (question.from >= question.to) throw new ReportError('--from takes an instant before that of --to.');
  return question;
}

/** How a report is written. @throws ReportError where there is no such format */
export function formatOf(format: string): (report: Report) => string {
  if (Object.hasOwn(FORMS, format)) return FORMS[format as keyof typeof FORMS];
  throw new ReportError(`--format takes one of ${Object.keys(FORMS).join(', ')}.`);
}

/** Asks the API itself, so that the report is the same everywhere. */
export async function askForReport(
  schema: GraphQLSchema,
  contextValue: RequestContext,
  question: ReportQuestion,
): Promise<Report> {
  const document = parse(`
    query Report($from: DateTime!, $to: DateTime!, $by: SlaReportGrouping!, $zone: String!) {
      slaReport(from: $from, to: $to, groupBy: $by, timeZone: $zone) ${selectionOf(schema, 'SlaReport')}
    }`);
  const result: ExecutionResult = await execute({ schema, document, variableValues: { ...question }, contextValue });
  const [error] = result.errors ?? [];
  if (error !== undefined) throw error.originalError ?? error;
  return (result.data as unknown as { slaReport: Report }).slaReport;
}

function zoneOf(zone: string): ZoneOffsets {
  try {
    return ZoneOffsets.of(zone);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw new ReportError('--zone takes the IANA name of a time zone, such as America/New_York.');
  }
}

/** A date is the instant at which it begins in the zone. */
function instantOf(option: string, text: string, zone: ZoneOffsets): EpochMs {
  const date = parseDate(text);
  const at = date === undefined ? parseDateTime(text) : parseDateTime(toIso(zone.instantOf(date * DAY_MS)));
  if (at !== null) return at;
  throw new ReportError(
    `${option} takes a date such as 2016-03-01, which begins in the --zone, or an instant such as 2016-03-01T09:00:00Z.`,
  );
}
