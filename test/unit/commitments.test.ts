import { describe, expect, it } from '@jest/globals';
import { viewCycle } from '../../src/domain/commitment/view';
import { MINUTE_MS } from '../../src/domain/instant';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import {
  ACKNOWLEDGE,
  cyclesOf,
  GO_ON,
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

// November 2026 in New York: Monday the 2nd, 9th, 16th, 23rd. Closed on Wednesday the 11th and
// Thursday the 26th. Each instant below was counted by hand on 08:00–17:00, nine hours a day.

describe('what is due when a ticket is opened', () => {
  it.each([
    ['SEV1', SEV1, '2026-11-16 15:00', '2026-11-16 15:15', '2026-11-16 16:00', null],
    ['SEV1 on a Sunday', SEV1, '2026-11-22 03:00', '2026-11-22 03:15', '2026-11-22 04:00', null],
    ['SEV2', SEV2, '2026-11-16 15:00', '2026-11-17 10:00', '2026-11-17 15:00', '2026-11-18 15:00'],
    ['SEV2 on a Saturday', SEV2, '2026-11-14 12:00', '2026-11-16 12:00', '2026-11-16 17:00', '2026-11-17 17:00'],
    ['SEV2 at closing time', SEV2, '2026-11-16 17:00', '2026-11-17 12:00', '2026-11-17 17:00', '2026-11-18 17:00'],
    ['SEV2 before Veterans Day', SEV2, '2026-11-10 15:00', '2026-11-12 10:00', '2026-11-12 15:00', '2026-11-13 15:00'],
    ['SEV3', SEV3, '2026-11-16 09:30', '2026-11-17 09:30', '2026-11-18 09:30', '2026-11-25 09:30'],
    ['SEV4 over Thanksgiving', SEV4, '2026-11-20 16:00', '2026-11-24 16:00', '2026-11-30 16:00', '2026-12-07 16:00'],
  ])('%s', (_, impacts, opened, response, update, resolution) => {
    const story = new Story(impacts, ny(opened));
    const due = (kind: CommitmentKind) => cyclesOf(story, kind, ny(opened))[0]?.[2];
    expect([due('RESPONSE'), due('UPDATE'), due('RESOLUTION')]).toEqual([response, update, resolution]);
  });
});

describe('a target with a decimal fraction', () => {
  it.each([
    [0.0666666667, 'MINUTES', 4_000],
    [0.3333333333, 'HOURS', 1_200_000],
    [1.1, 'MINUTES', 66_000],
  ] as const)('%d %s is worth whole seconds', (amount, unit, totalMs) => {
    const severities = severitiesWith('SEV2', 'RESPONSE', { span: { amount, unit, calendar: 'roundTheClock' } });
    const story = new Story(SEV2, ny('2026-11-16 09:00'), policyWith({ severities }));
    expect(story.ticket.cycles[0]?.totalMs).toBe(totalMs);
  });
});

describe('in time and late', () => {
  const OPENED = ny('2026-11-16 15:00');
  const DUE = ny('2026-11-18 15:00');

  it('is in time at the due instant and breached one millisecond later', () => {
    const inTime = new Story(SEV2, OPENED).do(OUTBOUND, OPENED).do(RESOLVE, DUE);
    expect(cyclesOf(inTime, 'RESOLUTION', DUE)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'FULFILLED'],
    ]);
    const late = new Story(SEV2, OPENED).do(RESOLVE, DUE + 1);
    expect(cyclesOf(late, 'RESOLUTION', DUE + 1)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'FULFILLED_LATE', '2026-11-18 15:00'],
    ]);
  });

  it('records what fell due before the command, in order of time, marks before breaches', () => {
    const { events } = new Story(SEV2, OPENED).try(RESOLVE, DUE + 5 * MINUTE_MS);
    expect(events.map((event) => [event.type, 'kind' in event ? event.kind : null, inNy(event.at)])).toEqual(
      [
        ['MARK_REACHED', 'RESPONSE', '2026-11-17 09:00'],
        ['BREACH', 'RESPONSE', '2026-11-17 10:00'],
        ['MARK_REACHED', 'UPDATE', '2026-11-17 12:45'],
        ['BREACH', 'UPDATE', '2026-11-17 15:00'],
        ['MARK_REACHED', 'RESOLUTION', '2026-11-18 10:30'],
        ['BREACH', 'RESOLUTION', '2026-11-18 15:00'],
        ['RESOLVED', null, '2026-11-18 15:05'],
      ].map(([type, kind, at]) => [type === 'BREACH' ? 'COMMITMENT_BREACHED' : type, kind, at]),
    );
    expect(events.at(5)).toMatchObject({ breach: { at: DUE, detectedAt: DUE + 5 * MINUTE_MS, cause: 'DUE' } });
  });

  it('derives the status at the instant asked', () => {
    const { ticket, policy } = new Story(SEV2, OPENED);
    const statusAt = (at: number) => ticket.cycles.map((cycle) => viewCycle(ticket, policy, cycle, at).status);
    expect(statusAt(OPENED)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(statusAt(ny('2026-11-17 09:00') - 1)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(statusAt(ny('2026-11-17 09:00'))).toEqual(['AT_RISK', 'RUNNING', 'RUNNING']);
    expect(statusAt(ny('2026-11-17 10:00'))).toEqual(['AT_RISK', 'RUNNING', 'RUNNING']);
    expect(statusAt(ny('2026-11-17 10:00') + 1)).toEqual(['BREACHED', 'RUNNING', 'RUNNING']);
    expect(statusAt(DUE + 1)).toEqual(['BREACHED', 'BREACHED', 'BREACHED']);
  });

  it('counts the updates missed since the last one', () => {
    const { ticket, policy } = new Story(SEV2, OPENED);
    const [, update] = ticket.cycles;
    if (update === undefined) throw new Error('no UPDATE');
    const missed = (local: string, ms = 0) => viewCycle(ticket, policy, update, ny(local) + ms).missedBeats;
    expect(missed('2026-11-17 15:00')).toBe(0);
    expect(missed('2026-11-17 15:00', 1)).toBe(1);
    expect(missed('2026-11-18 15:00')).toBe(1);
    expect(missed('2026-11-18 15:00', 1)).toBe(2);
    expect(missed('2026-11-20 12:00')).toBe(3);
  });

  it('counts any first action as the response and every outbound communication as an update', () => {
    const other: readonly Command[] = [ACKNOWLEDGE, OUTBOUND, workaround(SEV3), RESOLVE];
    for (const command of other) {
      const story = new Story(SEV2, OPENED).do(command, OPENED + 1);
      expect(cyclesOf(story, 'RESPONSE', OPENED + 1)[0]?.[3]).toBe('FULFILLED');
      expect(story.ticket.respondedAt).toBe(OPENED + 1);
    }
    const story = new Story(SEV2, OPENED).do(OUTBOUND, ny('2026-11-17 11:00')).do(OUTBOUND, ny('2026-11-18 11:30'));
    expect(cyclesOf(story, 'UPDATE', ny('2026-11-18 11:30'))).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-17 15:00', 'FULFILLED'],
      ['SEV2', '2026-11-17 11:00', '2026-11-18 11:00', 'FULFILLED_LATE', '2026-11-18 11:00'],
      ['SEV2', '2026-11-18 11:30', '2026-11-19 11:30', 'RUNNING'],
    ]);
  });
});

