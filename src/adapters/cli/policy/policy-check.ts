import { type CalendarDefinition, isYearly } from '../../../domain/calendar/business-calendar';
import type { EpochMs } from '../../../domain/instant';
import { calendarsEndingBeforeTargets } from '../../../domain/policy/calendar-ends';
import { compilePolicy } from '../../../domain/policy/compile-policy';
import { codesOf } from '../../../domain/policy/facts';
import { COMMITMENT_KINDS, type PolicyDocument, type SeverityPolicy, type Target } from '../../../domain/policy/policy';
import { explainRefusal } from '../../../domain/ticket/refusals';
import { DocumentError, problemLine } from '../../documents/document-error';
import { parsePolicy } from '../../policy-files/load-policy';
import { folderOf } from '../../policy-files/policy-folder';
import { writeJson } from '../json-output';
import { type LineOutput, writeLines } from '../line-output';
import { countText, spanText } from '../quantity-text';
import { readPolicyText } from './policy-file';

/** Exit codes: the file can be published, has problems, or cannot be read as text. */
const POLICY_CHECK_EXIT = { fine: 0, problems: 1, unreadable: 2 } as const;

function targetSummary(target: Target | undefined): string {
  if (target === undefined) return 'not promised';
  const { span, basis } = target;
  const promise = span === null ? 'best effort' : spanText(span);
  return `${promise} ${basis.toLowerCase()}`;
}

const severitySummary = ({ severity, title, targets }: SeverityPolicy): string[] => [
  `  ${severity}  ${title}`,
  ...COMMITMENT_KINDS.map((kind) => `        ${kind.toLowerCase()} ${targetSummary(targets[kind])}`),
];

function calendarSummary(name: string, { timeZone, holidays, knownYears, special }: CalendarDefinition): string {
  const years = knownYears === undefined ? '' : ` in the years ${knownYears.from} to ${knownYears.to}`;
  const specials = Object.keys(special);
  const yearly = specials.filter(isYearly).length;
  const recurring =
    yearly === 0 ? '' : `, ${yearly === specials.length ? 'every year' : `${yearly} of them every year`}`;
  const own = specials.length === 0 ? '' : `, ${countText(specials.length, 'date')} with special hours${recurring}`;
  const parts = holidays.filter((holiday) => typeof holiday !== 'string').length;
  const partly = parts === 0 ? '' : `, ${parts} of them for a part of the day`;
  const days = holidays.length === 0 ? 'no holidays' : countText(holidays.length, 'holiday');
  return `  ${name}  ${timeZone}, ${days}${years}${partly}${own}`;
}

function summary(file: string, policy: PolicyDocument): string[] {
  return [
    `${file} is a policy that can be published: ${policy.id}, ${policy.title}`,
    `Severities: ${policy.severities.length}`,
    ...policy.severities.flatMap(severitySummary),
    `Audiences: ${codesOf(policy.facts.audiences).join(', ')}`,
    `Consequences: ${codesOf(policy.facts.consequences).join(', ')}`,
    `Rules: ${policy.rules.length} (${policy.rules.map(({ clause }) => clause).join(', ')})`,
    `Calendars: ${Object.keys(policy.calendars).length}`,
    ...Object.entries(policy.calendars).map(([name, calendar]) => calendarSummary(name, calendar)),
  ];
}

/** A problem as JSON has it; the position is null where the problem is of no place in the file. */
interface CheckProblem {
  readonly line: number | null;
  readonly column: number | null;
  readonly field: string | null;
  readonly message: string;
}

/** What a check has found: the policy, or why it cannot be published. */
type Checked =
  | { readonly exitCode: 0; readonly policy: PolicyDocument }
  | { readonly exitCode: 1 | 2; readonly problems: readonly CheckProblem[]; readonly lines: readonly string[] };

async function check(file: string, now: EpochMs): Promise<Checked> {
  const read = await readPolicyText(file);
  if ('failure' in read) {
    const problems = [{ line: null, column: null, field: null, message: `${file} ${read.failure}.` }];
    return { exitCode: POLICY_CHECK_EXIT.unreadable, problems, lines: [`${file} ${read.failure}.`] };
  }
  try {
    const policy = parsePolicy(read.text, { fileName: file, folder: folderOf(file) });
    const ends = calendarsEndingBeforeTargets(compilePolicy(policy, 1), now).map(({ kind: commitment, ...end }) => ({
      line: null,
      column: null,
      field: `calendars.${end.calendar}`,
      message: explainRefusal({ code: 'CalendarEndsTooSoon', policy: policy.id, commitment, ...end }),
    }));
    if (ends.length === 0) return { exitCode: POLICY_CHECK_EXIT.fine, policy };
    return unpublishable(
      ends,
      ends.map(({ field, message }) => `${file} ${field}: ${message}`),
    );
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return unpublishable(
      error.problems,
      error.problems.map((problem) => problemLine(file, problem)),
    );
  }
}

const unpublishable = (problems: readonly CheckProblem[], lines: readonly string[]): Checked => ({
  exitCode: POLICY_CHECK_EXIT.problems,
  problems,
  lines: [...lines, `${countText(problems.length, 'problem')}; nothing was published.`],
});

/**
 * `stepdown policy check FILE`: checks a policy file without a database. Prints a summary to
 * `output`, or every problem as `FILE:LINE:COLUMN field: message` to `errorOutput`; as JSON, all of
 * it to `output`.
 *
 * @param now the instant from which the targets have to fit into the calendars
 * @returns the exit code, one of `POLICY_CHECK_EXIT`
 */
export async function checkPolicy(
  file: string,
  output: LineOutput,
  errorOutput: LineOutput,
  now: EpochMs,
  asJson = false,
): Promise<number> {
  const checked = await check(file, now);
  const isFine = checked.exitCode === POLICY_CHECK_EXIT.fine;
  if (asJson) {
    const policy = isFine ? jsonSummary(checked.policy) : null;
    writeJson(output, { file, isFine, policy, problems: isFine ? [] : checked.problems });
  } else if (isFine) writeLines(output, summary(file, checked.policy));
  else writeLines(errorOutput, checked.lines);
  return checked.exitCode;
}

const jsonSummary = ({ id, title, severities, facts, rules, calendars }: PolicyDocument) => ({
  id,
  title,
  severities,
  audiences: codesOf(facts.audiences),
  consequences: codesOf(facts.consequences),
  clauses: rules.map(({ clause }) => clause),
  calendars: Object.entries(calendars).map(([name, { timeZone }]) => ({ name, timeZone })),
});
