import type { z } from 'zod';
import { decidingRules } from '../../domain/policy/classify';
import { COMMITMENT_KINDS, type Rule, type TargetUnit } from '../../domain/policy/policy';
import { SEVERITIES, type Severity } from '../../domain/severity';
import type { FieldPath, Report } from '../documents/document-error';
import { didYouMean } from '../documents/nearest';
import { markSchema, ruleSchema, spanSchema, targetSchema } from './policy-schema';

/**
 * Checks the fields of a policy file against each other. Each check runs on the parts of the file
 * that have the right shape, so that a mistake in one place does not hide those in another.
 */

/** The value at a path of the file; undefined where there is none. */
function valueAt(value: unknown, path: FieldPath): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

/** The part at a path if it has the right shape. The schema of the file reports a wrong shape. */
export function partAt<Schema extends z.ZodType>(
  schema: Schema,
  file: unknown,
  path: FieldPath,
): z.output<Schema> | undefined {
  const result = schema.safeParse(valueAt(file, path));
  return result.success ? result.data : undefined;
}

/** The number of entries of a list of the file; 0 where there is no list. */
const lengthAt = (file: unknown, path: FieldPath): number => {
  const list = valueAt(file, path);
  return Array.isArray(list) ? list.length : 0;
};

/** The names in a map of the file. */
export const namesAt = (file: unknown, path: FieldPath): string[] => {
  const map = valueAt(file, path);
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.keys(map) : [];
};

/** A target is at most a year: more is a typing mistake. */
const UNITS: Readonly<Record<TargetUnit, { readonly most: number; readonly seconds: number; readonly name: string }>> =
  {
    MINUTES: { most: 527_040, seconds: 60, name: 'minutes' },
    HOURS: { most: 8_784, seconds: 3600, name: 'hours' },
    BUSINESS_DAYS: { most: 366, seconds: 0, name: 'business days' },
  };

function checkAmount(amount: number, unit: TargetUnit, path: FieldPath, report: Report): void {
  const { most, seconds, name } = UNITS[unit];
  if (amount <= 0 || amount > most) {
    report(path, `takes more than 0 and at most ${most} ${name}, not ${amount}`);
  } else if (unit === 'BUSINESS_DAYS') {
    if (!Number.isInteger(amount)) report(path, `takes whole business days, not ${amount}; use HOURS for less`);
  } else if (Math.abs(amount * seconds - Math.round(amount * seconds)) > 1e-6) {
    report(
      path,
      `takes an amount of whole seconds; ${amount} ${name} are ${Number((amount * seconds).toFixed(6))} seconds`,
    );
  }
}

function checkCalendarName(file: unknown, name: string, path: FieldPath, report: Report): void {
  const known = namesAt(file, ['calendars']);
  if (!known.includes(name)) {
    report(path, `takes one of the calendars ${known.join(', ')}, not "${name}"${didYouMean(name, known)}`);
  }
}

function checkSeverities(file: unknown, report: Report): void {
  for (let index = 0; index < lengthAt(file, ['severities']); index++) {
    const path = ['severities', index, 'severity'];
    const name = valueAt(file, path);
    const expected = SEVERITIES[index];
    if (name === expected || !SEVERITIES.includes(name as Severity)) continue;
    const takes = expected === undefined ? `no more than ${SEVERITIES.length} entries` : `${expected} here`;
    report(path, `takes ${takes}: list the severities in order, the most urgent first, without gaps and repetitions`);
    return; // All severities after the first misplaced one are misplaced too.
  }
}

function checkTargets(file: unknown, report: Report): void {
  let promised = false;
  for (let index = 0; index < lengthAt(file, ['severities']); index++) {
    for (const kind of COMMITMENT_KINDS) {
      const path = ['severities', index, 'targets', kind];
      const target = partAt(targetSchema, file, path);
      if (target === undefined) {
        promised = true; // It may be a promise. The schema of the file reports its shape.
        continue;
      }
      const { bestEffort, amount, unit, calendar } = target;
      promised ||= bestEffort === undefined;
      for (const [field, value] of Object.entries({ amount, unit, calendar })) {
        if (bestEffort === true && value !== undefined) {
          report([...path, field], 'cannot be combined with bestEffort: true', 'key');
        } else if (bestEffort === undefined && value === undefined) {
          report([...path, field], 'is missing; a target takes amount, unit and calendar, or bestEffort: true');
        }
      }
      if (amount !== undefined && unit !== undefined) checkAmount(amount, unit, [...path, 'amount'], report);
      if (calendar !== undefined) checkCalendarName(file, calendar, [...path, 'calendar'], report);
    }
  }
  if (!promised && lengthAt(file, ['severities']) > 0) {
    report(['severities'], 'takes at least one target that is not best effort', 'key');
  }
}

