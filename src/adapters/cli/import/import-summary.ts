import type { RowCounts } from '../../../application/import/row-tally';
import type { EndOfLog } from '../../../application/import/ticket-tally';
import { toIso } from '../../../domain/instant';
import { COMMITMENT_KINDS } from '../../../domain/policy/policy';
import { TICKET_STATES } from '../../../domain/ticket/ticket';
import { printableJson } from '../printable';
import type { ImportDone } from './import-command';

/** What an import prints at its end, and how the command exits. */
export interface ImportResult {
  readonly output: string;
  readonly errorOutput: string;
  readonly exitCode: 0 | 1;
}

/** The result of an import that ended; it failed if tickets failed or if rows opened no ticket. */
export function importResult(done: ImportDone, isDryRun: boolean, asJson = false): ImportResult {
  const { summary, mapping } = done;
  const isNothingOpened = summary.rows.read > 0 && summary.notOpened === summary.tickets;
  const { format, timeZone } = mapping.file.instants;
  const notes = [
    ...zoneNote(summary.rows, format === 'rfc3339' ? null : timeZone),
    ...farRowNote(summary.end),
    ...(isNothingOpened
      ? ['No ticket could be opened. Check that instants.format and the columns of the mapping match the file.']
      : []),
  ];
  return {
    output: asJson ? summaryJson(done, isDryRun) : `${summaryLines(done, isDryRun).join('\n')}\n`,
    errorOutput: notes.map((note) => `${note}\n`).join(''),
    exitCode: summary.failed > 0 || isNothingOpened ? 1 : 0,
  };
}

/**
 * The rows ahead from which on the zone is asked for. A few have mistyped instants. No share of the
 * file, because a log that was exported just now has only the rows of its last hours ahead.
 */
const MANY_AHEAD = 10;

/**
 * A question, if many rows, or all rows of a small file, are later than now, and most of them by
 * hours only.
 */
function zoneNote({ read, ahead }: RowCounts, timeZone: string | null): readonly string[] {
  const { rows, byHours, farthestByHours, newest } = ahead;
  const areMany = byHours >= MANY_AHEAD || byHours === read;
  if (!areMany || byHours * 2 < rows || newest === null) return [];
  const minutes = Math.ceil(farthestByHours / 60_000);
  const far = minutes < 90 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
  const question =
    timeZone === null
      ? 'Are the offsets of the instants in the file right?'
      : `Is instants.timeZone, ${timeZone}, the zone of the file?`;
  return [
    `${byHours} ${byHours === 1 ? 'row lies' : 'rows lie'} up to ${far} ahead of now. ${question} The newest row of the log is of ${toIso(newest)}.`,
  ];
}

const DAY_MS = 86_400_000;
/** A last row that is later than all others by more than this may have a wrong year. */
const FAR_DAYS = 90;

/** A warning about a row that alone decides how long the other tickets have been open. */
function farRowNote({ latest: [last, before] }: EndOfLog): readonly string[] {
  if (last === undefined || before === undefined) return [];
  const days = Math.floor((last.at - before.at) / DAY_MS);
  if (days <= FAR_DAYS) return [];
  return [
    `Line ${last.line} is of ${toIso(last.at)}, ${days} days later than all other rows, and open tickets are judged up to it. Is its instant right?`,
  ];
}

/** Printed before an import if the configured policy file has changes that are not published. */
export const UNPUBLISHED_CHANGES_NOTE =
  'Note: the policy file has changes that are not published; tickets are opened under the version in force. ' +
  'Restart the service or run `npm run stepdown -- policy publish FILE` to publish them.\n';

function summaryLines({ summary, seconds }: ImportDone, isDryRun: boolean): readonly string[] {
  const { rows, end, tickets, imported, alreadyThere, notOpened, failed, events } = summary;
  const { byState, bySeverity, breaches } = summary;
  return [
    `${isDryRun ? 'Would import' : 'Imported'} ${imported} of ${tickets} tickets from ${rows.read} rows in ${seconds.toFixed(1)} s; ${alreadyThere} were there already, ${notOpened} could not be opened.`,
    ...(failed === 0
      ? []
      : [`Failed:    ${failed} left out because of an unexpected fault; the reports name each and its fault.`]),
    `Rows:      ${rows.read} rows read = ${rows.used} used + ${rows.leftOut} reported`,
    ...(rows.leftOut === 0 ? [] : [`Left out:  ${countsText(rows.leftOutBy)}`]),
    ...(end.at === null ? [] : [`Log ends:  ${toIso(end.at)}`]),
    `Events:    ${events}`,
    `State:     ${countsText(byState, [...TICKET_STATES])}`,
    `Severity:  ${countsText(bySeverity)}`,
    `Breaches:  ${countsText(breaches, [...COMMITMENT_KINDS])}`,
    `Reports:   ${reportsText(rows)}`,
  ];
}

/** The same account as JSON, with instants as the API has them. */
function summaryJson({ summary, seconds }: ImportDone, isDryRun: boolean): string {
  const { rows, end, ...tickets } = summary;
  const { read, used, leftOut, leftOutBy, notes } = rows;
  const account = {
    isDryRun,
    seconds: Number(seconds.toFixed(3)),
    ...tickets,
    rows: { read, used, leftOut, leftOutBy, notes },
    logEndsAt: end.at === null ? null : toIso(end.at),
  };
  return printableJson(`${JSON.stringify(account, null, 2)}\n`);
}

/** How many rows each reason concerns, whether it leaves them out or is a note. */
function reportsText({ leftOutBy, notes }: RowCounts): string {
  const all: Record<string, number> = { ...leftOutBy };
  for (const [reason, count] of Object.entries(notes)) all[reason] = (all[reason] ?? 0) + count;
  return countsText(all);
}

/** `SEV1 2, SEV3 5`, in the given order, by default alphabetical; `none` if there are no counts. */
const countsText = (counts: Readonly<Record<string, number>>, order = Object.keys(counts).sort()): string =>
  order
    .filter((name) => counts[name] !== undefined)
    .map((name) => `${name} ${counts[name]}`)
    .join(', ') || 'none';