describe('a withdrawn workaround', () => {
  const OPENED = ny('2026-11-16 09:00');
  const update = (story: Story, at: string) => cyclesOf(story, 'UPDATE', ny(at)).at(-1)?.slice(0, 4);

  it('restores the update that was promised, from its old start', () => {
    // SEV2 promises an update within a business day, SEV4 within five.
    const story = new Story(SEV2, OPENED).do(workaround(SEV4), ny('2026-11-16 10:00'));
    expect(update(story, '2026-11-16 10:00')).toEqual(['SEV4', '2026-11-16 09:00', '2026-11-23 09:00', 'RUNNING']);
    story.do(WITHDRAW, ny('2026-11-16 16:00'));
    expect(update(story, '2026-11-16 16:00')).toEqual(['SEV2', '2026-11-16 09:00', '2026-11-17 09:00', 'AT_RISK']);
  });

  it('restores it from its start, if it was promised at the very instant of the workaround', () => {
    const at = ny('2026-11-16 10:00');
    const story = new Story(SEV2, OPENED)
      .do(reclassify(SEV1), at)
      .do(workaround(SEV3), at)
      .do(WITHDRAW, ny('2026-11-16 10:30'));
    expect(update(story, '2026-11-16 10:30')).toEqual(['SEV1', '2026-11-16 10:00', '2026-11-16 11:00', 'RUNNING']);
  });

  it('restores it from the last message, if one was sent after the workaround', () => {
    const story = new Story(SEV2, OPENED)
      .do(workaround(SEV4), ny('2026-11-16 10:00'))
      .do(OUTBOUND, ny('2026-11-17 12:00'))
      .do(WITHDRAW, ny('2026-11-17 16:00'));
    expect(update(story, '2026-11-17 16:00')).toEqual(['SEV2', '2026-11-17 12:00', '2026-11-18 12:00', 'RUNNING']);
  });

  it.each([
    ['at the due instant', 0, ['SEV2', '2026-11-16 09:00', '2026-11-17 09:00', 'AT_RISK']],
    ['a millisecond after it', 1, ['SEV2', '2026-11-17 09:00:00.001', '2026-11-18 09:00:00.001', 'RUNNING']],
  ])('counts from now where that due instant is past: %s', (_, ms, expected) => {
    const story = new Story(SEV2, OPENED).do(workaround(SEV4), ny('2026-11-16 10:00'));
    const at = ny('2026-11-17 09:00') + ms;
    story.do(WITHDRAW, at);
    expect(cyclesOf(story, 'UPDATE', at).at(-1)?.slice(0, 4)).toEqual(expected);
    expect(story.ticket.cycles.filter(({ kind, breach }) => kind === 'UPDATE' && breach !== null)).toEqual([]);
  });

  const RESTART = policyWith({ onLowering: 'RESTART' });
  const SEV4_PROMISES_NO_UPDATE = policyWith({ severities: severitiesWith('SEV4', 'UPDATE', { span: null }) });

  it.each([
    ['restarts the clock', RESTART],
    ['makes the update best effort', SEV4_PROMISES_NO_UPDATE],
  ])('restores the update also where the lowering %s', (_, policy) => {
    const story = new Story(SEV2, OPENED, policy)
      .do(workaround(SEV4), ny('2026-11-16 10:00'))
      .do(WITHDRAW, ny('2026-11-16 16:00'));
    expect(update(story, '2026-11-16 16:00')).toEqual(['SEV2', '2026-11-16 09:00', '2026-11-17 09:00', 'AT_RISK']);
  });

  it('restores what each of several workarounds has taken away', () => {
    const story = new Story(SEV2, OPENED, RESTART)
      .do(workaround(SEV3), ny('2026-11-16 10:00'))
      .do(workaround(SEV4), ny('2026-11-16 11:00'))
      .do(WITHDRAW, ny('2026-11-16 12:00'));
    expect(update(story, '2026-11-16 12:00')?.slice(0, 3)).toEqual(['SEV3', '2026-11-16 10:00', '2026-11-18 10:00']);
    story.do(WITHDRAW, ny('2026-11-16 13:00'));
    expect(update(story, '2026-11-16 13:00')?.slice(0, 3)).toEqual(['SEV2', '2026-11-16 09:00', '2026-11-17 09:00']);
  });

  it('restores it from the last message, where the lowering restarted the clock', () => {
    const story = new Story(SEV2, OPENED, RESTART)
      .do(workaround(SEV4), ny('2026-11-16 10:00'))
      .do(OUTBOUND, ny('2026-11-17 12:00'))
      .do(WITHDRAW, ny('2026-11-17 16:00'));
    expect(update(story, '2026-11-17 16:00')).toEqual(['SEV2', '2026-11-17 12:00', '2026-11-18 12:00', 'RUNNING']);
  });

  it('counts RESPONSE and UPDATE of any other raise from now', () => {
    const story = new Story(SEV4, OPENED).do(reclassify(SEV2), ny('2026-11-16 16:00'));
    expect(update(story, '2026-11-16 16:00')).toEqual(['SEV2', '2026-11-16 16:00', '2026-11-17 16:00', 'RUNNING']);
  });

  it('compares a paused clock as if it resumed now', () => {
    const story = new Story(SEV2, OPENED)
      .do(workaround(SEV4), ny('2026-11-16 10:00'))
      .do(WAIT, ny('2026-11-16 11:00'))
      .do(WITHDRAW, ny('2026-11-18 11:00'))
      .do(GO_ON, ny('2026-11-18 11:00'));
    // Two hours of nine were used.
    expect(update(story, '2026-11-18 11:00')).toEqual(['SEV2', '2026-11-16 09:00', '2026-11-19 09:00', 'RUNNING']);
  });
});

