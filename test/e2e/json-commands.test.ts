import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { CIMCLOUD_FILE } from '../support/policies';
import { run } from '../support/program';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'examples/data/incidents.csv');
const MAPPING = join(ROOT, 'examples/servicenow.mapping.yaml');

let database: TestDatabase;
let folder: string;
let slower: string;
let broken: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'stepdown-json-'));
  const text = await readFile(CIMCLOUD_FILE, 'utf8');
  slower = join(folder, 'slower.yaml');
  broken = join(folder, 'broken.yaml');
  await writeFile(slower, text.replace('RESOLUTION:\n        amount: 2', 'RESOLUTION:\n        amount: 3'));
  await writeFile(broken, text.replace('RESOLUTION:\n        amount: 2', 'RESOLUTION:\n        amount: -2'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ DATABASE_URL: database.url });
/** What a command prints as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads documents of every shape.
async function json(args: readonly string[], exitCode = 0): Promise<any> {
  const { code, stdout, stderr } = await run([...args, '--json'], env());
  expect({ args, code, stderr }).toEqual({ args, code: exitCode, stderr: expect.not.stringContaining('rror') });
  return JSON.parse(stdout);
}

it('import prints its account', async () => {
  const account = await json(['import', FILE, '--mapping', MAPPING]);
  expect(account).toMatchObject({
    isDryRun: false,
    tickets: 200,
    imported: 200,
    alreadyThere: 0,
    breaches: { RESPONSE: 79, RESOLUTION: 47 },
  });
  expect(account.rows.read).toBe(1654);
  expect(account.rows.used + account.rows.leftOut).toBe(1654);
  expect(account.logEndsAt).toMatch(/^\d{4}-.*Z$/);
});

describe('policy', () => {
  it('list prints the versions', async () => {
    expect(await json(['policy', 'list'])).toEqual({
      policies: [{ policy: 'cimcloud', version: 1, publishedAt: expect.stringMatching(/Z$/), publishedBy: null }],
    });
  });

  it('check prints the policy, or its problems with their places', async () => {
    const fine = await json(['policy', 'check', CIMCLOUD_FILE]);
    expect(fine).toMatchObject({ isFine: true, policy: { id: 'cimcloud' }, problems: [] });
    const problems = await json(['policy', 'check', broken], 1);
    expect(problems).toMatchObject({ file: broken, isFine: false, policy: null });
    expect(problems.problems).toEqual([
      {
        line: expect.any(Number),
        column: expect.any(Number),
        field: expect.stringContaining('RESOLUTION'),
        message: expect.any(String),
      },
    ]);
    expect(await json(['policy', 'check', folder], 2)).toMatchObject({ isFine: false, problems: [{ line: null }] });
  });

  it('diff prints the differences, the clients, and the effect on the open tickets', async () => {
    const files = await json(['policy', 'diff', CIMCLOUD_FILE, slower]);
    expect(files.differences).toEqual([
      {
        part: 'Targets',
        subject: 'SEV2 resolution',
        before: expect.stringContaining('2'),
        after: expect.stringContaining('3'),
      },
    ]);
    const stored = await json(['policy', 'diff', '1', slower, '--tickets']);
    expect(stored).toMatchObject({ before: 'cimcloud/1', after: slower, differences: files.differences });
    expect(stored.clients.byDefault).toBe(true);
    expect(stored.impact.all.tickets).toBeGreaterThan(0);
  });
});

it('key list prints the keys without their secrets', async () => {
  await run(['key', 'create', '--name', 'Desk', '--scopes', 'read,write'], env());
  expect(await json(['key', 'list'])).toEqual({
    apiKeys: [
      {
        prefix: expect.stringMatching(/^sdk_[0-9a-f]{12}$/),
        name: 'Desk',
        scopes: ['READ', 'WRITE'],
        client: null,
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      },
    ],
  });
});

describe('report', () => {
  it('counts the tickets of one client, by its name or its id', async () => {
    const all = await json(['report', '--by', 'client']);
    const { client } = all.groups[0];
    expect(all.total.opened).toBe(200);
    expect(await json(['report', '--client', client.name.toUpperCase()])).toMatchObject({ total: all.total });
    expect(await json(['report', '--client', client.id])).toMatchObject({ total: all.total });
    const { stdout } = await run(['report', '--client', client.name], env());
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^Report by severity on ${client.name}, until `));
  });

  it('of an unknown client names those that are like it', async () => {
    const { groups } = await json(['report', '--by', 'client']);
    const { name } = groups[0].client;
    const { code, stdout, stderr } = await run(['report', '--client', `${name}x`], env());
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      `There is no client "${name}x", or you may not see it. Similar names: ${JSON.stringify(name)}.\n`,
    );
    const unknown = await run(
      ['report', '--client', toGlobalId('Client', '01a222bf-f155-7762-9315-59c8d4f6573b')],
      env(),
    );
    expect(unknown.code).toBe(3);
  });
});
