import { z } from 'zod';
import { didYouMean } from '../../domain/nearest';
import { beginning } from '../../domain/text';
import type { FieldPath, ReportProblem } from './document-error';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a finite number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map by name',
};

const LONGEST_SHOWN = 40;

/** A short text for a value, on one line, for use in a sentence. */
function valueText(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(beginning(value, LONGEST_SHOWN));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

function sentence(takes: string, input: unknown): string {
  if (input === undefined) return `is missing; it takes ${takes}`;
  if (input === null) return `has no value; it takes ${takes}`;
  const isText = takes === KINDS.string && (typeof input === 'number' || typeof input === 'boolean');
  return isText ? `takes text; put it in quotes: "${String(input)}"` : `takes ${takes}, not ${valueText(input)}`;
}

/** The message for an issue of zod; undefined keeps the message of the schema. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return sentence(KINDS[issue.expected] ?? issue.expected, input);
    case 'invalid_value': {
      const names = issue.values.map(String);
      const takes = names.length === 1 ? `${names.join('')}, or is left out` : `one of ${names.join(', ')}`;
      return sentence(takes, input) + (typeof input === 'string' ? didYouMean(input, names) : '');
    }
    case 'too_small': {
      if (issue.origin === 'string') return 'takes text that is not blank';
      if (issue.origin === 'array') return `takes at least ${String(issue.minimum)} of its entries, not none`;
      return sentence(`a number ${issue.inclusive ? 'from' : 'greater than'} ${String(issue.minimum)}`, input);
    }
    case 'too_big':
      if (issue.origin === 'string') return `takes at most ${String(issue.maximum)} letters`;
      if (issue.origin === 'array') return `takes at most ${String(issue.maximum)} entries`;
      return sentence(`a number up to ${String(issue.maximum)}`, input);
    case 'invalid_key':
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

/**
 * Parses the value by the schema. If it is not valid, calls `report` for each problem and returns
 * undefined.
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  report: ReportProblem,
  at: FieldPath = [],
): z.output<Schema> | undefined {
  const result = schema.safeParse(value, { error: messageOf });
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, at, report);
  return undefined;
}

/** Whether the schema of the issue takes values of this kind, and only not this value. */
const isOfItsKind = ({ path, code }: z.core.$ZodIssue): boolean =>
  path.length > 0 || code === 'custom' || code === 'unrecognized_keys';

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

function reportIssue(issue: z.core.$ZodIssue, at: FieldPath, report: ReportProblem): void {
  const path = [...at, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    for (const [index, key] of issue.keys.entries()) report([...path, key], lines[index] ?? 'is not known here', 'key');
  } else if (issue.code === 'invalid_union') {
    // The intended alternative is the one whose problems lie inside the value, not at its root, or
    // the only one that takes values of this kind.
    const ofItsKind = issue.errors.filter((form) => form.length > 0 && form.every(isOfItsKind));
    const intended = ofItsKind.find((form) => form.every((part) => part.path.length > 0)) ?? only(ofItsKind);
    if (intended !== undefined) for (const part of intended) reportIssue(part, path, report);
    else report(path, issue.errors.map((form) => form[0]?.message ?? '').join('; or '));
  } else {
    report(path, issue.message, issue.code === 'invalid_key' ? 'key' : 'value');
  }
}