describe('pauses', () => {
  const OPENED = ny('2026-11-16 15:00');

  it('stops the clock while the ticket waits for the client, in business time', () => {
    // From Tuesday 16:00 over a night to Wednesday 10:00: one hour and two are not counted.
    const story = new Story(SEV2, OPENED).do(WAIT, ny('2026-11-17 16:00'));
    const paused = ny('2026-11-18 09:00');
    expect(cyclesOf(story, 'RESOLUTION', paused)).toEqual([['SEV2', '2026-11-16 15:00', null, 'PAUSED']]);
    story.do(GO_ON, ny('2026-11-18 10:00'));
    expect(cyclesOf(story, 'RESOLUTION', paused)[0]?.[2]).toBe('2026-11-19 09:00');
  });

  it.each([
    ['over a weekend', '2026-11-20 16:00', '2026-11-23 09:00', '2026-11-20 10:00', '2026-11-24 12:00'],
    ['over a holiday', '2026-11-25 16:00', '2026-11-27 09:00', '2026-11-25 10:00', '2026-11-30 12:00'],
    ['within closed hours only', '2026-11-16 18:00', '2026-11-17 07:00', '2026-11-16 10:00', '2026-11-18 10:00'],
    ['over the change of clocks', '2026-10-30 16:00', '2026-11-02 09:00', '2026-10-30 10:00', '2026-11-03 12:00'],
  ])('%s', (_, from, until, opened, due) => {
    const story = new Story(SEV2, ny(opened)).do(WAIT, ny(from)).do(GO_ON, ny(until));
    expect(cyclesOf(story, 'RESOLUTION', ny(until))[0]?.[2]).toBe(due);
  });

  it('pauses only the commitments that the policy names, for the reasons that it names', () => {
    const story = new Story(SEV2, OPENED).do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, OPENED);
    expect(cyclesOf(story, 'RESOLUTION', OPENED)[0]?.[3]).toBe('RUNNING');
    const both = policyWith({ pauses: { CLIENT: ['RESOLUTION'], THIRD_PARTY: ['RESOLUTION'], OTHER_TICKET: [] } });
    const overlapping = new Story(SEV2, OPENED, both)
      .do(WAIT, ny('2026-11-17 09:00'))
      .do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, ny('2026-11-17 10:00'))
      .do(GO_ON, ny('2026-11-17 11:00'))
      .do({ type: 'stopWaiting', reason: 'THIRD_PARTY' }, ny('2026-11-17 12:00'));
    expect(cyclesOf(overlapping, 'RESOLUTION', ny('2026-11-17 12:00'))[0]?.[2]).toBe('2026-11-19 09:00');
    expect(cyclesOf(overlapping, 'UPDATE', ny('2026-11-17 12:00'))[0]?.[2]).toBe('2026-11-17 15:00');
  });

  it('moves neither a deadline that has passed nor a mark that was reached', () => {
    const late = new Story(SEV2, OPENED).do(WAIT, ny('2026-11-18 15:30')).do(GO_ON, ny('2026-11-19 15:30'));
    expect(cyclesOf(late, 'RESOLUTION', ny('2026-11-19 15:30'))).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'BREACHED', '2026-11-18 15:00'],
    ]);
    const atRisk = new Story(SEV2, OPENED).do(WAIT, ny('2026-11-18 11:00')).do(GO_ON, ny('2026-11-18 13:00'));
    const cycle = atRisk.ticket.cycles.find(({ kind }) => kind === 'RESOLUTION');
    if (cycle === undefined) throw new Error('no RESOLUTION');
    const view = viewCycle(atRisk.ticket, atRisk.policy, cycle, ny('2026-11-18 13:00'));
    expect([inNy(view.atRiskAt), inNy(view.dueAt), view.status]).toEqual([
      '2026-11-18 10:30',
      '2026-11-18 17:00',
      'AT_RISK',
    ]);
  });

  it('records a mark that is reached at the start of a pause, in order of time', () => {
    const mark = ny('2026-11-18 10:30');
    const story = new Story(SEV2, OPENED).do(WAIT, mark).do(GO_ON, ny('2026-11-18 15:30'));
    const reached = story.events.map((event) => [event.type, inNy(event.at)]).slice(-3);
    expect(reached).toEqual([
      ['WAITING_STARTED', '2026-11-18 10:30'],
      ['MARK_REACHED', '2026-11-18 10:30'],
      ['WAITING_STOPPED', '2026-11-18 15:30'],
    ]);
    expect(story.try(OUTBOUND, ny('2026-11-18 11:30')).refusal?.code).toBe('OutOfOrder');
  });

  it('counts a pause that begins before the due instant that earlier pauses have moved', () => {
    // Due Wednesday 15:00; two hours' pause move it to 17:00, so that a pause from 16:00 on counts
    // as well.
    const story = new Story(SEV2, OPENED)
      .do(WAIT, ny('2026-11-18 09:00'))
      .do(GO_ON, ny('2026-11-18 11:00'))
      .do(WAIT, ny('2026-11-18 16:00'))
      .do(GO_ON, ny('2026-11-19 08:30'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-19 08:30'))).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-19 09:30', 'AT_RISK'],
    ]);
  });

  it('shows a cycle that ends while paused without the running pause', () => {
    const story = new Story(SEV2, OPENED).do(WAIT, ny('2026-11-17 16:00')).do(RESOLVE, ny('2026-11-19 12:00'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-19 12:00'))).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'FULFILLED'],
    ]);
  });
});

