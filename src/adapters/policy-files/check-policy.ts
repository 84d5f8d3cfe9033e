import type { z } from 'zod';
import { didYouMean } from '../../domain/nearest';
import { decidingRules, pairCount } from '../../domain/policy/classify';
import { ANY_AUDIENCE, codesOf, type Fact, type Facts, FORMER_FACTS } from '../../domain/policy/facts';
import { COMMITMENT_KINDS, type Rule, type TargetUnit } from '../../domain/policy/policy';
import { SEVERITIES, type Severity } from '../../domain/severity';
import { thousands } from '../../domain/thousands';
import type { FieldPath, ReportProblem } from '../documents/document-error';
import { factSchema, markSchema, ruleSchema, spanSchema, targetSchema } from './policy-schema';

/**
 * Checks of fields against each other. They read each part of the file that has a valid shape, so
 * that an error in one part does not hide the errors of another.
 */

/** The value at a path of the file; undefined if there is none. */
function valueAt(value: unknown, path: FieldPath): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

/** The parsed part at a path; undefined if its shape is invalid, which is reported elsewhere. */
export function partAt<Schema extends z.ZodType>(
  schema: Schema,
  file: unknown,
  path: FieldPath,
): z.output<Schema> | undefined {
  const result = schema.safeParse(valueAt(file, path));
  return result.success ? result.data : undefined;
}

/** The length of a list of the file; 0 if there is no list at the path. */
const lengthAt = (file: unknown, path: FieldPath): number => {
  const list = valueAt(file, path);
  return Array.isArray(list) ? list.length : 0;
};

/** The keys of a map of the file; none if there is no map at the path. */
export const namesAt = (file: unknown, path: FieldPath): string[] => {
  const map = valueAt(file, path);
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.keys(map) : [];
};

// The maximum of each unit is one year: a longer target is probably a typing error.
const MAX_MINUTES = 527_040;
const MAX_HOURS = 8_784;
const MAX_BUSINESS_DAYS = 366;

const UNITS: Readonly<Record<TargetUnit, { readonly max: number; readonly seconds: number; readonly name: string }>> = {
  MINUTES: { max: MAX_MINUTES, seconds: 60, name: 'minutes' },
  HOURS: { max: MAX_HOURS, seconds: 3600, name: 'hours' },
  BUSINESS_DAYS: { max: MAX_BUSINESS_DAYS, seconds: 0, name: 'business days' },
};

function checkAmount(amount: number, unit: TargetUnit, path: FieldPath, report: ReportProblem): void {
  const { max, seconds, name } = UNITS[unit];
  if (amount <= 0 || amount > max) {
    report(path, `takes more than 0 and at most ${max} ${name}, not ${amount}`);
  } else if (unit === 'BUSINESS_DAYS') {
    if (!Number.isInteger(amount)) report(path, `takes whole business days, not ${amount}; use HOURS for less`);
  } else if (Math.abs(amount * seconds - Math.round(amount * seconds)) > 1e-6) {
    report(
      path,
      `takes an amount of whole seconds; ${amount} ${name} are ${Number((amount * seconds).toFixed(6))} seconds`,
    );
  }
}

function checkCalendarName(file: unknown, name: string, path: FieldPath, report: ReportProblem): void {
  const known = namesAt(file, ['calendars']);
  if (!known.includes(name)) {
    report(path, `takes one of the calendars ${known.join(', ')}, not "${name}"${didYouMean(name, known)}`);
  }
}

function checkSeverities(file: unknown, report: ReportProblem): void {
  for (let index = 0; index < lengthAt(file, ['severities']); index++) {
    const path = ['severities', index, 'severity'];
    const name = valueAt(file, path);
    const expected = SEVERITIES[index];
    if (name === expected || !SEVERITIES.includes(name as Severity)) continue;
    const takes = expected === undefined ? `no more than ${SEVERITIES.length} entries` : `${expected} here`;
    report(path, `takes ${takes}: severities are listed in order, most urgent first, without gaps or repetitions`);
    return; // all entries after the first wrong one would be wrong too
  }
}

