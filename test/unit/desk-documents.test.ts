import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLEnumType, parse, validate } from 'graphql';
import { CLIENTS_LIKE, FIND_CLIENT } from '../../src/adapters/cli/desk/client-name';
import { deskClock } from '../../src/adapters/cli/desk/desk-clock';
import { type EventFacts, eventSentence, inWords } from '../../src/adapters/cli/desk/event-sentence';
import { AGENTS_BEGINNING, CLIENTS_BEGINNING } from '../../src/adapters/cli/desk/known-names';
import { plainText } from '../../src/adapters/cli/desk/styled-output';
import * as documents from '../../src/adapters/cli/desk/ticket-documents';
import { REASON_TEXTS, reasonSpan } from '../../src/adapters/cli/desk/work-commands';

const schema = buildSchema(readFileSync(join(__dirname, '../../schema.graphql'), 'utf8'));

const MUTATIONS = [
  'submitTicket',
  'acknowledgeTicket',
  'communicate',
  'addNote',
  'startWaiting',
  'stopWaiting',
  'applyWorkaround',
  'resolveTicket',
  'assignTicket',
];

describe('the documents of the commands', () => {
  const { mutationOf, EVENT_PARTS, ...named } = documents;
  it.each([
    ...Object.entries({ ...named, CLIENTS_LIKE, FIND_CLIENT, CLIENTS_BEGINNING, AGENTS_BEGINNING }),
    ...MUTATIONS.map((name) => [name, mutationOf(name)] as const),
  ])('%s are valid', (_, document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });
});

describe('the sentences on events', () => {
  const types = (schema.getType('TicketEventType') as GraphQLEnumType).getValues().map(({ name }) => name);
  it.each(types)('%s has one of its own', (type) => {
    const event = { type, actor: { kind: 'AGENT', id: 'a', name: 'Ada' } } as EventFacts;
    expect(eventSentence(event)).not.toBe(`recorded ${inWords(type)}`);
  });

  it('names a type that this command does not know', () => {
    expect(eventSentence({ type: 'COFFEE_MADE' } as EventFacts)).toBe('recorded coffee made');
  });
});

describe('the reasons of the work list', () => {
  const clock = deskClock('UTC', () => 0);
  const reasons = (schema.getType('WorkReason') as GraphQLEnumType).getValues().map(({ name }) => name);
  it('are all known', () => {
    expect(Object.keys(REASON_TEXTS).sort()).toEqual([...reasons].sort());
  });

  it('says that nothing will be asked, and names a reason that this command does not know', () => {
    expect(plainText([reasonSpan('LATER', null, clock)])).toBe('nothing to do unless someone acts');
    expect(plainText([reasonSpan('TEA_TIME', '2026-11-28T15:00:00.000Z', clock)])).toBe(
      'tea time since Sat 2026-11-28 15:00',
    );
  });
});
