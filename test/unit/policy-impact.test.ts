import { describe, expect, test } from '@jest/globals';
import { viewCommitment } from '../../src/domain/commitment/view';
import type { EpochMs } from '../../src/domain/instant';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import { ImpactTally, impactOn, type TicketImpact } from '../../src/domain/policy/dry-run';
import {
  type CommitmentKind,
  targetOf as domainTargetOf,
  type Policy,
  type PolicyDocument,
  type Target,
} from '../../src/domain/policy/policy';
import { replayUnder } from '../../src/domain/policy/replay-under-policy';
import type { Severity } from '../../src/domain/severity';
import { foldAll } from '../../src/domain/ticket/fold';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import {
  ACKNOWLEDGE,
  CIMCLOUD,
  CIMCLOUD_DOCUMENT,
  GO_ON,
  INBOUND,
  inNy,
  ny,
  OTHER_AGENT,
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

/** The policy with another span for one target. */
function targetOf(severity: Severity, kind: CommitmentKind, span: Target['span']): Policy {
  return policyWith({ severities: severitiesWith(severity, kind, { span }) });
}

const business = CIMCLOUD_DOCUMENT.calendars.business ?? { timeZone: '', week: {}, holidays: [], special: {} };
const withBusiness = (changes: Partial<typeof business>): Policy =>
  policyWith({ calendars: { ...CIMCLOUD_DOCUMENT.calendars, business: { ...business, ...changes } } });
const sixToTen = { mon: ['06:00', '22:00'], tue: ['06:00', '22:00'], wed: ['06:00', '22:00'] } as const;
const longDays = Object.fromEntries(Object.entries(sixToTen).map(([day, hours]) => [day, [hours]]));

const rulesWith = (clause: string, severity: Severity): PolicyDocument['rules'] =>
  CIMCLOUD_DOCUMENT.rules.map((rule) => (rule.clause === clause ? { ...rule, severity } : rule));

const SAME: Omit<TicketImpact, 'severity'> = {
  isBreached: false,
  wouldBeBreached: false,
  deadlineChanged: false,
  severityChanged: false,
  notApplicable: false,
  historyRefused: false,
};

/**
 * Opened on Monday 2026-06-01, 10:00 in New York, at SEV2: response within 4 hours, resolution
 * within 2 business days.
 */
const opened = () => new Story(SEV2, ny('2026-06-01 10:00'));

interface Case {
  readonly what: string;
  readonly story: Story;
  readonly policy: Policy;
  readonly now: string;
  readonly impact: Partial<TicketImpact>;
  /** RESOLUTION's due instant under the other policy, in New York. */
  readonly resolution?: string | null;
}

const CASES: readonly Case[] = [
  {
    what: 'the same policy changes nothing',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')),
    policy: compilePolicy(CIMCLOUD_DOCUMENT, 2),
    now: '2026-06-01 12:00',
    impact: {},
    resolution: '2026-06-03 10:00',
  },
  {
    what: 'a shorter target that has passed',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')),
    policy: targetOf('SEV2', 'RESOLUTION', { amount: 3, unit: 'HOURS', calendar: 'business' }),
    now: '2026-06-01 14:00',
    impact: { wouldBeBreached: true, deadlineChanged: true },
    resolution: '2026-06-01 13:00',
  },
  {
    what: 'a shorter target at its very instant is kept',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')),
    policy: targetOf('SEV2', 'RESOLUTION', { amount: 3, unit: 'HOURS', calendar: 'business' }),
    now: '2026-06-01 13:00',
    impact: { deadlineChanged: true },
    resolution: '2026-06-01 13:00',
  },
  {
    what: 'a shorter target that an earlier response had missed, though it is fulfilled by now',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:30')),
    policy: targetOf('SEV2', 'RESPONSE', { amount: 1, unit: 'HOURS', calendar: 'business' }),
    now: '2026-06-01 12:00',
    impact: { wouldBeBreached: true },
  },
  {
    what: 'a longer target un-does the breach',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 15:00')),
    policy: targetOf('SEV2', 'RESPONSE', { amount: 6, unit: 'HOURS', calendar: 'business' }),
    now: '2026-06-01 16:00',
    impact: { isBreached: true },
  },
  {
    what: 'a longer target moves the deadline',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')),
    policy: targetOf('SEV2', 'RESOLUTION', { amount: 3, unit: 'BUSINESS_DAYS', calendar: 'business' }),
    now: '2026-06-01 12:00',
    impact: { deadlineChanged: true },
    resolution: '2026-06-04 10:00',
  },
  {
    what: 'best effort instead of a target',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')),
    policy: targetOf('SEV2', 'RESOLUTION', null),
    now: '2026-06-01 12:00',
    impact: { deadlineChanged: true },
    resolution: null,
  },
  {
    // Opened at 16:00: four hours to 17:00 and on from 08:00 give Tuesday 11:00; days to 22:00 give
    // Monday 20:00.
    what: 'longer hours of the calendar bring the response forward',
    story: new Story(SEV2, ny('2026-06-01 16:00')),
    policy: withBusiness({ week: longDays }),
    now: '2026-06-01 20:30',
    impact: { wouldBeBreached: true, deadlineChanged: true },
    resolution: '2026-06-03 16:00',
  },
  {
    // Juneteenth, a Friday, is worked: two business days from Wednesday 17 June 10:00 are over on
    // Friday, not on Monday.
    what: 'a holiday that is worked',
    story: new Story(SEV2, ny('2026-06-17 10:00')).do(ACKNOWLEDGE, ny('2026-06-17 10:30')),
    policy: withBusiness({ holidays: business.holidays.filter((date) => date !== '2026-06-19') }),
    now: '2026-06-17 11:00',
    impact: { deadlineChanged: true },
    resolution: '2026-06-19 10:00',
  },
  {
    what: 'a rule of the table that gives more urgency',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 10:10')),
    policy: policyWith({ rules: rulesWith('2b', 'SEV1') }),
    now: '2026-06-01 10:30',
    // Within the quarter of an hour; the hourly update is due at 11:00, and no resolution is
    // promised.
    impact: { severityChanged: true, deadlineChanged: true },
    resolution: null,
  },
  {
    what: 'a rule of the table that gives less urgency',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 10:10')),
    policy: policyWith({ rules: rulesWith('2b', 'SEV3') }),
    now: '2026-06-01 10:30',
    impact: { severityChanged: true, deadlineChanged: true },
    resolution: '2026-06-10 10:00',
  },
  {
    what: 'a table without a clause for the impact',
    story: opened(),
    policy: policyWith({ rules: CIMCLOUD_DOCUMENT.rules.filter(({ clause }) => clause !== '2b') }),
    now: '2026-06-01 10:30',
    impact: { notApplicable: true },
  },
  {
    // Paused from 12:00; if the clock ran on at 14:00, two hours had been lost: Wednesday 12:00.
    // Unpaused: Wednesday 10:00.
    what: 'a reason for waiting that no longer pauses',
    story: opened().do(WAIT, ny('2026-06-01 12:00')),
    policy: policyWith({ pauses: { ...CIMCLOUD_DOCUMENT.pauses, CLIENT: [] } }),
    now: '2026-06-01 14:00',
    impact: { deadlineChanged: true },
    resolution: '2026-06-03 10:00',
  },
  {
    what: 'a target that differs while the clock stands still',
    story: opened().do(WAIT, ny('2026-06-01 12:00')),
    policy: targetOf('SEV2', 'RESOLUTION', { amount: 3, unit: 'BUSINESS_DAYS', calendar: 'business' }),
    now: '2026-06-01 14:00',
    impact: { deadlineChanged: true },
    resolution: null,
  },
  {
    // Lowered to SEV3 by a workaround on Tuesday 10:00: carried, seven days from Monday; restarted,
    // from Tuesday.
    what: 'a clock that restarts when the severity was lowered',
    story: opened().do(workaround(SEV3), ny('2026-06-02 10:00')),
    policy: policyWith({ onLowering: 'RESTART' }),
    now: '2026-06-02 11:00',
    // Neither was the response in time under its own policy, for it took more than four hours.
    impact: { severity: 'SEV3', isBreached: true, wouldBeBreached: true, deadlineChanged: true },
    resolution: '2026-06-11 10:00',
  },
  {
    what: 'a workaround that the table would have refused is left out',
    story: opened().do(ACKNOWLEDGE, ny('2026-06-01 11:00')).do(workaround(SEV3), ny('2026-06-01 12:00')),
    policy: policyWith({ rules: rulesWith('3a', 'SEV1') }),
    now: '2026-06-01 13:00',
    impact: { severity: 'SEV3', severityChanged: true, deadlineChanged: true, historyRefused: true },
    resolution: '2026-06-03 10:00',
  },
  {
    // The horizon ends with 2026: seven business days from 28 December lie beyond it.
    what: 'a calendar whose holidays end too soon',
    story: new Story(SEV3, ny('2026-12-28 10:00')),
    policy: withBusiness({ knownYears: { from: 2000, to: 2026 } }),
    now: '2026-12-28 11:00',
    impact: { severity: 'SEV3', notApplicable: true },
  },
];

test.each(CASES.map((one) => [one.what, one] as const))('%s', (_, { story, policy, now, impact, resolution }) => {
  const at = ny(now);
  expect(impactOn(story.events, CIMCLOUD, policy, at)).toEqual({ severity: 'SEV2', ...SAME, ...impact });
  if (resolution === undefined) return;
  const { ticket } = replayUnder(story.events, policy);
  if (ticket === null) throw new Error('not opened');
  expect(inNy(viewCommitment(ticket, policy, 'RESOLUTION', at)?.dueAt ?? null)).toBe(resolution);
});

test('a longer deadline, under which there is no breach to waive, is no refusal', () => {
  const story = opened().do(ACKNOWLEDGE, ny('2026-06-01 16:00'));
  const { kind, number } = story.ticket.cycles.find(({ breach }) => breach !== null) ?? {};
  expect([kind, number]).toEqual(['RESPONSE', 1]);
  story.do({ type: 'waiveBreach', kind: 'RESPONSE', cycle: 1, reason: 'agreed' }, ny('2026-06-01 17:00'));
  const kinder = policyWith({
    severities: severitiesWith('SEV2', 'RESPONSE', domainTargetOf(CIMCLOUD, 'SEV2', 'RESOLUTION')),
  });
  expect(impactOn(story.events, CIMCLOUD, kinder, ny('2026-06-02 10:00'))).toMatchObject({
    isBreached: true,
    wouldBeBreached: false,
    historyRefused: false,
  });
});

test.each(['resolved', 'closed'] as const)('a ticket that is %s is not reported', (state) => {
  const story = opened().do(RESOLVE, ny('2026-06-01 11:00'));
  if (state === 'closed') story.do({ type: 'close', reason: null }, ny('2026-06-01 12:00'));
  expect(story.ticket.state).toBe(state);
  expect(impactOn(story.events, CIMCLOUD, policyWith({ onLowering: 'RESTART' }), ny('2026-06-02 10:00'))).toBeNull();
});

describe('a history with every type of event, replayed under its own policy', () => {
  const at = (hours: number): EpochMs => ny('2026-06-01 10:00') + hours * 3_600_000;
  const story = new Story(SEV1, at(0));
  story
    .do({ type: 'recordCall', note: 'they phoned' }, at(0.1))
    .do(ACKNOWLEDGE, at(0.5))
    .do(OUTBOUND, at(1))
    .do({ type: 'reclassify', override: { severity: 'SEV2', reason: 'a test shop' } }, at(2))
    .do({ type: 'rejectOverride', reason: 'it is none' }, at(2.1))
    .do({ type: 'reclassify', override: { severity: 'SEV2', reason: 'it is one' } }, at(2.2));
  story.try({ type: 'approveOverride', reason: null }, at(2.3), OTHER_AGENT);
  story
    .do(reclassify(SEV1), at(3))
    .do(workaround(SEV3), at(4))
    .do({ type: 'withdrawWorkaround', reason: 'it failed' }, at(5))
    .do(WAIT, at(6))
    .do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, at(6.5))
    .do(INBOUND, at(7))
    .do({ type: 'stopWaiting', reason: 'THIRD_PARTY' }, at(8))
    .do(workaround(SEV4), at(9))
    .do({ type: 'assign', assignee: 'grace' }, at(10))
    .do(RESOLVE, at(200))
    .do(REOPEN, at(220));
  const breach = story.ticket.cycles.find((cycle) => cycle.breach !== null);
  story
    .do({ type: 'waiveBreach', kind: breach?.kind ?? 'UPDATE', cycle: breach?.number ?? 0, reason: 'agreed' }, at(221))
    .do(WAIT, at(222))
    .do(GO_ON, at(223));

  test('gives the same ticket, whenever its breaches were detected', () => {
    const { ticket, refusals } = replayUnder(story.events, CIMCLOUD);
    expect(refusals).toEqual([]);
    expect(ticket).toEqual(story.ticket);
  });

  test('changes nothing', () => {
    expect(impactOn(story.events, CIMCLOUD, CIMCLOUD, at(224))).toMatchObject({
      isBreached: true,
      wouldBeBreached: true,
      deadlineChanged: false,
      severityChanged: false,
      historyRefused: false,
    });
  });
});

