import { describe, expect, it } from '@jest/globals';
import type { Actor } from '../../src/domain/actor';
import { clocksOf } from '../../src/domain/commitment/view';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import { decidedCycles } from '../../src/domain/ticket/cycle-outcomes';
import { foldAll } from '../../src/domain/ticket/fold';
import { allowedActions } from '../../src/domain/ticket/lifecycle';
import {
  ACKNOWLEDGE,
  AGENT,
  CIMCLOUD,
  GO_ON,
  ny,
  OTHER_AGENT,
  OUTBOUND,
  RESOLVE,
  reclassify,
  SEV1,
  SEV2,
  Story,
  WAIT,
  workaround,
} from '../support/domain';
import { CONTAINED } from '../support/impacts';

// Monday, SEV1: a response is due at 09:15 and an update at 10:00.
const OPENED = ny('2026-11-16 09:00');
const NOW = ny('2026-11-16 11:00');
const CANCEL: Command = { type: 'close', reason: 'a duplicate' };
const approve = (kind: CommitmentKind, cycle = 1, reason: string | null = null): Command => ({
  type: 'approveWaiver',
  kind,
  cycle,
  reason,
});
const reject = (kind: CommitmentKind, cycle = 1, reason = 'no one heard of it'): Command => ({
  type: 'rejectWaiver',
  kind,
  cycle,
  reason,
});
const breachOf = ({ ticket }: Story, kind: CommitmentKind, cycle = 1) =>
  ticket.cycles.find((it) => it.kind === kind && it.number === cycle)?.breach;
/** The cycles for which a waiver is proposed. */
const proposed = ({ ticket }: Story): readonly string[] =>
  ticket.cycles.flatMap(({ kind, number, breach }) =>
    breach?.proposedWaiver === undefined ? [] : [`${kind} ${number}`],
  );

