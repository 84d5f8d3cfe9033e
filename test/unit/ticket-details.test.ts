import { describe, expect, it, test } from '@jest/globals';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import type { Command } from '../../src/domain/ticket/commands';
import { erasedHistory, erasePerson, eraseTicket, personOf } from '../../src/domain/ticket/erasure';
import { foldAll } from '../../src/domain/ticket/fold';
import type { TicketDetails } from '../../src/domain/ticket/ticket-details';
import { AGENT, CIMCLOUD, ny, RESOLVE, SEV2, Story } from '../support/domain';

const OPENED = ny('2026-11-02 09:00');
const LATER = ny('2026-11-02 10:00');
const ADA = { name: 'Zoe Zander', email: 'zoe@example.com', phone: '+1 555 0100', role: 'IT manager' };
const BEN = { name: 'Ben', email: null, phone: null, role: null };
const CLOSE: Command = { type: 'close', reason: 'a duplicate' };
const update = (details: TicketDetails): Command => ({ type: 'updateTicket', details });
const opened = () =>
  new Story(SEV2, OPENED, CIMCLOUD, undefined, { subject: 'Old', reporter: 'Rob', tags: ['a'], contacts: [BEN] });

describe('an update', () => {
  it.each<[string, TicketDetails, TicketDetails, TicketDetails]>([
    ['subject', { subject: 'New' }, { subject: 'Old' }, { subject: 'New' }],
    ['a field that is cleared', { reporter: null }, { reporter: 'Rob' }, { reporter: null }],
    [
      'a field that was empty',
      { externalUrl: 'https://a.test/' },
      { externalUrl: null },
      { externalUrl: 'https://a.test/' },
    ],
    ['all tags', { tags: ['b', 'a'] }, { tags: ['a'] }, { tags: ['b', 'a'] }],
    ['no tags', { tags: [] }, { tags: ['a'] }, { tags: [] }],
    ['contacts', { contacts: [BEN, ADA] }, { contacts: [BEN] }, { contacts: [BEN, ADA] }],
    [
      'only what changes',
      { subject: 'Old', tags: ['a'], description: 'd', contacts: [BEN] },
      { description: null },
      { description: 'd' },
    ],
  ])('records %s, with what was there before', (_, details, before, after) => {
    const story = opened();
    const was = story.ticket;
    story.do(update(details), LATER);
    const { type, number, ticketId, at, actor, effects, ...data } = story.events.at(-1) as unknown as Record<
      string,
      unknown
    >;
    expect([type, data]).toEqual(['TICKET_UPDATED', { ...after, before }]);
    expect(story.ticket).toEqual({ ...was, ...after, version: 2, lastEventAt: LATER });
    expect(nextDeadline(story.ticket, CIMCLOUD)).toBe(nextDeadline(was, CIMCLOUD));
    expect(foldAll(story.events)).toEqual(story.ticket);
  });

  it('of what is so already records nothing, so that it can be sent again', () => {
    const story = opened().do(update({ subject: 'New', contacts: [ADA] }), LATER);
    const { ticket } = story;
    const decision = story.try(update({ subject: 'New', contacts: [{ ...ADA }] }), ny('2026-11-02 10:05'));
    expect(decision).toEqual({ ticket, events: [], refusal: null });
  });

  it('is possible after the resolution', () => {
    expect(
      opened()
        .do(RESOLVE, LATER)
        .do(update({ subject: 'New' }), LATER).ticket,
    ).toMatchObject({
      state: 'resolved',
      subject: 'New',
      silentSince: LATER,
    });
  });

  it('changes only the tags of a closed ticket', () => {
    const story = opened().do(CLOSE, LATER);
    expect(story.try(update({ tags: ['b'], subject: 'New' }), LATER).refusal).toMatchObject({
      code: 'InvalidInput',
      field: 'subject',
    });
    expect(story.do(update({ tags: ['b'] }), LATER).ticket).toMatchObject({
      state: 'closed',
      tags: ['b'],
      subject: 'Old',
    });
  });

  it('leaves the time after an imported history unmeasured', () => {
    const observedUntil = ny('2026-11-02 12:00');
    const story = new Story(SEV2, OPENED, CIMCLOUD, { notMeasured: [], observedUntil });
    story.do(update({ tags: ['x'] }), ny('2026-12-01 10:00'));
    expect(story.ticket).toMatchObject({ observedUntil, lastEventAt: OPENED, tags: ['x'] });
    expect(story.events).toHaveLength(2);
  });
});

