import { expect, it } from '@jest/globals';
import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { historyAsOf } from '../../src/application/tickets/as-of';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { ny, RESOLVE, reclassify, SEV2, SEV3, Story, WAIT } from '../support/domain';

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
