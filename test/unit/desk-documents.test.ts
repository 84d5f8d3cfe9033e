import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLEnumType, parse, validate } from 'graphql';
import { CLIENTS_LIKE, FIND_CLIENT } from '../../src/adapters/cli/desk/client-name';
import { type EventFacts, eventSentence, inWords } from '../../src/adapters/cli/desk/event-sentence';
import { AGENTS_BEGINNING, CLIENTS_BEGINNING } from '../../src/adapters/cli/desk/known-names';
import * as documents from '../../src/adapters/cli/desk/ticket-documents';

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
