import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { importWith } from '../support/commands-here';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startTestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

const MAPPING = `
title: probe
instants: { format: rfc3339 }
ticket: { id: number, order: file, openedAt: at, client: { name: Probe }, subject: number }
event: { at: at }
state: { column: state, values: { New: new, Active: active, Resolved: resolved, Closed: closed }, unknown: report }
priority:
  column: priority
  values:
    - { value: "1", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }
    - { value: "2", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }
  unknown: report
  lowered: reclassification
`;
const UNMEASURED = `${MAPPING}notMeasured: [UPDATE]\n`;
const LIVE = 'history: live\n';
const SILENCE = 'closeAfterSilence: true\n';

let folder: string;
let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-import-live-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

async function importLog(mapping: string, rows: readonly string[], { dryRun = false } = {}) {
  const files = { file: join(folder, 'log.csv'), mapping: join(folder, 'mapping.yaml') };
  await writeFile(files.file, `number,at,state,priority\n${rows.join('\n')}\n`);
  await writeFile(files.mapping, mapping);
  return await importWith({ DATABASE_URL: database.url }, { ...files, dryRun });
}

/** The events of a ticket, by type, with commitment and instant. */
const eventsOf = async (id: string): Promise<readonly string[]> => {
  const { rows } = await client.query<{ type: string; at: Date; what: string | null }>(
    `SELECT type, e.at, coalesce(e.data->>'mark', e.data->>'cause') AS what, e.data->>'kind' AS kind
       FROM events e JOIN tickets t ON t.id = e.ticket_id WHERE external_id = $1 ORDER BY e.number`,
    [id],
  );
  return rows.map(({ at, ...named }) =>
    Object.values(named)
      .filter((part) => part !== null)
      .concat(at.toISOString())
      .join(' '),
  );
};

// New York is five hours behind UTC. Monday, 2 November 2026, 10:00 there; the log ends on
// Wednesday, 4 November, 10:00.
const MONDAY = '2026-11-02T15:00:00Z';
const WEDNESDAY = '2026-11-04T15:00:00Z';
const LOG = [`A,${MONDAY},New,2`, `B,${MONDAY},New,2`, `B,2026-11-02T15:30:00Z,Resolved,2`, `C,${WEDNESDAY},New,2`];

describe('history: live', () => {
  it('records what fell due after the end of the log at its instant', async () => {
    const { code, stdout } = await importLog(UNMEASURED + LIVE, LOG);
    expect(code).toBe(0);
    expect(stdout).toMatch(/3 tickets/);
    const breaches = (events: readonly string[]) => events.filter((event) => event.startsWith('COMMITMENT_BREACHED'));
    // A SEV2 is due after four business hours and after two business days.
    expect(breaches(await eventsOf('A'))).toEqual([
      'COMMITMENT_BREACHED RESPONSE 2026-11-02T19:00:00.000Z',
      'COMMITMENT_BREACHED RESOLUTION 2026-11-04T15:00:00.000Z',
    ]);
    expect(breaches(await eventsOf('C'))).toEqual([
      'COMMITMENT_BREACHED RESPONSE 2026-11-04T19:00:00.000Z',
      'COMMITMENT_BREACHED RESOLUTION 2026-11-06T15:00:00.000Z',
    ]);
    const { rows } = await client.query('SELECT DISTINCT observed_until, silence_from FROM tickets');
    expect(rows).toEqual([{ observed_until: null, silence_from: new Date(WEDNESDAY) }]);
  });

  it('closes a resolved ticket five business days after the end of the log', async () => {
    await importLog(UNMEASURED + LIVE, LOG);
    // The 11th is Veterans Day.
    expect((await eventsOf('B')).at(-1)).toBe('CLOSED SILENCE 2026-11-12T15:00:00.000Z');
  });

  it('tries without writing what it would do', async () => {
    const counts = (printed: string) => printed.split('\n').filter((line) => /^(Tickets|Breach|State|Rows)/.test(line));
    const tried = await importLog(UNMEASURED + LIVE, LOG, { dryRun: true });
    expect((await client.query('SELECT FROM tickets')).rowCount).toBe(0);
    const done = await importLog(UNMEASURED + LIVE, LOG);
    expect(counts(tried.stdout)).toEqual(counts(done.stdout));
  });

  it('lists the deadlines of open tickets, and the engine records them', async () => {
    const at = (ms: number): string => new Date(ms).toISOString();
    await importLog(UNMEASURED + LIVE, [`T,${at(Date.now())},New,1`]);
    const service = await startTestService({ database });
    const listed = async (): Promise<readonly string[]> => {
      const { deadlines } = await service.data('{ deadlines(first: 10) { nodes { ticket { externalId } } } }');
      return deadlines.nodes.map((node: { ticket: { externalId: string } }) => node.ticket.externalId);
    };
    try {
      expect(await listed()).toContain('T');
      // A ticket that is due soon, but not before it is listed: with more time if that took longer.
      // The response to a SEV1 is due after 15 minutes, around the clock.
      for (let soonMs = 2_000, isListed = false; !isListed; soonMs *= 3) {
        const [id, dueAt] = [`S${soonMs}`, Date.now() + soonMs];
        await importLog(UNMEASURED + LIVE, [`${id},${at(dueAt - 15 * 60_000)},New,1`]);
        isListed = (await listed()).includes(id);
        await untilTrue(async () => (await eventsOf(id)).includes(`COMMITMENT_BREACHED RESPONSE ${at(dueAt)}`));
      }
    } finally {
      await service.close();
    }
  });
});

describe('the silence of a log', () => {
  // Resolved on Monday, 2 November, and reopened on Wednesday, 11 November, when five business days
  // had passed.
  const REOPENED = [
    `A,${MONDAY},New,2`,
    `A,2026-11-02T15:30:00Z,Resolved,2`,
    `A,2026-11-11T15:00:00Z,Active,2`,
    `A,2026-11-12T15:00:00Z,Resolved,2`,
  ];
  const AT_FIRST = 'CLOSED SILENCE 2026-11-09T15:30:00.000Z';

  it.each([
    ['live', LIVE],
    ['closed', ''],
  ])('closes no ticket of a %s history by default', async (_, history) => {
    const { stdout } = await importLog(MAPPING + history, REOPENED);
    expect(stdout).toMatch(/^Reports: +none$/m);
    const events = await eventsOf('A');
    expect(events).toContain('REOPENED 2026-11-11T15:00:00.000Z');
    // Of a live history, the second silence began with the last row, which is the end of the log.
    expect(events.at(-1)).toBe(
      history === LIVE ? 'CLOSED SILENCE 2026-11-19T15:00:00.000Z' : 'RESOLVED 2026-11-12T15:00:00.000Z',
    );
  });

  it.each([
    ['live', LIVE],
    ['closed', ''],
  ])('closes tickets of a %s history if the mapping says so', async (_, history) => {
    const { stdout } = await importLog(MAPPING + history + SILENCE, REOPENED);
    expect(stdout).toMatch(/^Reports: +REFUSED 2$/m);
    expect((await eventsOf('A')).at(-1)).toBe(AT_FIRST);
  });

  it('cannot close tickets of a log without communications', async () => {
    const { code, stderr } = await importLog(UNMEASURED + SILENCE, REOPENED);
    expect(code).toBe(1);
    expect(stderr).toMatch(/closeAfterSilence: must be false if notMeasured has UPDATE/);
  });
});
