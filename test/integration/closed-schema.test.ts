import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLError } from 'graphql';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { openSocket } from '../support/graphql-socket';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ config: { introspection: false } });
});
afterAll(() => service.close());

type Ask = (query: string, variables?: Json) => Promise<{ readonly data?: Json; readonly errors: readonly Json[] }>;

const overPost: Ask = (query, variables) => service.ask(query, variables);
const overGet: Ask = async (query, variables = {}) => {
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const response = await fetch(`${service.url}?${search}`, { headers: { 'apollo-require-preflight': '1' } });
  const { data, errors = [] } = (await response.json()) as Json;
  return { data, errors };
};
const overSocket: Ask = (query, variables = {}) =>
  new Promise((resolve) => {
    const client = openSocket(service.url);
    let answer: Json = { errors: [] };
    const done = (result: Json): void => {
      resolve(result);
      void client.dispose();
    };
    client.subscribe(
      { query, variables },
      {
        next: (result) => {
          answer = { errors: [], ...result };
        },
        error: (errors) => done({ errors: errors as readonly GraphQLError[] }),
        complete: () => done(answer),
      },
    );
  });
const TRANSPORTS: readonly (readonly [string, Ask])[] = [
  ['POST', overPost],
  ['GET', overGet],
  ['a WebSocket', overSocket],
];

describe.each(TRANSPORTS)('without introspection, over %s', (_, ask) => {
  it.each([
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Ticket") { name } }',
    '{ viewer { seesAllClients } a: __schema { types { name } } }',
    'query { ...F } fragment F on Query { b: __type(name: "Ticket") { fields { name } } }',
    '{ ... { ... on Query { __schema { __typename } } } }',
    'query ($no: Boolean! = false) { __schema @include(if: $no) { __typename } }',
  ])('%s is refused', async (query) => {
    const { data = null, errors } = await ask(query);
    expect([data, errors[0]?.extensions.code]).toEqual([null, 'GRAPHQL_VALIDATION_FAILED']);
    expect(errors[0]?.message).toMatch(/^Introspection is off on this service;.* STEPDOWN_INTROSPECTION=true/);
  });

  it('a gateway cannot read the schema either, and __typename stays', async () => {
    expect((await ask('{ _service { sdl } }')).errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const { data, errors } = await ask('{ __typename viewer { t: __typename } }');
    expect([data, errors]).toEqual([{ __typename: 'Query', viewer: { t: 'Viewer' } }, []]);
  });

  it.each([
    ['a field', '{ ticketss(first: 1) { totalCount } }', {}, '"tickets"'],
    ['a field of a type', '{ tickets(first: 1) { nodes { severitty } } }', {}, 'severity'],
    ['a field of one of several types', '{ node(id: "x") { severity } }', {}, 'on "Ticket"'],
    ['an argument', '{ tickets(frst: 1) { totalCount } }', {}, 'first'],
    ['an argument of a directive', '{ viewer @include(if: true, iff: true) { seesAllClients } }', {}, '"if"'],
    ['a type', 'query ($f: TicketFiltr) { tickets(first: 1, filter: $f) { totalCount } }', {}, 'TicketFilter'],
    ['a type of a fragment', '{ node(id: "x") { ... on Tickett { id } } }', {}, '"Ticket"'],
    ['a value', '{ tickets(first: 1, filter: { severity: { eq: SEV_1 } }) { totalCount } }', {}, '"SEV1"'],
    [
      'a value of a variable',
      'query ($s: Severity!) { tickets(first: 1, filter: { severity: { eq: $s } }) { totalCount } }',
      { s: 'SEV_1' },
      'SEV1',
    ],
    ['an input field', '{ tickets(first: 1, filter: { severityy: {} }) { totalCount } }', {}, '"severity"'],
    [
      'an input field of a variable',
      'query ($f: TicketFilter) { tickets(first: 1, filter: $f) { totalCount } }',
      { f: { severityy: {} } },
      '"severity"',
    ],
    ['a selection', '{ viewer }', {}, '{ ... }'],
  ])('no error suggests %s', async (_kind, query, variables, suggestion) => {
    const { data = null, errors } = await ask(query, variables);
    expect([data, errors.length > 0]).toEqual([null, true]);
    const said = JSON.stringify(errors).replaceAll('\\"', '"');
    expect(said).not.toMatch(/did you mean/i);
    expect(said).not.toContain(suggestion);
  });
});

it('the pages open, and say that there is no schema', async () => {
  const explorer = await fetch(service.url, { headers: { accept: 'text/html' } });
  expect(await explorer.text()).toMatch(/explorer\/graphiql\.js.*Introspection is off on this service/s);
  const start = await fetch(new URL('/', service.url));
  expect(await start.text()).toContain('Introspection is off on this service');
});

it('with introspection, errors suggest names', async () => {
  const open = await startTestService({ database: service.database });
  const { errors } = await open.ask('{ ticketss(first: 1) { totalCount } }');
  expect(errors[0]?.message).toContain('Did you mean "tickets"');
  expect((await open.ask('{ __schema { queryType { name } } _service { sdl } }')).errors).toEqual([]);
  expect(await (await fetch(open.url, { headers: { accept: 'text/html' } })).text()).not.toContain('Introspection');
  await open.close();
});