function checkTargets(file: unknown, report: ReportProblem): void {
  let hasTarget = false;
  for (let index = 0; index < lengthAt(file, ['severities']); index++) {
    for (const kind of COMMITMENT_KINDS) {
      const path = ['severities', index, 'targets', kind];
      // A commitment that the policy does not promise has no target.
      if (valueAt(file, path) === undefined) continue;
      const target = partAt(targetSchema, file, path);
      if (target === undefined) {
        hasTarget = true; // it may be a target; the error in its shape is reported elsewhere
        continue;
      }
      const { bestEffort, amount, unit, calendar } = target;
      hasTarget ||= bestEffort === undefined;
      for (const [field, value] of Object.entries({ amount, unit, calendar })) {
        if (bestEffort === true && value !== undefined) {
          report([...path, field], 'cannot be combined with bestEffort: true; a target is one or the other', 'key');
        } else if (bestEffort === undefined && value === undefined) {
          report([...path, field], 'is missing; a target takes amount, unit and calendar, or bestEffort: true');
        }
      }
      if (amount !== undefined && unit !== undefined) checkAmount(amount, unit, [...path, 'amount'], report);
      if (calendar !== undefined) checkCalendarName(file, calendar, [...path, 'calendar'], report);
    }
  }
  if (!hasTarget && lengthAt(file, ['severities']) > 0) {
    report(['severities'], 'takes at least one target that is not best effort', 'key');
  }
}

function checkSilence(file: unknown, report: ReportProblem): void {
  const span = partAt(spanSchema, file, ['closeAfterSilence']);
  if (span === undefined) return;
  checkAmount(span.amount, span.unit, ['closeAfterSilence', 'amount'], report);
  checkCalendarName(file, span.calendar, ['closeAfterSilence', 'calendar'], report);
}

/** All pairs that rules cover are listed in memory. A pair counts for each rule that covers it. */
const MAX_PAIRS = 100_000;

/**
 * The facts of the file; reports those that another one contradicts. Null for a list that is not
 * valid, which is reported elsewhere: no code can be compared with it.
 */
function checkFacts(file: unknown, report: ReportProblem): { readonly [List in keyof Facts]: readonly Fact[] | null } {
  if (valueAt(file, ['facts']) === undefined) return FORMER_FACTS;
  const listed = (list: keyof Facts): readonly Fact[] | null => {
    const facts: Fact[] = [];
    const length = lengthAt(file, ['facts', list]);
    for (let index = 0; index < length; index++) {
      const fact = partAt(factSchema, file, ['facts', list, index]);
      if (fact === undefined) continue;
      const path = ['facts', list, index, 'code'];
      if (facts.some(({ code }) => code === fact.code)) report(path, `takes a unique code; ${fact.code} occurs twice`);
      if (fact.code === ANY_AUDIENCE) report(path, `takes another code; ${ANY_AUDIENCE} stands for every audience`);
      facts.push(fact);
    }
    return length > 0 && facts.length === length ? facts : null;
  };
  return { audiences: listed('audiences'), consequences: listed('consequences') };
}

/** Reports the codes of a rule that are not words of the policy. */
function checkWords(
  rule: Rule,
  { audiences, consequences }: ReturnType<typeof checkFacts>,
  path: FieldPath,
  report: ReportProblem,
): void {
  const check = (code: string, known: readonly string[], at: FieldPath): void => {
    if (!known.includes(code)) report(at, `takes one of ${known.join(', ')}, not "${code}"${didYouMean(code, known)}`);
  };
  if (audiences !== null) check(rule.audience, [...codesOf(audiences), ANY_AUDIENCE], [...path, 'audience']);
  if (consequences === null) return;
  const codes = codesOf(consequences);
  for (const [place, code] of rule.consequences.entries()) check(code, codes, [...path, 'consequences', place]);
}

