import type { NamedTerms } from '../../../application/ports/policies';
import type { PolicyDocument } from '../../../domain/policy/policy';
import { beginning } from '../../../domain/text';
import { singleLine } from '../printable';
import { diffPolicies } from './diff-policies';
import type { NamedPolicy } from './named-policy';
import { POLICY_PARTS } from './policy-difference';

/** Longer texts are cut in the output. */
const MAX_TEXT_LENGTH = 90;

const shorten = (text: string): string => beginning(text, MAX_TEXT_LENGTH);

/**
 * The differences between two policies, grouped by part: the subject, the old value and the new
 * value.
 */
export function diffLines(
  before: Pick<NamedPolicy, 'name' | 'document'>,
  after: Pick<NamedPolicy, 'name' | 'document'>,
): readonly string[] {
  const differences = diffPolicies(before.document, after.document);
  const title = `${before.name} → ${after.name}`;
  if (differences.length === 0) return [title, 'No differences.'];
  const width = Math.max(...differences.map(({ subject }) => subject.length));
  return [
    title,
    ...POLICY_PARTS.flatMap((part) => {
      const rows = differences.filter((difference) => difference.part === part);
      return rows.length === 0
        ? []
        : [part, ...rows.map((row) => `  ${row.subject.padEnd(width)}  ${changeText(row.before, row.after)}`)];
    }),
  ];
}

/** The most differences that a log line lists. */
const MAX_LISTED = 20;

/** The differences between two versions for a log line, such as `SEV2 resolution: 4 h → 8 h`. */
export function listedDifferences(before: PolicyDocument, after: PolicyDocument): readonly string[] {
  const all = diffPolicies(before, after).map((row) => `${row.subject}: ${changeText(row.before, row.after)}`);
  const more = all.length - MAX_LISTED;
  return more > 0 ? [...all.slice(0, MAX_LISTED), `and ${more} more`] : all;
}

function changeText(before: string | null, after: string | null): string {
  if (before === null) return `+ ${shorten(after ?? '')}`;
  return after === null ? `- ${shorten(before)}` : `${shorten(before)} → ${shorten(after)}`;
}

/** The clients whose new tickets are opened under a policy. */
interface ClientsOfPolicy {
  /** Whether it is the policy of every client that has none of its own. */
  readonly byDefault: boolean;
  readonly named: readonly Pick<NamedTerms, 'name' | 'calendars'>[];
}

export const clientsUnder = (id: string, defaultPolicyId: string, terms: readonly NamedTerms[]): ClientsOfPolicy => ({
  byDefault: id === defaultPolicyId,
  named: terms
    .filter(({ policy }) => (policy ?? defaultPolicyId) === id)
    .map(({ name, calendars }) => ({ name, calendars })),
});

/**
 * The clients whose new tickets are opened under a policy, with the calendars that they replace.
 */
export function clientLines(id: string, defaultPolicyId: string, terms: readonly NamedTerms[]): readonly string[] {
  const { byDefault, named } = clientsUnder(id, defaultPolicyId, terms);
  const withTerms = named
    .map(({ name, calendars }) => {
      const replaced = Object.entries(calendars).map(([given, by]) => `${by} in place of ${given}`);
      return `${singleLine(name)}${replaced.length === 0 ? '' : ` (${replaced.join(', ')})`}`;
    })
    .sort();
  const clients = [...(byDefault ? ['every client without a policy of its own'] : []), ...withTerms];
  return [`Clients: ${clients.length === 0 ? `none; no client has the policy ${id}` : clients.join('; ')}`];
}
