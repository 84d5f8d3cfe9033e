import { MINUTE_MS } from '../../../domain/instant';
import { parseDuration } from '../../../domain/iso-duration';
import { SEVERITIES } from '../../../domain/severity';
import { singleLine } from '../printable';
import type { ApiReport, ReportFigures, ReportRow, ReportTimes } from './report-types';

const COMMITMENTS = ['response', 'update', 'resolution', 'overall'] as const;
const TIMES = ['timeToRespond', 'timeToWorkAround', 'timeToResolve'] as const;

type Cell = string | number | null;

/**
 * The report as CSV (RFC 4180): a line for each group and one for the total. Attainment is a number
 * from 0 to 1; times are minutes of business time; a missing value is an empty cell. Control
 * characters in a name become spaces. An apostrophe stands before each sign of a name that a
 * spreadsheet would read as the beginning of a formula.
 */
export function reportCsv({ groups, total }: ApiReport): string {
  const rows = [...groups.map((row) => cellsOf('group', row)), cellsOf('total', total)];
  const head = rows[0]?.map(([name]) => name) ?? [];
  return [head, ...rows.map((cells) => cells.map(([, cell]) => cell))]
    .map((cells) => `${cells.map(cellText).join(',')}\r\n`)
    .join('');
}

/**
 * A sign that begins a formula, in any of its widths, at the beginning of a cell or after a
 * character at which a spreadsheet may divide a cell. White space and quotes before the sign do not
 * count, because spreadsheets remove them.
 */
const FORMULA =
  /(^|[,;|，；｜、､﹐﹑﹔︐︑︔])(?=[\s\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800"'`]*[=+\-@＝＋－＠﹦﹢﹣﹫−⁼⁺⁻₌₊₋])/gu;

const cellText = (cell: Cell): string => {
  if (typeof cell !== 'string') return String(cell ?? '');
  const text = singleLine(cell).replace(FORMULA, "$1'");
  return /[",;|]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The cells of a row, each with the name of its column. */
function cellsOf(scope: 'group' | 'total', row: ReportRow): readonly (readonly [name: string, cell: Cell])[] {
  return [
    ['scope', scope],
    ['key', row.key],
    ['client', row.client?.name ?? null],
    ['opened', row.opened],
    ['resolved', row.resolved],
    ['closed', row.closed],
    ...COMMITMENTS.flatMap((name) => figureCells(name, row[name])),
    ...TIMES.flatMap((name) => timeCells(name, row[name])),
  ];
}

const figureCells = (name: string, figures: ReportFigures): [string, Cell][] => [
  [`${name}_met`, figures.met],
  [`${name}_breached`, figures.breached],
  [`${name}_waived`, figures.waived],
  [`${name}_waiversProposed`, figures.waiversProposed],
  [`${name}_openBreached`, figures.openBreached],
  [`${name}_attainment`, figures.attainment],
  [`${name}_attainmentWaived`, figures.attainmentWaived],
  [`${name}_attainmentProposed`, figures.attainmentProposed],
  ...SEVERITIES.map((severity): [string, Cell] => [
    `${name}_breachedAt${severity}`,
    figures.breachesBySeverity.find((counted) => counted.severity === severity)?.count ?? 0,
  ]),
];

const timeCells = (name: string, times: ReportTimes | null): [string, Cell][] => [
  [`${name}_count`, times?.count ?? 0],
  ...(['p50', 'p90', 'p95'] as const).map((rank): [string, Cell] => [
    `${name}_${rank}_minutes`,
    minutes(times?.[rank]),
  ]),
];

const minutes = (duration: string | undefined): number | null =>
  duration === undefined ? null : (parseDuration(duration) ?? 0) / MINUTE_MS;
