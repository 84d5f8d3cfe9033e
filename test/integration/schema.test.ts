import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildSchema, getNamedType, isInputObjectType, isObjectType, parse, validateSchema } from 'graphql';
import { printSchemaText } from '../../src/adapters/cli/print-schema';
import { deprecationsIn } from '../support/deprecations';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'schema.graphql');

it('schema.graphql is what the code serves', () => {
  // After `npm run build`: node dist/src/adapters/cli/print-schema.js > schema.graphql
  expect(readFileSync(FILE, 'utf8')).toBe(printSchemaText());
});

it('is printed the same each time', () => {
  expect(printSchemaText()).toBe(printSchemaText());
});

const LINTER = join(ROOT, 'node_modules/graphql-schema-linter');

/** The errors of the linter for a schema, by its default configuration: all of its rules. */
async function lint(file: string): Promise<readonly { readonly rule: string; readonly message: string }[]> {
  const program = join(ROOT, 'node_modules/.bin/graphql-schema-linter');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--format', 'json', file]).catch(
    (failed) => failed,
  );
  return JSON.parse(stdout).errors;
}

it('passes every rule of the linter, those of Relay and of descriptions among them', async () => {
  expect(await lint(FILE)).toEqual([]);
});

it('would fail any of these rules', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-lint-'));
  const file = join(folder, 'wrong.graphql');
  writeFileSync(
    file,
    `type Query { Tickets(first: Int): TicketConnection, a(b: order): state }
    type ticket { "lower case" b: Int, a: Int @deprecated }
    type TicketConnection { nodes: [ticket] }
    type PageInfo { hasNextPage: Boolean }
    interface Named { name: String, id: ID }
    input order { b: Int, a: Int, C: Int }
    enum state { open, CLOSED }
    scalar Unused`,
  );
  const rules = readdirSync(join(LINTER, 'lib/rules')).map((name) => name.replace(/\.js$/, '').replaceAll('_', '-'));
  const failed = new Set((await lint(file)).map(({ rule }) => rule));
  rmSync(folder, { recursive: true });
  expect(rules.filter((rule) => !failed.has(rule))).toEqual([]);
  expect(rules).toEqual(
    expect.arrayContaining(['relay-connection-types-spec', 'relay-connection-arguments-spec', 'relay-page-info-spec']),
  );
});

it('names and shapes what Relay prescribes', () => {
  const { query, types } = buildSchema(readFileSync(FILE, 'utf8')).toConfig();
  const fieldsOf = (type: unknown) =>
    Object.fromEntries(
      Object.values(isObjectType(type) ? type.getFields() : {}).map((field) => [field.name, String(field.type)]),
    );
  expect(fieldsOf(query)).toMatchObject({ node: 'Node', nodes: '[Node]!' });
  const objects = types.filter(isObjectType);
  for (const type of objects.filter(({ name }) => name.endsWith('Connection'))) {
    // The log has no count, and its cursors have a type.
    const isLog = type.name === 'EventLogConnection';
    const { edges, nodes, pageInfo, totalCount } = fieldsOf(type);
    const edge = fieldsOf(types.find(({ name }) => `[${name}!]!` === edges));
    expect({ type: type.name, pageInfo, totalCount, ...edge, nodes }).toEqual({
      type: type.name,
      pageInfo: 'PageInfo!',
      totalCount: isLog ? undefined : 'Int!',
      cursor: isLog ? 'EventCursor!' : 'String!',
      node: expect.stringMatching(/^\w+!$/),
      nodes: `[${edge.node}]!`,
    });
  }
  // An actor has an id of its own kind, and an error repeats the id that was not found. Clients
  // that keep objects by their id alone must not keep these.
  const withOtherId = objects.filter(
    (type) => fieldsOf(type).id === 'ID!' && !type.getInterfaces().some(({ name }) => name === 'Node'),
  );
  expect(withOtherId.map(({ name }) => name).sort()).toEqual(['Actor', 'DeadlineApproachingPayload', 'NotFound']);
});

