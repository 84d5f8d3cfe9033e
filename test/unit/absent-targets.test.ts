import { describe, expect, it } from '@jest/globals';
import { clocksOf } from '../../src/domain/commitment/view';
import type { CommitmentKind, Policy } from '../../src/domain/policy/policy';
import { decidedCycles } from '../../src/domain/ticket/cycle-outcomes';
import type { Evidence } from '../../src/domain/ticket/decide';
import { fold } from '../../src/domain/ticket/fold';
import {
  ACKNOWLEDGE,
  cyclesOf,
  inNy,
  ny,
  OUTBOUND,
  policyWith,
  REOPEN,
  RESOLVE,
  reclassify,
  SEV1,
  SEV2,
  SEV3,
  SEV4,
  Story,
  WAIT,
  WITHDRAW,
  workaround,
} from '../support/domain';
import { severitiesWith } from '../support/policies';

// A policy that does not promise a commitment at some severity. The instants were counted by hand:
// Monday 2026-11-16, New York, 08:00–17:00.

const OPENED = ny('2026-11-16 09:00');
const LATER = ny('2026-11-16 13:00');

const without = (severity: 'SEV1' | 'SEV2' | 'SEV3' | 'SEV4', kind: CommitmentKind): Policy =>
  policyWith({ severities: severitiesWith(severity, kind, null) });

describe('a commitment that the policy does not promise', () => {
  it.each(['RESPONSE', 'UPDATE', 'RESOLUTION'] as const)('%s has no cycle in the life of a ticket', (kind) => {
    const story = new Story(SEV2, OPENED, without('SEV2', kind))
      .do(ACKNOWLEDGE, ny('2026-11-16 10:00'))
      .do(OUTBOUND, ny('2026-11-16 11:00'))
      .do(WAIT, ny('2026-11-16 12:00'))
      .do(RESOLVE, ny('2026-11-18 12:00'))
      .do(REOPEN, ny('2026-11-19 12:00'));
    expect(cyclesOf(story, kind, LATER)).toEqual([]);
    expect(clocksOf(story.ticket, story.policy).commitments[kind]).toEqual({
      status: null,
      dueAt: null,
      atRiskAt: null,
    });
    expect(decidedCycles(story.ticket, story.events).some((cycle) => cycle.kind === kind)).toBe(false);
    expect(story.events.some((event) => 'kind' in event && event.kind === kind)).toBe(false);
  });

  it('is not one for which an imported history has no evidence', () => {
    const evidence: Evidence = { notMeasured: ['UPDATE'], observedUntil: null };
    const statusUnder = (policy: Policy) =>
      clocksOf(new Story(SEV2, OPENED, policy, evidence).ticket, policy).commitments.UPDATE.status;
    expect([statusUnder(without('SEV2', 'UPDATE')), statusUnder(without('SEV3', 'UPDATE'))]).toEqual([
      null,
      'NOT_MEASURED',
    ]);
  });

  it('differs from best effort, which has a cycle', () => {
    const bestEffort = policyWith({ severities: severitiesWith('SEV2', 'UPDATE', { span: null }) });
    expect(cyclesOf(new Story(SEV2, OPENED, bestEffort), 'UPDATE', OPENED)).toEqual([
      ['SEV2', '2026-11-16 09:00', null, 'BEST_EFFORT'],
    ]);
  });
});

describe('a change to a severity that does not promise it', () => {
  it.each<[name: string, policy: Policy, story: (policy: Policy) => Story, kind: CommitmentKind]>([
    [
      'lowered',
      without('SEV4', 'UPDATE'),
      (policy) => new Story(SEV2, OPENED, policy).do(reclassify(SEV4), LATER),
      'UPDATE',
    ],
    [
      'lowered by a workaround',
      without('SEV4', 'RESOLUTION'),
      (policy) => new Story(SEV2, OPENED, policy).do(workaround(SEV4), LATER),
      'RESOLUTION',
    ],
    [
      'raised',
      without('SEV1', 'RESOLUTION'),
      (policy) => new Story(SEV2, OPENED, policy).do(reclassify(SEV1), LATER),
      'RESOLUTION',
    ],
    [
      'raised from best effort',
      without('SEV2', 'RESOLUTION'),
      (policy) => new Story(SEV1, OPENED, policy).do(reclassify(SEV2), LATER),
      'RESOLUTION',
    ],
  ])('%s: the cycle is superseded and nothing starts', (_, policy, made, kind) => {
    const story = made(policy);
    expect(cyclesOf(story, kind, LATER).map(([, , , status]) => status)).toEqual(['SUPERSEDED']);
    expect(clocksOf(story.ticket, policy).commitments[kind]).toMatchObject({ dueAt: null });
    const resolution = story.ticket.cycles.findLast((cycle) => cycle.kind === 'RESOLUTION' && cycle.end === null);
    expect(story.ticket.severityChanges.at(-1)?.deadlineAfter === null).toBe(resolution === undefined);
  });

  it('keeps a breach, and ends the breached cycle', () => {
    const at = ny('2026-11-19 10:00');
    const story = new Story(SEV2, OPENED, without('SEV4', 'RESOLUTION')).do(reclassify(SEV4), at);
    expect(cyclesOf(story, 'RESOLUTION', at)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'BREACHED', '2026-11-18 09:00'],
    ]);
    const [cycle] = story.ticket.cycles.filter(({ kind }) => kind === 'RESOLUTION');
    expect([inNy(cycle?.breach?.at ?? null), inNy(cycle?.end?.at ?? null)]).toEqual([
      '2026-11-18 09:00',
      '2026-11-19 10:00',
    ]);
  });
});

