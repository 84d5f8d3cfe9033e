import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema, isObjectType, isUnionType } from 'graphql';
import { printSchemaText } from '../../src/adapters/cli/print-schema';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';

const API = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
const SDL = printSchemaText('SUBGRAPH');

const queriesOf = (schema: GraphQLSchema): readonly string[] => Object.keys(schema.getQueryType()?.getFields() ?? {});

it('the subgraph is schema.graphql but for these lines', () => {
  const api = new Set(API.split('\n'));
  const subgraph = new Set(SDL.split('\n'));
  expect([...subgraph].filter((line) => !api.has(line))).toEqual([
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])',
    'type Client implements Node @key(fields: "id") {',
    'type PageInfo @shareable {',
    'type Ticket implements Node @key(fields: "id") {',
  ]);
  expect([...api].filter((line) => !subgraph.has(line))).toEqual([
    'type Client implements Node {',
    'type PageInfo {',
    'type Ticket implements Node {',
  ]);
});

it('schema.graphql has nothing that only gateways use, and the served schema has it', () => {
  const served = buildGraphQLSchema();
  const api = buildSchema(API);
  const added = queriesOf(served).filter((name) => !queriesOf(api).includes(name));
  expect(added.sort()).toEqual(['_entities', '_service']);
  expect(
    Object.keys(served.getTypeMap())
      .filter((name) => api.getType(name) === undefined)
      .sort(),
  ).toEqual(['_Any', '_Entity', '_Service']);
  expect(API).not.toMatch(/@key|@link|@shareable|\b_(?:Any|Entity|Service|entities|service)\b/);
});

it('every entity of the served schema has the key in the SDL', () => {
  const entity = buildGraphQLSchema().getType('_Entity');
  const types = isUnionType(entity) ? entity.getTypes() : [];
  const keyed = [...SDL.matchAll(/^type (\w+) .*@key\(fields: "id"\) \{$/gm)].map(([, name]) => name);
  expect(types.map(({ name }) => name).sort()).toEqual(keyed);
  for (const type of types) expect(isObjectType(type) && String(type.getFields().id?.type)).toBe('ID!');
});

it('the schema can be built without the field that tells it', () => {
  const queries = queriesOf(buildGraphQLSchema({ service: false }));
  expect(queries).toContain('_entities');
  expect(queries).not.toContain('_service');
});