describe('severity lowered', () => {
  const OPENED = ny('2026-11-16 15:00');
  const CHANGED = ny('2026-11-17 10:00');

  it('carries the start over: the deadline is what it would have been from the beginning', () => {
    const story = new Story(SEV2, OPENED).do(workaround(SEV3), CHANGED);
    expect(cyclesOf(story, 'RESPONSE', CHANGED)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-17 10:00', 'FULFILLED'],
    ]);
    expect(cyclesOf(story, 'UPDATE', CHANGED)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-17 15:00', 'SUPERSEDED'],
      ['SEV3', '2026-11-16 15:00', '2026-11-18 15:00', 'RUNNING'],
    ]);
    expect(cyclesOf(story, 'RESOLUTION', CHANGED)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'SUPERSEDED'],
      ['SEV3', '2026-11-16 15:00', '2026-11-25 15:00', 'RUNNING'],
    ]);
    expect(story.ticket.severityChanges).toMatchObject([
      {
        from: 'SEV2',
        to: 'SEV3',
        cause: 'WORKAROUND',
        deadlineBefore: ny('2026-11-18 15:00'),
        deadlineAfter: ny('2026-11-25 15:00'),
      },
    ]);
  });

  it('restarts the clock where the policy says so', () => {
    const story = new Story(SEV2, OPENED, policyWith({ onLowering: 'RESTART' })).do(workaround(SEV3), CHANGED);
    // Seven business days from Tuesday the 17th, 10:00, with Thanksgiving between.
    expect(cyclesOf(story, 'RESOLUTION', CHANGED)[1]).toEqual([
      'SEV3',
      '2026-11-17 10:00',
      '2026-11-27 10:00',
      'RUNNING',
    ]);
  });

  it('starts now when nothing was promised before', () => {
    const story = new Story(SEV1, OPENED).do(workaround(SEV2), CHANGED);
    expect(cyclesOf(story, 'RESOLUTION', CHANGED)).toEqual([
      ['SEV1', '2026-11-16 15:00', null, 'SUPERSEDED'],
      ['SEV2', '2026-11-17 10:00', '2026-11-19 10:00', 'RUNNING'],
    ]);
  });

  it('keeps the ticket waiting, and all pauses since the start', () => {
    const story = new Story(SEV2, OPENED)
      .do(WAIT, ny('2026-11-17 09:00'))
      .do(reclassify(SEV3), CHANGED)
      .do(GO_ON, ny('2026-11-17 12:00'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-17 12:00'))).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'SUPERSEDED'],
      ['SEV3', '2026-11-16 15:00', '2026-11-27 09:00', 'RUNNING'],
    ]);
  });

  it('keeps a breach and continues under the new target', () => {
    const at = ny('2026-11-19 10:00');
    const story = new Story(SEV2, OPENED).do(reclassify(SEV3), at);
    expect(cyclesOf(story, 'RESOLUTION', at)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'BREACHED', '2026-11-18 15:00'],
      ['SEV3', '2026-11-16 15:00', '2026-11-25 15:00', 'RUNNING'],
    ]);
    const past = ny('2026-12-01 10:00');
    const tooLate = new Story(SEV2, OPENED).do(reclassify(SEV3), past);
    expect(cyclesOf(tooLate, 'RESOLUTION', past)).toEqual([
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'BREACHED', '2026-11-18 15:00'],
    ]);
  });
});

