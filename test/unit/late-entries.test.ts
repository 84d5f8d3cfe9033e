import { describe, expect, it } from '@jest/globals';
import { viewCycle } from '../../src/domain/commitment/view';
import type { CommitmentKind } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import { letPass, submit } from '../../src/domain/ticket/decide';
import { foldAll } from '../../src/domain/ticket/fold';
import {
  ACKNOWLEDGE,
  AGENT,
  CIMCLOUD,
  cyclesOf,
  GO_ON,
  INBOUND,
  inNy,
  NEW_TICKET,
  ny,
  OTHER_AGENT,
  OUTBOUND,
  policyWith,
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
import { CONTAINED } from '../support/impacts';

// Monday. At SEV1 a response is due after 15 minutes and an update after an hour, round the clock.
const OPENED = ny('2026-11-16 09:00');
const NOW = ny('2026-11-16 09:40');

const opened = () => new Story(SEV1, OPENED);
/** When the events of a commitment were recorded to have happened, in the order of recording. */
const log = ({ events }: Story) => events.map(({ type, at }) => [type, inNy(at)]);
const cycles = (story: Story, kind: CommitmentKind, at: number) => cyclesOf(story, kind, at);

describe('the instant that a command states', () => {
  const first = { number: 1, type: 'SUBMITTED', at: OPENED, actor: AGENT };
  const outOfOrder = (at: number, event: object & { at: number }) => ({
    code: 'OutOfOrder',
    at,
    lastEventAt: event.at,
    event: expect.objectContaining(event),
  });
  it.each<[string, string, string | null, object | null]>([
    ['now', '2026-11-16 09:40', null, null],
    ['a millisecond in the future', '2026-11-16 09:40:00.001', 'r', { code: 'InTheFuture', now: NOW }],
    ['exactly 15 minutes ago', '2026-11-16 09:25', null, null],
    ['a millisecond longer ago', '2026-11-16 09:24:59.999', null, { code: 'ReasonNeeded', threshold: 900_000 }],
    ['the same, with a blank reason', '2026-11-16 09:24:59.999', ' \u200b', { code: 'ReasonNeeded' }],
    ['the same, with a reason', '2026-11-16 09:24:59.999', 'r', null],
    ['before a recorded breach and a mark', '2026-11-16 09:05', 'r', null],
    ['when it was opened', '2026-11-16 09:00', 'r', null],
    ['before it was opened', '2026-11-16 08:59:59.999', 'r', outOfOrder(OPENED - 1, first)],
  ])('%s', (_, local, reason, refusal) => {
    const story = opened();
    const decision = story.late(ACKNOWLEDGE, ny(local), NOW, { reason });
    if (refusal === null) expect(decision.refusal).toBeNull();
    else expect(decision.refusal).toMatchObject(refusal);
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('must not be before the last event that a person caused, whose facts the refusal has', () => {
    const story = opened();
    story.late(OUTBOUND, ny('2026-11-16 09:20'), NOW);
    const { refusal } = story.late(ACKNOWLEDGE, ny('2026-11-16 09:19'), NOW, { actor: OTHER_AGENT });
    expect(refusal).toEqual({
      code: 'OutOfOrder',
      at: ny('2026-11-16 09:19'),
      lastEventAt: ny('2026-11-16 09:20'),
      event: expect.objectContaining({
        number: 4,
        type: 'COMMUNICATED',
        at: ny('2026-11-16 09:20'),
        actor: AGENT,
      }),
    });
    expect(story.late(ACKNOWLEDGE, ny('2026-11-16 09:20'), NOW, { actor: OTHER_AGENT }).refusal).toBeNull();
  });

  it('needs a reason after the time that the policy sets', () => {
    const story = new Story(SEV1, OPENED, policyWith({ lateEntryMs: 0 }));
    expect(story.late(ACKNOWLEDGE, NOW - 1, NOW, { reason: null }).refusal).toMatchObject({ code: 'ReasonNeeded' });
    expect(story.late(ACKNOWLEDGE, NOW, NOW, { reason: null }).refusal).toBeNull();
  });

  it('is asked for a reason only where the command is accepted otherwise', () => {
    const story = opened().do(ACKNOWLEDGE, OPENED);
    const { refusal } = story.late(ACKNOWLEDGE, ny('2026-11-16 09:01'), NOW, { reason: null });
    expect(refusal).toMatchObject({ code: 'AlreadyAcknowledged' });
  });
});

describe('a late entry', () => {
  it('keeps what was recorded, in the order of recording, with the reason on its own event only', () => {
    const story = opened();
    story.late(ACKNOWLEDGE, ny('2026-11-16 09:10'), NOW);
    expect(log(story)).toEqual([
      ['SUBMITTED', '2026-11-16 09:00'],
      ['MARK_REACHED', '2026-11-16 09:11:15'],
      ['COMMITMENT_BREACHED', '2026-11-16 09:15'],
      ['ACKNOWLEDGED', '2026-11-16 09:10'],
    ]);
    expect(story.events.map(({ lateReason }) => lateReason)).toEqual([
      undefined,
      undefined,
      undefined,
      'The client phoned',
    ]);
    expect(story.ticket).toMatchObject({
      acknowledgedAt: ny('2026-11-16 09:10'),
      respondedAt: ny('2026-11-16 09:10'),
      lastEventAt: ny('2026-11-16 09:15'),
      version: 4,
    });
    expect(cycles(story, 'RESPONSE', NOW)).toEqual([
      ['SEV1', '2026-11-16 09:00', '2026-11-16 09:15', 'FULFILLED_LATE', '2026-11-16 09:15'],
    ]);
    const [response] = story.ticket.cycles;
    expect(response && viewCycle(story.ticket, CIMCLOUD, response, NOW).elapsedMs).toBe(10 * 60_000);
  });

  it('starts clocks at its instant, and what fell due since is recorded at once', () => {
    const story = opened();
    const now = ny('2026-11-16 12:30');
    story.late(OUTBOUND, ny('2026-11-16 09:50'), now);
    expect(cycles(story, 'UPDATE', now)).toEqual([
      ['SEV1', '2026-11-16 09:00', '2026-11-16 10:00', 'FULFILLED_LATE', '2026-11-16 10:00'],
      ['SEV1', '2026-11-16 09:50', '2026-11-16 10:50', 'BREACHED', '2026-11-16 10:50'],
    ]);
    const last = story.events.at(-1);
    expect(last?.type === 'COMMITMENT_BREACHED' && [inNy(last.at), last.breach.detectedAt]).toEqual([
      '2026-11-16 10:50',
      now,
    ]);
  });

  it('of a ticket: clocks start when it was opened, and a deadline in the past is breached at once', () => {
    const stated = { now: NOW, reason: 'The client phoned' };
    const input = { ...NEW_TICKET, impacts: SEV1 };
    const submission = (at: number, reason: string | null) =>
      submit(CIMCLOUD, 't', input, at, AGENT, undefined, { ...stated, reason });
    expect(submission(NOW + 1, 'r')).toMatchObject({ refusal: { code: 'InTheFuture' } });
    expect(submission(OPENED, null)).toMatchObject({ refusal: { code: 'ReasonNeeded', occurredAt: OPENED } });
    const made = submission(OPENED, 'The client phoned');
    if (!made.ok) throw new Error('refused');
    expect(made.event).toMatchObject({ at: OPENED, lateReason: 'The client phoned' });
    const { ticket, events } = letPass(made.ticket, NOW, CIMCLOUD);
    expect(ticket).toMatchObject({ openedAt: OPENED });
    expect(events.map(({ type, at }) => [type, inNy(at)])).toEqual([
      ['MARK_REACHED', '2026-11-16 09:11:15'],
      ['COMMITMENT_BREACHED', '2026-11-16 09:15'],
    ]);
  });

  it('on a ticket that silence has closed in the meantime is refused: closed is final', () => {
    const story = new Story(SEV2, OPENED).do(RESOLVE, OPENED);
    // Five business days later.
    const { refusal } = story.late(INBOUND, ny('2026-11-20 10:00'), ny('2026-11-23 12:00'));
    expect(story.ticket).toMatchObject({ state: 'closed', closedAt: ny('2026-11-23 09:00') });
    expect(refusal).toMatchObject({ code: 'FollowUpNeeded' });
  });
});

describe('a pause that began and ended in the past', () => {
  const pause = (story: Story, now: number) => {
    story.late(WAIT, ny('2026-11-16 10:00'), now);
    story.late(GO_ON, ny('2026-11-16 12:00'), now);
  };

  it('moves the deadlines that are still to come', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED);
    const now = ny('2026-11-16 16:00');
    pause(story, now);
    // The mark of 15:45 was recorded before, and stays.
    expect(cycles(story, 'UPDATE', now)).toEqual([['SEV2', '2026-11-16 09:00', '2026-11-17 11:00', 'AT_RISK']]);
    expect(cycles(story, 'RESOLUTION', now)).toEqual([['SEV2', '2026-11-16 09:00', '2026-11-18 11:00', 'RUNNING']]);
  });

  it('erases no breach, but moves the due instant as it is known now', () => {
    const story = new Story(SEV2, OPENED).do(ACKNOWLEDGE, OPENED);
    const now = ny('2026-11-17 10:00');
    pause(story, now);
    expect(cycles(story, 'UPDATE', now)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-17 11:00', 'BREACHED', '2026-11-17 09:00'],
    ]);
    expect(cycles(story, 'RESOLUTION', now)).toEqual([['SEV2', '2026-11-16 09:00', '2026-11-18 11:00', 'RUNNING']]);
  });
});

