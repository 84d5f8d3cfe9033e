import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { MINUTE_MS, toIso } from '../../../domain/instant';
import { parseDuration } from '../../../domain/iso-duration';
import { singleLine } from '../printable';
import { durationText } from '../quantity-text';
import type { ApiReport, ReportFigures, ReportRow, ReportTimes } from './report-types';

type Line = readonly string[];

const COMMITMENTS = [
  ['response', 'response'],
  ['update', 'update'],
  ['resolution', 'resolution'],
] as const;
const TIMES = [
  ['to respond', 'timeToRespond'],
  ['to work around', 'timeToWorkAround'],
  ['to resolve', 'timeToResolve'],
] as const;

/** The report on all clients, or on one, as text tables. A missing value is a dash. */
export function reportText(report: ApiReport, client: string | null = null): string {
  const by = report.groupBy.toLowerCase();
  const rows: readonly NamedRow[] = [
    ...report.groups.map((row) => ({ name: nameOf(report, row), row })),
    { name: 'all', row: report.total },
  ];
  const begin = report.from.startsWith('0001-') ? '' : `from ${local(report.from, report)} `;
  return [
    `Report by ${by}${client === null ? '' : ` on ${singleLine(client)}`}, ${begin}until ${local(report.to, report)} (${report.timeZone})`,
    ...part('Tickets', [[by, 'opened', 'resolved', 'closed'], ...rows.map(tickets)]),
    ...part('Commitments', [
      [by, 'commitment', 'met', 'breached', 'still open', 'waived', 'attainment', 'with waivers'],
      ...rows.flatMap(commitments),
    ]),
    ...proposedWaivers(by, rows),
    ...part("Breaches by the ticket's severity at the breach", breaches(by, rows)),
    ...part('Business time from opening', [[by, 'time', 'tickets', 'p50', 'p90', 'p95'], ...rows.flatMap(times)]),
    '',
  ].join('\n');
}

interface NamedRow {
  readonly name: string;
  readonly row: ReportRow;
}

const nameOf = ({ groupBy }: ApiReport, { key, client }: ReportRow): string =>
  singleLine(client?.name ?? key ?? (groupBy === 'ASSIGNEE' ? '(unassigned)' : '-'));

const tickets = ({ name, row }: NamedRow): Line => [name, ...[row.opened, row.resolved, row.closed].map(String)];

const isDecided = ({ met, breached }: ReportFigures): boolean => met + breached > 0;

/** One line per commitment that was met or breached; one line of dashes if there is none. */
function commitments({ name, row }: NamedRow): readonly Line[] {
  const lines = COMMITMENTS.filter(([, field]) => isDecided(row[field])).map(([title, field]) => {
    const { met, breached, openBreached, waived, attainment, attainmentWaived } = row[field];
    return [
      name,
      title,
      ...[met, breached, openBreached, waived].map(String),
      percent(attainment),
      percent(attainmentWaived),
    ];
  });
  return lines.length > 0 ? lines : [[name, '-', '0', '0', '0', '0', '-', '-']];
}

/** The attainment as it would be if the proposed waivers were approved; nothing without them. */
function proposedWaivers(by: string, rows: readonly NamedRow[]): readonly string[] {
  const lines = rows.flatMap(({ name, row }) =>
    COMMITMENTS.filter(([, field]) => row[field].waiversProposed > 0).map(([title, field]) => [
      name,
      title,
      String(row[field].waiversProposed),
      percent(row[field].attainmentProposed),
    ]),
  );
  return lines.length === 0 ? [] : part('Proposed waivers', [[by, 'commitment', 'proposed', 'if approved'], ...lines]);
}

function breaches(by: string, rows: readonly NamedRow[]): readonly Line[] {
  const severities = rows.at(-1)?.row.overall.breachesBySeverity.map(({ severity }) => severity) ?? [];
  if (severities.length === 0) return [['none']];
  return [
    [by, ...severities],
    ...rows.map(({ name, row }) => [
      name,
      ...severities.map((severity) =>
        String(row.overall.breachesBySeverity.find((counted) => counted.severity === severity)?.count ?? 0),
      ),
    ]),
  ];
}

function times({ name, row }: NamedRow): readonly Line[] {
  const lines = TIMES.flatMap(([title, field]) => {
    const measured = row[field];
    return measured === null ? [] : [[name, title, ...ranks(measured)]];
  });
  return lines.length > 0 ? lines : [[name, '-', '0', '-', '-', '-']];
}

const ranks = ({ count, p50, p90, p95 }: ReportTimes): Line => [String(count), ...[p50, p90, p95].map(toMinutes)];

const toMinutes = (duration: string): string =>
  durationText(Math.round((parseDuration(duration) ?? 0) / MINUTE_MS) * MINUTE_MS);

/** A percentage with one decimal. 100 % and 0 % are shown only if the share is exactly 1 or 0. */
function percent(share: number | null): string {
  if (share === null) return '-';
  const tenths = Math.round(share * 1000);
  const rounded = share < 1 && tenths === 1000 ? 999 : share > 0 && tenths === 0 ? 1 : tenths;
  return `${(rounded / 10).toFixed(1)} %`;
}

/** `2016-03-01 00:00` in the zone of the report. */
function local(instant: string, { timeZone }: ApiReport): string {
  const at = Date.parse(instant);
  return toIso(at + ZoneOffsets.of(timeZone).offsetAt(at))
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$|Z$/, '');
}

/** A heading and aligned columns: names to the left, numbers to the right. */
function part(title: string, lines: readonly Line[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const isName = (column: number): boolean =>
    column === 0 || lines.slice(1).every((line) => /^[a-z -]+$/.test(line[column] ?? ''));
  const lineText = (line: Line): string =>
    `  ${line.map((cell, column) => (isName(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd();
  const rule = `  ${'-'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)))}`;
  const [head = [], ...rest] = lines;
  const body = rest.length === 0 ? [] : [rule, ...rest.map(lineText)];
  return ['', title, '', lineText(head), ...body];
}
