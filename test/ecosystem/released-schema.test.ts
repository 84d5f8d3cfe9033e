import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { deprecationsIn } from '../support/deprecations';

const ROOT = join(__dirname, '../..');
const RELEASES = join(ROOT, 'test/fixtures/releases');
const CURRENT = readFileSync(join(ROOT, 'schema.graphql'), 'utf8');

/** The breaking changes between two schemas, except removals whose day has come. */
async function breakingChanges(released: string, current: string, today: string): Promise<readonly string[]> {
  const changes = await diff(buildSchema(released), buildSchema(current));
  const announced = new Map(deprecationsIn(released).map(({ path, removedFrom }) => [path, removedFrom]));
  const isDue = (path = ''): boolean => {
    const day = announced.get(path) ?? null;
    return day !== null && day <= today;
  };
  return changes
    .filter(({ criticality, path }) => criticality.level === CriticalityLevel.Breaking && !isDue(path))
    .map(({ message }) => message);
}

const [latest = ''] = readdirSync(RELEASES)
  .filter((name) => existsSync(join(RELEASES, name, 'schema.graphql')))
  .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));

it(`schema.graphql takes nothing from the clients of ${latest}`, async () => {
  const released = readFileSync(join(RELEASES, latest, 'schema.graphql'), 'utf8');
  expect(await breakingChanges(released, CURRENT, new Date().toISOString().slice(0, 10))).toEqual([]);
});

const RELEASED = `
  type Query { ticket(id: ID, number: Int): Ticket!, tickets(state: State): [Ticket!]! }
  type Ticket { id: ID!, subject: String!, owner: String @deprecated(reason: "Use assignee. Removed on or after 2027-01-01.") }
  type Mutation { close(input: CloseInput!): Ticket }
  input CloseInput { id: ID!, note: String }
  enum State { OPEN, CLOSED, LOST @deprecated(reason: "Use CLOSED. Removed on or after 2027-01-01.") }`;

it.each([
  ['a field that is gone', 'subject: String!,', ''],
  ['a field that can be null now', 'subject: String!', 'subject: String'],
  ['a field of another type', 'subject: String!', 'subject: Int!'],
  ['an argument that is gone', '(id: ID, number: Int)', '(id: ID)'],
  ['an argument that is required now', 'tickets(state: State)', 'tickets(state: State!)'],
  ['a new argument that is required', '(id: ID, number: Int)', '(id: ID, number: Int, all: Boolean!)'],
  ['a field of an input that is required now', 'note: String', 'note: String!'],
  ['a new field of an input that is required', 'note: String', 'note: String, reason: String!'],
  ['a field of an input that is gone', ', note: String', ''],
  ['a value of an enum that is gone', 'CLOSED, ', ''],
  ['a type that is gone', 'type Mutation { close(input: CloseInput!): Ticket }', ''],
  ['a deprecated field that is gone before its day', /owner: .*\) /, ''],
  ['a deprecated value that is gone before its day', /LOST .*\) /, ''],
])('%s is a breaking change', async (_, before, after) => {
  expect(RELEASED).toMatch(before);
  expect(await breakingChanges(RELEASED, RELEASED.replace(before, after), '2026-12-31')).not.toEqual([]);
});

it('additions, deprecations and removals whose day has come are none', async () => {
  const later = RELEASED.replace('note: String', 'note: String, reason: String')
    .replace('subject: String!', 'subject: String! @deprecated(reason: "Use title."), title: String!')
    .replace('OPEN', 'OPEN, NEW')
    .replace(/owner: .*\) /, '')
    .replace(/, LOST .*\) /, '');
  expect(await breakingChanges(RELEASED, later, '2027-01-01')).toEqual([]);
});
