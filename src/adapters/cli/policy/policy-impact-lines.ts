import type { ImpactCounts, PolicyImpact } from '../../../domain/policy/dry-run';

const COLUMNS: readonly (readonly [heading: string, count: keyof ImpactCounts])[] = [
  ['open', 'tickets'],
  ['breached under it', 'wouldHaveBreached'],
  ['newly', 'newlyBreached'],
  ['no longer', 'noLongerBreached'],
  ['other deadline', 'deadlineChanged'],
  ['other severity', 'severityChanged'],
  ['not applicable', 'notApplicable'],
  ['step refused', 'historyRefused'],
];

/** The effect of a policy on the open tickets, as a table with one row per severity. */
export function impactLines(policyName: string, { all, bySeverity }: PolicyImpact): readonly string[] {
  const row = (title: string, counts: ImpactCounts): string =>
    [title.padEnd(8), ...COLUMNS.map(([heading, count]) => String(counts[count]).padStart(heading.length))].join('  ');
  return [
    `Open tickets, had they been opened under ${policyName}:`,
    ['severity', ...COLUMNS.map(([heading]) => heading)].join('  '),
    ...bySeverity.map((counts) => row(counts.severity, counts)),
    row('all', all),
  ];
}