/** Reports facts that no rule names: an impact with one of them is always refused. */
function checkUnused(file: unknown, { audiences, consequences }: Facts, rules: readonly Rule[], report: ReportProblem) {
  if (valueAt(file, ['facts']) === undefined) return;
  const named = new Set(rules.flatMap((rule) => [rule.audience, ...rule.consequences]));
  const lists = { consequences, ...(named.has(ANY_AUDIENCE) ? {} : { audiences }) };
  for (const [list, facts] of Object.entries(lists)) {
    for (const [index, { code }] of facts.entries()) {
      if (!named.has(code))
        report(['facts', list, index, 'code'], `is in no rule, so an impact with ${code} is always refused`);
    }
  }
}

function checkRules(file: unknown, report: ReportProblem): void {
  const listed = checkFacts(file, report);
  const facts: Facts = { audiences: listed.audiences ?? [], consequences: listed.consequences ?? [] };
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
      report(['rules', index, 'clause'], `takes a unique name; rules[${first}] already has "${clause}"`);
    }
    if (first === undefined) firstPlaces.set(clause, index);

    const rule = partAt(ruleSchema, file, ['rules', index]);
    if (rule === undefined) continue;
    checkWords(rule, listed, ['rules', index], report);
    rules.push(rule);
    places.set(rule, index);
    if (!declared.has(rule.severity)) {
      report(
        ['rules', index, 'severity'],
        `takes one of the declared severities, ${[...declared].join(', ')}, not ${rule.severity}`,
      );
    }
  }
  if (rules.length === lengthAt(file, ['rules'])) checkUnused(file, facts, rules, report);
  const pairs = rules.reduce((sum, rule) => sum + pairCount(rule, facts), 0);
  if (pairs > MAX_PAIRS) {
    report(['rules'], `cover ${thousands(pairs)} pairs of facts; at most ${thousands(MAX_PAIRS)} are accepted`, 'key');
    return;
  }
  if (listed.audiences === null || listed.consequences === null) return;
  const deciding = new Set([...decidingRules({ rules, facts }).values()].map(({ rule }) => rule));
  for (const rule of rules) {
    if (deciding.has(rule)) continue;
    report(
      ['rules', places.get(rule) ?? 0],
      `"${rule.clause}" can never apply: each of its pairs is covered by a rule of higher severity, or by an earlier rule of the same severity`,
    );
  }
}

/** The maximum fraction of a mark. */
const MAX_MARK_FRACTION = 100;
const MARK_RANGES = {
  atRisk: 'a fraction between 0 and 1, both excluded, such as 0.75',
  other: `a fraction above 0 and at most ${MAX_MARK_FRACTION}, such as 1.25 for a quarter of the target past the due instant`,
} as const;

function checkMarks(file: unknown, report: ReportProblem): void {
  const marks = valueAt(file, ['marks']);
  if (!Array.isArray(marks)) return;
  const names = new Set<unknown>();
  for (let index = 0; index < marks.length; index++) {
    const mark = partAt(markSchema, file, ['marks', index]);
    const name = valueAt(file, ['marks', index, 'name']);
    if (names.has(name)) report(['marks', index, 'name'], `takes a unique name; "${name}" occurs twice`);
    names.add(name);
    if (mark === undefined) continue;
    // The breach itself is recorded under this name.
    if (mark.name === 'breach') report(['marks', index, 'name'], 'takes another name; breach is reserved');
    const max = mark.name === 'atRisk' ? 1 : MAX_MARK_FRACTION;
    if (mark.at <= 0 || mark.at > max || (mark.name === 'atRisk' && mark.at === 1)) {
      report(
        ['marks', index, 'at'],
        `takes ${MARK_RANGES[mark.name === 'atRisk' ? 'atRisk' : 'other']}, not ${mark.at}`,
      );
    }
  }
  if (!names.has('atRisk')) report(['marks'], 'takes a mark named atRisk, such as {name: atRisk, at: 0.75}', 'key');
}

/** Checks everything except the calendars, which `check-calendars.ts` checks. */
export function checkPolicyFile(file: unknown, report: ReportProblem): void {
  checkSeverities(file, report);
  checkTargets(file, report);
  checkRules(file, report);
  checkSilence(file, report);
  checkMarks(file, report);
}
