import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unlimitedFields } from '../../src/adapters/graphql/check-operation';
import { explanationOf } from '../../src/adapters/graphql/commitment/explanation.type';
import type { RequestContext } from '../../src/adapters/graphql/context';
import { isUnanswerable } from '../../src/domain/calendar/business-calendar';
import { explainDue } from '../../src/domain/commitment/explain-due';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import {
  breachedCycles,
  clocksOf,
  judgedAt,
  nextDue,
  runningDeadlines,
  seenAt,
  viewCommitment,
  viewCycle,
} from '../../src/domain/commitment/view';
import { DAY_MS, MINUTE_MS } from '../../src/domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy } from '../../src/domain/policy/policy';
import { replayUnder } from '../../src/domain/policy/replay-under-policy';
import { decidedCycles } from '../../src/domain/ticket/cycle-outcomes';
import { EVENT_SHAPES } from '../../src/domain/ticket/event-shapes';
import { foldAll } from '../../src/domain/ticket/fold';
import { milestonesOf } from '../../src/domain/ticket/milestones';
import type { Ticket } from '../../src/domain/ticket/ticket';
import {
  ACKNOWLEDGE,
  CIMCLOUD_DOCUMENT,
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
  workaround,
} from '../support/domain';
import { command } from '../support/histories';

const { business = { timeZone: '', week: {}, holidays: [], special: {} }, ...others } = CIMCLOUD_DOCUMENT.calendars;

/** The business calendar knows its holidays to the end of 2026. */
const SHORT = policyWith({ calendars: { ...others, business: { ...business, knownYears: { from: 2000, to: 2026 } } } });
/** Every calendar does. */
const ALL_SHORT = policyWith({
  calendars: Object.fromEntries(
    Object.entries(CIMCLOUD_DOCUMENT.calendars).map(([name, calendar]) => [
      name,
      { ...calendar, knownYears: { from: 2000, to: 2026 } },
    ]),
  ),
});
/** The business calendar has no weekly hours; its last open date is 31 December 2026. */
const DATES_ONLY = policyWith({
  calendars: {
    ...others,
    business: {
      ...business,
      week: {},
      special: Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`2026-12-${20 + index}`, [['08:00', '17:00']] as const]),
      ),
    },
  },
});

const view = (story: Story, kind: CommitmentKind, at: string) =>
  viewCommitment(story.ticket, story.policy, kind, ny(at));
const statuses = (story: Story, at: string) => COMMITMENT_KINDS.map((kind) => view(story, kind, at)?.status);

