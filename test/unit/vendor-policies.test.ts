import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import { clocksOf, viewCommitment } from '../../src/domain/commitment/view';
import type { Impact } from '../../src/domain/impact';
import { toIso } from '../../src/domain/instant';
import { classify } from '../../src/domain/policy/classify';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import { COMMITMENT_KINDS, type Policy, targetOf } from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';
import type { Command } from '../../src/domain/ticket/commands';
import { decidedCycles } from '../../src/domain/ticket/cycle-outcomes';
import { letPass } from '../../src/domain/ticket/decide';
import { Story } from '../support/domain';

/** The policies of two further vendors, by their published tables. */

const policyOf = (name: string): Policy => {
  const fileName = join(__dirname, '../../policies', `${name}.yaml`);
  return compilePolicy(parsePolicy(readFileSync(fileName, 'utf8'), { fileName }), 1);
};
const AWS = policyOf('aws-support');
const GITLAB = policyOf('gitlab-support');

const impact = (pair: string): Impact => {
  const [audience = '', consequence = ''] = pair.split('/');
  return { audience, consequence, note: null };
};
const impacts = (...pairs: string[]): readonly Impact[] => pairs.map(impact);

const outcomeOf = (policy: Policy, pairs: readonly string[]): string => {
  const outcome = classify(policy, pairs.map(impact));
  if (outcome.ok) return `${outcome.classification.severity} ${outcome.classification.clause}`;
  const { refusal } = outcome;
  return refusal.code === 'UnknownFact' ? `${refusal.code}: ${refusal.nearest}` : refusal.code;
};

const at = (iso: string): number => Date.parse(iso);

/** The response of a ticket: severity, status, due instant. */
function responseOf(story: Story, iso: string): string {
  const { ticket, policy } = story;
  const view = viewCommitment(ticket, policy, 'RESPONSE', at(iso));
  return `${ticket.severity} ${view?.status ?? 'none'} ${view?.dueAt == null ? '-' : toIso(view.dueAt)}`;
}

const workaround = (...pairs: string[]): Command => ({
  type: 'applyWorkaround',
  description: 'A way around it',
  remaining: impacts(...pairs),
});
const reclassify = (...pairs: string[]): Command => ({
  type: 'reclassify',
  impacts: impacts(...pairs),
  reason: null,
});
const ACKNOWLEDGE: Command = { type: 'acknowledge' };
const RESOLVE: Command = { type: 'resolve', resolution: 'Removed the cause' };
const OUTBOUND: Command = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'We work on it' };

