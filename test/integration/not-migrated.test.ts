import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { MIGRATIONS } from '../../migrations';
import { errorText } from '../../src/adapters/cli/error-text';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import { runFullExport } from '../../src/compose/cli-archive-commands';
import { runDemoRemoval } from '../../src/compose/cli-demo-command';
import { runExplain } from '../../src/compose/cli-explain-command';
import { runImport } from '../../src/compose/cli-import-command';
import { runMigrate } from '../../src/compose/cli-migrate-command';
import { runPolicyDiff, runPolicyList, runPolicyPublish } from '../../src/compose/cli-policy-commands';
import { runExport, runReport } from '../../src/compose/cli-read-commands';
import { type Config, loadConfig } from '../../src/config';
import { createTestDatabase, type TestDatabase, urlOf, withServer } from '../support/database';
import { CIMCLOUD_FILE } from '../support/policies';

// Commands that only read, on a database that lacks tables.

const log = pino({ level: 'silent' });
const output = { write: () => true };
const sink = () => new PassThrough().resume();
const EXAMPLES = join(__dirname, '../../examples');
const EXPLAIN = { ticket: '1', commitment: null, cycle: null, zone: null, json: false };
const REPORT = { from: null, to: null, by: 'severity', zone: 'UTC', format: 'table' };
const FILES = { file: join(EXAMPLES, 'data/incidents.csv'), mapping: join(EXAMPLES, 'servicenow.mapping.yaml') };

const READERS: readonly (readonly [string, (config: Config) => Promise<unknown>])[] = [
  ['report', (config) => runReport(config, REPORT, output, log)],
  ['export', (config) => runExport(config, null, sink(), log)],
  ['export --with events', (config) => runFullExport(config, sink(), log)],
  ['explain', (config) => runExplain(config, EXPLAIN, output, log)],
  ['policy list', (config) => runPolicyList(config, output, log)],
  [
    'policy diff',
    (config) => runPolicyDiff(async () => config, { before: '1', after: '2', tickets: true }, output, log),
  ],
  [
    'policy publish --dry-run',
    (config) => runPolicyPublish(config, { file: CIMCLOUD_FILE, dryRun: true }, output, log),
  ],
  [
    'import --dry-run',
    (config) => runImport(config, { ...FILES, dryRun: true, reports: null }, { stdout: output, stderr: sink() }, log),
  ],
  ['demo --remove', (config) => runDemoRemoval(config, output, log)],
];

const EMPTY = 'test_without_tables';
let behind: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepdown-reads-'));
  await withServer((client) => client.query(`CREATE DATABASE ${EMPTY}`));
  behind = await createTestDatabase();
  const dataSource = createDataSource({ url: behind.url });
  await dataSource.initialize();
  await dataSource.undoLastMigration();
  await dataSource.destroy();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await behind.drop();
  await withServer((client) => client.query(`DROP DATABASE ${EMPTY} WITH (FORCE)`));
});

const NEWEST = MIGRATIONS.at(-1)?.name ?? '';

/** What the database holds that a migration would change. */
async function schemaOf(url: string): Promise<unknown> {
  const client = new Client(url);
  await client.connect();
  const tables = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`;
  const { rows } = await client.query(tables);
  await client.end();
  return rows;
}

const refusal = (command: Promise<unknown>): Promise<string> => command.then(() => 'It was carried out.', errorText);

describe.each(READERS)('%s', (_, run) => {
  test('does not migrate an empty database, and says how to', async () => {
    expect(await refusal(run(loadConfig({ DATABASE_URL: urlOf(EMPTY) })))).toMatch(
      /^The database test_without_tables in .* has no tables of Stepdown\. .*npm start.* npm run stepdown -- migrate/,
    );
    expect(await schemaOf(urlOf(EMPTY))).toEqual([]);
  });

  test('does not migrate the database of an older version, and says how to', async () => {
    const before = await schemaOf(behind.url);
    const text = await refusal(run(loadConfig({ DATABASE_URL: behind.url })));
    expect(text).toMatch(/^The database .* needs migrating: .*npm start.* npm run stepdown -- migrate/);
    expect(text).toContain(NEWEST);
    expect(await schemaOf(behind.url)).toEqual(before);
  });

  test('does not create an embedded database', async () => {
    const dataDir = join(folder, 'none');
    expect(await refusal(run(loadConfig({ STEPDOWN_DATA_DIR: dataDir })))).toMatch(
      /^There is no database in .*none\. .*npm start.* npm run stepdown -- migrate/,
    );
    expect(readdirSync(folder)).not.toContain('none');
  });
});

test('a data folder that is a file has no database', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const config = loadConfig({ STEPDOWN_DATA_DIR: file });
  expect(await refusal(runReport(config, REPORT, output, log))).toMatch(/^There is no database in .*file\. /);
});

test('migrate makes the tables, says which database has them, and does nothing the second time', async () => {
  const config = loadConfig({ DATABASE_URL: behind.url });
  const texts: string[] = [];
  const printed = { write: (text: string) => texts.push(text) };
  await runMigrate(config, printed, log);
  await runMigrate(config, printed, log);
  expect(texts).toEqual([
    expect.stringMatching(new RegExp(`^Ran ${NEWEST}\\.\nThe database .* has all tables of this version\\.\n$`)),
    expect.stringMatching(/^The database .* has all tables of this version\.\n$/),
  ]);
  await runReport(config, REPORT, output, log);
});

test('a list of policies says that there are none', async () => {
  const database = await createTestDatabase();
  const texts: string[] = [];
  await runPolicyList(loadConfig({ DATABASE_URL: database.url }), { write: (text) => texts.push(text) }, log);
  expect(texts.join('')).toMatch(/^No policy has been published in the database .*policy publish FILE/s);
  await database.drop();
});