describe('beyond the known years of its calendar', () => {
  // Monday; two business days are due within 2026, and so is everything else.
  const opened = () => new Story(SEV2, ny('2026-12-28 10:00'), SHORT);

  it('a ticket takes every command', () => {
    const story = opened()
      .do(ACKNOWLEDGE, ny('2027-01-04 10:00'))
      .do(OUTBOUND, ny('2027-01-04 11:00'))
      .do(WAIT, ny('2027-01-04 12:00'))
      .do(GO_ON, ny('2027-01-05 12:00'))
      .do(reclassify(SEV3), ny('2027-01-05 13:00'))
      .do(reclassify(SEV2), ny('2027-01-05 14:00'))
      .do(workaround(SEV4), ny('2027-01-06 12:00'))
      .do({ type: 'withdrawWorkaround', reason: null }, ny('2027-01-07 12:00'))
      .do(RESOLVE, ny('2030-01-07 12:00'))
      .do(REOPEN, ny('2030-01-08 12:00'))
      .do(RESOLVE, ny('9999-01-07 12:00'))
      .do({ type: 'close', reason: null }, ny('9999-12-31 12:00'));
    expect(story.ticket.state).toBe('closed');
    // What was due within the known years was breached at its computed instants.
    const breaches = story.events.filter((event) => event.type === 'COMMITMENT_BREACHED');
    expect(breaches.map(({ kind, at }) => [kind, inNy(at)])).toEqual([
      ['RESPONSE', '2026-12-28 14:00'],
      ['UPDATE', '2026-12-29 10:00'],
      ['RESOLUTION', '2026-12-30 10:00'],
    ]);
    expect(foldAll(JSON.parse(JSON.stringify(story.events)))).toEqual(story.ticket);
  });

  it('a cycle that starts there is unknown: never due, never breached, in no attainment', () => {
    const story = opened().do(OUTBOUND, ny('2026-12-31 16:00'));
    const at = '2027-03-01 10:00';
    expect(view(story, 'UPDATE', at)).toMatchObject({
      status: 'UNKNOWN',
      bestEffort: false,
      dueAt: null,
      atRiskAt: null,
      breach: null,
      elapsedMs: null,
      remainingMs: null,
      missedBeats: 0,
    });
    expect(clocksOf(story.ticket, SHORT).commitments.UPDATE).toEqual({
      status: 'UNKNOWN',
      dueAt: null,
      atRiskAt: null,
    });
    expect(nextDeadline(story.ticket, SHORT)).toBeNull();
    expect(runningDeadlines(story.ticket, SHORT)).toEqual([]);
    const events = story.try(OUTBOUND, ny(at)).events;
    expect(events.map(({ type }) => type)).toEqual(['COMMUNICATED']);
    expect(decidedCycles(story.ticket, events)).toEqual([]);
    const second = story.ticket.cycles.find(({ kind, number }) => kind === 'UPDATE' && number === 2);
    if (second === undefined) throw new Error('no second UPDATE');
    expect(viewCycle(story.ticket, SHORT, second, ny(at)).status).toBe('UNKNOWN');
    expect(() => explainDue(story.ticket, SHORT, second, ny(at))).toThrow(/known from 2000 to 2026 only/);
    const judged = {
      ...viewCycle(story.ticket, SHORT, second, ny(at)),
      ticket: story.ticket,
      policy: SHORT,
      at: ny(at),
    };
    expect(explanationOf({ allowance: unlimitedFields() } as RequestContext, judged)).toBeNull();
  });

  it('a pause that moves the due instant there makes it unknown, and its marks as well', () => {
    const story = new Story(SEV2, ny('2026-12-28 10:00'), SHORT).do(ACKNOWLEDGE, ny('2026-12-28 10:00'));
    story.do(WAIT, ny('2026-12-28 11:00'));
    expect(statuses(story, '2027-02-01 10:00')).toEqual(['FULFILLED', 'PAUSED', 'PAUSED']);
    // While it waits, the time that was used is known, however long the pause lasts.
    expect(view(story, 'RESOLUTION', '2027-02-01 10:00')).toMatchObject({ elapsedMs: 60 * MINUTE_MS, dueAt: null });
    story.do(GO_ON, ny('2026-12-31 16:00'));
    expect(statuses(story, '2026-12-31 16:30')).toEqual(['FULFILLED', 'UNKNOWN', 'UNKNOWN']);
    expect(view(story, 'RESOLUTION', '2026-12-31 16:30')).toMatchObject({
      elapsedMs: 90 * MINUTE_MS,
      remainingMs: null,
    });
    expect(story.try(ACKNOWLEDGE, ny('2027-02-01 10:00')).events).toEqual([]);
  });

  it('a breached cycle stays breached, and no unknown one replaces it', () => {
    const story = opened().do(reclassify(SEV3), ny('2027-02-01 10:00'));
    expect(statuses(story, '2027-02-01 10:00')).toEqual(['BREACHED', 'BREACHED', 'BREACHED']);
    expect(view(story, 'RESOLUTION', '2027-02-01 10:00')).toMatchObject({
      dueAt: ny('2026-12-30 10:00'),
      elapsedMs: null,
    });
    story.do(RESOLVE, ny('2027-02-01 11:00'));
    expect(statuses(story, '2027-02-01 11:00')).toEqual(['FULFILLED_LATE', 'FULFILLED_LATE', 'FULFILLED_LATE']);
  });

  it('a raise keeps a known deadline, and a lowering supersedes it with an unknown one', () => {
    const raised = new Story(SEV3, ny('2026-12-18 10:00'), SHORT).do(ACKNOWLEDGE, ny('2026-12-18 10:00'));
    raised.do(OUTBOUND, ny('2026-12-29 10:00')).do(reclassify(SEV2), ny('2026-12-31 10:00'));
    expect(inNy(view(raised, 'UPDATE', '2026-12-31 10:00')?.dueAt ?? null)).toBe('2026-12-31 10:00');
    const lowered = opened().do(OUTBOUND, ny('2026-12-28 10:30')).do(reclassify(SEV4), ny('2026-12-28 11:00'));
    expect(statuses(lowered, '2026-12-28 11:00')).toEqual(['FULFILLED', 'UNKNOWN', 'UNKNOWN']);
    // A severity on a calendar that knows the time promises something again.
    lowered.do(reclassify(SEV1), ny('2027-02-01 10:00'));
    expect(inNy(view(lowered, 'UPDATE', '2027-02-01 10:00')?.dueAt ?? null)).toBe('2027-02-01 11:00');
  });

  it('a ticket cannot be opened', () => {
    expect(() => new Story(SEV2, ny('2026-12-31 16:00'), SHORT)).toThrow(/BeyondCalendar/);
    expect(() => new Story(SEV2, ny('2027-02-01 16:00'), SHORT)).toThrow(/BeyondCalendar/);
  });

  it('a resolved ticket stays resolved until a person closes it', () => {
    const story = opened().do(RESOLVE, ny('2026-12-29 10:00'));
    expect(nextDeadline(story.ticket, SHORT)).toBeNull();
    expect(seenAt(story.ticket, SHORT, ny('2028-01-01 10:00')).state).toBe('resolved');
  });
});

