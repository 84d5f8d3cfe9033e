import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { CalendarDefinition } from '../../domain/business-calendar';
import type { PolicyDocument, SeverityPolicy, Target } from '../../domain/policy';
import { DocumentError, problemLine } from '../documents/document-error';
import { MAX_DOCUMENT_BYTES } from '../documents/yaml-source';
import { parsePolicy } from '../policy/load-policy';
import { count, UNIT_NAMES } from './amounts';

/** Where a command writes its lines; `process.stdout` is one. */
export interface LineOutput {
  write(text: string): unknown;
}

/** The file is a policy that can be published; it has problems, which are listed; it cannot be read at all. */
export const POLICY_CHECK_EXIT = { fine: 0, problems: 1, unreadable: 2 } as const;

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a symbolic link that leads back to itself',
  ENAMETOOLONG: 'is too long a name for a file',
};

type ReadText = { readonly text: string } | { readonly failure: string };

function decode(bytes: Uint8Array): ReadText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { failure: 'is not UTF-8 text' };
  }
}

/** The text of a policy file, or why there is none. */
async function readPolicyText(file: string): Promise<ReadText> {
  try {
    // Not to wait for a writer, should the name be that of a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) return { failure: 'is a directory; give the policy file itself' };
      if (!stats.isFile()) return { failure: 'is not a regular file' };
      if (stats.size > MAX_DOCUMENT_BYTES) return { failure: 'is larger than 1 MiB; a policy is far smaller' };
      return decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return { failure: READ_FAILURES[code] ?? `cannot be read (${code || String(error)})` };
  }
}

function targetSummary({ span, basis }: Target): string {
  const promise = span === null ? 'best effort' : `${count(span.amount, UNIT_NAMES[span.unit])} (${span.calendar})`;
  return `${promise} ${basis.toLowerCase()}`;
}

const severitySummary = ({ severity, title, targets }: SeverityPolicy): string[] => [
  `  ${severity}  ${title}`,
  `        response ${targetSummary(targets.RESPONSE)}`,
  `        update ${targetSummary(targets.UPDATE)}`,
  `        resolution ${targetSummary(targets.RESOLUTION)}`,
];

function calendarSummary(name: string, { timeZone, holidays, knownYears, special }: CalendarDefinition): string {
  const years = knownYears === undefined ? '' : ` in the years ${knownYears.from} to ${knownYears.to}`;
  const specials = Object.keys(special).length;
  const own = specials === 0 ? '' : `, ${count(specials, 'date')} with hours of their own`;
  return `  ${name}  ${timeZone}, ${holidays.length === 0 ? 'no holidays' : count(holidays.length, 'holiday')}${years}${own}`;
}

function summary(file: string, policy: PolicyDocument): string[] {
  return [
    `${file} is a policy that can be published: ${policy.id}, ${policy.title}`,
    `Severities: ${policy.severities.length}`,
    ...policy.severities.flatMap(severitySummary),
    `Rules: ${policy.rules.length} (${policy.rules.map(({ clause }) => clause).join(', ')})`,
    `Calendars: ${Object.keys(policy.calendars).length}`,
    ...Object.entries(policy.calendars).map(([name, calendar]) => calendarSummary(name, calendar)),
  ];
}

/**
 * `stepdown policy check FILE`: reads a policy file as publishing it would, and changes nothing.
 *
 * Writes a summary to `output`, or every problem as `FILE:LINE:COLUMN field: message` to `errorOutput`.
 * @returns the exit code, one of `POLICY_CHECK_EXIT`: 0 fine, 1 problems in the policy, 2 no readable text file
 */
export async function checkPolicy(file: string, output: LineOutput, errorOutput: LineOutput): Promise<number> {
  const read = await readPolicyText(file);
  if ('failure' in read) {
    errorOutput.write(`${file} ${read.failure}.\n`);
    return POLICY_CHECK_EXIT.unreadable;
  }
  try {
    const policy = parsePolicy(read.text, { fileName: file });
    output.write(`${summary(file, policy).join('\n')}\n`);
    return POLICY_CHECK_EXIT.fine;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    for (const problem of error.problems) errorOutput.write(`${problemLine(file, problem)}\n`);
    errorOutput.write(`${count(error.problems.length, 'problem')}; nothing was published.\n`);
    return POLICY_CHECK_EXIT.problems;
  }
}