describe('a change from a severity that does not promise it', () => {
  it('starts RESOLUTION and UPDATE from now, raised or lowered', () => {
    const raised = new Story(SEV4, OPENED, without('SEV4', 'RESOLUTION')).do(reclassify(SEV2), LATER);
    expect(cyclesOf(raised, 'RESOLUTION', LATER)).toEqual([
      ['SEV2', '2026-11-16 13:00', '2026-11-18 13:00', 'RUNNING'],
    ]);
    const lowered = new Story(SEV2, OPENED, without('SEV2', 'UPDATE')).do(reclassify(SEV3), LATER);
    expect(cyclesOf(lowered, 'UPDATE', LATER)).toEqual([['SEV3', '2026-11-16 13:00', '2026-11-18 13:00', 'RUNNING']]);
    expect(inNy(raised.ticket.severityChanges[0]?.deadlineAfter ?? null)).toBe('2026-11-18 13:00');
  });

  it('starts RESPONSE only if no response was given before', () => {
    const policy = without('SEV4', 'RESPONSE');
    const unanswered = new Story(SEV4, OPENED, policy).do(reclassify(SEV2), LATER);
    expect(cyclesOf(unanswered, 'RESPONSE', LATER)).toEqual([
      ['SEV2', '2026-11-16 13:00', '2026-11-16 17:00', 'RUNNING'],
    ]);
    const answered = new Story(SEV4, OPENED, policy).do(ACKNOWLEDGE, OPENED).do(reclassify(SEV2), LATER);
    expect(cyclesOf(answered, 'RESPONSE', LATER)).toEqual([]);
    expect(answered.ticket.respondedAt).toBe(OPENED);
  });

  it('starts nothing that the imported history does not measure', () => {
    const evidence: Evidence = { notMeasured: ['UPDATE'], observedUntil: null };
    const story = new Story(SEV4, OPENED, without('SEV4', 'UPDATE'), evidence).do(reclassify(SEV2), LATER);
    expect(cyclesOf(story, 'UPDATE', LATER)).toEqual([]);
  });

  it('restores what was promised when a workaround is withdrawn', () => {
    const restored = new Story(SEV2, OPENED, without('SEV4', 'RESOLUTION'))
      .do(workaround(SEV4), ny('2026-11-16 10:00'))
      .do(WITHDRAW, LATER);
    expect(cyclesOf(restored, 'RESOLUTION', LATER)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'SUPERSEDED'],
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'RUNNING'],
    ]);
    const updated = new Story(SEV2, OPENED, without('SEV4', 'UPDATE')).do(workaround(SEV4), ny('2026-11-16 10:00'));
    const past = ny('2026-11-17 10:00');
    updated.do(WITHDRAW, past);
    // Due at 09:00 that day, which is past, so it counts from now.
    expect(cyclesOf(updated, 'UPDATE', past).at(-1)).toEqual([
      'SEV2',
      '2026-11-17 10:00',
      '2026-11-18 10:00',
      'RUNNING',
    ]);
  });

  it('begins paused while the ticket waits', () => {
    const story = new Story(SEV4, OPENED, without('SEV4', 'RESOLUTION'))
      .do(WAIT, ny('2026-11-16 10:00'))
      .do(reclassify(SEV2), LATER);
    expect(cyclesOf(story, 'RESOLUTION', LATER)).toEqual([['SEV2', '2026-11-16 13:00', null, 'PAUSED']]);
  });
});

it('folds to the same ticket from its events', () => {
  const story = new Story(SEV4, OPENED, without('SEV4', 'RESOLUTION'))
    .do(reclassify(SEV2), LATER)
    .do(reclassify(SEV4), ny('2026-11-16 14:00'));
  const folded = story.events.reduce<ReturnType<typeof fold> | null>((ticket, event) => fold(ticket, event), null);
  expect(folded).toEqual(story.ticket);
});
