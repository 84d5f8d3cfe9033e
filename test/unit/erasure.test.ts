import { describe, expect, it } from '@jest/globals';
import { textsOfShape } from '../../src/domain/shape-texts';
import {
  ERASED,
  type Erasure,
  erasedHistory,
  erasePerson,
  eraseTicket,
  personOf,
  UnerasableEvent,
} from '../../src/domain/ticket/erasure';
import { ACTOR_SHAPE, EVENT_SHAPES } from '../../src/domain/ticket/event-shapes';
import { foldAll } from '../../src/domain/ticket/fold';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { readStoredLog, STORED_RELEASES, storedEvents } from '../support/stored-logs';

const declared = Object.entries(EVENT_SHAPES).flatMap(([type, { texts }]) =>
  textsOfShape(texts).map(([path, means]) => ({ field: `${type}.${path}`, means })),
);
const leaves = (means: string) => [
  ...new Set(declared.filter((one) => one.means === means).map(({ field }) => field.replace(/.*\./, ''))),
];

describe('the texts of events', () => {
  it('each say what they mean to a person; declare a new one in event-shapes.ts', () => {
    expect(declared.filter(({ means }) => means === null)).toEqual([]);
    expect(textsOfShape(ACTOR_SHAPE.texts)).toEqual([['', 'ACTOR']]);
  });

  // A new field that only identifies or classifies belongs here; one that a person fills does not.
  it('that are facts are ids and words of policies', () => {
    expect(leaves('FACT').sort()).toEqual([
      'audience',
      'calendars[]',
      'clause',
      'clientId',
      'consequence',
      'followUpOf',
      'mark',
      'name',
      'policyId',
    ]);
    expect(
      declared.filter(({ field }) => field.endsWith('.name')).every(({ field }) => field.endsWith('.marks[].name')),
    ).toBe(true);
  });
});

describe('a person', () => {
  it.each<readonly [names: readonly string[], text: string, isMentioned: boolean]>([
    [['Ann'], 'The channel is annual', false],
    [['Ann'], 'ask ANN, please', true],
    [['Ann'], 'ann.b@example.com', true],
    [['Ann Bee'], 'AnnBee', false],
    [['Ann Bee'], 'of ann\n  bees', true],
    [['Ann Bee'], 'https://tracker.example/users/ann-bee', true],
    [['Ann Bee'], 'Ann.Bee@example.com', true],
    [['Ann Bee'], 'Joann Beech', false],
    [['Ann Bee'], 'Joann Bee', false],
    [['Ann Bee'], "Ann Bee's", true],
    [['ann@example.com'], 'mailto:ANN@EXAMPLE.COM?x', true],
    [['ann@example.com'], 'joann@example.com', false],
    [['ann@example.com'], 'jo.ann@example.com', false],
    [['ann@example.com'], 'ann@example.com.au', false],
    [['ann@example.com'], 'to ann@example.com.', true],
    [['Straße'], 'STRASSE', true],
    [['Zoë'], 'zoe\u0308', true],
    [['Bartholomew'], 'bartholomews', true],
    [['田中さん'], '昨日田中さんから', true],
    [['김철수'], '김철수님', true],
    [['a.c'], 'abc', false],
    [['(x)'], 'f(x)', false],
    [['C++'], 'in c++ only', true],
    [['x^y'], 'x^y', true],
  ])('named %j is mentioned in %j: %s', (names, text, isMentioned) => {
    expect(personOf(names, []).isMentioned(text)).toBe(isMentioned);
  });

  it.each<readonly [names: readonly string[], ids: readonly string[], text: string, isNamed: boolean]>([
    [['Ada'], [], 'ADA', true],
    [['Ada'], [], 'Ada Byron', false],
    [['Ada Byron'], [], 'Ada Byron (CEO)', true],
    [['Ada Byron'], [], 'Jada Byron', false],
    [['Ada Byron'], [], 'Ada Byrons', false],
    [['ada@example.com'], [], 'jada@example.com', false],
    [['Ada Byron'], ['ada'], 'Ada', true],
    [['Ada Byron'], ['ada'], 'Ada King', false],
    [['ada@example.com'], [], 'Ada <ada@example.com>', true],
  ])('named %j, with the ids %j, is %j: %s', (names, ids, text, isNamed) => {
    expect(personOf(names, ids).isNamed(text)).toBe(isNamed);
  });

  it('of ids only is in no longer text', () => {
    expect(personOf(['Ada Byron'], ['operator']).isMentioned('the operator called')).toBe(false);
  });
});

let made = 0;
const newPseudonym = () => `erased-${(++made).toString(16).padStart(12, '0')}`;
const PSEUDONYM = 'erased-abcdefabcdef';

const histories = STORED_RELEASES.map(readStoredLog).flatMap((log) =>
  log.tickets.map(({ id }) => [log.release, id, storedEvents(log, id)] as const),
);
const names = [
  ...new Set(
    histories.flatMap(([, , events]) =>
      events.flatMap((event) => [
        ...(event.actor.kind === 'SYSTEM' ? [] : [event.actor.name]),
        ...(event.type === 'SUBMITTED' && event.reporter !== null ? [event.reporter] : []),
      ]),
    ),
  ),
].filter((name) => name.length > 2);

/** Events without what an erasure may change. */
const facts = (events: readonly TicketEvent[]) =>
  erasedHistory(events, () => (means, value) => (means === 'FACT' ? value : typeof value)).events;

describe.each(histories)('of the log %s, the ticket %s', (_release, _id, events) => {
  const erasures: readonly (readonly [string, Erasure])[] = [
    ['as a ticket', eraseTicket(newPseudonym)],
    ...names.map((name) => [`of ${name}`, erasePerson(personOf([name], []), PSEUDONYM, newPseudonym)] as const),
  ];

  it.each(erasures)('erased %s keeps its facts, and can be folded', (_about, erasure) => {
    const erased = erasedHistory(events, erasure);
    expect(facts(erased.events)).toEqual(facts(events));
    expect(() => foldAll(erased.events)).not.toThrow();
    expect(erasedHistory(erased.events, erasure).changed).toEqual([]);
  });

  it('erased of all people has none of their names', () => {
    const all = erasePerson(personOf(names, []), PSEUDONYM, newPseudonym);
    const erased = JSON.stringify(erasedHistory(events, all).events).toLowerCase();
    expect(names.filter((name) => erased.includes(`"${name.toLowerCase()}"`))).toEqual([]);
  });

  it('erased as a ticket has none of its texts', () => {
    const texts = new Set<unknown>();
    erasedHistory(events, () => (means, value) => {
      if (means === 'WRITTEN' && value !== '') texts.add(value);
      return value;
    });
    const kept = new Set<unknown>();
    erasedHistory(erasedHistory(events, eraseTicket(newPseudonym)).events, () => (means, value) => {
      if (means === 'WRITTEN') kept.add(value);
      return value;
    });
    expect([...kept].filter((text) => text !== ERASED && text !== '')).toEqual([]);
    expect(texts.size).toBeGreaterThan(0);
  });
});

it('refuses an event with a field that it does not know, which may be a text', () => {
  const [first] = histories;
  const [submitted] = first?.[2] ?? [];
  if (submitted === undefined) throw new Error('There is no log.');
  const newer = Object.assign({ mood: 'Ada is angry' }, submitted);
  expect(() => erasedHistory([newer], eraseTicket(newPseudonym))).toThrow(UnerasableEvent);
});