test.each<Command>([
  { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'it is back' },
  { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'is it back?' },
  { type: 'recordCall', note: null },
])('a closed ticket has to be followed up for a message (%j)', (command) => {
  const story = opened().do(CLOSE, LATER);
  expect(story.try(command, LATER).refusal).toEqual({ code: 'FollowUpNeeded', ticketId: story.ticket.id });
});

describe('an erasure', () => {
  const story = opened()
    .do(update({ contacts: [BEN, ADA], description: 'They wait' }), LATER)
    .do(update({ contacts: [ADA] }), LATER);
  let made = 0;
  const newPseudonym = () => `erased-00000000000${(made++).toString(16)}`;

  it('of a person removes how to reach the contact, wherever it was recorded', () => {
    const erasure = erasePerson(personOf(['Zoe Zander'], []), 'erased-aaaaaaaaaaaa', newPseudonym);
    const { events } = erasedHistory(story.events, erasure);
    const gone = { name: 'erased-aaaaaaaaaaaa', email: null, phone: null, role: '[erased]' };
    expect(foldAll(events).contacts).toEqual([gone]);
    expect(events[1]).toMatchObject({ contacts: [BEN, gone], before: { contacts: [BEN] } });
    expect(JSON.stringify(events)).not.toMatch(/Zoe|zoe@|555/);
    // Again, nothing changes.
    expect(erasedHistory(events, erasure).changed).toEqual([]);
  });

  it.each([['zoe@example.com'], ['+1 555 0100']])('finds a contact by %s', (name) => {
    const erasure = erasePerson(personOf([name], []), 'erased-aaaaaaaaaaaa', newPseudonym);
    expect(JSON.stringify(erasedHistory(story.events, erasure).events)).not.toMatch(/Zoe|zoe@|555/);
  });

  it('of a ticket has one name for a person in all its events', () => {
    const { events } = erasedHistory(story.events, eraseTicket(newPseudonym));
    const { contacts, subject, description, tags } = foldAll(events);
    expect([subject, description, tags]).toEqual(['[erased]', '[erased]', ['[erased]']]);
    expect(events[1]).toMatchObject({ contacts: [{ name: expect.stringMatching(/^erased-/) }, contacts[0]] });
    expect(JSON.stringify(events)).not.toMatch(/Zoe|zoe@|555|Ben/);
  });

  it('of who wrote a role erases it, and leaves the contact', () => {
    const described = opened().do(update({ contacts: [{ ...BEN, role: 'whom I know from school' }] }), LATER);
    const erasure = erasePerson(personOf([AGENT.name], []), 'erased-aaaaaaaaaaaa', newPseudonym);
    const { contacts } = foldAll(erasedHistory(described.events, erasure).events);
    expect(contacts).toEqual([{ ...BEN, role: '[erased]' }]);
  });

  it('of a person takes a ticket that is theirs since its reporter was corrected', () => {
    const theirs = opened().do(update({ reporter: 'Zoe Zander' }), LATER);
    const erasure = erasePerson(personOf(['Zoe Zander'], []), 'erased-aaaaaaaaaaaa', newPseudonym);
    expect(foldAll(erasedHistory(theirs.events, erasure).events)).toMatchObject({
      reporter: 'erased-aaaaaaaaaaaa',
      subject: '[erased]',
    });
  });
});
