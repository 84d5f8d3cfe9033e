import { describe, expect, it, test } from '@jest/globals';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { busMessage } from '../../src/application/bus/cloud-event';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import type { Command } from '../../src/domain/ticket/commands';
import { foldAll } from '../../src/domain/ticket/fold';
import { TICKET_STATES } from '../../src/domain/ticket/ticket';
import { AGENT, CIMCLOUD, ny, RESOLVE, SEV2, SEV3, Story, workaround } from '../support/domain';
import { sampleChanges } from '../support/webhook-samples';

const OPENED = ny('2026-11-02 09:00');
const NOTE: Command = { type: 'addNote', body: 'Ben knows them' };
const CANCEL: Command = { type: 'close', reason: 'a duplicate' };

const stories = {
  open: () => new Story(SEV2, OPENED),
  workaroundApplied: () => new Story(SEV2, OPENED).do(workaround(SEV3), OPENED),
  resolved: () => new Story(SEV2, OPENED).do(RESOLVE, OPENED),
  closed: () => new Story(SEV2, OPENED).do(CANCEL, OPENED),
};

describe('a note', () => {
  it.each(TICKET_STATES)('changes nothing of a ticket that is %s but its version and last event', (state) => {
    const story = stories[state]();
    const before = story.ticket;
    const at = ny('2026-11-02 09:05');
    story.do(NOTE, at);
    expect(story.ticket).toEqual({ ...before, version: before.version + 1, lastEventAt: at });
    expect(nextDeadline(story.ticket, CIMCLOUD)).toBe(nextDeadline(before, CIMCLOUD));
    expect(story.events.at(-1)).toMatchObject({
      type: 'NOTE_ADDED',
      body: 'Ben knows them',
      actor: AGENT,
      effects: { state },
    });
  });

  it('records first what was due before it', () => {
    const story = stories.open();
    story.do(NOTE, ny('2026-11-03 18:00'));
    expect(story.events.map(({ type }) => type)).toEqual([
      'SUBMITTED',
      'MARK_REACHED',
      'COMMITMENT_BREACHED',
      'MARK_REACHED',
      'COMMITMENT_BREACHED',
      'MARK_REACHED',
      'NOTE_ADDED',
    ]);
  });

  it('is not earlier than the last event', () => {
    const story = stories.open().do(NOTE, ny('2026-11-02 10:00'));
    expect(story.try(NOTE, ny('2026-11-02 09:59')).refusal?.code).toBe('OutOfOrder');
  });
});

describe('a note on a ticket with an imported history', () => {
  const observedUntil = ny('2026-11-02 12:00');
  const imported = () => new Story(SEV2, OPENED, CIMCLOUD, { notMeasured: [], observedUntil, silenceFrom: OPENED });
  const LATER = ny('2026-12-01 10:00');

  it('leaves the time after the history unmeasured', () => {
    const story = imported();
    const before = story.ticket;
    story.do(NOTE, LATER);
    expect(story.ticket).toEqual({ ...before, version: 2 });
    expect(story.events.map(({ type }) => type)).toEqual(['SUBMITTED', 'NOTE_ADDED']);
    expect(nextDeadline(story.ticket, CIMCLOUD)).toBeNull();
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('does not stand in the way of the first action, which ends it', () => {
    const story = imported().do(NOTE, LATER).do({ type: 'acknowledge' }, LATER);
    expect(story.ticket.observedUntil).toBeNull();
    expect(story.events.map(({ type }) => type)).toContain('COMMITMENT_BREACHED');
  });
});

test('a note within an imported history changes nothing either', () => {
  const story = new Story(SEV2, OPENED, CIMCLOUD, { notMeasured: [], observedUntil: ny('2026-11-02 12:00') });
  const before = story.ticket;
  story.do(NOTE, ny('2026-11-02 10:00'));
  expect(story.ticket).toEqual({ ...before, version: 2 });
});

test('a note is in the event bus under a subject that no pattern for a client includes', () => {
  const notes = sampleChanges().filter(({ event }) => event.type === 'NOTE_ADDED');
  expect(notes).toHaveLength(1);
  for (const change of notes) {
    const { clientId, ticketId } = change.event;
    const { subject } = busMessage(change, toGlobalId, 'here');
    expect(subject).toEqual(['internal', 'ticket.note_added', clientId, ticketId]);
    // `stepdown.*.*.<client>.>` has the client in fourth place.
    expect(['stepdown', ...subject].join('.').split('.')[3]).not.toBe(clientId);
  }
});
