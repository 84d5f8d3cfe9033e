import { AUDIENCES, type Audience, CONSEQUENCES, type Consequence } from '../../../domain/impact';
import { classify, decidingRules } from '../../../domain/policy/classify';
import { COMMITMENT_KINDS, type PolicyDocument, type Target, WAITING_REASONS } from '../../../domain/policy/policy';
import { SEVERITIES, type Severity } from '../../../domain/severity';
import { spanText } from './amounts';
import { calendarDifferences } from './diff-calendars';
import { type PolicyDifference, type Row, rows, union } from './difference';

/** What one policy says otherwise than another, part by part; empty where tickets fare the same under both. */
export function diffPolicies(before: PolicyDocument, after: PolicyDocument): readonly PolicyDifference[] {
  const of =
    (part: PolicyDifference['part']) =>
    (row: Omit<PolicyDifference, 'part'>): PolicyDifference => ({ part, ...row });
  return [
    ...severityRows(before, after).map(of('Severities')),
    ...targetRows(before, after).map(of('Targets')),
    ...classificationRows(before, after).map(of('Classification')),
    ...calendarDifferences(before, after).map(of('Calendars')),
    ...rows(
      WAITING_REASONS.map((reason) => [
        `waiting for ${reason}`,
        stops(before.pauses[reason]),
        stops(after.pauses[reason]),
      ]),
    ).map(of('Pauses')),
    ...rows(
      union(names(before.marks), names(after.marks)).map((name) => [
        name,
        fractionOf(before, name),
        fractionOf(after, name),
      ]),
    ).map(of('Marks')),
    ...rows([
      ['policy', before.id, after.id],
      ['title', before.title, after.title],
      ['source', before.source, after.source],
      ['lowerings that need approval', before.loweringApproval, after.loweringApproval],
      ['clocks after a lowering', before.onLowering, after.onLowering],
      ['least share of a reopened ticket', String(before.reopeningMinimum), String(after.reopeningMinimum)],
      ['closing after silence of', spanText(before.closeAfterSilence), spanText(after.closeAfterSilence)],
      ['business days end', before.businessDayEnd, after.businessDayEnd],
    ]).map(of('Settings')),
  ];
}

const names = (marks: PolicyDocument['marks']): string[] => marks.map(({ name }) => name);

const fractionOf = ({ marks }: PolicyDocument, name: string): string | null => {
  const fraction = marks.find((mark) => mark.name === name)?.fraction;
  return fraction === undefined ? null : `at ${fraction} of the target`;
};

const stops = (kinds: readonly string[]): string =>
  kinds.length === 0 ? 'stops no clock' : `stops ${kinds.join(', ')}`;

const levelOf = ({ severities }: PolicyDocument, severity: Severity) =>
  severities.find((level) => level.severity === severity);

function severityRows(before: PolicyDocument, after: PolicyDocument): Row[] {
  return SEVERITIES.flatMap((severity) => {
    const [old, now] = [levelOf(before, severity), levelOf(after, severity)];
    if (old === undefined || now === undefined) return rows([[severity, old?.title ?? null, now?.title ?? null]]);
    return rows([
      [`${severity} title`, old.title, now.title],
      [`${severity} workaround lowers`, old.workaroundLowers, now.workaroundLowers],
      [`${severity} asks the client to`, old.clientActions.join(', '), now.clientActions.join(', ')],
    ]);
  });
}

function targetRows(before: PolicyDocument, after: PolicyDocument): Row[] {
  return SEVERITIES.flatMap((severity) =>
    COMMITMENT_KINDS.flatMap((kind) => {
      const [old, now] = [levelOf(before, severity)?.targets[kind], levelOf(after, severity)?.targets[kind]];
      const of = `${severity} ${kind.toLowerCase()}`;
      return [
        ...rows([[of, targetText(old), targetText(now)]]),
        ...(old === undefined || now === undefined ? [] : rows([[`${of} wording`, old.text, now.text]])),
      ];
    }),
  );
}

const targetText = (target: Target | undefined): string | null =>
  target === undefined
    ? null
    : `${target.span === null ? 'best effort' : spanText(target.span)}, ${target.basis.toLowerCase()}`;

/** What every pair of facts earns under each; audiences that fare alike stand together. */
function classificationRows(before: PolicyDocument, after: PolicyDocument): Row[] {
  const pairs = CONSEQUENCES.flatMap((consequence) => {
    const audiences = new Map<string, { readonly row: Row; readonly audiences: Audience[] }>();
    for (const audience of AUDIENCES) {
      const row = {
        of: '',
        before: earned(before, audience, consequence),
        after: earned(after, audience, consequence),
      };
      if (row.before === row.after) continue;
      const key = JSON.stringify(row);
      const known = audiences.get(key) ?? { row, audiences: [] };
      known.audiences.push(audience);
      audiences.set(key, known);
    }
    return [...audiences.values()].map(({ row, audiences: hit }) => ({
      ...row,
      of: `${hit.length === AUDIENCES.length ? 'anybody' : hit.join(' or ')} with ${consequence}`,
    }));
  });
  const texts = (policy: PolicyDocument) => new Map(policy.rules.map(({ clause, text }) => [clause, text]));
  const [old, now] = [texts(before), texts(after)];
  const reworded = rows(
    [...old.keys()]
      .filter((clause) => now.has(clause))
      .map((clause) => [`clause ${clause} wording`, old.get(clause) ?? null, now.get(clause) ?? null]),
  );
  return [...pairs, ...reworded, ...orderRow(before, after)];
}

function earned(policy: PolicyDocument, audience: Audience, consequence: Consequence): string {
  const outcome = classify(policy, [{ audience, consequence }]);
  if (!outcome.ok) return 'refused';
  const { severity, clause, basis } = outcome.classification;
  return `${severity} (${clause}, ${basis.toLowerCase()})`;
}

/** Of several impacts of one severity the first clause is named; so their order says something by itself. */
function orderRow(before: PolicyDocument, after: PolicyDocument): Row[] {
  const deciding = (policy: PolicyDocument) =>
    new Set([...decidingRules(policy.rules).values()].map(({ rule }) => rule.clause));
  const [old, now] = [deciding(before), deciding(after)];
  const shared = (policy: PolicyDocument): string =>
    policy.rules
      .map(({ clause }) => clause)
      .filter((clause) => old.has(clause) && now.has(clause))
      .join(', ');
  return rows([['order of the clauses', shared(before), shared(after)]]);
}
