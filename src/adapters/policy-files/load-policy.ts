import type { CalendarDefinition } from '../../domain/calendar/business-calendar';
import { COMMITMENT_KINDS, type PolicyDocument, type Target } from '../../domain/policy/policy';
import { type PartialPolicyDocument, parsePolicyDocument } from '../../domain/policy/policy-document';
import { DocumentError, type DocumentProblem, fieldName, type ReportProblem } from '../documents/document-error';
import { parseWith } from '../documents/issue-messages';
import { readYaml } from '../documents/yaml-source';
import { checkCalendars } from './check-calendars';
import { checkPolicyFile } from './check-policy';
import { NO_FOLDER, type PolicyFolder } from './policy-folder';
import { type PolicyFile, policySchema, type SpanEntry, type TargetEntry } from './policy-schema';

const toSpan = ({ amount, unit, calendar }: SpanEntry): SpanEntry => ({ amount, unit, calendar });

function toTarget({ amount, unit, calendar, basis, text }: TargetEntry): Target {
  const bestEffort = amount === undefined || unit === undefined || calendar === undefined;
  return { span: bestEffort ? null : { amount, unit, calendar }, basis, text };
}

const LOWERING_APPROVAL = { overrides: 'OVERRIDES', always: 'ALWAYS', never: 'NEVER' } as const;

/** Translates the file's terms into those of the domain. */
function toDocument(file: PolicyFile, calendars: Readonly<Record<string, CalendarDefinition>>): PartialPolicyDocument {
  return {
    id: file.id,
    title: file.title,
    source: file.source,
    severities: file.severities.map(({ targets, ...severity }) => ({
      ...severity,
      targets: Object.fromEntries(
        COMMITMENT_KINDS.flatMap((kind) => {
          const target = targets[kind];
          return target === undefined ? [] : [[kind, toTarget(target)]];
        }),
      ),
    })),
    ...(file.facts === undefined ? {} : { facts: file.facts }),
    rules: file.rules,
    calendars,
    pauses: file.pauses,
    ...(file.loweringApproval === undefined ? {} : { loweringApproval: LOWERING_APPROVAL[file.loweringApproval] }),
    onLowering: file.onLowering === 'carry' ? 'CARRY' : 'RESTART',
    marks: file.marks.map(({ name, at }) => ({ name, fraction: at })),
    reopeningMinimum: file.reopeningMinimum,
    closeAfterSilence: toSpan(file.closeAfterSilence),
    ...(file.lateEntry === undefined ? {} : { lateEntryMs: file.lateEntry }),
    businessDayEnd: file.businessDayEnd === 'sameTime' ? 'SAME_TIME' : 'CLOSE_OF_BUSINESS',
  };
}

const inFileOrder = (a: DocumentProblem, b: DocumentProblem): number => a.line - b.line || a.column - b.column;

/**
 * Parses and validates a policy file (YAML 1.2; `policies/cimcloud.yaml` shows every field), and
 * expands its holidays to dates.
 *
 * @param yamlText the text of the file, at most 1 MiB
 * @param source `fileName` is printed before each problem in the message of the error; `folder` has
 * the iCalendar files that the policy names
 * @throws DocumentError with every problem of the file: line, column, field and what the field
 * takes
 */
export function parsePolicy(
  yamlText: string,
  { fileName, folder = NO_FOLDER }: { readonly fileName: string; readonly folder?: PolicyFolder },
): PolicyDocument {
  const { value, problems: unreadable, locate } = readYaml(yamlText);
  const problems = [...unreadable];
  const report: ReportProblem = (path, message, at) => {
    problems.push({ ...locate(path, at), field: fieldName(path), message });
  };

  let document: PartialPolicyDocument | undefined;
  if (value !== undefined) {
    const file = parseWith(policySchema, value, report);
    checkPolicyFile(value, report);
    const calendars = checkCalendars(value, report, folder);
    if (file !== undefined) document = toDocument(file, calendars);
  }
  if (document === undefined || problems.length > 0) throw new DocumentError(fileName, problems.sort(inFileOrder));
  return parsePolicyDocument(document, fileName);
}
