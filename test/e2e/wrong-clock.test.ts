import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Json, SEV1 } from '../support/graphql-service';
import { ask, run, type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

let database: TestDatabase;
let right: Serving;
let ahead: Serving;
let wrongHost: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  wrongHost = {
    DATABASE_URL: database.url,
    NODE_OPTIONS: `--require ${join(__dirname, '../support/wrong-clock.cjs')}`,
    WRONG_CLOCK_MS: `${HOUR_MS}`,
  };
  right = await serve({ DATABASE_URL: database.url });
  ahead = await serve(wrongHost);
});
afterAll(async () => {
  await Promise.all([right.end('SIGTERM'), ahead.end('SIGTERM')]);
  await database.drop();
});

const COMMITMENT = '{ status startedAt dueAt breachedAt elapsed }';
const STATE = `number isBreached openedAt createdAt updatedAt acknowledgedAt
  sla { response ${COMMITMENT} update ${COMMITMENT} resolution ${COMMITMENT} }
  events(first: 50) { nodes { __typename at recordedAt } }`;

const mutate = async (url: string, name: string, input: Json): Promise<Json> => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ticket { id ${STATE} } userErrors { message } } }`;
  const { ticket, userErrors } = (await ask<Json>(url, query, { input }))[name];
  expect(userErrors).toEqual([]);
  return ticket;
};

/** Whether every instant of a history is one of the last minute, and none is a breach or a mark. */
const isOfNow = (ticket: Json): void => {
  const near = (text: string) => expect(Math.abs(Date.parse(text) - Date.now())).toBeLessThan(MINUTE_MS);
  for (const { __typename, at, recordedAt } of ticket.events.nodes) {
    expect(__typename).not.toMatch(/Breached|Mark/);
    near(at);
    near(recordedAt);
  }
  for (const at of [ticket.openedAt, ticket.createdAt, ticket.updatedAt]) near(at);
  expect(ticket.isBreached).toBe(false);
  expect(ticket.sla.response.breachedAt).toBeNull();
};

test('a process whose host is an hour ahead writes and answers what a right one does', async () => {
  const read = (url: string, id: string) => ask<Json>(url, `query ($id: ID!) { ticket(id: $id) { ${STATE} } }`, { id });

  // SEV1 is promised a response within 15 minutes.
  const opened = await mutate(ahead.url, 'submitTicket', { subject: 'Down', impacts: SEV1, idempotencyKey: 'wrong' });
  isOfNow(opened);
  for (const url of [ahead.url, right.url]) isOfNow((await read(url, opened.id)).ticket);

  const communicated = await mutate(ahead.url, 'acknowledgeTicket', { ticketId: opened.id });
  isOfNow(communicated);
  expect(communicated.sla.response.status).toBe('FULFILLED');
  // By the right process, on a ticket of the wrong one: nothing is out of order.
  const assigned = await mutate(right.url, 'assignTicket', { ticketId: opened.id, assignee: 'Ada' });
  isOfNow(assigned);
  const health = async (url: string): Promise<Json> => (await fetch(new URL('/health', url))).json();
  expect(Math.abs((await health(ahead.url)).hostClockOffsetMs - HOUR_MS)).toBeLessThan(MINUTE_MS);
  expect(Math.abs((await health(right.url)).hostClockOffsetMs)).toBeLessThan(MINUTE_MS);
  const explained = await run(['explain', `${opened.number}`, '--json'], wrongHost);
  expect(explained.stderr).toBe('');
  expect(Math.abs(Date.parse(JSON.parse(explained.stdout).at) - Date.now())).toBeLessThan(MINUTE_MS);
  const [line = ''] = (await run(['export'], wrongHost)).stdout.split('\n');
  expect(JSON.parse(line)).toMatchObject({ isBreached: false });
});

test('a host clock that is wrong by more than a second is logged once, a right one not at all', async () => {
  const WRONG = 'the clock of this host differs from that of the database, which is used';
  const warnings = ({ logged }: Serving) => logged().filter(({ msg }) => msg === WRONG);
  await untilTrue(() => warnings(ahead).length > 0);
  const [{ level, hostClockOffsetMs } = {} as Json] = warnings(ahead);
  expect(level).toBe(40);
  expect(Math.abs(hostClockOffsetMs - HOUR_MS)).toBeLessThan(MINUTE_MS);
  expect([warnings(ahead).length, warnings(right).length]).toEqual([1, 0]);
});
