import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { lanesOf } from '../../src/adapters/persistence/database/lanes';
import { PERMISSIONS, type Permission } from '../../src/application/access/permissions';
import { toIso } from '../../src/domain/instant';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { type Json, SEV2 } from '../support/graphql-service';
import { listenOver } from '../support/graphql-socket';
import { documentOf, type RootField, rootFieldsOf, SchemaCrawler } from '../support/schema-crawler';
import { openStore, type TestStore } from '../support/store';

const schema = buildGraphQLSchema();
const crawler = new SchemaCrawler(schema);
const queries = rootFieldsOf(schema).filter(({ kind }) => kind === 'query');

/** Who wrote the note, and what it says; nothing else has these words. */
const SECRET = /zqwhisper|zqauthor/i;
const EVENTS = `events(first: 100) { totalCount pageInfo { hasNextPage } edges { cursor } nodes { id number __typename } }`;

let companies: Companies;
let store: TestStore;
let person: Credential;
let agent: Credential;
let key: Credential;
let ticket: Json;
let note: Json;

beforeAll(async () => {
  companies = await startCompanies(['Acme']);
  store = await openStore({ database: companies.service.database });
  person = await companies.person('Acme');
  agent = await companies.agent('Acme');
  key = await companies.key(['READ', 'WRITE', 'SUBSCRIBE'], 'Acme');
  const author = await companies.token({
    sub: 'zqauthor',
    name: 'zqauthor',
    stepdown_role: 'agent',
    stepdown_clients: ['Acme'],
  });
  const input = { subject: 'No orders', impacts: SEV2, externalId: 'A-1' };
  ticket = (await companies.change('submitTicket', input, 'ticket { id number version }', person)).ticket;
  await companies.change('addNote', { ticketId: ticket.id, body: 'zqwhisper: they owe us' }, 'ticket { id }', author);
  const message = { ticketId: ticket.id, direction: 'OUTBOUND', channel: 'EMAIL', body: 'We look at it' };
  await companies.change('communicate', message, 'ticket { id }', agent);
  const { data } = await companies.ask(companies.admin, `query ($id: ID!) { ticket(id: $id) { ${EVENTS} } }`, {
    id: ticket.id,
  });
  note = data.ticket.events.nodes.find(({ __typename }: Json) => __typename === 'NoteAddedEvent');
});
afterAll(async () => {
  await store?.close();
  await companies?.close();
});

const eventsOf = async (by: Credential, more = ''): Promise<Json> => {
  const { data, errors } = await companies.ask(
    by,
    `query ($id: ID!) { ticket(id: $id) { version ${EVENTS} ${more} } }`,
    {
      id: ticket.id,
    },
  );
  expect(errors).toEqual([]);
  return data.ticket;
};

/** Arguments that lead to the ticket, its events and its note. */
function argumentsTo({ name, field }: RootField): readonly Json[] {
  const page = field.args.some(({ name: argument }) => argument === 'first') ? { first: 50 } : {};
  switch (name) {
    case 'Query._entities':
      return [{ representations: [{ __typename: 'Ticket', id: ticket.id }] }];
    case 'Query.node':
      return [{ id: ticket.id }, { id: note.id }];
    case 'Query.nodes':
      return [{ ids: [ticket.id, note.id] }];
    case 'Query.ticket':
      return [
        { id: ticket.id },
        { number: ticket.number },
        { externalId: 'A-1' },
        { id: ticket.id, asOf: toIso(Date.now()) },
      ];
    case 'Query.calendar':
    case 'Query.classify':
    case 'Query.simulate':
    case 'Query.policy':
      return [];
    default:
      return [page];
  }
}

describe('a note is not in any answer to a person of the client', () => {
  const open = queries.filter(({ name }) => (PERMISSIONS[name] as Permission).client);
  it.each(open.map((root) => [root.name, root] as const))('%s', async (_name, root) => {
    for (const args of argumentsTo(root)) {
      for (const selection of crawler.selectionsOf(root, args)) {
        const { query, variables } = documentOf('query', root.field, args, selection);
        const { data, errors } = await companies.ask(person, query, variables);
        const text = JSON.stringify([data, errors]).replaceAll(JSON.stringify(args).slice(1, -1), '');
        expect({ args, isSecret: SECRET.test(text), isNote: /"NoteAddedEvent"|"NOTE_ADDED"/.test(text) }).toEqual({
          args,
          isSecret: false,
          isNote: false,
        });
      }
    }
  });

  it('and it cannot add one', async () => {
    const document = 'mutation ($input: AddNoteInput!) { addNote(input: $input) { ticket { id } } }';
    const { errors } = await companies.ask(person, document, { input: { ticketId: ticket.id, body: 'n' } });
    expect(errors.map(({ extensions }: Json) => extensions.code)).toEqual(['FORBIDDEN']);
    const { allowedActions } = await eventsOf(person, 'allowedActions { command allowed }');
    expect(allowedActions).toContainEqual({ command: 'ADD_NOTE', allowed: false });
  });
});

