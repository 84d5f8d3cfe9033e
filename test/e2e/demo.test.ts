import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ask, type Finished, run, type Serving, serve } from '../support/program';
import { until } from '../support/until';

let database: TestDatabase;
let service: Serving;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client(database.url);
  await client.connect();
  service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
  // A ticket of someone else, with names of its own.
  await submit('Default client', 'Group 70');
});
afterAll(async () => {
  await service.end('SIGTERM');
  await client.end();
  await database.drop();
});

const demo = (...args: readonly string[]): Promise<Finished> =>
  run(['demo', ...args], { DATABASE_URL: database.url, PORT: new URL(service.url).port });

async function submit(subject: string, tag: string): Promise<void> {
  const input = { subject, tags: [tag], impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }] };
  await ask(
    service.url,
    'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { userErrors { message } } }',
    {
      input,
    },
  );
}

/** Every row of every table, but for the clocks of followers and keys. */
async function everything(): Promise<Record<string, readonly string[]>> {
  const tables = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
  const all: Record<string, readonly string[]> = {};
  for (const { tablename } of tables.rows) {
    if (tablename === 'log_followers') continue;
    const { rows } = await client.query(`SELECT t::text AS row FROM ${tablename} t ORDER BY 1`);
    all[tablename] = rows.map(({ row }) => row);
  }
  return all;
}

/** Waits until a service has indexed all texts, so that nothing is added later. */
const indexed = () =>
  until(
    async () => {
      const { rows } = await client.query(
        `SELECT (SELECT count(*) FROM events WHERE type = 'SUBMITTED') - (SELECT count(*) FROM search_texts WHERE number = 1) AS left`,
      );
      return Number(rows[0]?.left);
    },
    (left) => left === 0,
  );

describe('the demo beside a service', () => {
  test('shows its results before the queries, is there only once, and can be removed without a trace', async () => {
    await indexed();
    const before = await everything();
    const first = await demo();
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^The service at \S+ uses the database \S+ .*\nImported 200 of 200 tickets/);
    expect(first.stdout.indexOf('The latest breaches')).toBeLessThan(first.stdout.indexOf('query TicketsBySeverity'));
    expect(first.stdout).toMatch(/The service goes on at \S+\/graphql; .*\nTo remove .* npm run demo -- --remove\n$/);
    expect(first.stdout).toMatch(/SEV1 +\d+ +\d+ +\d+ +\d+\n/);

    const second = await demo();
    expect(second.code).toBe(0);
    expect(second.stdout.split('\n')[1]).toBe('The 200 incidents are there already.');
    expect(second.stdout + second.stderr).not.toContain('ALREADY_THERE');

    await indexed();
    const removed = await demo('--remove');
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(removed.stdout).toMatch(
      /^Removed 200 tickets, their \d+ events and the client “Demo: \S+ incidents” from the data/,
    );
    expect(await everything()).toEqual(before);
    await expect(client.query('DELETE FROM events')).rejects.toMatchObject({ code: '23001' });

    expect((await demo('--remove')).stdout).toMatch(/^There are no incidents of the demo in the database /);
  }, 60_000);

  test('is not removed once someone has worked on it', async () => {
    await demo();
    const { tickets } = await ask<{ tickets: { nodes: readonly { id: string; number: number }[] } }>(
      service.url,
      '{ tickets(first: 1, filter: { externalId: { eq: "INC0011284" } }) { nodes { id number } } }',
    );
    const [ticket] = tickets.nodes;
    await ask(
      service.url,
      'mutation ($id: ID!) { assignTicket(input: { ticketId: $id, assignee: "Ada" }) { userErrors { message } } }',
      { id: ticket?.id },
    );
    const { events, tickets: rows, clients } = await everything();
    const { code, stderr } = await demo('--remove');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^Nothing was removed: others have worked on 1 .* \\(${ticket?.number}\\)\\.`)),
    ]);
    expect(await everything()).toMatchObject({ events, tickets: rows, clients });
  }, 60_000);
});

test('a demo on the database of another service is refused, and leaves nothing behind', async () => {
  const other = await createTestDatabase();
  const foreign = new Client(other.url);
  await foreign.connect();
  const port = new URL(service.url).port;
  try {
    const { code, stderr } = await run(['demo'], { PORT: port, DATABASE_URL: other.url });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The service at \S+ uses another database than this comm/),
    ]);
    expect((await foreign.query('SELECT FROM clients')).rowCount).toBe(0);
    const dataDir = `${process.cwd()}/no-such-folder`;
    const embedded = await run(['demo'], { PORT: port, STEPDOWN_DATA_DIR: dataDir });
    expect([embedded.code, embedded.stderr]).toEqual([
      1,
      expect.stringMatching(/^The service at \S+ uses another data/),
    ]);
    expect(existsSync(dataDir)).toBe(false);
  } finally {
    await foreign.end();
    await other.drop();
  }
}, 60_000);

test('a demo without a service says that none goes on', async () => {
  const other = await createTestDatabase();
  try {
    const { code, stdout } = await run(['demo'], { PORT: '1', DATABASE_URL: other.url });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^No service answers at http:\/\/127\.0\.0\.1:1\/graphql\. The demo uses the database /);
    expect(stdout).toMatch(/No service is running now\. Start one with npm start;/);
  } finally {
    await other.drop();
  }
}, 60_000);

test('a start logs the policy that it publishes', () => {
  const lines = service.logged().filter(({ msg }) => msg.includes('published the configured policy'));
  expect(lines).toMatchObject([{ policy: 'cimcloud', version: 1, changes: 'first version' }]);
});