describe('a late entry proposes a waiver of each breached cycle that it ends in time', () => {
  it.each<[string, typeof SEV1, readonly (readonly [Command, string])[], string, readonly string[]]>([
    ['an acknowledgement before the due instant', SEV1, [[ACKNOWLEDGE, '09:10']], '11:00', ['RESPONSE 1']],
    ['at the due instant', SEV1, [[ACKNOWLEDGE, '09:15']], '11:00', ['RESPONSE 1']],
    ['a millisecond after it: none', SEV1, [[ACKNOWLEDGE, '09:15:00.001']], '11:00', []],
    ['an outbound message before both', SEV1, [[OUTBOUND, '09:15']], '11:00', ['RESPONSE 1', 'UPDATE 1']],
    ['an outbound message before the second', SEV1, [[OUTBOUND, '09:16']], '11:00', ['UPDATE 1']],
    [
      'a workaround that supersedes the cycle before it was due',
      SEV1,
      [[workaround(CONTAINED), '09:12']],
      '11:00',
      ['RESPONSE 1', 'UPDATE 1'],
    ],
    // Due again at 10:16, which is breached as well: not in the past of the entry.
    ['a resolution', SEV1, [[RESOLVE, '09:59']], '11:00', ['UPDATE 1']],
    ['a closing without a resolution', SEV1, [[CANCEL, '09:59']], '11:00', ['UPDATE 1']],
    ['a raise before the cycle was due', SEV2, [[reclassify(SEV1), '12:00']], '14:00', ['RESPONSE 1']],
    // SEV2, response due at 13:00; the raise at 12:50 makes it 13:05, which is later.
    ['a raise that would postpone: none', SEV2, [[reclassify(SEV1), '12:50']], '14:00', []],
    ['none where nothing was breached', SEV2, [[ACKNOWLEDGE, '10:00']], '11:00', []],
  ])('%s', (_, impacts, entries, now, expected) => {
    const story = new Story(impacts, OPENED);
    for (const [command, at] of entries) {
      expect(story.late(command, ny(`2026-11-16 ${at}`), ny(`2026-11-16 ${now}`)).refusal).toBeNull();
    }
    expect(proposed(story)).toEqual(expected);
    expect(clocksOf(story.ticket, CIMCLOUD).hasProposedWaiver).toBe(expected.length > 0);
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('with the event as evidence', () => {
    const story = new Story(SEV1, OPENED);
    story.late(ACKNOWLEDGE, ny('2026-11-16 09:10'), NOW);
    // After SUBMITTED, two marks and two breaches.
    expect(story.events[5]).toMatchObject({
      number: 6,
      type: 'ACKNOWLEDGED',
      effects: { proposedWaivers: [{ kind: 'RESPONSE', cycle: 1 }] },
    });
    expect(breachOf(story, 'RESPONSE')).toEqual({
      at: ny('2026-11-16 09:15'),
      detectedAt: NOW,
      cause: 'DUE',
      severity: 'SEV1',
      proposedWaiver: { at: ny('2026-11-16 09:10'), by: AGENT, evidence: 6, reason: 'The client phoned' },
    });
  });

  it('a late pause: when the cycle ends in time, as its due instant is known then', () => {
    // SEV2: an update is due on Tuesday at 09:00; a pause of two hours makes it 11:00.
    const paused = (sentAt: string) => {
      const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED);
      const now = ny('2026-11-17 10:00');
      story.late(WAIT, ny('2026-11-16 10:00'), now);
      story.late(GO_ON, ny('2026-11-16 12:00'), now);
      expect(proposed(story)).toEqual([]);
      story.pass(ny(sentAt));
      story.try(OUTBOUND, ny(sentAt));
      return story;
    };
    expect(proposed(paused('2026-11-17 11:00'))).toEqual(['UPDATE 1']);
    expect(proposed(paused('2026-11-17 11:00:00.001'))).toEqual([]);
    expect(breachOf(paused('2026-11-17 10:30'), 'UPDATE')?.proposedWaiver).toMatchObject({ reason: null });
  });

  it('a late pause that still lasts: the cycle ends in time', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED);
    story.late(WAIT, ny('2026-11-16 10:00'), ny('2026-11-17 10:00'));
    story.do(RESOLVE, ny('2026-11-20 10:00'));
    expect(proposed(story)).toEqual(['UPDATE 1']);
  });

  it('none for a breach that is waived', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED);
    const now = ny('2026-11-17 10:00');
    story.late(WAIT, ny('2026-11-16 10:00'), now);
    story.late(GO_ON, ny('2026-11-16 12:00'), now);
    story.do({ type: 'waiveBreach', kind: 'UPDATE', cycle: 1, reason: 'r' }, now);
    story.do(OUTBOUND, ny('2026-11-17 10:30'));
    expect(proposed(story)).toEqual([]);
  });
});