test('the events of the ticket have a gap in their numbers for a person of the client, and none in their count', async () => {
  expect(await eventsOf(person)).toMatchObject({
    version: 3,
    events: { totalCount: 2, nodes: [{ number: 1 }, { number: 3 }], pageInfo: { hasNextPage: false } },
  });
  for (const by of [agent, key, companies.admin]) {
    expect(await eventsOf(by)).toMatchObject({
      events: { totalCount: 3, nodes: [{ number: 1 }, { number: 2, __typename: 'NoteAddedEvent' }, { number: 3 }] },
    });
  }
});

test.each([
  ['its type', 'events(first: 5, types: [NOTE_ADDED]) { totalCount nodes { id } }', 'events'],
  ['communications, where no one has it', 'communications(first: 5) { totalCount nodes { id } }', 'communications'],
])('a page of %s', async (_, selection, field) => {
  const hidden = { totalCount: field === 'events' ? 0 : 1 };
  const aliased = selection.replace(/^/, 'asked: ');
  expect((await eventsOf(person, aliased)).asked).toMatchObject(hidden);
  expect((await eventsOf(agent, aliased)).asked).toMatchObject({ totalCount: 1 });
});

test('its text finds the ticket for the support organisation, and not for a person of the client', async () => {
  const document = 'query ($text: String!) { tickets(filter: { text: $text }, first: 5) { totalCount nodes { id } } }';
  for (const text of ['zqwhisper', 'zqwhisper owe', 'we', 'orders']) {
    const find = async (by: Credential) => (await companies.ask(by, document, { text })).data.tickets.totalCount;
    const inNote = text.startsWith('zq');
    expect([text, await find(person), await find(agent), await find(key), await find(companies.admin)]).toEqual([
      text,
      inNote ? 0 : 1,
      1,
      1,
      1,
    ]);
  }
});

test('a subscriber of the client gets the events around it, and one of the support organisation all', async () => {
  const document = 'subscription ($after: EventCursor) { ticketEvents(after: $after) { event { number __typename } } }';
  const start = (await companies.ask(companies.admin, '{ events(first: 1) { nodes { cursor } } }')).data.events.nodes[0]
    .cursor;
  const numbersFor = async (by: Credential, count: number): Promise<number[]> => {
    const client = companies.socket(by);
    try {
      const listener = await listenOver(client, document, { after: start });
      return (await listener.has(count)).map(({ data }) => data.ticketEvents.event.number);
    } finally {
      await client.dispose();
    }
  };
  const opened = await companies.change('submitTicket', { subject: 'Live', impacts: SEV2 }, 'ticket { id }', agent);
  const ticketId = opened.ticket.id;
  await companies.change('addNote', { ticketId, body: 'zqwhisper again' }, 'ticket { id }', agent);
  await companies.change('resolveTicket', { ticketId }, 'ticket { id }', agent);
  expect(await numbersFor(person, 3)).toEqual([3, 1, 3]);
  expect(await numbersFor(agent, 5)).toEqual([2, 3, 1, 2, 3]);
});

test('a person of the client acts on a ticket with notes, and a repeated request gets the first answer', async () => {
  const close = { ticketId: ticket.id, reason: 'found it ourselves', idempotencyKey: 'close-once' };
  for (let n = 0; n < 2; n++) {
    const { ticket: closed } = await companies.change('closeTicket', close, 'ticket { state version }', person);
    expect(closed).toEqual({ state: 'CLOSED', version: 4 });
  }
  await companies.change('addNote', { ticketId: ticket.id, body: 'zqwhisper: as expected' }, 'ticket { id }', agent);
  expect(await eventsOf(person)).toMatchObject({ version: 5, events: { totalCount: 3 } });
});

test('the database itself hides it, unless the statement is for the support organisation', async () => {
  const { lookups } = lanesOf(store.pool);
  const clients = [(await store.pool.query('SELECT client_id FROM tickets LIMIT 1')).rows[0].client_id];
  const count = { text: `SELECT count(*)::int AS notes FROM events WHERE type = 'NOTE_ADDED'` };
  expect((await lookups.under({ sees: clients }).query(count)).rows).toEqual([{ notes: 0 }]);
  expect((await lookups.under({ sees: clients, seesInternal: false }).query(count)).rows).toEqual([{ notes: 0 }]);
  expect((await lookups.under({ sees: clients, seesInternal: true }).query(count)).rows).toEqual([{ notes: 3 }]);
});