test('rules of earlier releases are no difference between policies: waiting responded, a call ended no waiting', () => {
  const story = opened()
    .do(ACKNOWLEDGE, ny('2026-06-01 11:00'))
    .do(WAIT, ny('2026-06-01 11:00'))
    .do({ type: 'recordCall', note: null }, ny('2026-06-01 12:00'));
  const stored = story.events
    .filter(({ type }) => type !== 'ACKNOWLEDGED')
    .map((event, index): TicketEvent => {
      const number = index + 1;
      if (event.type === 'WAITING_STARTED') {
        const acknowledged = story.events.find(({ type }) => type === 'ACKNOWLEDGED');
        const effects = acknowledged?.type === 'ACKNOWLEDGED' ? acknowledged.effects : event.effects;
        return { ...event, number, effects };
      }
      return event.type === 'CALL_RECORDED' ? { ...event, number, effects: { state: 'open' } } : { ...event, number };
    });
  // As stored, the fold keeps both: a response by waiting, and a wait that lasts.
  expect(foldAll(stored)).toMatchObject({ acknowledgedAt: null, respondedAt: ny('2026-06-01 11:00') });
  expect(foldAll(stored).waits.map(({ until }) => until)).toEqual([null]);
  expect(impactOn(stored, CIMCLOUD, CIMCLOUD, ny('2026-06-01 18:00'))).toEqual({ severity: 'SEV2', ...SAME });
  const { ticket } = replayUnder(stored, CIMCLOUD);
  expect(ticket?.cycles.map(({ kind, end }) => [kind, end?.outcome])).toEqual([
    ['RESPONSE', 'FULFILLED'],
    ['UPDATE', undefined],
    ['RESOLUTION', undefined],
  ]);
});