describe('a proposed waiver', () => {
  const story = (): Story => {
    const made = new Story(SEV1, OPENED);
    made.late(OUTBOUND, ny('2026-11-16 09:10'), NOW);
    return made;
  };
  const outcomeOf = ({ ticket, events }: Story, from: number) =>
    decidedCycles(ticket, events.slice(from)).map(({ kind, isWaived, isWaiverProposed }) => [
      kind,
      isWaived,
      isWaiverProposed,
    ]);

  it('is approved by another agent, and then is a waiver with the evidence', () => {
    const made = story();
    const { refusal } = made.try(approve('RESPONSE'), NOW, AGENT);
    expect(refusal).toEqual({ code: 'ApproverIsWitness', commitment: 'RESPONSE', cycle: 1, evidence: 6 });
    const from = made.events.length;
    expect(made.try(approve('RESPONSE'), NOW, OTHER_AGENT).refusal).toBeNull();
    expect(breachOf(made, 'RESPONSE')).toEqual({
      at: ny('2026-11-16 09:15'),
      detectedAt: NOW,
      cause: 'DUE',
      severity: 'SEV1',
      waiver: { at: NOW, by: OTHER_AGENT, reason: 'The client phoned', evidence: 6 },
    });
    expect(made.events.at(-1)).toMatchObject({ type: 'WAIVER_APPROVED', kind: 'RESPONSE', cycle: 1 });
    expect(outcomeOf(made, from)).toEqual([['RESPONSE', true, false]]);
    expect(proposed(made)).toEqual(['UPDATE 1']);
    expect(made.try(approve('RESPONSE'), NOW, OTHER_AGENT).refusal).toMatchObject({ code: 'AlreadyWaived' });
    expect(made.try(reject('RESPONSE'), NOW, OTHER_AGENT).refusal).toMatchObject({ code: 'AlreadyWaived' });
    expect(foldAll(made.events)).toEqual(made.ticket);
  });

  it('is approved with a reason of its own, or with one that names the evidence', () => {
    const made = story();
    made.try(approve('RESPONSE', 1, 'I heard the call'), NOW, OTHER_AGENT);
    expect(breachOf(made, 'RESPONSE')?.waiver?.reason).toBe('I heard the call');
    const unsaid = new Story(SEV1, OPENED);
    unsaid.late(ACKNOWLEDGE, ny('2026-11-16 09:14'), ny('2026-11-16 09:20'), { reason: null });
    unsaid.try(approve('RESPONSE'), NOW, OTHER_AGENT);
    expect(breachOf(unsaid, 'RESPONSE')?.waiver?.reason).toBe('Event 4 shows that the deadline was met.');
  });

  it('is rejected by another agent, with a reason, and the breach counts', () => {
    const made = story();
    expect(made.try(reject('UPDATE', 1, ' '), NOW, OTHER_AGENT).refusal).toMatchObject({
      code: 'InvalidInput',
      field: 'reason',
    });
    const from = made.events.length;
    expect(made.try(reject('UPDATE'), NOW, AGENT).refusal).toMatchObject({ code: 'ApproverIsWitness' });
    expect(made.try(reject('UPDATE'), NOW, OTHER_AGENT).refusal).toBeNull();
    expect(breachOf(made, 'UPDATE')).toMatchObject({
      rejectedWaiver: { at: NOW, by: OTHER_AGENT, reason: 'no one heard of it', evidence: 6 },
    });
    expect(breachOf(made, 'UPDATE')).not.toHaveProperty('proposedWaiver');
    expect(outcomeOf(made, from)).toEqual([['UPDATE', false, false]]);
    expect(made.try(approve('UPDATE'), NOW, OTHER_AGENT).refusal).toEqual({ code: 'NoWaiverProposed' });
    expect(made.try(approve('UPDATE', 9), NOW, OTHER_AGENT).refusal).toMatchObject({ code: 'NoSuchBreach' });
    expect(foldAll(made.events)).toEqual(made.ticket);
  });

  it('ends with a waiver that needs no evidence', () => {
    const made = story();
    made.do({ type: 'waiveBreach', kind: 'RESPONSE', cycle: 1, reason: 'agreed' }, NOW);
    expect(breachOf(made, 'RESPONSE')).not.toHaveProperty('proposedWaiver');
    expect(proposed(made)).toEqual(['UPDATE 1']);
  });

  it('can be decided in every state, and the actions say by whom', () => {
    const closed = story().do(CANCEL, NOW);
    const may = (actor: Actor) =>
      allowedActions({ ticket: closed.ticket, policy: CIMCLOUD, at: NOW, actor })
        .filter(({ allowed }) => allowed)
        .map(({ command }) => command);
    expect(may(AGENT)).toEqual(['addNote', 'updateTicket', 'waiveBreach']);
    expect(may(OTHER_AGENT)).toEqual(['addNote', 'updateTicket', 'waiveBreach', 'approveWaiver', 'rejectWaiver']);
    expect(closed.try(approve('RESPONSE'), NOW, OTHER_AGENT).refusal).toBeNull();
    expect(closed.ticket.state).toBe('closed');
  });
});
