import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, foldAll } from '../../src/domain/ticket/fold';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { type RecordedEvent, readEvent, schemaVersionOf, UnreadableEvent } from '../../src/domain/ticket/upcast';
import { ny, SEV2, Story } from '../support/domain';
import { EVENT_TYPES } from '../support/event-types';
import { history, play } from '../support/histories';

const recorded = ({ type, ticketId, number, at, actor, ...data }: TicketEvent): RecordedEvent => ({
  id: '41',
  ticketId,
  number,
  type,
  schemaVersion: schemaVersionOf(type),
  at,
  actor,
  data,
});

const [opening] = new Story(SEV2, ny('2026-11-16 09:00')).events.map(recorded);
if (opening === undefined) throw new Error('A story begins with an event');
const { calendars: _, ...beforeCalendars } = opening.data;
const effects = opening.data.effects as Readonly<Record<string, unknown>>;
const started = effects.started as readonly object[];

const messageOf = (changes: Partial<RecordedEvent>): string => {
  try {
    readEvent({ ...opening, ...changes });
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableEvent);
    return (error as Error).message;
  }
  throw new Error('It was read');
};

describe('an event of the log', () => {
  it('is read as it was decided, for any history of a ticket', () => {
    fc.assert(
      fc.property(history, (lived) => {
        const { story } = play(lived);
        // What the database keeps is JSON.
        const rows = JSON.parse(JSON.stringify(story.events.map(recorded))) as RecordedEvent[];
        const events = rows.map(readEvent);
        expect(events).toEqual(story.events);
        expect(foldAll(events)).toEqual(story.ticket);
      }),
      { numRuns: 60 },
    );
  });

  it('of SUBMITTED version 1 gets no replaced calendars, or keeps those that it has', () => {
    expect(readEvent({ ...opening, schemaVersion: 1, data: beforeCalendars })).toMatchObject({ calendars: {} });
    const data = { ...opening.data, calendars: { business: 'roundTheClock' } };
    expect(readEvent({ ...opening, schemaVersion: 1, data })).toMatchObject({ calendars: data.calendars });
  });

  it('keeps a field that its shape does not know', () => {
    expect(readEvent({ ...opening, data: { ...opening.data, mood: 'fine' } })).toMatchObject({ mood: 'fine' });
  });

  it.each<[string, Partial<RecordedEvent>, string]>([
    [
      'of an unknown type',
      { type: 'FORETOLD' },
      'this version of Stepdown does not know the type FORETOLD. A newer version of Stepdown wrote it: upgrade this process.',
    ],
    [
      'of a type that is a name in JavaScript',
      { type: 'constructor' },
      'this version of Stepdown does not know the type constructor. A newer version of Stepdown wrote it: upgrade this process.',
    ],
    [
      'of a newer version',
      { schemaVersion: 3 },
      'this version of Stepdown reads SUBMITTED up to version 2 of its shape, not 3. A newer version of Stepdown wrote it: upgrade this process.',
    ],
    [
      'of no version',
      { schemaVersion: 0 },
      '0 is no version of the shape of SUBMITTED. The stored row is damaged: compare it with a backup and correct it by a migration.',
    ],
    [
      'without a field that its version has',
      { data: beforeCalendars },
      'in SUBMITTED, calendars is missing; it takes a map by name. The stored row is damaged: compare it with a backup and correct it by a migration.',
    ],
  ])('%s is an error that names it and says what to do', (_case, changes, reason) => {
    expect(messageOf(changes)).toBe(`Event 1 of ticket ticket-1 (events.id 41) cannot be read: ${reason}`);
  });

  it.each<[string, Partial<RecordedEvent>]>([
    ['in SUBMITTED, it takes an object, not a list', { data: [] as never }],
    ['in SUBMITTED, subject takes text, not 7', { data: { ...opening.data, subject: 7 } }],
    ['in SUBMITTED, tags takes a list, not an object', { data: { ...opening.data, tags: {} } }],
    ['in SUBMITTED, tags[1] takes text, not null', { data: { ...opening.data, tags: ['a', null] } }],
    ['in SUBMITTED, calendars.business takes text, not 1', { data: { ...opening.data, calendars: { business: 1 } } }],
    [
      'in SUBMITTED, severity takes one of SEV1, SEV2, SEV3, SEV4, SEV5, not "SEV9"',
      { data: { ...opening.data, severity: 'SEV9' } },
    ],
    [
      'in SUBMITTED, effects.started[1].startedAt takes a finite number, not "now"',
      {
        data: { ...opening.data, effects: { ...effects, started: [started[0], { ...started[1], startedAt: 'now' }] } },
      },
    ],
    [
      'in SUBMITTED, effects.responds takes true, not false',
      { data: { ...opening.data, effects: { ...effects, responds: false } } },
    ],
    ['of its actor, id is missing; it takes text', { actor: { kind: 'AGENT', name: 'Ada' } as never }],
    ['in MARK_REACHED, kind is missing', { type: 'MARK_REACHED', schemaVersion: 1, data: {} }],
    [
      'in CLOSED, cause takes one of CONFIRMED, CANCELLED, SILENCE',
      { type: 'CLOSED', schemaVersion: 1, data: { cause: 1 } },
    ],
  ])('that is damaged is an error that names the field: %s', (problem, changes) => {
    expect(messageOf(changes)).toContain(problem);
  });

  it('of every type has a version', () => {
    expect(EVENT_TYPES.filter((type) => schemaVersionOf(type) !== 1)).toEqual(['SUBMITTED']);
  });
});

it('folding an event of an unknown type is an error that names event and ticket', () => {
  const { ticket } = new Story(SEV2, ny('2026-11-16 09:00'));
  const event = { type: 'FORETOLD', ticketId: 'ticket-1', number: 2, at: ticket.openedAt, effects: { state: 'open' } };
  expect(() => fold(ticket, event as never)).toThrow(
    'Event 2 of ticket ticket-1 has the type FORETOLD, which cannot be folded',
  );
});