describe('severity raised', () => {
  const OPENED = ny('2026-11-16 15:00');

  it('starts RESPONSE and UPDATE again now, and keeps the start of RESOLUTION', () => {
    const at = ny('2026-11-17 09:00');
    const story = new Story(SEV4, OPENED).do(reclassify(SEV2), at);
    expect(cyclesOf(story, 'RESPONSE', at)[1]).toEqual(['SEV2', '2026-11-17 09:00', '2026-11-17 13:00', 'RUNNING']);
    expect(cyclesOf(story, 'UPDATE', at)[1]).toEqual(['SEV2', '2026-11-17 09:00', '2026-11-18 09:00', 'RUNNING']);
    expect(cyclesOf(story, 'RESOLUTION', at)[1]).toEqual(['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'RUNNING']);
  });

  it('never removes a due instant', () => {
    // The SEV3 response is due at 15:00; four business hours from 13:00 would be later.
    const at = ny('2026-11-17 13:00');
    const story = new Story(SEV3, OPENED).do(reclassify(SEV2), at);
    expect(cyclesOf(story, 'RESPONSE', at)).toEqual([['SEV3', '2026-11-16 15:00', '2026-11-17 15:00', 'AT_RISK']]);
    const best = new Story(SEV2, OPENED).do(reclassify(SEV1), at);
    expect(cyclesOf(best, 'RESOLUTION', at)).toEqual([['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'RUNNING']]);
    best.do(workaround(SEV3), at);
    expect(cyclesOf(best, 'RESOLUTION', at)[1]).toEqual(['SEV3', '2026-11-16 15:00', '2026-11-25 15:00', 'RUNNING']);
  });

  it('records a breach at the change when the new due instant is past', () => {
    const at = ny('2026-11-20 09:00');
    const story = new Story(SEV4, OPENED).do(ACKNOWLEDGE, OPENED).do(reclassify(SEV2), at);
    expect(cyclesOf(story, 'RESOLUTION', at)).toEqual([
      ['SEV4', '2026-11-16 15:00', '2026-12-01 15:00', 'SUPERSEDED'],
      ['SEV2', '2026-11-16 15:00', '2026-11-18 15:00', 'BREACHED', '2026-11-20 09:00'],
    ]);
    expect(story.events.at(-1)).toMatchObject({ type: 'COMMITMENT_BREACHED', breach: { cause: 'RECLASSIFIED' } });
  });

  it('compares paused clocks as if they ran from now on', () => {
    // Two business days of UPDATE, one hour used when the wait began: seventeen are left, more than
    // SEV2's nine.
    const at = ny('2026-11-25 09:00');
    const story = new Story(SEV3, OPENED).do(WAIT, ny('2026-11-16 16:00')).do(reclassify(SEV2), at);
    story.do(GO_ON, ny('2026-11-25 10:00'));
    expect(cyclesOf(story, 'UPDATE', ny('2026-11-25 10:00')).at(-1)).toEqual([
      'SEV2',
      '2026-11-25 09:00',
      '2026-11-27 10:00',
      'RUNNING',
    ]);
  });
});

describe('reopening and closing', () => {
  const OPENED = ny('2026-11-16 15:00');

  it('gives the rest of the target, less pauses, and a new update cycle', () => {
    // 9 h and 3 h used, 2 h of them paused: 10 of 18 hours; 8 are left.
    const reopened = ny('2026-11-19 09:00');
    const story = new Story(SEV2, OPENED)
      .do(WAIT, ny('2026-11-17 09:00'))
      .do(GO_ON, ny('2026-11-17 11:00'))
      .do(RESOLVE, ny('2026-11-17 18:00'))
      .do(REOPEN, reopened);
    expect(cyclesOf(story, 'RESOLUTION', reopened)[1]).toEqual([
      'SEV2',
      '2026-11-19 09:00',
      '2026-11-20 09:00',
      'RUNNING',
    ]);
    expect(cyclesOf(story, 'UPDATE', reopened)[1]).toEqual(['SEV2', '2026-11-19 09:00', '2026-11-20 09:00', 'RUNNING']);
    expect(cyclesOf(story, 'RESPONSE', reopened)).toHaveLength(1);
  });

  it('gives a tenth of the target when it is used up, and recomputes it for another severity', () => {
    const reopened = ny('2026-11-23 09:00');
    const story = new Story(SEV2, OPENED).do(RESOLVE, ny('2026-11-20 15:00')).do(REOPEN, reopened);
    // A tenth of 18 hours is 1 h 48.
    expect(cyclesOf(story, 'RESOLUTION', reopened)[1]).toEqual([
      'SEV2',
      '2026-11-23 09:00',
      '2026-11-23 10:48',
      'RUNNING',
    ]);
    story.do(reclassify(SEV3), ny('2026-11-23 10:00'));
    // Seven days are 63 hours; 36 are used; 27 are left from Monday 09:00.
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-23 10:00'))[2]).toEqual([
      'SEV3',
      '2026-11-23 09:00',
      '2026-11-27 09:00',
      'RUNNING',
    ]);
  });

  it('cancels running cycles and keeps breaches when the ticket is closed unresolved', () => {
    const at = ny('2026-11-17 12:00');
    const story = new Story(SEV2, OPENED).do({ type: 'close', reason: 'a duplicate' }, at);
    expect(cyclesOf(story, 'RESPONSE', at)[0]?.[3]).toBe('BREACHED');
    expect(cyclesOf(story, 'RESOLUTION', at)[0]?.[3]).toBe('CANCELLED');
  });
});

describe('an imported history', () => {
  it('has no cycles where there is no evidence, and no breaches after its end', () => {
    const opened = ny('2016-11-14 09:00');
    const end = ny('2016-11-15 09:00');
    const story = new Story(SEV2, opened, undefined, { notMeasured: ['UPDATE'], observedUntil: end });
    expect(story.ticket.cycles.map(({ kind }) => kind)).toEqual(['RESPONSE', 'RESOLUTION']);
    story.do(ACKNOWLEDGE, ny('2016-11-14 10:00'));
    expect(story.ticket.observedUntil).toBe(end);
    // A refused command does not count as an action.
    const refused = story.try(ACKNOWLEDGE, ny('2026-11-16 09:00'));
    expect([refused.refusal?.code, refused.events, story.ticket.observedUntil]).toEqual([
      'AlreadyAcknowledged',
      [],
      end,
    ]);
    story.do(RESOLVE, ny('2026-11-16 09:00'));
    expect(story.ticket.observedUntil).toBeNull();
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-16 09:00'))[0]?.[3]).toBe('FULFILLED_LATE');
  });
});