test('impacts are counted for each severity of the policy', () => {
  const tally = new ImpactTally(CIMCLOUD);
  const one = (severity: Severity, impact: Partial<TicketImpact>) => tally.add({ severity, ...SAME, ...impact });
  one('SEV2', { wouldBeBreached: true, deadlineChanged: true });
  one('SEV2', { wouldBeBreached: true, isBreached: true });
  one('SEV3', { isBreached: true, deadlineChanged: true });
  one('SEV3', { isBreached: true, notApplicable: true });
  one('SEV3', { severityChanged: true, historyRefused: true });
  const none = { tickets: 0, wouldHaveBreached: 0, newlyBreached: 0, noLongerBreached: 0, deadlineChanged: 0 };
  const rest = { severityChanged: 0, notApplicable: 0, historyRefused: 0 };
  expect(tally.result).toEqual({
    all: {
      tickets: 5,
      wouldHaveBreached: 2,
      newlyBreached: 1,
      noLongerBreached: 1,
      deadlineChanged: 2,
      severityChanged: 1,
      notApplicable: 1,
      historyRefused: 1,
    },
    bySeverity: [
      { severity: 'SEV1', ...none, ...rest },
      { severity: 'SEV2', ...none, ...rest, tickets: 2, wouldHaveBreached: 2, newlyBreached: 1, deadlineChanged: 1 },
      {
        severity: 'SEV3',
        ...none,
        tickets: 3,
        noLongerBreached: 1,
        deadlineChanged: 1,
        severityChanged: 1,
        notApplicable: 1,
        historyRefused: 1,
      },
      { severity: 'SEV4', ...none, ...rest },
    ],
  });
});
