import { describe, expect, it } from '@jest/globals';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import { breachedCycles, nextDue, viewCycle } from '../../src/domain/commitment/view';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import { letPass } from '../../src/domain/ticket/decide';
import {
  CIMCLOUD,
  CIMCLOUD_DOCUMENT,
  cyclesOf,
  GO_ON,
  INBOUND,
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
  workaround,
} from '../support/domain';
import { severitiesWith } from '../support/policies';

// November 2026 in New York: Monday the 16th and 23rd; closed on Thursday the 26th. Nine hours a
// day, 08:00–17:00. Each instant was counted by hand.

const OPENED = ny('2026-11-16 09:00');

/** What ticket systems in wide use are known to get wrong. */
describe('faults of other products, which this service does not have:', () => {
  it('a pause is forgotten when severity changes', () => {
    // Four hours' pause on Monday; seven business days from Monday 09:00 are Wednesday the 25th.
    const story = new Story(SEV2, OPENED)
      .do(WAIT, ny('2026-11-16 11:00'))
      .do(GO_ON, ny('2026-11-16 15:00'))
      .do(reclassify(SEV3), ny('2026-11-16 16:00'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-16 16:00'))).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 13:00', 'SUPERSEDED'],
      ['SEV3', '2026-11-16 09:00', '2026-11-25 13:00', 'RUNNING'],
    ]);
  });

  it('time on hold is added in minutes of the wall clock', () => {
    // Friday 16:30 to Monday 08:30 is an hour of business, not 64.
    const story = new Story(SEV2, ny('2026-11-19 10:00'))
      .do(WAIT, ny('2026-11-20 16:30'))
      .do(GO_ON, ny('2026-11-23 08:30'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-23 08:30'))[0]?.[2]).toBe('2026-11-23 11:00');
  });

  it('the update clock replaces the first response', () => {
    const story = new Story(SEV2, OPENED).do(INBOUND, ny('2026-11-16 10:00'));
    const next = nextDue(story.ticket, CIMCLOUD, ny('2026-11-16 10:00'));
    expect([next?.cycle.kind, inNy(next?.dueAt ?? null)]).toEqual(['RESPONSE', '2026-11-16 13:00']);
    story.do(OUTBOUND, ny('2026-11-17 10:00'));
    const breaches = story.events.filter(({ type }) => type === 'COMMITMENT_BREACHED');
    expect(breaches.map((event) => ['kind' in event && event.kind, inNy(event.at)])).toEqual([
      ['RESPONSE', '2026-11-16 13:00'],
      ['UPDATE', '2026-11-17 09:00'],
    ]);
    // And the update that follows a response begins with it.
    expect(cyclesOf(story, 'UPDATE', ny('2026-11-17 10:00'))[1]).toEqual([
      'SEV2',
      '2026-11-17 10:00',
      '2026-11-18 10:00',
      'RUNNING',
    ]);
  });

  it('the clock runs on after the resolution', () => {
    const story = new Story(SEV2, OPENED).do(OUTBOUND, OPENED).do(RESOLVE, ny('2026-11-16 12:00'));
    const after = letPass(story.ticket, ny('2026-11-20 12:00'), CIMCLOUD);
    expect(after.events).toEqual([]);
    const cycle = story.ticket.cycles.find(({ kind }) => kind === 'RESOLUTION');
    if (cycle === undefined) throw new Error('no RESOLUTION');
    const view = viewCycle(after.ticket, CIMCLOUD, cycle, ny('2026-11-20 12:00'));
    expect([view.status, view.elapsedMs, view.breach]).toEqual(['FULFILLED', 3 * 3_600_000, null]);
  });

  it('a breach is undone when the target grows', () => {
    const changed = ny('2026-11-18 10:00');
    const story = new Story(SEV2, OPENED).do(OUTBOUND, OPENED).do(reclassify(SEV4), changed);
    expect(cyclesOf(story, 'RESOLUTION', changed)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'BREACHED', '2026-11-18 09:00'],
      ['SEV4', '2026-11-16 09:00', '2026-12-01 09:00', 'RUNNING'],
    ]);
    story.do(RESOLVE, ny('2026-11-19 09:00'));
    const breached = breachedCycles(story.ticket, CIMCLOUD, ny('2026-11-19 09:00'));
    expect(breached.map(({ cycle, breach }) => [cycle.kind, cycle.number, inNy(breach?.at ?? null)])).toEqual([
      ['UPDATE', 2, '2026-11-17 09:00'],
      ['RESOLUTION', 1, '2026-11-18 09:00'],
    ]);
  });

  it('a deadline remains from a target that no longer exists', () => {
    const severities = severitiesWith('SEV4', 'RESOLUTION', { span: null });
    const changed = ny('2026-11-16 12:00');
    const story = new Story(SEV2, OPENED, policyWith({ severities }))
      .do(OUTBOUND, OPENED)
      .do(reclassify(SEV4), changed);
    expect(cyclesOf(story, 'RESOLUTION', changed)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'SUPERSEDED'],
      ['SEV4', '2026-11-16 09:00', null, 'BEST_EFFORT'],
    ]);
    const { events } = letPass(story.ticket, ny('2026-11-19 09:00'), story.policy);
    expect(events).toEqual([]);
  });

  it('a ticket that is created and resolved at once keeps running', () => {
    const evidence = { notMeasured: ['UPDATE'], observedUntil: ny('2026-11-20 09:00') } as const;
    const story = new Story(SEV2, OPENED, CIMCLOUD, evidence).do(RESOLVE, OPENED);
    expect(story.ticket.cycles.map(({ kind, end }) => [kind, end?.outcome, end?.elapsedMs])).toEqual([
      ['RESPONSE', 'FULFILLED', 0],
      ['RESOLUTION', 'FULFILLED', 0],
    ]);
    expect(nextDeadline(story.ticket, CIMCLOUD)).toBeNull();
    expect(letPass(story.ticket, ny('2027-11-16 09:00'), CIMCLOUD).events).toEqual([]);
    // Live, and with updates measured: nothing is due any more but the end of silence.
    const live = new Story(SEV2, OPENED).do(RESOLVE, OPENED);
    expect(live.ticket.cycles.map(({ end }) => end?.outcome)).toEqual(['FULFILLED', 'FULFILLED', 'FULFILLED']);
    expect(inNy(nextDeadline(live.ticket, CIMCLOUD))).toBe('2026-11-23 09:00');
    expect(letPass(live.ticket, ny('2027-11-16 09:00'), CIMCLOUD).events).toMatchObject([
      { type: 'CLOSED', cause: 'SILENCE', at: ny('2026-11-23 09:00') },
    ]);
  });

  it('one breach is reported twice', () => {
    const story = new Story(SEV2, OPENED);
    for (const at of ['2026-11-18 09:00', '2026-11-18 09:01', '2026-11-18 09:01', '2026-11-19 09:00']) {
      const { ticket, events } = letPass(story.ticket, ny(at), CIMCLOUD);
      story.ticket = ticket;
      story.events.push(...events);
    }
    story.do(WAIT, ny('2026-11-19 10:00')).do(GO_ON, ny('2026-11-20 10:00')).do(RESOLVE, ny('2026-11-23 10:00'));
    const breaches = story.events.filter((event) => event.type === 'COMMITMENT_BREACHED');
    expect(breaches.map(({ kind, cycle, at }) => [kind, cycle, inNy(at)])).toEqual([
      ['RESPONSE', 1, '2026-11-16 13:00'],
      ['UPDATE', 1, '2026-11-17 09:00'],
      ['RESOLUTION', 1, '2026-11-18 09:00'],
    ]);
  });
});

