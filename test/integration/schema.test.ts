import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildSchema, getNamedType, isInputObjectType, isObjectType, parse, validateSchema } from 'graphql';
import { printSchemaText } from '../../src/adapters/cli/print-schema';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'schema.graphql');

it('schema.graphql is what the code serves', () => {
  // After `npm run build`: node dist/src/adapters/cli/print-schema.js > schema.graphql
  expect(readFileSync(FILE, 'utf8')).toBe(printSchemaText());
});

it('is printed the same each time', () => {
  expect(printSchemaText()).toBe(printSchemaText());
});

it('passes every rule of the linter, those of Relay and of descriptions among them', async () => {
  const linter = join(ROOT, 'node_modules/.bin/graphql-schema-linter');
  const { stdout } = await promisify(execFile)(process.execPath, [linter, '--format', 'json', FILE]).catch(
    (failed) => failed,
  );
  expect(JSON.parse(stdout)).toEqual({ errors: [] });
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
