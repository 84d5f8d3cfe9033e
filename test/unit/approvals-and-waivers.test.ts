import { describe, expect, it } from '@jest/globals';
import type { Actor } from '../../src/domain/actor';
import { breachedCycles } from '../../src/domain/commitment/view';
import type { Command } from '../../src/domain/ticket/commands';
import { foldAll } from '../../src/domain/ticket/fold';
import { allowedActions } from '../../src/domain/ticket/lifecycle';
import { IMPORTER } from '../support/actors';
import {
  ACKNOWLEDGE,
  AGENT,
  CIMCLOUD,
  ny,
  OTHER_AGENT,
  OUTBOUND,
  policyWith,
  REOPEN,
  RESOLVE,
  reclassify,
  SEV2,
  SEV3,
  SEV4,
  Story,
  workaround,
} from '../support/domain';

const OPENED = ny('2026-11-16 09:00');
const NOON = ny('2026-11-16 12:00');
const LATER = ny('2026-11-16 14:00');

const LOWER: Command = { type: 'reclassify', override: { severity: 'SEV4', reason: 'one shopper, once' } };
const APPROVE: Command = { type: 'approveOverride', reason: null };
const REJECT: Command = { type: 'rejectOverride', reason: 'two more called' };
const waive = (kind: 'RESPONSE' | 'UPDATE' | 'RESOLUTION', cycle = 1, reason = 'the client was away'): Command => ({
  type: 'waiveBreach',
  kind,
  cycle,
  reason,
});

const proposed = () => new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED).do(LOWER, NOON);

