import type { Audience, Consequence } from '../../../domain/impact';
import { classify, decidingRules } from '../../../domain/policy/classify';
import { codesOf, type Fact } from '../../../domain/policy/facts';
import { COMMITMENT_KINDS, type PolicyDocument, type Target, WAITING_REASONS } from '../../../domain/policy/policy';
import { SEVERITIES, type Severity } from '../../../domain/severity';
import { durationText, spanText } from '../quantity-text';
import { calendarDifferences } from './diff-calendars';
import { type DifferenceRow, differingRows, type PolicyDifference, union } from './policy-difference';

/**
 * The differences between two policies, part by part; empty if both treat tickets in the same way.
 */
export function diffPolicies(before: PolicyDocument, after: PolicyDocument): readonly PolicyDifference[] {
  const inPart =
    (part: PolicyDifference['part']) =>
    (row: DifferenceRow): PolicyDifference => ({ part, ...row });
  return [
    ...severityRows(before, after).map(inPart('Severities')),
    ...targetRows(before, after).map(inPart('Targets')),
    ...factRows(before, after).map(inPart('Facts')),
    ...classificationRows(before, after).map(inPart('Classification')),
    ...calendarDifferences(before, after).map(inPart('Calendars')),
    ...differingRows(
      WAITING_REASONS.map((reason) => [
        `waiting for ${reason}`,
        pauseText(before.pauses[reason]),
        pauseText(after.pauses[reason]),
      ]),
    ).map(inPart('Pauses')),
    ...differingRows(
      union(names(before.marks), names(after.marks)).map((name) => [
        name,
        fractionOf(before, name),
        fractionOf(after, name),
      ]),
    ).map(inPart('Marks')),
    ...differingRows([
      ['policy', before.id, after.id],
      ['title', before.title, after.title],
      ['source', before.source, after.source],
      ['lowerings that need approval', before.loweringApproval, after.loweringApproval],
      ['clocks after a lowering', before.onLowering, after.onLowering],
      ['least share of a reopened ticket', String(before.reopeningMinimum), String(after.reopeningMinimum)],
      ['closing after silence of', spanText(before.closeAfterSilence), spanText(after.closeAfterSilence)],
      ['late entry without a reason', durationText(before.lateEntryMs), durationText(after.lateEntryMs)],
      ['business days end', before.businessDayEnd, after.businessDayEnd],
    ]).map(inPart('Settings')),
  ];
}

const names = (marks: PolicyDocument['marks']): string[] => marks.map(({ name }) => name);

const fractionOf = ({ marks }: PolicyDocument, name: string): string | null => {
  const fraction = marks.find((mark) => mark.name === name)?.fraction;
  return fraction === undefined ? null : `at ${fraction} of the target`;
};

const pauseText = (kinds: readonly string[]): string =>
  kinds.length === 0 ? 'stops no clock' : `stops ${kinds.join(', ')}`;

const levelOf = ({ severities }: PolicyDocument, severity: Severity) =>
  severities.find((level) => level.severity === severity);

function severityRows(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  return SEVERITIES.flatMap((severity) => {
    const [old, now] = [levelOf(before, severity), levelOf(after, severity)];
    if (old === undefined || now === undefined)
      return differingRows([[severity, old?.title ?? null, now?.title ?? null]]);
    return differingRows([
      [`${severity} title`, old.title, now.title],
      [`${severity} workaround lowers`, old.workaroundLowers, now.workaroundLowers],
      [`${severity} asks the client to`, old.clientActions.join(', '), now.clientActions.join(', ')],
    ]);
  });
}

function targetRows(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  return SEVERITIES.flatMap((severity) =>
    COMMITMENT_KINDS.flatMap((kind) => {
      const [old, now] = [levelOf(before, severity)?.targets[kind], levelOf(after, severity)?.targets[kind]];
      const subject = `${severity} ${kind.toLowerCase()}`;
      return [
        ...differingRows([[subject, targetText(old), targetText(now)]]),
        ...(old === undefined || now === undefined ? [] : differingRows([[`${subject} wording`, old.text, now.text]])),
      ];
    }),
  );
}

const targetText = (target: Target | undefined): string | null =>
  target === undefined
    ? null
    : `${target.span === null ? 'best effort' : spanText(target.span)}, ${target.basis.toLowerCase()}`;

const factText = (fact: Fact | undefined): string | null => (fact === undefined ? null : `${fact.title}: ${fact.text}`);

function factRows(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  return (['audiences', 'consequences'] as const).flatMap((part) => {
    const [old, now] = [before.facts[part], after.facts[part]];
    const find = (facts: readonly Fact[], name: string) => facts.find(({ code }) => code === name);
    return differingRows(
      union(codesOf(old), codesOf(now)).map((code) => [code, factText(find(old, code)), factText(find(now, code))]),
    );
  });
}

/** The pairs of audience and consequence that are classified differently; equal rows are merged. */
function classificationRows(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  const codes = (part: keyof PolicyDocument['facts']) => union(codesOf(before.facts[part]), codesOf(after.facts[part]));
  const audienceCodes = codes('audiences');
  const pairs = codes('consequences').flatMap((consequence) => {
    const audiences = new Map<string, { readonly row: DifferenceRow; readonly audiences: Audience[] }>();
    for (const audience of audienceCodes) {
      const row = {
        subject: '',
        before: classificationText(before, audience, consequence),
        after: classificationText(after, audience, consequence),
      };
      if (row.before === row.after) continue;
      const key = JSON.stringify(row);
      const known = audiences.get(key) ?? { row, audiences: [] };
      known.audiences.push(audience);
      audiences.set(key, known);
    }
    return [...audiences.values()].map(({ row, audiences: hit }) => ({
      ...row,
      subject: `${hit.length === audienceCodes.length ? 'any audience' : hit.join(' or ')} with ${consequence}`,
    }));
  });
  const texts = (policy: PolicyDocument) => new Map(policy.rules.map(({ clause, text }) => [clause, text]));
  const [old, now] = [texts(before), texts(after)];
  const reworded = differingRows(
    [...old.keys()]
      .filter((clause) => now.has(clause))
      .map((clause) => [`clause ${clause} wording`, old.get(clause) ?? null, now.get(clause) ?? null]),
  );
  return [...pairs, ...reworded, ...orderRow(before, after)];
}

/** Null if the policy does not have one of the two words. */
function classificationText(policy: PolicyDocument, audience: Audience, consequence: Consequence): string | null {
  const outcome = classify(policy, [{ audience, consequence }]);
  if (!outcome.ok) return outcome.refusal.code === 'UnknownFact' ? null : 'refused';
  const { severity, clause, basis } = outcome.classification;
  return `${severity} (${clause}, ${basis.toLowerCase()})`;
}

/** Among impacts of one severity the first clause decides, so the order of the clauses matters. */
function orderRow(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  const deciding = (policy: PolicyDocument) =>
    new Set([...decidingRules(policy).values()].map(({ rule }) => rule.clause));
  const [old, now] = [deciding(before), deciding(after)];
  const shared = (policy: PolicyDocument): string =>
    policy.rules
      .map(({ clause }) => clause)
      .filter((clause) => old.has(clause) && now.has(clause))
      .join(', ');
  return differingRows([['order of the clauses', shared(before), shared(after)]]);
}
