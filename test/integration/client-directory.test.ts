import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { createPeople } from '../../src/adapters/persistence/access/postgres-people';
import { createClientDirectory } from '../../src/adapters/persistence/clients/postgres-client-directory';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { folded } from '../../src/domain/folded-text';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import type { Json } from '../support/graphql-service';

const NAMES = ['Acme', 'acme West', 'ACME_East', 'Zürich AG', '株式会社アクメ', 'Straße 7', 'Globex'] as const;

let service: ClockedService;
const ids: Record<string, string> = {};

beforeAll(async () => {
  service = await startClockedService();
  const accounts = createClientAccounts(service.store);
  for (const name of NAMES) ids[name] = (await accounts.ensureClient(name)).id;
});
afterAll(() => service.close());

const clients = (args: string, fields = 'nodes { name }'): Promise<Json> =>
  service.data(`{ clients${args} { ${fields} } }`).then((data) => data.clients);
const namesOf = async (filter: string): Promise<readonly string[]> =>
  (await clients(`(filter: { ${filter} })`)).nodes.map(({ name }: Json) => name);

describe('clients', () => {
  it.each([
    ['name: { startsWith: "ac" }', ['Acme', 'acme West', 'ACME_East']],
    ['name: { startsWith: "ACME W" }', ['acme West']],
    // Characters of LIKE are compared as they are.
    ['name: { startsWith: "acme_" }', ['ACME_East']],
    ['name: { startsWith: "%" }', []],
    ['name: { contains: "ACME" }', ['Acme', 'acme West', 'ACME_East']],
    ['name: { contains: "rich" }', ['Zürich AG']],
    ['name: { contains: "アクメ" }', ['株式会社アクメ']],
    ['name: { startsWith: "STRASSE" }', ['Straße 7']],
    ['name: { eq: "ｇｌｏｂｅｘ" }', ['Globex']],
    ['name: { in: ["acme", "GLOBEX", "none"] }', ['Acme', 'Globex']],
    ['name: { startsWith: "acme", nin: ["Acme"] }', ['acme West', 'ACME_East']],
    ['name: { in: [] }', []],
    ['policy: { isNull: false }', []],
    ['createdAt: { lt: "2000-01-01T00:00:00Z" }', []],
  ])('with %s are those that match', async (filter, names) => {
    expect(await namesOf(filter)).toEqual(names);
  });

  it('are found by id', async () => {
    const id = toGlobalId('Client', ids.Globex ?? '');
    expect(await namesOf(`id: { eq: "${id}" }`)).toEqual(['Globex']);
  });

  it.each([
    ['NAME', 'ASC'],
    ['NAME', 'DESC'],
    ['CREATED_AT', 'ASC'],
    ['CREATED_AT', 'DESC'],
  ])('by %s %s are the same in pages of two, forwards and backwards', async (field, direction) => {
    const order = `orderBy: { field: ${field}, direction: ${direction} }`;
    const whole = await clients(`(${order}, first: 100)`, 'totalCount nodes { name createdAt }');
    const names: readonly string[] = whole.nodes.map(({ name }: Json) => name);
    expect(whole.totalCount).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...NAMES]));
    const keys = whole.nodes.map(({ name, createdAt }: Json) => (field === 'NAME' ? folded(name) : createdAt));
    expect(direction === 'ASC' ? keys : keys.toReversed()).toEqual(keys.toSorted());
    for (const [size, cursor, end] of [
      ['first', 'after', 'endCursor'],
      ['last', 'before', 'startCursor'],
    ] as const) {
      const pages: string[][] = [];
      for (let at = ''; ; ) {
        const fields = `nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
        const page = await clients(`(${order}, ${size}: 2${at})`, fields);
        pages.push(page.nodes.map(({ name }: Json) => name));
        if (!(size === 'first' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage)) break;
        at = `, ${cursor}: "${page.pageInfo[end]}"`;
      }
      expect((size === 'first' ? pages : pages.toReversed()).flat()).toEqual(names);
    }
  });

  it('refuse a cursor of another order', async () => {
    const { pageInfo } = await clients('(first: 1)', 'pageInfo { endCursor }');
    const { errors } = await service.ask(
      `{ clients(orderBy: { field: CREATED_AT }, after: "${pageInfo.endCursor}") { nodes { id } } }`,
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  it('have one whose name an older process wrote', async () => {
    await service.store.pool.query(
      `INSERT INTO clients (id, name, created_at) VALUES ($1, 'Äldre AB', '2026-01-01T00:00:00Z')`,
      [newId()],
    );
    expect(await namesOf('name: { startsWith: "äld" }')).toEqual(['Äldre AB']);
  });

  it('that begin with a text are read from an index', async () => {
    const reading = { sees: 'ALL' } as const;
    const { pool, dataSource } = service.store;
    await pool.query(`INSERT INTO clients (id, name, created_at, name_folded)
      SELECT gen_random_uuid(), 'Many ' || n, now(), 'many ' || n FROM generate_series(1, 5000) n`);
    const { rows } = await pool.query(
      `EXPLAIN (FORMAT JSON) SELECT id FROM clients c WHERE c.name_folded LIKE 'acme%' ORDER BY c.name_folded, c.id LIMIT 21`,
    );
    expect(JSON.stringify(rows)).toContain('clients_name_folded_idx');
    expect(JSON.stringify(rows)).not.toContain('Seq Scan');
    const page = { count: 3, from: 'START', after: null, before: null } as const;
    const order = { by: 'NAME', direction: 'ASC' } as const;
    const found = await createClientDirectory(dataSource).page(
      reading,
      { name: { startsWith: 'MANY 49' } },
      order,
      page,
    );
    expect(found.edges.map(({ node }) => node.name)).toEqual(['Many 49', 'Many 490', 'Many 4900']);
  });
});

describe('client', () => {
  it('is found by id, and by name as names are compared', async () => {
    const id = toGlobalId('Client', ids['Straße 7'] ?? '');
    expect((await service.data(`{ client(id: "${id}") { name } }`)).client).toEqual({ name: 'Straße 7' });
    expect((await service.data(`{ client(name: "  STRASSE 7") { name } }`)).client).toEqual({ name: 'Straße 7' });
    expect((await service.data(`{ client(name: "Strasse") { name } }`)).client).toBeNull();
  });

  it.each(['', '(id: "Q2xpZW50OjE", name: "Acme")'])('takes exactly one of both, not %j', async (args) => {
    const { errors } = await service.ask(`{ client${args} { id } }`);
    expect(errors[0]?.message).toBe('Exactly one of id and name must be given.');
  });

  it('of another caller is not found, and not listed', async () => {
    const directory = createClientDirectory(service.store.dataSource);
    const reading = { sees: [ids.Globex ?? ''] };
    expect(await directory.named(reading, 'Acme')).toBeNull();
    expect(await directory.named(reading, 'globex')).toMatchObject({ name: 'Globex' });
    const page = { count: 100, from: 'START', after: null, before: null } as const;
    const { edges } = await directory.page(reading, {}, { by: 'NAME', direction: 'ASC' }, page);
    expect(edges.map(({ node }) => node.name)).toEqual(['Globex']);
    expect(await directory.count(reading, {})).toBe(1);
    expect(await directory.count(reading, { name: { contains: 'acme' } })).toBe(0);
  });
});

describe('agents', () => {
  const agents = async (args: string): Promise<Json> =>
    (await service.data(`{ agents(${args}) { totalCount nodes { name } pageInfo { endCursor hasNextPage } } }`)).agents;

  it('with a prefix are those whose name begins with it, by name', async () => {
    const people = createPeople(service.store.dataSource);
    const now = service.store.clock.now();
    for (const [index, name] of ['Zoë', 'ada Lovelace', 'Ada Byron', 'Ädam', 'Grace'].entries()) {
      const person = { subject: name, name, email: null, role: 'AGENT' as const, clientIds: null };
      await people.learn({ ...person, tokenIssuedAt: now }, now + index);
    }
    const ada = await agents('prefix: "ADA", first: 1');
    expect(ada).toMatchObject({ totalCount: 2, nodes: [{ name: 'Ada Byron' }], pageInfo: { hasNextPage: true } });
    const next = await agents(`prefix: "ADA", first: 5, after: "${ada.pageInfo.endCursor}"`);
    expect(next.nodes).toEqual([{ name: 'ada Lovelace' }]);
    // A changed name is found with the next token.
    await people.learn(
      { subject: 'Grace', name: 'Adele', email: null, role: 'AGENT', clientIds: null, tokenIssuedAt: now + 1 },
      now + 1,
    );
    expect((await agents('prefix: "ade"')).nodes).toEqual([{ name: 'Adele' }]);
    expect((await agents('prefix: "gra"')).nodes).toEqual([]);
    expect((await agents('first: 2')).nodes).toEqual([{ name: 'Zoë' }, { name: 'ada Lovelace' }]);
  });
});