describe('an override downward', () => {
  it('is proposed, and changes nothing yet', () => {
    const story = proposed();
    expect(story.ticket).toMatchObject({
      severity: 'SEV2',
      override: null,
      severityChanges: [],
      proposal: { severity: 'SEV4', isOverride: true, reason: 'one shopper, once', at: NOON, by: AGENT },
    });
    expect(story.events.at(-1)).toMatchObject({ type: 'OVERRIDE_PROPOSED', at: NOON, actor: AGENT });
    expect(story.ticket.cycles.every(({ severity }) => severity === 'SEV2')).toBe(true);
  });

  it('takes effect at the approval, like a lowering made then', () => {
    const story = proposed();
    expect(story.try(APPROVE, LATER, OTHER_AGENT).refusal).toBeNull();
    expect(story.ticket).toMatchObject({
      severity: 'SEV4',
      proposal: null,
      clause: '2b',
      override: { severity: 'SEV4', reason: 'one shopper, once', at: NOON, by: AGENT, approvedBy: OTHER_AGENT },
      severityChanges: [{ from: 'SEV2', to: 'SEV4', at: LATER, by: OTHER_AGENT, cause: 'OVERRIDDEN' }],
    });
    expect(story.events.at(-1)).toMatchObject({
      type: 'OVERRIDE_APPROVED',
      reason: 'one shopper, once',
      actor: OTHER_AGENT,
    });
    const running = story.ticket.cycles.findLast(({ kind }) => kind === 'RESOLUTION');
    expect(running).toMatchObject({ severity: 'SEV4', startedAt: OPENED, appliesFrom: LATER });
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('cannot be approved by its proposer, who may withdraw it', () => {
    const story = proposed();
    expect(story.try(APPROVE, LATER, { ...AGENT, name: 'Ada, elsewhere' }).refusal).toEqual({
      code: 'ApproverIsProposer',
      proposedAt: NOON,
    });
    expect(story.ticket.severity).toBe('SEV2');
    const action = (actor: Actor) =>
      allowedActions({ ticket: story.ticket, policy: CIMCLOUD, at: LATER, actor }).find(
        ({ command }) => command === 'approveOverride',
      );
    expect([action(AGENT)?.allowed, action(OTHER_AGENT)?.allowed]).toEqual([false, true]);
    expect(story.try(REJECT, LATER, AGENT).refusal).toBeNull();
    expect(story.ticket).toMatchObject({ severity: 'SEV2', proposal: null, override: null });
  });

  it('is rejected with a reason, and records who rejected it', () => {
    const story = proposed();
    expect(story.try({ type: 'rejectOverride', reason: ' ' }, LATER, OTHER_AGENT).refusal).toMatchObject({
      code: 'InvalidInput',
      field: 'reason',
    });
    story.try(REJECT, LATER, OTHER_AGENT);
    expect(story.events.at(-1)).toMatchObject({
      type: 'OVERRIDE_REJECTED',
      actor: OTHER_AGENT,
      reason: 'two more called',
      proposal: { by: AGENT, severity: 'SEV4' },
    });
    expect(story.try(APPROVE, LATER, OTHER_AGENT).refusal).toEqual({ code: 'NothingProposed' });
  });

  it.each([
    ['new impacts', reclassify(SEV3)],
    ['an override upward', { type: 'reclassify', override: { severity: 'SEV1', reason: 'all of them' } }],
    ['a workaround', workaround(SEV4)],
    ['resolution', RESOLVE],
    ['closing', { type: 'close', reason: 'a duplicate' }],
  ] as const)('ends with %s', (_, command) => {
    const story = proposed().do(command as Command, LATER);
    expect(story.ticket.proposal).toBeNull();
  });

  it('replaces an earlier proposal', () => {
    const story = proposed();
    story.try({ type: 'reclassify', override: { severity: 'SEV3', reason: 'half of it' } }, LATER, OTHER_AGENT);
    expect(story.ticket.proposal).toMatchObject({ severity: 'SEV3', by: OTHER_AGENT });
    expect(story.try(APPROVE, LATER, OTHER_AGENT).refusal?.code).toBe('ApproverIsProposer');
    expect(story.try(APPROVE, LATER, AGENT).refusal).toBeNull();
    expect(story.ticket.severity).toBe('SEV3');
  });

  it('stays proposed during other commands, and cannot be approved once the ticket is resolved', () => {
    const story = proposed().do(OUTBOUND, LATER).do({ type: 'startWaiting', reason: 'CLIENT' }, LATER);
    expect(story.ticket.proposal).not.toBeNull();
    story.do(RESOLVE, LATER).do(REOPEN, LATER);
    expect(story.try(APPROVE, LATER, OTHER_AGENT).refusal).toEqual({ code: 'NothingProposed' });
  });

  it('counts as a reclassification after a workaround that is still applied', () => {
    const story = new Story(SEV2, OPENED).do(workaround(SEV3), OPENED).do(LOWER, NOON);
    story.try(APPROVE, LATER, OTHER_AGENT);
    const refusal = story.try({ type: 'withdrawWorkaround', reason: null }, LATER, OTHER_AGENT).refusal;
    expect(refusal?.code).toBe('ReclassifiedSinceWorkaround');
  });
});

describe('the policy decides what needs approval', () => {
  const opened = (loweringApproval: 'OVERRIDES' | 'ALWAYS' | 'NEVER') =>
    new Story(SEV2, OPENED, policyWith({ loweringApproval }));

  it.each([
    ['OVERRIDES', LOWER, 'SEV2'],
    ['OVERRIDES', reclassify(SEV3), 'SEV3'],
    ['ALWAYS', LOWER, 'SEV2'],
    ['ALWAYS', reclassify(SEV3, 'it is better'), 'SEV2'],
    ['NEVER', LOWER, 'SEV4'],
    ['NEVER', reclassify(SEV3), 'SEV3'],
  ] as const)('%s', (setting, command, severity) => {
    const { ticket } = opened(setting).do(command, NOON);
    expect(ticket.severity).toBe(severity);
    expect(ticket.proposal === null).toBe(severity !== 'SEV2');
  });

  it('changes the impacts at their approval, and the severity with them', () => {
    const story = opened('ALWAYS').do(reclassify(SEV3, 'it is better'), NOON);
    expect(story.ticket.impacts).toEqual(SEV2);
    story.try(APPROVE, LATER, OTHER_AGENT);
    expect(story.ticket).toMatchObject({ severity: 'SEV3', clause: '3a', impacts: SEV3, override: null });
    expect(story.ticket.severityChanges).toMatchObject([{ cause: 'RECLASSIFIED', by: OTHER_AGENT }]);
  });

  it.each([null, '', ' ', '\u200b', '\u00ad \u2060'])('requires a reason for a lowering: %j is refused', (reason) => {
    const { refusal } = opened('ALWAYS').try(reclassify(SEV3, reason), NOON);
    expect(refusal).toMatchObject({ code: 'InvalidInput', field: 'reason' });
    expect(opened('OVERRIDES').try(reclassify(SEV3, reason), NOON).refusal).toBeNull();
  });

  it('needs no approval for what an import records', () => {
    const story = opened('ALWAYS');
    expect(story.try(reclassify(SEV3), NOON, IMPORTER).refusal).toBeNull();
    expect(story.ticket).toMatchObject({ severity: 'SEV3', proposal: null });
    expect(story.try(LOWER, LATER, IMPORTER).refusal).toBeNull();
    expect(story.ticket).toMatchObject({ severity: 'SEV4', proposal: null });
  });

  it('needs no approval for a raise, nor for new impacts of the same severity', () => {
    const same = opened('ALWAYS').do(reclassify([...SEV2, ...SEV4]), NOON);
    expect(same.ticket).toMatchObject({ proposal: null, impacts: [...SEV2, ...SEV4] });
  });
});

describe('waiving a breach', () => {
  const late = () => new Story(SEV2, OPENED).do(ACKNOWLEDGE, ny('2026-11-16 13:00') + 1);

  it('keeps the breach and records who waived it and why', () => {
    const story = late();
    expect(story.try(waive('RESPONSE'), LATER, OTHER_AGENT).refusal).toBeNull();
    const [view] = breachedCycles(story.ticket, CIMCLOUD, LATER);
    expect(view).toMatchObject({
      status: 'FULFILLED_LATE',
      breach: {
        at: ny('2026-11-16 13:00'),
        severity: 'SEV2',
        waiver: { at: LATER, by: OTHER_AGENT, reason: 'the client was away' },
      },
    });
    expect(story.events.at(-1)).toMatchObject({
      type: 'BREACH_WAIVED',
      kind: 'RESPONSE',
      cycle: 1,
      actor: OTHER_AGENT,
    });
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it.each([
    ['no such cycle', waive('RESPONSE', 2), { code: 'NoSuchBreach', commitment: 'RESPONSE', cycle: 2 }],
    ['not breached', waive('UPDATE'), { code: 'NoSuchBreach', commitment: 'UPDATE', cycle: 1 }],
    ['without a reason', waive('RESPONSE', 1, ' '), { code: 'InvalidInput', field: 'reason' }],
  ])('is refused: %s', (_, command, refusal) => {
    const story = late();
    const { ticket } = story;
    expect(story.try(command, LATER, OTHER_AGENT).refusal).toMatchObject(refusal);
    expect(story.ticket).toEqual(ticket);
  });

  it('is refused the second time', () => {
    const story = late();
    story.try(waive('RESPONSE'), LATER, OTHER_AGENT);
    expect(story.try(waive('RESPONSE'), LATER, AGENT).refusal).toEqual({
      code: 'AlreadyWaived',
      commitment: 'RESPONSE',
      cycle: 1,
      waivedAt: LATER,
    });
  });

  it('is possible in every state, also closed, and for a breach that is only now detected', () => {
    const closed = late().do({ type: 'close', reason: 'a duplicate' }, LATER);
    expect(closed.try(waive('RESPONSE'), LATER, OTHER_AGENT).refusal).toBeNull();
    expect(closed.ticket.state).toBe('closed');
    const overdue = new Story(SEV2, OPENED);
    expect(overdue.try(waive('RESPONSE'), LATER, OTHER_AGENT).refusal).toBeNull();
    expect(overdue.events.map(({ type }) => type)).toEqual([
      'SUBMITTED',
      'MARK_REACHED',
      'COMMITMENT_BREACHED',
      'BREACH_WAIVED',
    ]);
    // A breached cycle stays open until it is fulfilled, waived or not.
    expect(overdue.ticket.cycles[0]?.end).toBeNull();
  });
});