describe('any history, at any instants up to the year 9999', () => {
  const gap = fc.oneof(
    fc.integer({ min: 0, max: 2 * DAY_MS }),
    fc.integer({ min: 0, max: 40 * DAY_MS }),
    fc.integer({ min: 0, max: 900 * 366 * DAY_MS }),
  );
  const LAST = Date.parse('9999-12-31T23:59:59.999Z');
  const life = fc.record({
    policy: fc.constantFrom<Policy>(SHORT, ALL_SHORT, DATES_ONLY),
    impacts: fc.constantFrom(SEV1, SEV2),
    openedAt: fc.integer({ min: ny('2026-12-20 08:00'), max: ny('2026-12-28 10:00') }),
    steps: fc.array(fc.record({ command, gap }), { maxLength: 20, size: 'max' }),
  });

  it('refuses no command because of a calendar, throws nothing, and can be shown and stored', () => {
    fc.assert(
      fc.property(life, ({ policy, impacts, openedAt, steps }) => {
        const story = new Story(impacts, openedAt, policy);
        let at = openedAt;
        for (const step of steps) {
          at = Math.min(LAST, at + step.gap);
          const before: Ticket = story.ticket;
          const { refusal, events } = story.try(step.command, at);
          expect(refusal?.code).not.toBe('BeyondCalendar');
          decidedCycles(story.ticket, events);
          milestonesOf(before, story.ticket, events, policy);
        }
        const { ticket } = story;
        const now = judgedAt(ticket, LAST);
        const clocks = clocksOf(ticket, policy);
        breachedCycles(ticket, policy, now);
        nextDue(ticket, policy, now);
        runningDeadlines(ticket, policy);
        seenAt(ticket, policy, now);
        for (const cycle of ticket.cycles) {
          const { status, dueAt, breach } = viewCycle(ticket, policy, cycle, now);
          if (status === 'UNKNOWN') expect([dueAt, breach]).toEqual([null, null]);
          try {
            explainDue(ticket, policy, cycle, now, 1);
          } catch (error) {
            if (!isUnanswerable(error)) expect((error as Error).name).toBe('TooManySegments');
          }
        }
        for (const { status, dueAt } of Object.values(clocks.commitments)) {
          if (status === 'UNKNOWN') expect(dueAt).toBeNull();
        }
        for (const event of story.events) {
          const { type, ticketId: _id, number: _number, at: _at, actor: _actor, ...data } = event;
          expect(EVENT_SHAPES[type].problemIn(JSON.parse(JSON.stringify(data)))).toBeNull();
        }
        expect(foldAll(JSON.parse(JSON.stringify(story.events)))).toEqual(ticket);
        expect(replayUnder(story.events, policy).refusals).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
