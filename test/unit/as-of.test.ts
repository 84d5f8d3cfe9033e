import { describe, expect, it } from '@jest/globals';
import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { historyAsOf } from '../../src/application/tickets/as-of';
import { foldAll } from '../../src/domain/ticket/fold';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { ACKNOWLEDGE, ny, RESOLVE, reclassify, SEV1, SEV2, SEV3, Story, WAIT } from '../support/domain';

const OPENED = ny('2026-11-16 09:00');
const WAITED = ny('2026-11-16 14:00');
const RAISED = ny('2026-11-25 09:00');
const RESOLVED = ny('2026-11-25 10:00');

// SEV3, so that the raise to SEV2 puts the due instant of RESOLUTION into the past.
const story = new Story(SEV3, OPENED).do(WAIT, WAITED).do({ type: 'stopWaiting', reason: 'CLIENT' }, WAITED);
story.do(reclassify(SEV2), RAISED).do(RESOLVE, RESOLVED);

/** Each recorded as it happened; what the clock brought about, with the command that came next. */
const live: readonly LoggedEvent[] = story.events.map((event, index, all) =>
  logged(event, all.slice(index).find(({ actor }) => actor.kind !== 'SYSTEM')?.at ?? event.at),
);
const imported = story.events.map((event) => logged(event, RESOLVED + 1));

function logged(event: TicketEvent, recordedAt: number): LoggedEvent {
  return { ...event, clientId: 'c', id: String(event.number), recordedAt };
}

const last = (events: readonly LoggedEvent[], at: number, knownAt: number | null = null) => {
  const event = historyAsOf(events, { at, knownAt }).at(-1);
  if (event === undefined) return null;
  return 'kind' in event ? `${event.type} ${event.kind}` : event.type;
};

it.each<[string, number, string | null, string | null]>([
  ['before it was opened', OPENED - 1, null, null],
  ['when it was opened', OPENED, 'SUBMITTED', 'SUBMITTED'],
  ['when an agent acted', WAITED, 'WAITING_STOPPED', 'WAITING_STOPPED'],
  // On the 18th an update fell due; recorded live with the raise, a week later.
  ['at a due instant', ny('2026-11-18 09:00'), 'WAITING_STOPPED', 'MARK_REACHED UPDATE'],
  ['from the next millisecond on', ny('2026-11-18 09:00') + 1, 'WAITING_STOPPED', 'COMMITMENT_BREACHED UPDATE'],
  [
    'a breach that a change made is there with it',
    RAISED,
    'COMMITMENT_BREACHED RESOLUTION',
    'COMMITMENT_BREACHED RESOLUTION',
  ],
  ['long after', RESOLVED + 9e9, 'RESOLVED', 'RESOLVED'],
])('%s', (_, at, ofLive, ofImported) => {
  expect([last(live, at), last(imported, at)]).toEqual([ofLive, ofImported]);
});

it('contains only what was recorded by then, and nothing after an event that was not', () => {
  expect(last(live, RESOLVED, WAITED)).toBe('WAITING_STOPPED');
  expect(last(imported, RESOLVED, RESOLVED)).toBeNull();
  expect(last(imported, RESOLVED, RESOLVED + 1)).toBe('RESOLVED');
  const late = live.map((event) => (event.number === 2 ? { ...event, recordedAt: RESOLVED + 1 } : event));
  expect(last(late, RESOLVED, RESOLVED)).toBe('SUBMITTED');
});

describe('with a late entry', () => {
  // SEV1: a response is due at 09:15. It was given at 09:10 and recorded at 09:40.
  const start = ny('2026-11-16 09:00');
  const now = ny('2026-11-16 09:40');
  const late = new Story(SEV1, start);
  late.late(ACKNOWLEDGE, ny('2026-11-16 09:10'), now);
  const events = late.events.map((event) => logged(event, event.type === 'ACKNOWLEDGED' ? now : event.at));
  const types = (at: string, knownAt: number | null = null) =>
    historyAsOf(events, { at: ny(at), knownAt }).map(({ type }) => type);

  it.each<[string, string, number | null, readonly string[]]>([
    ['before it happened', '2026-11-16 09:09', null, ['SUBMITTED']],
    ['when it had happened and nothing was due', '2026-11-16 09:10', null, ['SUBMITTED', 'ACKNOWLEDGED']],
    ['the same, as it was known then', '2026-11-16 09:10', ny('2026-11-16 09:10'), ['SUBMITTED']],
    ['after the mark', '2026-11-16 09:12', null, ['SUBMITTED', 'MARK_REACHED', 'ACKNOWLEDGED']],
    [
      'after the breach, as it was known just before the entry',
      '2026-11-16 09:40',
      now - 1,
      ['SUBMITTED', 'MARK_REACHED', 'COMMITMENT_BREACHED'],
    ],
    [
      'after the breach, in the order of recording',
      '2026-11-16 09:40',
      now,
      ['SUBMITTED', 'MARK_REACHED', 'COMMITMENT_BREACHED', 'ACKNOWLEDGED'],
    ],
  ])('%s', (_, at, knownAt, expected) => expect(types(at, knownAt)).toEqual(expected));

  it('the response of that instant is one in time', () => {
    const { cycles } = foldAll(historyAsOf(events, { at: ny('2026-11-16 09:12'), knownAt: null }));
    expect(cycles.find(({ kind }) => kind === 'RESPONSE')).toMatchObject({
      breach: null,
      end: { outcome: 'FULFILLED' },
    });
  });

  it('an event on a closed ticket does not close it as of an earlier instant', () => {
    const waive = { type: 'waiveBreach', kind: 'RESPONSE', cycle: 1, reason: 'r' } as const;
    const closing = new Story(SEV2, start).do(ACKNOWLEDGE, ny('2026-11-16 14:00')).do(RESOLVE, ny('2026-11-16 15:00'));
    closing.late(waive, ny('2026-11-17 09:00'), ny('2026-11-24 09:00'));
    expect(closing.events.slice(-2).map(({ type }) => type)).toEqual(['CLOSED', 'BREACH_WAIVED']);
    expect(closing.ticket.state).toBe('closed');
    const all = closing.events.map((event) => logged(event, ny('2026-11-24 09:00')));
    const then = foldAll(historyAsOf(all, { at: ny('2026-11-18 09:00'), knownAt: null }));
    expect(then).toMatchObject({ state: 'resolved', closedAt: null });
  });
});
