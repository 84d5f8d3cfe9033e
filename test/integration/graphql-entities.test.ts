import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { type Answer, type Json, SEV2 } from '../support/graphql-service';
import { callersBySeenClients, SEEN_CLIENTS } from '../support/seen-clients';

const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Ticket { id subject client { name } } ... on Client { id name } } }`;

let service: ClockedService;
let acme: string;
let other: string;
/** A ticket of Acme and one of the other client. */
let own: string;
let foreign: string;
const asAcme = () => ({ [SEEN_CLIENTS]: String(service.store.client.id) });
const entities = (representations: Json, headers?: Record<string, string>): Promise<Answer> =>
  service.ask(ENTITIES, { representations }, headers);

beforeAll(async () => {
  service = await startClockedService({ callers: callersBySeenClients });
  acme = toGlobalId('Client', service.store.client.id);
  other = (await service.mutate('createClient', { name: 'Other' }, 'client { id }')).client.id;
  own = await service.submit(SEV2, { clientId: acme });
  foreign = await service.submit(SEV2, { clientId: other });
});
afterAll(() => service.close());

describe('the entities of the subgraph', () => {
  it('are found in the order of their references, whatever else a reference holds', async () => {
    const { data } = await entities([
      { __typename: 'Client', id: other, name: 'No matter' },
      { __typename: 'Ticket', id: foreign, __proto__: null },
      { __typename: 'Client', id: acme },
      { __typename: 'Ticket', id: own, rooms: 7 },
      { __typename: 'Ticket', id: own },
    ]);
    expect(data._entities.map(({ __typename, id }: Json) => [__typename, id])).toEqual([
      ['Client', other],
      ['Ticket', foreign],
      ['Client', acme],
      ['Ticket', own],
      ['Ticket', own],
    ]);
    expect(data._entities[1].client).toEqual({ name: 'Other' });
  });

  it('are null in the cases in which node is null, and the others are found', async () => {
    const uuid = '01900000-0000-7000-8000-000000000000';
    const references = [
      ...[foreign, toGlobalId('Ticket', uuid), toGlobalId('Policy', 'cimcloud/1'), 'no id', ''].map((id) => [
        'Ticket',
        id,
      ]),
      ...[other, toGlobalId('Client', uuid), toGlobalId('Client', 'x')].map((id) => ['Client', id]),
      ['Ticket', own],
      ['Client', acme],
    ];
    const { data, errors } = await entities(
      references.map(([__typename, id]) => ({ __typename, id })),
      asAcme(),
    );
    const nodes = references.map(
      ([type, id], index) => `n${index}: node(id: ${JSON.stringify(id)}) { ... on ${type} { id } }`,
    );
    const byNode = await service.ask(`{ ${nodes.join(' ')} }`, {}, asAcme());
    expect([errors, byNode.errors]).toEqual([[], []]);
    const idOf = (found: Json) => found?.id ?? null;
    expect(data._entities.map(idOf)).toEqual(Object.values(byNode.data).map(idOf));
    expect(data._entities.filter((entity: Json) => entity !== null)).toHaveLength(2);
  });

  it('are null for an id of the other type, and for an id that is no text or too long', async () => {
    const ids = [acme, 7, null, true, { id: own }, [own], 'x'.repeat(200_000), `${own}\0`, '__proto__', undefined];
    const { data, errors } = await entities([
      ...ids.map((id) => ({ __typename: 'Ticket', id })),
      { __typename: 'Client', id: own },
      { __typename: 'Ticket', id: own },
    ]);
    expect(errors).toEqual([]);
    expect(data._entities.map((found: Json) => found?.id ?? null)).toEqual([...ids.map(() => null), null, own]);
  });

  it.each([
    ['no type', { id: 'x' }],
    ['a type that is no entity', { __typename: 'Policy', id: 'x' }],
    ['a type of introspection', { __typename: '__Type', id: 'x' }],
    ['a type that is no text', { __typename: ['Ticket'], id: 'x' }],
    ['a name of every object', { __typename: 'constructor', id: 'x' }],
    ['a type in its prototype', JSON.parse('{ "__proto__": { "__typename": "Ticket", "id": "x" } }')],
    ['a text', 'Ticket'],
    ['a number', 7],
    ['a list', [{ __typename: 'Ticket', id: 'x' }]],
    ['null', null],
  ])('are refused for a reference with or that is %s', async (_, reference) => {
    const { status, data, errors } = await entities([{ __typename: 'Ticket', id: own }, reference]);
    expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([400, null, ['BAD_USER_INPUT']]);
    if (reference !== null && !Array.isArray(reference)) {
      expect(errors[0]?.message).toMatch(/_Any must be an object with a __typename that is one of Client, Ticket/);
    }
  });

  it('are accepted as literals, with variables in them', async () => {
    const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Ticket", id: $id }, { __typename: "Client", id: "${acme}" }]) { ... on Ticket { id } ... on Client { id } } }`;
    expect((await service.ask(query, { id: own })).data).toEqual({ _entities: [{ id: own }, { id: acme }] });
    const invalid = await service.ask('{ _entities(representations: [{ __typename: "Nothing" }]) { __typename } }');
    expect([invalid.status, invalid.errors[0]?.message]).toEqual([400, expect.stringMatching(/one of Client, Ticket/)]);
  });

  it('of one call are read with one statement for each type', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 20; number += 1) ids.push(await service.submit(SEV2, { clientId: acme }));
    const names: string[] = [];
    const { query } = Client.prototype;
    Client.prototype.query = function noting(this: Client, ...args: unknown[]) {
      names.push(String((args[0] as { readonly name?: string }).name));
      return Reflect.apply(query, this, args);
    } as typeof query;
    try {
      const { data } = await service.ask(
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ticket { id } ... on Client { id } } }',
        { r: [...ids, ...ids].map((id) => ({ __typename: 'Ticket', id })).concat({ __typename: 'Client', id: other }) },
      );
      expect(data._entities.map(({ id }: Json) => id)).toEqual([...ids, ...ids, other]);
    } finally {
      Client.prototype.query = query;
    }
    expect(names).toHaveLength(2);
  });
});