describe('AWS Support', () => {
  it.each<[severity: Severity, response: string]>([
    ['SEV1', '15 MINUTES roundTheClock PUBLISHED'],
    ['SEV2', '1 HOURS roundTheClock PUBLISHED'],
    ['SEV3', '4 HOURS roundTheClock PUBLISHED'],
    ['SEV4', '12 HOURS roundTheClock PUBLISHED'],
    ['SEV5', '24 HOURS roundTheClock PUBLISHED'],
  ])('promises a first response at %s, and nothing else: %s', (severity, response) => {
    const target = targetOf(AWS, severity, 'RESPONSE');
    expect(`${target?.span?.amount} ${target?.span?.unit} ${target?.span?.calendar} ${target?.basis}`).toBe(response);
    expect(COMMITMENT_KINDS.filter((kind) => targetOf(AWS, severity, kind) !== null)).toEqual(['RESPONSE']);
  });

  it.each<[pairs: string[], expected: string]>([
    [['ENTERPRISE_PLAN/CRITICAL_FUNCTIONS_UNAVAILABLE'], 'SEV1 business-critical-down'],
    [['BUSINESS_PLAN/CRITICAL_FUNCTIONS_UNAVAILABLE'], 'SEV2 critical-on-business-plan'],
    [['ENTERPRISE_PLAN/IMPORTANT_FUNCTIONS_UNAVAILABLE'], 'SEV2 production-down'],
    [['BUSINESS_PLAN/IMPORTANT_FUNCTIONS_UNAVAILABLE'], 'SEV2 production-down'],
    [['ENTERPRISE_PLAN/IMPORTANT_FUNCTIONS_IMPAIRED'], 'SEV3 production-impaired'],
    [['BUSINESS_PLAN/IMPORTANT_FUNCTIONS_IMPAIRED'], 'SEV3 production-impaired'],
    [['ENTERPRISE_PLAN/NON_CRITICAL_FUNCTIONS_ABNORMAL'], 'SEV4 system-impaired'],
    [['BUSINESS_PLAN/NON_CRITICAL_FUNCTIONS_ABNORMAL'], 'SEV4 system-impaired'],
    [['BUSINESS_PLAN/URGENT_DEVELOPMENT_QUESTION'], 'SEV4 system-impaired'],
    [['ENTERPRISE_PLAN/DEVELOPMENT_QUESTION'], 'SEV5 general-guidance'],
    [['BUSINESS_PLAN/DEVELOPMENT_QUESTION'], 'SEV5 general-guidance'],
    [['BUSINESS_PLAN/FEATURE_REQUEST'], 'SEV5 general-guidance'],
    [['BUSINESS_PLAN/FEATURE_REQUEST', 'BUSINESS_PLAN/IMPORTANT_FUNCTIONS_IMPAIRED'], 'SEV3 production-impaired'],
    [
      ['BUSINESS_PLAN/CRITICAL_FUNCTIONS_UNAVAILABLE', 'ENTERPRISE_PLAN/IMPORTANT_FUNCTIONS_UNAVAILABLE'],
      'SEV2 production-down',
    ],
    [['ALL_END_USERS/ORDERING_BLOCKED'], 'UnknownFact: null'],
    [['ENTERPRISE_PLAN/CRITICAL_FUNCTION_UNAVAILABLE'], 'UnknownFact: CRITICAL_FUNCTIONS_UNAVAILABLE'],
    [['ENTERPRISE_PLANS/FEATURE_REQUEST'], 'UnknownFact: ENTERPRISE_PLAN'],
    [[], 'InvalidInput'],
  ])('%j: %s', (pairs, expected) => expect(outcomeOf(AWS, pairs)).toBe(expected));

  it("counts a ticket's response round the clock, and has no other clock in all its life", () => {
    // A Saturday night.
    const story = new Story(impacts('ENTERPRISE_PLAN/CRITICAL_FUNCTIONS_UNAVAILABLE'), at('2026-12-05T23:50:00Z'), AWS);
    expect(responseOf(story, '2026-12-05T23:50:00Z')).toBe('SEV1 RUNNING 2026-12-06T00:05:00.000Z');
    // The workaround is an answer in time: 12 minutes.
    story.do(workaround('ENTERPRISE_PLAN/IMPORTANT_FUNCTIONS_IMPAIRED'), at('2026-12-06T00:02:00Z'));
    expect(responseOf(story, '2026-12-06T00:02:00Z')).toBe('SEV3 FULFILLED 2026-12-06T00:05:00.000Z');
    story.do(OUTBOUND, at('2026-12-06T08:00:00Z')).do(RESOLVE, at('2026-12-08T08:00:00Z'));
    story.do({ type: 'reopen', reason: 'It is back' }, at('2026-12-09T08:00:00Z'));
    expect(story.ticket.cycles.map(({ kind }) => kind)).toEqual(['RESPONSE']);
    const { commitments, dueAt, isBreached } = clocksOf(story.ticket, AWS);
    expect(commitments.UPDATE).toEqual({ status: null, dueAt: null, atRiskAt: null });
    expect([dueAt, isBreached]).toEqual([null, false]);
    expect(
      story.ticket.severityChanges.map(({ deadlineBefore, deadlineAfter }) => [deadlineBefore, deadlineAfter]),
    ).toEqual([[null, null]]);
    // Reports count the one response and nothing else.
    expect(decidedCycles(story.ticket, story.events).map(({ kind, breachSeverity }) => [kind, breachSeverity])).toEqual(
      [['RESPONSE', null]],
    );
  });

  it('records a late response as the only breach', () => {
    const story = new Story(impacts('BUSINESS_PLAN/IMPORTANT_FUNCTIONS_UNAVAILABLE'), at('2026-12-05T23:50:00Z'), AWS);
    const passed = letPass(story.ticket, at('2026-12-25T00:00:00Z'), AWS);
    expect(passed.events.map(({ type, at: when }) => [type, toIso(when)])).toEqual([
      ['MARK_REACHED', '2026-12-06T00:35:00.000Z'],
      ['COMMITMENT_BREACHED', '2026-12-06T00:50:00.000Z'],
    ]);
  });

  it('carries the response through changes of severity', () => {
    const story = new Story(impacts('BUSINESS_PLAN/DEVELOPMENT_QUESTION'), at('2026-12-07T10:00:00Z'), AWS);
    expect(responseOf(story, '2026-12-07T10:00:00Z')).toBe('SEV5 RUNNING 2026-12-08T10:00:00.000Z');
    story.do(reclassify('BUSINESS_PLAN/IMPORTANT_FUNCTIONS_IMPAIRED'), at('2026-12-07T11:00:00Z'));
    expect(responseOf(story, '2026-12-07T11:00:00Z')).toBe('SEV3 RUNNING 2026-12-07T15:00:00.000Z');
    story.do(reclassify('BUSINESS_PLAN/URGENT_DEVELOPMENT_QUESTION'), at('2026-12-07T12:00:00Z'));
    // Lowered: the new target counts from the same start as the running cycle.
    expect(responseOf(story, '2026-12-07T12:00:00Z')).toBe('SEV4 RUNNING 2026-12-07T23:00:00.000Z');
    story.do(ACKNOWLEDGE, at('2026-12-07T13:00:00Z'));
    expect(responseOf(story, '2026-12-07T13:00:00Z')).toBe('SEV4 FULFILLED 2026-12-07T23:00:00.000Z');
  });
});

