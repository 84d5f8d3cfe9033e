import { describe, expect, it } from '@jest/globals';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import { nextDue, seenAt } from '../../src/domain/commitment/view';
import { MINUTE_MS } from '../../src/domain/instant';
import { COMMAND_TYPES, type Command, type CommandType } from '../../src/domain/ticket/commands';
import { letPass } from '../../src/domain/ticket/decide';
import { allowedActions, TRANSITIONS } from '../../src/domain/ticket/lifecycle';
import { TICKET_STATES, type TicketState } from '../../src/domain/ticket/ticket';
import {
  ACKNOWLEDGE,
  AGENT,
  CIMCLOUD,
  GO_ON,
  INBOUND,
  impact,
  inNy,
  ny,
  OUTBOUND,
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

const OPENED = ny('2026-11-16 09:00');
const LATER = ny('2026-11-16 09:05');
const WITHDRAW: Command = { type: 'withdrawWorkaround', reason: null };
const CLOSE: Command = { type: 'close', reason: null };
const CANCEL: Command = { type: 'close', reason: 'a duplicate' };
const override = (severity: 'SEV1' | 'SEV2' | 'SEV3' | 'SEV4', reason = 'the board said so'): Command => ({
  type: 'reclassify',
  override: { severity, reason },
});

/** A ticket of SEV2 brought into each state by the shortest way. */
const inState: Readonly<Record<TicketState, () => Story>> = {
  open: () => new Story(SEV2, OPENED),
  workaroundApplied: () => new Story(SEV2, OPENED).do(workaround(SEV3), OPENED),
  resolved: () => new Story(SEV2, OPENED).do(RESOLVE, OPENED),
  closed: () => new Story(SEV2, OPENED).do(CANCEL, OPENED),
};

const commandOf: Readonly<Record<CommandType, Command>> = {
  acknowledge: ACKNOWLEDGE,
  reclassify: reclassify(SEV4),
  applyWorkaround: workaround(SEV4),
  withdrawWorkaround: WITHDRAW,
  startWaiting: WAIT,
  stopWaiting: GO_ON,
  communicate: OUTBOUND,
  recordCall: { type: 'recordCall', note: null },
  addNote: { type: 'addNote', body: 'ask Ben first' },
  updateTicket: { type: 'updateTicket', details: { tags: ['checkout'] } },
  resolve: RESOLVE,
  reopen: REOPEN,
  close: CANCEL,
  assign: { type: 'assign', assignee: 'Grace' },
  approveOverride: { type: 'approveOverride', reason: null },
  rejectOverride: { type: 'rejectOverride', reason: 'it is not so' },
  waiveBreach: { type: 'waiveBreach', kind: 'RESPONSE', cycle: 1, reason: 'the client was away' },
  approveWaiver: { type: 'approveWaiver', kind: 'RESPONSE', cycle: 1, reason: null },
  rejectWaiver: { type: 'rejectWaiver', kind: 'RESPONSE', cycle: 1, reason: 'no one heard of it' },
};

// The state each command leads to; a refusal's code where it is refused.
const TABLE: Readonly<Record<CommandType, Readonly<Record<TicketState, string>>>> = {
  acknowledge: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  reclassify: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  applyWorkaround: {
    open: 'workaroundApplied',
    workaroundApplied: 'workaroundApplied',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  withdrawWorkaround: {
    open: 'IllegalTransition',
    workaroundApplied: 'open',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  startWaiting: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  stopWaiting: {
    open: 'NotWaiting',
    workaroundApplied: 'NotWaiting',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  communicate: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'resolved',
    closed: 'FollowUpNeeded',
  },
  updateTicket: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'resolved',
    closed: 'closed',
  },
  addNote: { open: 'open', workaroundApplied: 'workaroundApplied', resolved: 'resolved', closed: 'closed' },
  recordCall: {
    open: 'open',
    workaroundApplied: 'workaroundApplied',
    resolved: 'resolved',
    closed: 'FollowUpNeeded',
  },
  resolve: {
    open: 'resolved',
    workaroundApplied: 'resolved',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  reopen: {
    open: 'IllegalTransition',
    workaroundApplied: 'IllegalTransition',
    resolved: 'open',
    closed: 'IllegalTransition',
  },
  close: { open: 'closed', workaroundApplied: 'closed', resolved: 'closed', closed: 'IllegalTransition' },
  assign: { open: 'open', workaroundApplied: 'workaroundApplied', resolved: 'resolved', closed: 'IllegalTransition' },
  approveOverride: {
    open: 'NothingProposed',
    workaroundApplied: 'NothingProposed',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  rejectOverride: {
    open: 'NothingProposed',
    workaroundApplied: 'NothingProposed',
    resolved: 'IllegalTransition',
    closed: 'IllegalTransition',
  },
  waiveBreach: {
    open: 'NoSuchBreach',
    workaroundApplied: 'NoSuchBreach',
    resolved: 'NoSuchBreach',
    closed: 'NoSuchBreach',
  },
  approveWaiver: {
    open: 'NoSuchBreach',
    workaroundApplied: 'NoSuchBreach',
    resolved: 'NoSuchBreach',
    closed: 'NoSuchBreach',
  },
  rejectWaiver: {
    open: 'NoSuchBreach',
    workaroundApplied: 'NoSuchBreach',
    resolved: 'NoSuchBreach',
    closed: 'NoSuchBreach',
  },
};

describe('every state × every command', () => {
  const cases = TICKET_STATES.flatMap((state) =>
    COMMAND_TYPES.map((command) => [state, command, TABLE[command][state]] as const),
  );

  it.each(cases)('in state %s, command %s gives %s', (state, type, expected) => {
    const story = inState[state]();
    const before = story.ticket;
    const { refusal, events } = story.try(commandOf[type], LATER);
    if ((TICKET_STATES as readonly string[]).includes(expected)) {
      expect(refusal).toBeNull();
      expect(story.ticket.state).toBe(expected);
      expect(events).toHaveLength(1);
    } else {
      expect(refusal?.code).toBe(expected);
      expect(story.ticket).toBe(before);
      expect(events).toEqual([]);
    }
  });

  it.each(cases)('in state %s, allowedActions says whether %s is allowed', (state, type, expected) => {
    const { ticket } = inState[state]();
    const deciding = { ticket, policy: CIMCLOUD, at: LATER, actor: AGENT };
    const action = allowedActions(deciding).find(({ command }) => command === type);
    const allowed = (TICKET_STATES as readonly string[]).includes(expected);
    expect(action?.allowed).toBe(allowed);
    // Without its input it cannot be said which breach.
    const unsaid = type === 'waiveBreach' ? 'NothingToWaive' : 'NoWaiverProposed';
    const barredBy = expected === 'NoSuchBreach' ? unsaid : expected;
    expect(action?.refusal?.code).toBe(allowed ? undefined : barredBy);
  });

  it('lists what the state allows in a refusal', () => {
    const { refusal } = inState.resolved().try(RESOLVE, LATER);
    expect(refusal).toEqual({
      code: 'IllegalTransition',
      state: 'resolved',
      command: 'resolve',
      allowed: ['communicate', 'recordCall', 'addNote', 'updateTicket', 'reopen', 'close', 'assign'],
    });
  });

  it('has the transitions of the machine', () => {
    const legal = TICKET_STATES.flatMap((state) =>
      COMMAND_TYPES.filter((command) => !['IllegalTransition', 'FollowUpNeeded'].includes(TABLE[command][state])).map(
        (command) => `${state} ${command}`,
      ),
    );
    expect([...new Set(TRANSITIONS.map(({ from, command }) => `${from} ${command}`))].sort()).toEqual(legal.sort());
  });
});

describe('workarounds', () => {
  it.each([
    ['SEV1 to SEV2', SEV1, SEV2, null],
    [
      'SEV1 that still blocks all order import',
      SEV1,
      [impact('NOBODY', 'ALL_ORDER_IMPORT_BLOCKED')],
      { code: 'SeverityNotLowered', before: 'SEV1', after: 'SEV1' },
    ],
    ['SEV2 to another impact of SEV2', SEV2, [impact('ALL_END_USERS', 'DEGRADED')], null],
    [
      'SEV2 to the same impact with another note',
      SEV2,
      [impact('SOME_END_USERS', 'ORDERING_BLOCKED', 'fewer')],
      { code: 'ImpactNotLowered', before: 'SEV2', after: 'SEV2', sameImpacts: true },
    ],
    ['SEV3 to SEV2', SEV3, SEV2, { code: 'ImpactNotLowered', before: 'SEV3', after: 'SEV2', sameImpacts: false }],
    ['SEV2 contained', SEV2, [impact('NOBODY', 'DEGRADED')], null],
    ['no impact at all', SEV2, [], { code: 'InvalidInput' }],
    [
      'a contradiction',
      SEV2,
      [impact('NOBODY', 'ORDERING_BLOCKED')],
      { code: 'ContradictoryImpact', audience: 'NOBODY', consequence: 'ORDERING_BLOCKED' },
    ],
  ] as const)('%s', (_, before, remaining, refusal) => {
    const decision = new Story(before, OPENED).try(workaround(remaining), LATER);
    if (refusal === null) expect(decision.refusal).toBeNull();
    else expect(decision.refusal).toMatchObject(refusal);
  });

  it('checks for a contradiction before anything else', () => {
    const story = inState.closed();
    const { refusal } = story.try(workaround([impact('NOBODY', 'ORDERING_BLOCKED')]), OPENED - 1);
    expect(refusal?.code).toBe('ContradictoryImpact');
  });

  it('withdraws the latest workaround first and is open when none is left', () => {
    const story = new Story(SEV1, OPENED).do(workaround(SEV2), LATER).do(workaround(SEV3), LATER);
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', severity: 'SEV3' });
    story.do(WITHDRAW, LATER);
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', severity: 'SEV2', impacts: SEV2 });
    story.do(WITHDRAW, LATER);
    expect(story.ticket).toMatchObject({ state: 'open', severity: 'SEV1', impacts: SEV1, workaroundAppliedAt: null });
    expect(story.ticket.workarounds.map(({ withdrawnAt }) => withdrawnAt)).toEqual([LATER, LATER]);
    expect(story.try(WITHDRAW, LATER).refusal?.code).toBe('IllegalTransition');
  });

  it('refuses to withdraw a workaround after a reclassification', () => {
    const story = new Story(SEV2, OPENED).do(workaround(SEV3), LATER).do(reclassify(SEV4), LATER);
    expect(story.try(WITHDRAW, LATER).refusal).toEqual({ code: 'ReclassifiedSinceWorkaround', appliedAt: LATER });
    story.do(workaround([impact('NOBODY', 'DEGRADED')]), LATER).do(WITHDRAW, LATER);
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', severity: 'SEV4', impacts: SEV4 });
  });

  it('returns from resolved to the state that it was resolved from, and does not wait', () => {
    const story = new Story(SEV2, OPENED).do(workaround(SEV3), LATER).do(WAIT, LATER).do(RESOLVE, LATER);
    expect(story.ticket.waits).toEqual([{ reason: 'CLIENT', from: LATER, until: LATER }]);
    story.do(REOPEN, LATER);
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', resolvedAt: null });
    expect(story.ticket.waits.filter(({ until }) => until === null)).toEqual([]);
  });
});

describe('overrides', () => {
  it.each([
    ['upward holds at once', override('SEV1'), null],
    ['downward is proposed', override('SEV3'), null],
    ['to the present severity says nothing', override('SEV2'), { code: 'OverrideWithoutEffect', severity: 'SEV2' }],
    ['without a reason', override('SEV1', ' '), { code: 'InvalidInput', field: 'override.reason' }],
    [
      'to a level the policy does not have',
      { type: 'reclassify', override: { severity: 'SEV5', reason: 'x' } },
      { code: 'InvalidInput', field: 'override.severity' },
    ],
  ] as const)('%s', (_, command, refusal) => {
    const decision = new Story(SEV2, OPENED).try(command, LATER);
    if (refusal === null) expect(decision.refusal).toBeNull();
    else expect(decision.refusal).toMatchObject(refusal);
  });

  it('keeps the clause and ends when new impacts are stated', () => {
    const story = new Story(SEV3, OPENED).do(override('SEV1'), LATER);
    expect(story.ticket).toMatchObject({
      severity: 'SEV1',
      clause: '3a',
      override: { severity: 'SEV1', by: { id: 'ada' } },
    });
    story.do(reclassify(SEV2), LATER);
    expect(story.ticket).toMatchObject({ severity: 'SEV2', clause: '2b', override: null });
    expect(story.ticket.severityChanges.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      ['SEV3', 'SEV1', 'OVERRIDDEN'],
      ['SEV1', 'SEV2', 'RECLASSIFIED'],
    ]);
  });
});

describe('other rules', () => {
  it('accepts a command at the instant of the last event and refuses an earlier one', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, LATER).do(WAIT, LATER);
    const refusal = { code: 'OutOfOrder', at: LATER - 1, lastEventAt: LATER, event: null };
    expect(story.try(GO_ON, LATER - 1).refusal).toEqual(refusal);
  });

  it('accepts one acknowledgement, and closing unresolved only with a reason', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, LATER);
    expect(story.try(ACKNOWLEDGE, LATER).refusal?.code).toBe('AlreadyAcknowledged');
    expect(story.try(CLOSE, LATER).refusal).toMatchObject({ code: 'InvalidInput', field: 'reason' });
    expect(story.do(RESOLVE, LATER).do(CLOSE, LATER).ticket.state).toBe('closed');
  });

  it('waits for several reasons; an answer of the client ends only the waiting for the client', () => {
    const story = new Story(SEV2, OPENED).do(WAIT, LATER).do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, LATER);
    expect(story.try(WAIT, LATER).refusal).toMatchObject({ code: 'AlreadyWaiting', reason: 'CLIENT', since: LATER });
    story.do(OUTBOUND, LATER);
    expect(story.ticket.waits.every(({ until }) => until === null)).toBe(true);
    story.do(INBOUND, LATER);
    expect(story.ticket.waits.map(({ reason, until }) => [reason, until])).toEqual([
      ['CLIENT', LATER],
      ['THIRD_PARTY', null],
    ]);
    expect(story.try(GO_ON, LATER).refusal).toEqual({ code: 'NotWaiting', reason: 'CLIENT' });
  });

  it('a call of the client ends the waiting for the client, and no other', () => {
    const story = new Story(SEV2, OPENED).do(WAIT, OPENED).do({ type: 'startWaiting', reason: 'THIRD_PARTY' }, OPENED);
    story.do({ type: 'recordCall', note: null }, LATER);
    expect(story.ticket.waits.map(({ reason, until }) => [reason, until])).toEqual([
      ['CLIENT', LATER],
      ['THIRD_PARTY', null],
    ]);
    expect(story.events.at(-1)).toMatchObject({ type: 'CALL_RECORDED', effects: { waitingEnded: ['CLIENT'] } });
  });

  it('the start of waiting is no response: the ticket stays due', () => {
    const story = new Story(SEV1, OPENED).do(WAIT, OPENED + 1);
    expect(story.ticket.respondedAt).toBeNull();
    expect(nextDue(story.ticket, CIMCLOUD, OPENED + 1)?.cycle.kind).toBe('RESPONSE');
    // Fifteen minutes round the clock; waiting for the client does not pause RESPONSE.
    const { events } = letPass(story.ticket, OPENED + 15 * MINUTE_MS + 1, CIMCLOUD);
    expect(events.at(-1)).toMatchObject({ type: 'COMMITMENT_BREACHED', kind: 'RESPONSE', at: OPENED + 15 * MINUTE_MS });
  });

  it('closes automatically after five silent business days, recorded before the next command', () => {
    // Monday 16 November, 09:05; Thursday is Thanksgiving only in the week after.
    const silent = () => new Story(SEV2, OPENED).do(RESOLVE, LATER);
    const due = ny('2026-11-23 09:05');
    expect(silent().try(REOPEN, due).refusal).toBeNull();
    const story = silent();
    const { refusal, events } = story.try(REOPEN, due + 1);
    expect(refusal?.code).toBe('IllegalTransition');
    expect(story.ticket).toMatchObject({ state: 'closed', closedAt: due });
    expect(events).toMatchObject([{ type: 'CLOSED', cause: 'SILENCE', at: due, actor: { kind: 'SYSTEM' } }]);
    // Until it is recorded, it is seen all the same.
    const unrecorded = silent().ticket;
    expect(seenAt(unrecorded, CIMCLOUD, due)).toEqual(unrecorded);
    expect(seenAt(unrecorded, CIMCLOUD, due + 1)).toMatchObject({ state: 'closed', closedAt: due });
    const heard = silent().do(INBOUND, ny('2026-11-20 12:00'));
    expect(heard.try(REOPEN, due + 1).refusal).toBeNull();
  });

  it.each([
    ['a message of the client', INBOUND, '2026-11-30 12:00'],
    ['a call of the client', { type: 'recordCall', note: null }, '2026-11-30 12:00'],
    ['a message to the client, which breaks no silence', OUTBOUND, '2026-11-23 09:05'],
    ['an assignment, which breaks no silence', { type: 'assign', assignee: 'ada' }, '2026-11-23 09:05'],
  ] as const)('the silence counts from the later of the resolution and %s', (_, command, closes) => {
    // From Friday the 20th, 12:00: five business days; Thanksgiving is none.
    const story = new Story(SEV2, OPENED).do(INBOUND, OPENED).do(RESOLVE, LATER).do(command, ny('2026-11-20 12:00'));
    expect(inNy(nextDeadline(story.ticket, CIMCLOUD))).toBe(closes);
    const { events } = letPass(story.ticket, ny('2027-01-01 12:00'), CIMCLOUD);
    expect(events).toMatchObject([{ type: 'CLOSED', cause: 'SILENCE', at: ny(closes) }]);
  });

  it('is never closed before an event that an earlier release let happen after the silence', () => {
    const { ticket } = new Story(SEV2, OPENED).do(RESOLVE, LATER);
    const later = ny('2026-12-01 09:00');
    const { events } = letPass({ ...ticket, lastEventAt: later }, ny('2027-01-01 12:00'), CIMCLOUD);
    expect(events).toMatchObject([{ type: 'CLOSED', cause: 'SILENCE', at: later }]);
  });

  it('of a closed history, silence counts from the first action after its end', () => {
    const end = ny('2026-11-17 09:00');
    const evidence = { notMeasured: [], observedUntil: end, silenceFrom: end };
    const closed = () => new Story(SEV2, OPENED, undefined, evidence).do(RESOLVE, LATER);
    const later = ny('2026-12-15 09:00');
    expect(closed().try(REOPEN, later).refusal).toBeNull();
    const refused = closed().try({ type: 'applyWorkaround', description: 'none', remaining: SEV3 }, later);
    expect([refused.refusal?.code, refused.ticket.state]).toEqual(['IllegalTransition', 'resolved']);
    const assigned = closed().do({ type: 'assign', assignee: 'ada' }, later);
    expect(assigned.ticket).toMatchObject({ state: 'resolved', observedUntil: null, silenceFrom: later });
    expect(inNy(nextDeadline(assigned.ticket, CIMCLOUD))).toBe('2026-12-22 09:00');
  });

  it.each([
    ['of its resolution, if that is later', ['UPDATE'], '2026-11-13 09:00', '2026-11-23 09:05'],
    ['of the end of the log, if that is later', ['UPDATE'], '2026-11-17 09:00', '2026-11-24 09:00'],
    ['of the end of the log, if UPDATE is measured', [], '2026-11-17 09:00', '2026-11-24 09:00'],
    ['of nothing, if communications are not known', ['UPDATE'], null, null],
  ] as const)('a ticket of a log closes after the silence since the instant %s', (_, notMeasured, end, closes) => {
    const evidence = { notMeasured, observedUntil: null, ...(end === null ? {} : { silenceFrom: ny(end) }) };
    const story = new Story(SEV2, OPENED, undefined, evidence).do(RESOLVE, LATER);
    expect(inNy(nextDeadline(story.ticket, CIMCLOUD))).toBe(closes);
  });
});
