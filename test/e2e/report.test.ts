import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { run } from '../support/program';

const ROOT = join(__dirname, '../..');
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const report = (...args: readonly string[]) => run(['report', ...args], { DATABASE_URL: database.url });

test('the documented commands give the documented report on the bundled incidents', async () => {
  const document = await readFile(join(ROOT, 'docs/EXAMPLE-REPORT.md'), 'utf8');
  const [, load = ''] = /^\$ npm run --silent stepdown -- (import examples\/.*)$/m.exec(document) ?? [];
  const args = load.split(' ').map((arg) => (arg.startsWith('examples/') ? join(ROOT, arg) : arg));
  expect(await run(args, { DATABASE_URL: database.url })).toMatchObject({ code: 0 });

  const [, command = '', table = ''] =
    /^\$ npm run --silent stepdown -- report (.*)\n([\s\S]*?)^```$/m.exec(document) ?? [];
  expect(await report(...command.split(' '))).toEqual({ code: 0, stdout: table, stderr: '' });
});

test('CSV and JSON have the same figures as the table', async () => {
  const args = ['--by', 'month', '--zone', 'America/New_York', '--to', '2016-04-01'];
  const { groups, total } = JSON.parse((await report(...args, '--format', 'json')).stdout);
  expect(groups.map(({ key }: { key: string }) => key)).toEqual(['2016-02', '2016-03']);
  expect([total.response.breached, total.resolution.breached]).toEqual([79, 47]);
  const lines = (await report(...args, '--format', 'csv')).stdout.split('\r\n');
  expect(lines.map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
    'scope key',
    'group 2016-02',
    'group 2016-03',
    'total ',
    '',
  ]);
});

test('a wrong option ends the command with a sentence, before it connects to a database', async () => {
  const { code, stdout, stderr } = await run(['report', '--by', 'priority'], {
    DATABASE_URL: 'postgresql://127.0.0.1:1/x',
  });
  expect([code, stdout, stderr]).toEqual([1, '', '--by takes one of severity, client, month, clause, assignee.\n']);
});