function checkSilence(file: unknown, report: Report): void {
  const span = partAt(spanSchema, file, ['closeAfterSilence']);
  if (span === undefined) return;
  checkAmount(span.amount, span.unit, ['closeAfterSilence', 'amount'], report);
  checkCalendarName(file, span.calendar, ['closeAfterSilence', 'calendar'], report);
}

function checkRules(file: unknown, report: Report): void {
  const declared = new Set<unknown>();
  for (let index = 0; index < lengthAt(file, ['severities']); index++) {
    declared.add(valueAt(file, ['severities', index, 'severity']));
  }
  const firstPlaces = new Map<unknown, number>();
  const rules: Rule[] = [];
  const places = new Map<Rule, number>();
  for (let index = 0; index < lengthAt(file, ['rules']); index++) {
    const clause = valueAt(file, ['rules', index, 'clause']);
    const first = firstPlaces.get(clause);
    if (typeof clause === 'string' && first !== undefined) {
      report(['rules', index, 'clause'], `takes a name of its own; rules[${first}] has "${clause}" already`);
    }
    if (first === undefined) firstPlaces.set(clause, index);

    const rule = partAt(ruleSchema, file, ['rules', index]);
    if (rule === undefined) continue;
    rules.push(rule);
    places.set(rule, index);
    if (!declared.has(rule.severity)) {
      report(
        ['rules', index, 'severity'],
        `takes one of the severities declared, ${[...declared].join(', ')}, not ${rule.severity}`,
      );
    }
  }
  const deciding = new Set([...decidingRules(rules).values()].map(({ rule }) => rule));
  for (const rule of rules) {
    if (deciding.has(rule)) continue;
    report(
      ['rules', places.get(rule) ?? 0],
      `"${rule.clause}" never decides: a rule of higher severity, or an earlier one of the same severity, matches each of its pairs`,
    );
  }
}

/** The latest mark, as a fraction of the target. */
const MOST_OVERDUE = 100;
const MARK_RANGES = {
  atRisk: 'a fraction between 0 and 1, both excluded, such as 0.75',
  other: `a fraction above 0 and at most ${MOST_OVERDUE}, such as 1.25 for a quarter of the target past the due instant`,
} as const;

function checkMarks(file: unknown, report: Report): void {
  const marks = valueAt(file, ['marks']);
  if (!Array.isArray(marks)) return;
  const names = new Set<unknown>();
  for (let index = 0; index < marks.length; index++) {
    const mark = partAt(markSchema, file, ['marks', index]);
    const name = valueAt(file, ['marks', index, 'name']);
    if (names.has(name)) report(['marks', index, 'name'], `takes a name of its own; "${name}" is repeated`);
    names.add(name);
    if (mark === undefined) continue;
    // The once key of a breach ends in this name.
    if (mark.name === 'breach') report(['marks', index, 'name'], 'takes another name; "breach" is reserved');
    const most = mark.name === 'atRisk' ? 1 : MOST_OVERDUE;
    if (mark.at <= 0 || mark.at > most || (mark.name === 'atRisk' && mark.at === 1)) {
      report(
        ['marks', index, 'at'],
        `takes ${MARK_RANGES[mark.name === 'atRisk' ? 'atRisk' : 'other']}, not ${mark.at}`,
      );
    }
  }
  if (!names.has('atRisk')) report(['marks'], 'takes a mark named atRisk, such as {name: atRisk, at: 0.75}', 'key');
}

/** Checks everything but the calendars; `check-calendars.ts` checks those. */
export function checkPolicyFile(file: unknown, report: Report): void {
  checkSeverities(file, report);
  checkTargets(file, report);
  checkRules(file, report);
  checkSilence(file, report);
  checkMarks(file, report);
}