describe('GitLab Support', () => {
  it.each<[severity: Severity, response: string]>([
    ['SEV1', '30 MINUTES roundTheClock PUBLISHED'],
    ['SEV2', '4 HOURS weekdays PUBLISHED'],
    ['SEV3', '8 HOURS weekdays PUBLISHED'],
    ['SEV4', '24 HOURS weekdays PUBLISHED'],
  ])('promises a first response at %s, and nothing else: %s', (severity, response) => {
    const target = targetOf(GITLAB, severity, 'RESPONSE');
    expect(`${target?.span?.amount} ${target?.span?.unit} ${target?.span?.calendar} ${target?.basis}`).toBe(response);
    expect(COMMITMENT_KINDS.filter((kind) => targetOf(GITLAB, severity, kind) !== null)).toEqual(['RESPONSE']);
  });

  it.each<[pairs: string[], expected: string]>([
    [['PRODUCTION/UNAVAILABLE'], 'SEV1 severity-1'],
    [['PRODUCTION/UNAVAILABLE_WITH_WORKAROUND'], 'SEV2 severity-1-workaround'],
    [['PRODUCTION/FEATURES_UNAVAILABLE'], 'SEV2 severity-2'],
    [['PRODUCTION/FEATURES_WITH_WORKAROUND'], 'SEV3 severity-3'],
    [['NON_PRODUCTION/UNAVAILABLE'], 'SEV2 unavailable-elsewhere'],
    [['NON_PRODUCTION/UNAVAILABLE_WITH_WORKAROUND'], 'SEV3 unavailable-elsewhere-workaround'],
    [['NON_PRODUCTION/FEATURES_UNAVAILABLE'], 'SEV2 severity-2-elsewhere'],
    [['NON_PRODUCTION/FEATURES_WITH_WORKAROUND'], 'SEV3 severity-3-elsewhere'],
    [['PRODUCTION/FEATURES_SLOW'], 'SEV3 somewhat-slow'],
    [['NON_PRODUCTION/FEATURES_SLOW'], 'SEV3 somewhat-slow'],
    [['PRODUCTION/QUESTION'], 'SEV4 severity-4'],
    [['NOBODY/QUESTION'], 'SEV4 severity-4'],
    [['NOBODY/DOCUMENTATION'], 'SEV4 severity-4'],
    [['NON_PRODUCTION/ENHANCEMENT'], 'SEV4 severity-4'],
    [['NOBODY/FEATURES_WITH_WORKAROUND'], 'SEV4 contained'],
    [['NOBODY/QUESTION', 'PRODUCTION/FEATURES_UNAVAILABLE'], 'SEV2 severity-2'],
    [['PRODUCTION/FEATURES_UNAVAILABLE', 'PRODUCTION/UNAVAILABLE_WITH_WORKAROUND'], 'SEV2 severity-1-workaround'],
    [['NOBODY/UNAVAILABLE'], 'ContradictoryImpact'],
    [['PRODUCTON/UNAVAILABLE'], 'UnknownFact: PRODUCTION'],
    [['PRODUCTION/DEGRADED'], 'UnknownFact: null'],
  ])('%j: %s', (pairs, expected) => expect(outcomeOf(GITLAB, pairs)).toBe(expected));

  it('counts the most urgent level at any hour, the others on five whole days', () => {
    const saturday = '2026-12-05T10:00:00Z';
    const urgent = new Story(impacts('PRODUCTION/UNAVAILABLE'), at(saturday), GITLAB);
    expect(responseOf(urgent, saturday)).toBe('SEV1 RUNNING 2026-12-05T10:30:00.000Z');
    const normal = new Story(impacts('PRODUCTION/FEATURES_WITH_WORKAROUND'), at(saturday), GITLAB);
    expect(responseOf(normal, saturday)).toBe('SEV3 RUNNING 2026-12-07T08:00:00.000Z');
    const friday = '2026-12-04T22:00:00Z';
    const low = new Story(impacts('NOBODY/QUESTION'), at(friday), GITLAB);
    expect(responseOf(low, friday)).toBe('SEV4 RUNNING 2026-12-07T22:00:00.000Z');
  });

  it('lowers the severity by the facts that remain', () => {
    const opened = '2026-12-07T09:00:00Z';
    const story = new Story(impacts('PRODUCTION/UNAVAILABLE'), at(opened), GITLAB);
    const refused = story.try(workaround('PRODUCTION/UNAVAILABLE'), at('2026-12-07T09:10:00Z'));
    expect(refused.refusal).toEqual({ code: 'SeverityNotLowered', before: 'SEV1', after: 'SEV1' });
    story.do(workaround('PRODUCTION/UNAVAILABLE_WITH_WORKAROUND'), at('2026-12-07T09:20:00Z'));
    expect(responseOf(story, '2026-12-07T09:20:00Z')).toBe('SEV2 FULFILLED 2026-12-07T09:30:00.000Z');
    story.do({ type: 'withdrawWorkaround', reason: 'It failed' }, at('2026-12-07T10:00:00Z'));
    expect([story.ticket.severity, story.ticket.state, story.ticket.cycles.length]).toEqual(['SEV1', 'open', 1]);
    story.do(workaround('PRODUCTION/FEATURES_WITH_WORKAROUND'), at('2026-12-07T11:00:00Z'));
    expect(story.ticket.severity).toBe('SEV3');
  });
});
