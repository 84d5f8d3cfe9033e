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

/**
 * `stepdown policy check FILE`: checks a policy file without a database. Prints a summary to
 * `output`, or every problem as `FILE:LINE:COLUMN field: message` to `errorOutput`.
 *
 * @param now the instant from which the targets have to fit into the calendars
 * @returns the exit code, one of `POLICY_CHECK_EXIT`
 */
export async function checkPolicy(
  file: string,
  output: LineOutput,
  errorOutput: LineOutput,
  now: EpochMs,
): Promise<number> {
  const read = await readPolicyText(file);
  if ('failure' in read) {
    writeLines(errorOutput, [`${file} ${read.failure}.`]);
    return POLICY_CHECK_EXIT.unreadable;
  }
  try {
    const policy = parsePolicy(read.text, { fileName: file, folder: folderOf(file) });
    const ends = calendarsEndingBeforeTargets(compilePolicy(policy, 1), now);
    if (ends.length > 0) {
      for (const { kind: commitment, ...end } of ends) {
        const refusal = { code: 'CalendarEndsTooSoon', policy: policy.id, commitment, ...end } as const;
        errorOutput.write(`${file} calendars.${end.calendar}: ${explainRefusal(refusal)}\n`);
      }
      errorOutput.write(`${countText(ends.length, 'problem')}; nothing was published.\n`);
      return POLICY_CHECK_EXIT.problems;
    }
    writeLines(output, summary(file, policy));
    return POLICY_CHECK_EXIT.fine;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    writeLines(errorOutput, [
      ...error.problems.map((problem) => problemLine(file, problem)),
      `${countText(error.problems.length, 'problem')}; nothing was published.`,
    ]);
    return POLICY_CHECK_EXIT.problems;
  }
}
