import type { NamedTerms } from '../../../application/ports/policies';
import type { ImpactCounts, PolicyImpact } from '../../../domain/policy/dry-run';
import type { PolicyDocument } from '../../../domain/policy/policy';
import { oneLine } from '../one-line';
import { diffPolicies } from './diff-policies';
import { POLICY_PARTS } from './difference';

/** A policy with what the command called it. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

const LONGEST = 90;

/** A wording may be long; what it says is in the policy. */
const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** `stepdown policy diff`, as lines: part by part whom it is about, what was said and what is said. */
export function diffLines(before: NamedPolicy, after: NamedPolicy): readonly string[] {
  const differences = diffPolicies(before.document, after.document);
  const title = `${before.name} → ${after.name}`;
  if (differences.length === 0) return [title, 'Both say the same.'];
  const width = Math.max(...differences.map(({ of }) => of.length));
  return [
    title,
    ...POLICY_PARTS.flatMap((part) => {
      const rows = differences.filter((difference) => difference.part === part);
      return rows.length === 0
        ? []
        : [part, ...rows.map(({ of, before: old, after: now }) => `  ${of.padEnd(width)}  ${changeText(old, now)}`)];
    }),
  ];
}

/** Whose tickets are opened under a policy. */
export function forWhom(id: string, defaultPolicyId: string, terms: readonly NamedTerms[]): readonly string[] {
  const own = terms
    .filter(({ policy }) => (policy ?? defaultPolicyId) === id)
    .map(({ name, calendars }) => {
      const replaced = Object.entries(calendars).map(([given, by]) => `${by} in place of ${given}`);
      return `${oneLine(name)}${replaced.length === 0 ? '' : ` (${replaced.join(', ')})`}`;
    })
    .sort();
  const all = id === defaultPolicyId ? ['every client without a policy of its own'] : [];
  const whom = [...all, ...own];
  return [`For: ${whom.length === 0 ? `nobody, for no client has the policy ${id}` : whom.join('; ')}`];
}

function changeText(before: string | null, after: string | null): string {
  if (before === null) return `+ ${short(after ?? '')}`;
  return after === null ? `- ${short(before)}` : `${short(before)} → ${short(after)}`;
}

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

/** What a policy would have meant for the tickets that are open, as a table. */
export function impactLines(name: string, { all, bySeverity }: PolicyImpact): readonly string[] {
  const row = (title: string, counts: ImpactCounts): string =>
    [title.padEnd(8), ...COLUMNS.map(([heading, count]) => String(counts[count]).padStart(heading.length))].join('  ');
  return [
    `Open tickets, had they been opened under ${name}:`,
    ['severity', ...COLUMNS.map(([heading]) => heading)].join('  '),
    ...bySeverity.map((counts) => row(counts.severity, counts)),
    row('all', all),
  ];
}