describe('a late entry and a change of severity', () => {
  it('cannot go before the change, which is in the way', () => {
    const story = new Story(SEV2, OPENED).do(reclassify(SEV1), ny('2026-11-16 10:00'));
    const now = ny('2026-11-16 11:30');
    const early = story.late(ACKNOWLEDGE, ny('2026-11-16 09:50'), now);
    expect(early.refusal).toMatchObject({ code: 'OutOfOrder', event: { number: 2, type: 'RECLASSIFIED' } });
    expect(story.late(ACKNOWLEDGE, ny('2026-11-16 10:05'), now).refusal).toBeNull();
    // From the raise, 15 minutes: breached at 10:15, and fulfilled at 10:05.
    expect(cycles(story, 'RESPONSE', now)).toEqual([
      ['SEV2', '2026-11-16 09:00', '2026-11-16 13:00', 'SUPERSEDED'],
      ['SEV1', '2026-11-16 10:00', '2026-11-16 10:15', 'FULFILLED_LATE', '2026-11-16 10:15'],
    ]);
  });

  it.each<[string, Command, string, string, unknown]>([
    [
      'a raise: the new deadlines count from it, and those in the past are breached at once',
      reclassify(SEV1),
      '2026-11-16 09:30',
      '2026-11-16 11:00',
      [
        ['SEV3', '2026-11-16 09:00', '2026-11-17 09:00', 'SUPERSEDED'],
        ['SEV1', '2026-11-16 09:30', '2026-11-16 09:45', 'BREACHED', '2026-11-16 09:45'],
      ],
    ],
    [
      // SEV2 from 16:30: half an hour on Monday and three and a half on Tuesday.
      'a raise after a breach does not postpone the deadline that was breached',
      reclassify(SEV2),
      '2026-11-16 16:30',
      '2026-11-17 09:30',
      [['SEV3', '2026-11-16 09:00', '2026-11-17 09:00', 'BREACHED', '2026-11-17 09:00']],
    ],
  ])('%s', (_, command, at, now, expected) => {
    const story = new Story(SEV3, OPENED);
    expect(story.late(command, ny(at), ny(now)).refusal).toBeNull();
    expect(cycles(story, 'RESPONSE', ny(now))).toEqual(expected);
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('the breach that a late raise causes is detected when it is recorded, and has no reason of its own', () => {
    // Two business days of SEV2 had passed on Wednesday at 09:00.
    const story = new Story(SEV4, OPENED).do(ACKNOWLEDGE, OPENED);
    const [at, now] = [ny('2026-11-18 10:00'), ny('2026-11-18 12:00')];
    expect(story.late(reclassify(SEV2), at, now).refusal).toBeNull();
    const [raise, breach] = story.events.slice(2);
    expect(raise).toMatchObject({ type: 'RECLASSIFIED', at, lateReason: 'The client phoned' });
    expect(breach).toMatchObject({
      type: 'COMMITMENT_BREACHED',
      kind: 'RESOLUTION',
      at,
      actor: AGENT,
      breach: { at, detectedAt: now, cause: 'RECLASSIFIED' },
    });
    expect(breach).not.toHaveProperty('lateReason');
  });

  it('a workaround after a breach: the breach stays, and the new deadline runs from the same start', () => {
    const story = opened();
    const now = ny('2026-11-16 11:00');
    story.late(workaround(CONTAINED), ny('2026-11-16 09:50'), now);
    expect(story.ticket).toMatchObject({ state: 'workaroundApplied', severity: 'SEV4' });
    // Five business days from the opening.
    expect(cycles(story, 'UPDATE', now)).toEqual([
      ['SEV1', '2026-11-16 09:00', '2026-11-16 10:00', 'BREACHED', '2026-11-16 10:00'],
      ['SEV4', '2026-11-16 09:00', '2026-11-23 09:00', 'RUNNING'],
    ]);
  });
});