describe('the number of references', () => {
  const absent = { __typename: 'Ticket', id: 'x' };
  const many = (count: number) => Array.from({ length: count }, () => absent);

  it('has a limit, which the error names', async () => {
    const { data, errors } = await entities(many(501));
    expect([data, errors.map(({ message }) => message)]).toEqual([
      null,
      ['representations takes at most 500 references.'],
    ]);
    expect(
      (await service.ask('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: many(500) }))
        .errors,
    ).toEqual([]);
  });

  const OF_VARIABLE =
    'query ($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } c: _entities(representations: $r) { __typename } }';
  const literal = (count: number) => `[${'{__typename:"Ticket",id:"x"}'.repeat(count)}]`;
  it.each<[string, string, Json]>([
    ['in a variable', ENTITIES, { representations: many(10_000) }],
    [
      'in the default of a variable',
      `query ($r: [_Any!]! = ${literal(600)}) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } }`,
      {},
    ],
    ['in a variable that is used three times', OF_VARIABLE, { r: many(400) }],
    [
      'in a variable within a literal',
      'query ($r: _Any!) { _entities(representations: [{ __typename: "Ticket", id: $r }]) { __typename } }',
      { r: { __typename: 'Ticket', id: many(10_000) } },
    ],
    [
      'with lists of many fields',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ticket { events(first: 100) { nodes { id } } } } }',
      { r: many(400) },
    ],
  ])('makes an operation too large: %s', async (_, query, variables) => {
    const { status, data, errors } = await service.ask(query, variables);
    expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([
      400,
      null,
      ['OPERATION_TOO_LARGE'],
    ]);
  });

  it('and of schemas in one operation is bounded as well', async () => {
    const aliases = Array.from({ length: 60 }, (_, index) => `s${index}: _service { sdl }`).join(' ');
    const { errors } = await service.ask(`{ ${aliases} }`);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_TOO_LARGE']);
  });
});