describe('commands at the same instant, and changes at an edge', () => {
  it('a pause and a resolution at one instant count as no pause', () => {
    const at = ny('2026-11-17 10:00');
    const story = new Story(SEV2, OPENED).do(OUTBOUND, OPENED).do(WAIT, at).do(RESOLVE, at);
    const cycle = story.ticket.cycles.find(({ kind }) => kind === 'RESOLUTION');
    expect([cycle?.end?.outcome, inNy(cycle?.end?.dueAt ?? null), cycle?.end?.elapsedMs]).toEqual([
      'FULFILLED',
      '2026-11-18 09:00',
      10 * 3_600_000,
    ]);
    expect(story.ticket.waits).toEqual([{ reason: 'CLIENT', from: at, until: at }]);
  });

  it.each([
    // Eight hours were used on Monday; ten are left.
    ['before the deadline', '2026-11-17 09:00', '2026-11-18 10:00'],
    ['after the deadline', '2026-11-19 09:00', '2026-11-20 10:00'],
  ])('a ticket reopened %s has the rest of its target', (_, reopened, due) => {
    const story = new Story(SEV2, OPENED).do(RESOLVE, ny('2026-11-16 17:00')).do(REOPEN, ny(reopened));
    expect(cyclesOf(story, 'RESOLUTION', ny(reopened))).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'FULFILLED'],
      ['SEV2', reopened, due, 'RUNNING'],
    ]);
    expect(
      breachedCycles(story.ticket, CIMCLOUD, ny(reopened)).filter(({ cycle }) => cycle.kind === 'RESOLUTION'),
    ).toEqual([]);
  });

  it('a ticket reopened on the eve of a holiday has the rest of its target', () => {
    // Eight hours were used on Monday. Of ten, one is left of Wednesday; Thursday is Thanksgiving;
    // nine are Friday's.
    const reopened = ny('2026-11-25 16:00');
    const story = new Story(SEV2, ny('2026-11-23 09:00')).do(RESOLVE, ny('2026-11-23 17:00')).do(REOPEN, reopened);
    expect(cyclesOf(story, 'RESOLUTION', reopened)[1]).toEqual([
      'SEV2',
      '2026-11-25 16:00',
      '2026-11-27 17:00',
      'RUNNING',
    ]);
  });

  it('a ticket resolved late and reopened keeps its breach and has a tenth of the target', () => {
    // Nineteen hours of eighteen were used; a tenth of them is an hour and 48 minutes.
    const story = new Story(SEV2, OPENED).do(RESOLVE, ny('2026-11-18 10:00')).do(REOPEN, ny('2026-11-18 12:00'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-18 12:00'))).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'FULFILLED_LATE', '2026-11-18 09:00'],
      ['SEV2', '2026-11-18 12:00', '2026-11-18 13:48', 'RUNNING'],
    ]);
    const breached = breachedCycles(story.ticket, CIMCLOUD, ny('2026-11-18 12:00'));
    expect(
      breached.filter(({ cycle }) => cycle.kind === 'RESOLUTION').map(({ breach }) => inNy(breach?.at ?? null)),
    ).toEqual(['2026-11-18 09:00']);
  });

  it('the clock of a ticket that waits for two reasons runs again when the last one ends', () => {
    const pauses = { CLIENT: ['RESOLUTION'], THIRD_PARTY: ['RESOLUTION'], OTHER_TICKET: [] } as const;
    const story = new Story(SEV2, OPENED, policyWith({ pauses }))
      .do(WAIT, ny('2026-11-16 10:00'))
      .do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, ny('2026-11-16 11:00'))
      .do({ type: 'stopWaiting', reason: 'THIRD_PARTY' }, ny('2026-11-16 12:00'))
      .do(GO_ON, ny('2026-11-16 14:00'));
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-16 14:00'))[0]?.[2]).toBe('2026-11-18 13:00');
  });

  it('a pause in the night of a change of the clocks counts real time on a calendar that never closes', () => {
    const day = [['00:00', '24:00']] as const;
    const always = { timeZone: 'America/New_York', holidays: [], special: {} };
    const week = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
    const span = { amount: 24, unit: 'HOURS', calendar: 'always' } as const;
    const severities = severitiesWith('SEV2', 'RESOLUTION', { span });
    const calendars = { ...CIMCLOUD_DOCUMENT.calendars, always: { ...always, week } };
    const story = new Story(SEV2, ny('2027-03-13 20:00'), policyWith({ severities, calendars }))
      .do(WAIT, ny('2027-03-13 22:00'))
      .do(GO_ON, ny('2027-03-14 10:00'));
    // Eleven hours by the clock on the wall, whose hands skip one: 20:00 is due 21:00 a day later,
    // and eleven hours on.
    expect(cyclesOf(story, 'RESOLUTION', ny('2027-03-14 10:00'))[0]?.[2]).toBe('2027-03-15 08:00');
  });

  it('a lowering restarts every clock where the policy says so, also response and update', () => {
    const at = ny('2026-11-16 11:00');
    const story = new Story(SEV2, OPENED, policyWith({ onLowering: 'RESTART' })).do(reclassify(SEV3), at);
    const second = (kind: CommitmentKind) => cyclesOf(story, kind, at)[1]?.slice(1, 3);
    expect(second('RESPONSE')).toEqual(['2026-11-16 11:00', '2026-11-17 11:00']);
    expect(second('UPDATE')).toEqual(['2026-11-16 11:00', '2026-11-18 11:00']);
    expect(second('RESOLUTION')).toEqual(['2026-11-16 11:00', '2026-11-25 11:00']);
    const carried = new Story(SEV2, OPENED).do(reclassify(SEV3), at);
    expect(cyclesOf(carried, 'UPDATE', at)[1]?.slice(1, 3)).toEqual(['2026-11-16 09:00', '2026-11-18 09:00']);
  });

  it('a raise at the instant at which the new target is due is in time', () => {
    const due = ny('2026-11-18 09:00');
    const story = new Story(SEV3, OPENED).do(reclassify(SEV2), due);
    expect(cyclesOf(story, 'RESOLUTION', due)[1]).toEqual(['SEV2', '2026-11-16 09:00', '2026-11-18 09:00', 'AT_RISK']);
    expect(breachedCycles(story.ticket, CIMCLOUD, due).map(({ cycle }) => cycle.kind)).not.toContain('RESOLUTION');
    const { events } = letPass(story.ticket, due + 1, CIMCLOUD);
    expect(events.find((event) => 'kind' in event && event.kind === 'RESOLUTION')).toMatchObject({
      type: 'COMMITMENT_BREACHED',
      cycle: 2,
      at: due,
      breach: { cause: 'DUE' },
    });
    // A millisecond later the change itself breaches it.
    const late = new Story(SEV3, OPENED).do(reclassify(SEV2), due + 1);
    expect(breachedCycles(late.ticket, CIMCLOUD, due + 1).at(-1)?.breach).toMatchObject({
      cause: 'RECLASSIFIED',
      at: due + 1,
    });
  });

  it('a raise whose new target is due when the old one is continues the old cycle', () => {
    // A business day from Monday 09:00, and four hours from Monday 14:00.
    const at = ny('2026-11-16 14:00');
    const story = new Story(SEV3, OPENED).do(reclassify(SEV2), at);
    expect(cyclesOf(story, 'RESPONSE', at)).toEqual([['SEV3', '2026-11-16 09:00', '2026-11-17 09:00', 'RUNNING']]);
    const later = new Story(SEV3, OPENED).do(reclassify(SEV2), at - 1);
    expect(cyclesOf(later, 'RESPONSE', at - 1)).toHaveLength(2);
  });

  it('a mark reached at the instant at which the new cycle begins to apply is recorded', () => {
    // Three quarters of 63 hours from Monday 09:00: 44 until Friday evening, and 3:15 on Monday.
    const mark = ny('2026-11-23 11:15');
    const marks = (at: number) =>
      letPass(new Story(SEV2, OPENED).do(reclassify(SEV3), at).ticket, mark + 60_000, CIMCLOUD)
        .events.filter((event) => event.type === 'MARK_REACHED' && event.kind === 'RESOLUTION')
        .map((event) => inNy(event.at));
    expect(marks(mark)).toEqual(['2026-11-23 11:15']);
    expect(marks(mark + 1)).toEqual([]);
  });

  it('a ticket can have a workaround, lose it, and get another', () => {
    const story = new Story(SEV1, OPENED)
      .do(workaround(SEV3), ny('2026-11-16 10:00'))
      .do({ type: 'withdrawWorkaround', reason: 'it failed' }, ny('2026-11-16 12:00'));
    // The promise of SEV3 is kept through SEV1, which promises nothing.
    expect(story.ticket).toMatchObject({ state: 'open', severity: 'SEV1', workaroundAppliedAt: null });
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-16 12:00'))).toEqual([
      ['SEV1', '2026-11-16 09:00', null, 'SUPERSEDED'],
      ['SEV3', '2026-11-16 10:00', '2026-11-25 10:00', 'RUNNING'],
    ]);
    story.do(workaround(SEV2), ny('2026-11-16 14:00'));
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', severity: 'SEV2' });
    expect(story.ticket.workarounds.map(({ withdrawnAt }) => inNy(withdrawnAt))).toEqual(['2026-11-16 12:00', null]);
    expect(cyclesOf(story, 'RESOLUTION', ny('2026-11-16 14:00')).slice(1)).toEqual([
      ['SEV3', '2026-11-16 10:00', '2026-11-25 10:00', 'SUPERSEDED'],
      ['SEV2', '2026-11-16 10:00', '2026-11-18 10:00', 'RUNNING'],
    ]);
  });

  it('cycles that begin by a raise during a pause begin paused', () => {
    const raised = ny('2026-11-16 12:00');
    const story = new Story(SEV3, OPENED).do(WAIT, ny('2026-11-16 10:00')).do(reclassify(SEV2), raised);
    expect(cyclesOf(story, 'RESOLUTION', raised)[1]).toEqual(['SEV2', '2026-11-16 09:00', null, 'PAUSED']);
    expect(cyclesOf(story, 'UPDATE', raised)[1]).toEqual(['SEV2', '2026-11-16 12:00', null, 'PAUSED']);
    const resumed = ny('2026-11-16 14:00');
    story.do(GO_ON, resumed);
    // Four hours of the pause lie behind RESOLUTION's start, two behind UPDATE's.
    expect(cyclesOf(story, 'RESOLUTION', resumed)[1]?.[2]).toBe('2026-11-18 13:00');
    expect(cyclesOf(story, 'UPDATE', resumed)[1]?.[2]).toBe('2026-11-17 14:00');
  });
});
