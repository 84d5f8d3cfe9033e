import { describe, expect, it } from '@jest/globals';
import type { Audience, Consequence, Impact } from '../../src/domain/impact';
import { classify } from '../../src/domain/policy/classify';
import { codesOf, FORMER_FACTS } from '../../src/domain/policy/facts';
import type { Basis } from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';
import { CIMCLOUD_DOCUMENT as policy } from '../support/policies';

const impact = (pair: string): Impact => {
  const [audience = '', consequence = ''] = pair.split('/');
  return { audience, consequence, note: null };
};

const rules: [clause: string, severity: Severity, basis: Basis, pair: string, words: RegExp][] = [
  ['1-ordering', 'SEV1', 'PUBLISHED', 'ALL_END_USERS/ORDERING_BLOCKED', /prevent all end users/],
  ['1-import', 'SEV1', 'PUBLISHED', 'NOBODY/ALL_ORDER_IMPORT_BLOCKED', /prevent all orders/],
  ['2a', 'SEV2', 'PUBLISHED', 'ALL_END_USERS/DEGRADED', /degraded state for all end users/],
  ['2b', 'SEV2', 'PUBLISHED', 'SOME_END_USERS/ORDERING_BLOCKED', /some, but not all/],
  ['2c', 'SEV2', 'PUBLISHED', 'ADMINISTRATORS/ORDER_DATA_FLOW', /flow of order data/],
  ['3a', 'SEV3', 'PUBLISHED', 'ADMINISTRATORS/DEGRADED', /control panel/],
  ['3b', 'SEV3', 'PUBLISHED', 'SOME_END_USERS/NON_ORDER_DATA_FLOW', /other than order data/],
  ['4', 'SEV4', 'PUBLISHED', 'ALL_END_USERS/QUESTION', /General questions/],
  ['gap-some-degraded', 'SEV3', 'HOUSE', 'SOME_END_USERS/DEGRADED', /all end users only/],
  ['gap-admin-ordering', 'SEV3', 'HOUSE', 'ADMINISTRATORS/ORDERING_BLOCKED', /administrator's degraded site/],
  ['contained', 'SEV4', 'HOUSE', 'NOBODY/DEGRADED', /not yet removed/],
];

describe('every rule', () => {
  it('has a row in this table, in the order of the policy', () => {
    expect(policy.rules.map(({ clause, severity, basis }) => [clause, severity, basis])).toEqual(
      rules.map(([clause, severity, basis]) => [clause, severity, basis]),
    );
  });

  it.each(rules)('%s gives %s (%s) for %s', (clause, severity, basis, pair, words) => {
    expect(classify(policy, [impact(pair)])).toEqual({
      ok: true,
      classification: { severity, clause, basis, text: expect.stringMatching(words) },
    });
  });
});

const CONTRADICTION = 'contradiction';

// One row a consequence, one column an audience, as section 1 of the domain page reads.
const pairs: Record<Consequence, Record<Audience, string>> = {
  ORDERING_BLOCKED: {
    ALL_END_USERS: 'SEV1 1-ordering',
    SOME_END_USERS: 'SEV2 2b',
    ADMINISTRATORS: 'SEV3 gap-admin-ordering',
    NOBODY: CONTRADICTION,
  },
  ALL_ORDER_IMPORT_BLOCKED: {
    ALL_END_USERS: 'SEV1 1-import',
    SOME_END_USERS: 'SEV1 1-import',
    ADMINISTRATORS: 'SEV1 1-import',
    NOBODY: 'SEV1 1-import',
  },
  DEGRADED: {
    ALL_END_USERS: 'SEV2 2a',
    SOME_END_USERS: 'SEV3 gap-some-degraded',
    ADMINISTRATORS: 'SEV3 3a',
    NOBODY: 'SEV4 contained',
  },
  ORDER_DATA_FLOW: {
    ALL_END_USERS: 'SEV2 2c',
    SOME_END_USERS: 'SEV2 2c',
    ADMINISTRATORS: 'SEV2 2c',
    NOBODY: 'SEV2 2c',
  },
  NON_ORDER_DATA_FLOW: {
    ALL_END_USERS: 'SEV3 3b',
    SOME_END_USERS: 'SEV3 3b',
    ADMINISTRATORS: 'SEV3 3b',
    NOBODY: 'SEV3 3b',
  },
  QUESTION: { ALL_END_USERS: 'SEV4 4', SOME_END_USERS: 'SEV4 4', ADMINISTRATORS: 'SEV4 4', NOBODY: 'SEV4 4' },
  TRAINING: { ALL_END_USERS: 'SEV4 4', SOME_END_USERS: 'SEV4 4', ADMINISTRATORS: 'SEV4 4', NOBODY: 'SEV4 4' },
  DOCUMENTATION: { ALL_END_USERS: 'SEV4 4', SOME_END_USERS: 'SEV4 4', ADMINISTRATORS: 'SEV4 4', NOBODY: 'SEV4 4' },
};

const outcomeOf = (...names: string[]): string => {
  const outcome = classify(policy, names.map(impact));
  if (outcome.ok) return `${outcome.classification.severity} ${outcome.classification.clause}`;
  return outcome.refusal.code === 'ContradictoryImpact' ? CONTRADICTION : outcome.refusal.code;
};

describe('every pair of audience and consequence', () => {
  const { audiences, consequences } = policy.facts;
  const cells = codesOf(consequences).flatMap((consequence) =>
    codesOf(audiences).map(
      (audience) => [`${audience}/${consequence}`, pairs[consequence]?.[audience] ?? 'no row'] as const,
    ),
  );

  it('is one of 32 pairs', () => expect(cells).toHaveLength(32));
  it.each(cells)('%s: %s', (pair, expected) => expect(outcomeOf(pair)).toBe(expected));
});

describe('several impacts', () => {
  it.each<[name: string, impacts: string[], expected: string]>([
    ['the highest severity wins', ['NOBODY/QUESTION', 'ALL_END_USERS/DEGRADED', 'ADMINISTRATORS/DEGRADED'], 'SEV2 2a'],
    ['wherever it stands', ['ALL_END_USERS/ORDERING_BLOCKED', 'NOBODY/QUESTION'], 'SEV1 1-ordering'],
    [
      'of equal severity, the first clause in the order of the policy',
      ['NOBODY/ORDER_DATA_FLOW', 'SOME_END_USERS/ORDERING_BLOCKED', 'ALL_END_USERS/DEGRADED'],
      'SEV2 2a',
    ],
    [
      'whichever impact comes first',
      ['NOBODY/ALL_ORDER_IMPORT_BLOCKED', 'ALL_END_USERS/ORDERING_BLOCKED'],
      'SEV1 1-ordering',
    ],
    ['a published clause before a house rule', ['SOME_END_USERS/DEGRADED', 'ADMINISTRATORS/DEGRADED'], 'SEV3 3a'],
    [
      'an earlier clause of lower severity is not named',
      ['NOBODY/DEGRADED', 'ADMINISTRATORS/ORDERING_BLOCKED'],
      'SEV3 gap-admin-ordering',
    ],
    ['repetition changes nothing', ['NOBODY/QUESTION', 'NOBODY/QUESTION'], 'SEV4 4'],
    [
      'a contradiction refuses all',
      ['ALL_END_USERS/ORDERING_BLOCKED', 'NOBODY/ORDERING_BLOCKED', 'NOBODY/QUESTION'],
      CONTRADICTION,
    ],
    ['no impact is refused', [], 'InvalidInput'],
  ])('%s', (_name, impacts, expected) => expect(outcomeOf(...impacts)).toBe(expected));

  it('names the contradictory pair', () => {
    expect(classify(policy, [impact('NOBODY/QUESTION'), impact('NOBODY/ORDERING_BLOCKED')])).toEqual({
      ok: false,
      refusal: { code: 'ContradictoryImpact', audience: 'NOBODY', consequence: 'ORDERING_BLOCKED' },
    });
  });

  it('names the first of several contradictory pairs, in the order of the impacts', () => {
    const onlyQuestions = { ...policy, rules: policy.rules.filter(({ clause }) => clause === '4') };
    expect(
      classify(onlyQuestions, ['NOBODY/TRAINING', 'NOBODY/ORDER_DATA_FLOW', 'NOBODY/DEGRADED'].map(impact)),
    ).toMatchObject({ refusal: { audience: 'NOBODY', consequence: 'ORDER_DATA_FLOW' } });
  });

  it('names the field where there is no impact', () => {
    expect(classify(policy, [])).toEqual({
      ok: false,
      refusal: { code: 'InvalidInput', field: 'impacts', expected: 'at least one impact' },
    });
  });

  it.each([
    ['ALL_END_USER/DEGRADED', 'AUDIENCE', 'ALL_END_USER', 'ALL_END_USERS'],
    ['ALL_END_USERS/DEGRADE', 'CONSEQUENCE', 'DEGRADE', 'DEGRADED'],
    ['SHOPPERS/OUTAGE', 'AUDIENCE', 'SHOPPERS', null],
    ['NOBODY/PRODUCTION_SYSTEM_DOWN', 'CONSEQUENCE', 'PRODUCTION_SYSTEM_DOWN', null],
    // The word for all audiences in a rule is not an audience.
    ['ANY/QUESTION', 'AUDIENCE', 'ANY', null],
    ['constructor/QUESTION', 'AUDIENCE', 'constructor', null],
  ] as const)('%s has an unknown %s, %s; the nearest is %s', (pair, kind, value, nearest) => {
    const known = codesOf(kind === 'AUDIENCE' ? policy.facts.audiences : policy.facts.consequences);
    expect(classify(policy, [impact('NOBODY/QUESTION'), impact(pair)])).toEqual({
      ok: false,
      refusal: { code: 'UnknownFact', kind, value, nearest, known },
    });
  });

  it('has the words that all policies had before each had its own', () => {
    expect(policy.facts).toEqual(FORMER_FACTS);
  });

  it('ignores notes', () => {
    const noted = { ...impact('ALL_END_USERS/DEGRADED'), note: 'ALL_ORDER_IMPORT_BLOCKED, they say' };
    expect(classify(policy, [noted])).toMatchObject({ classification: { clause: '2a' } });
  });
});