it('names the input and the payload of a mutation after it', () => {
  for (const { name, args, type } of Object.values(
    buildSchema(readFileSync(FILE, 'utf8')).getMutationType()?.getFields() ?? {},
  )) {
    const stem = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    expect([String(args[0]?.type), String(type)]).toEqual([`${stem}Input!`, `${stem}Payload!`]);
  }
});

it('says of every deprecated part what to use instead and when it goes', () => {
  const undated = (sdl: string) => deprecationsIn(sdl).filter(({ removedFrom }) => removedFrom === null);
  expect(undated(readFileSync(FILE, 'utf8'))).toEqual([]);
  const sample = (reason: string) => `
    type Query { a(b: Int @deprecated${reason}): Int @deprecated${reason} }
    input I { c: Int @deprecated${reason} }
    enum E { D @deprecated${reason} }`;
  const paths = ['Query.a', 'Query.a.b', 'I.c', 'E.D'];
  const dated = '(reason: "Use `x` instead. Removed on or after 2027-06-30.")';
  expect(deprecationsIn(sample(dated)).map(({ path, removedFrom }) => [path, removedFrom])).toEqual(
    paths.map((path) => [path, '2027-06-30']),
  );
  for (const reason of [
    '',
    '(reason: "Use `x` instead.")',
    '(reason: "Removed on or after 2027-06-30.")',
    '(reason: "Use `x` instead. Removed on or after 2027-06-31.")',
    '(reason: "Use `x` instead. Removed soon.")',
  ]) {
    expect(undated(sample(reason)).map(({ path }) => path)).toEqual(paths);
  }
});

it('describes every element, down to arguments and enum values', () => {
  const undescribed: string[] = [];
  const visit = (node: object, path: string): void => {
    for (const part of Object.values(node).flat()) {
      if (typeof part !== 'object' || part === null || !('kind' in part)) continue;
      const name = 'name' in part ? `${path}.${(part.name as { readonly value: string }).value}` : path;
      const isDefinition = /Definition$/.test(String(part.kind)) && part.kind !== 'SchemaDefinition';
      if (isDefinition && !('description' in part && part.description !== undefined)) undescribed.push(name);
      if (isDefinition) visit(part, name);
    }
  };
  visit(parse(readFileSync(FILE, 'utf8')), '');
  expect(undescribed).toEqual([]);
});

it('is valid, and every mutation takes one input and answers with user errors', () => {
  const schema = buildSchema(readFileSync(FILE, 'utf8'));
  expect(validateSchema(schema)).toEqual([]);
  for (const { name, args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    expect([name, args.map((argument) => argument.name)]).toEqual([name, ['input']]);
    const input = schema.getType(String(args[0]?.type).replace('!', ''));
    const inputs = isInputObjectType(input) ? Object.keys(input.getFields()) : [];
    expect([name, inputs]).toEqual([name, expect.arrayContaining(['idempotencyKey', 'clientMutationId'])]);
    if (inputs.includes('ticketId'))
      expect([name, inputs]).toEqual([name, expect.arrayContaining(['expectedVersion'])]);
    const payload = schema.getType(String(type).replace('!', ''));
    const fields = isObjectType(payload) ? payload.getFields() : {};
    expect([name, String(fields.userErrors?.type), String(fields.clientMutationId?.type)]).toEqual([
      name,
      '[UserError!]!',
      'String',
    ]);
  }
});

it('says the longest text of every argument and input field', () => {
  const schema = buildSchema(readFileSync(FILE, 'utf8'));
  const unbounded: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isInputObjectType(type) || isObjectType(type))) continue;
    const taken = isInputObjectType(type)
      ? Object.values(type.getFields())
      : Object.values(type.getFields()).flatMap((field) => field.args);
    for (const { name, type: of, description } of taken) {
      const isText = getNamedType(of).name === 'String';
      if (isText && !/ characters/.test(description ?? '')) unbounded.push(`${type.name}: ${name}`);
    }
  }
  expect(unbounded).toEqual([]);
});
