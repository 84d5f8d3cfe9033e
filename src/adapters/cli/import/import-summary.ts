import type { ImportSummary } from '../../../application/import/import-tickets';
import { COMMITMENT_KINDS } from '../../../domain/policy/policy';
import { TICKET_STATES } from '../../../domain/ticket/ticket';

/** What an import prints at its end, and how the command exits. */
export interface ImportResult {
  readonly output: string;
  readonly errorOutput: string;
  readonly exitCode: 0 | 1;
}

/**
 * The result of an import that ended; it failed if tickets failed or if no ticket could be opened.
 */
export function importResult(summary: ImportSummary, seconds: number, isDryRun: boolean): ImportResult {
  const isNothingOpened = summary.tickets > 0 && summary.notOpened === summary.tickets;
  return {
    output: `${summaryLines(summary, seconds, isDryRun).join('\n')}\n`,
    errorOutput: isNothingOpened
      ? 'No ticket could be opened. Check that instants.format and the columns of the mapping match the file.\n'
      : '',
    exitCode: summary.failed > 0 || isNothingOpened ? 1 : 0,
  };
}

/** Printed before an import if the configured policy file has changes that are not published. */
export const UNPUBLISHED_CHANGES_NOTE =
  'Note: the policy file has changes that are not published; tickets are opened under the version in force. ' +
  'Restart the service or run `stepdown policy publish` to publish them.\n';

function summaryLines(summary: ImportSummary, seconds: number, isDryRun: boolean): readonly string[] {
  const { rows, tickets, imported, alreadyThere, notOpened, failed, events } = summary;
  const { reports, byState, bySeverity, breaches } = summary;
  return [
    `${isDryRun ? 'Would import' : 'Imported'} ${imported} of ${tickets} tickets from ${rows} rows in ${seconds.toFixed(1)} s; ${alreadyThere} were there already, ${notOpened} could not be opened.`,
    ...(failed === 0
      ? []
      : [`Failed:    ${failed} left out because of an unexpected fault; the reports name each and its fault.`]),
    `Events:    ${events}`,
    `State:     ${countsText(byState, [...TICKET_STATES])}`,
    `Severity:  ${countsText(bySeverity)}`,
    `Breaches:  ${countsText(breaches, [...COMMITMENT_KINDS])}`,
    `Reports:   ${countsText(reports)}`,
  ];
}

/** `SEV1 2, SEV3 5`, in the given order, by default alphabetical; `none` if there are no counts. */
const countsText = (counts: Readonly<Record<string, number>>, order = Object.keys(counts).sort()): string =>
  order
    .filter((name) => counts[name] !== undefined)
    .map((name) => `${name} ${counts[name]}`)
    .join(', ') || 'none';
