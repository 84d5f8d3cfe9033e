import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { PolicyCommandError } from '../../src/adapters/cli/policy/named-policy';
import { publishConfiguredPolicy } from '../../src/application/policies/publish-configured-policy';
import { OWN_WORK } from '../../src/application/ports/caller';
import { runExplain } from '../../src/compose/cli-explain-command';
import { runImport } from '../../src/compose/cli-import-command';
import { runPolicyDiff, runPolicyList, runPolicyPublish } from '../../src/compose/cli-policy-commands';
import { runExport, runReport } from '../../src/compose/cli-read-commands';
import { openStore as openConfigured, type Store } from '../../src/compose/open-store';
import { loadConfig } from '../../src/config';
import { createTestDatabase } from '../support/database';
import { CIMCLOUD_FILE, CIMCLOUD_TEXT } from '../support/policies';
import { newTicket, openStore, submission, type TestStore } from '../support/store';

const log = pino({ level: 'silent' });

let store: TestStore;
let folder: string;
beforeAll(async () => {
  store = await openStore();
  folder = mkdtempSync(join(tmpdir(), 'stepdown-policies-'));
  await (await started(configured())).close();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** The store as a start of the service leaves it. */
async function started(config: ReturnType<typeof configured>): Promise<Store> {
  const opened = await openConfigured(config, log);
  await publishConfiguredPolicy(opened.policies, opened.policyFile, 'CHANGED');
  return opened;
}

const configured = (policyFile?: string) => ({
  ...loadConfig({ DATABASE_URL: store.url, STEPDOWN_OPERATOR: 'Ada' }),
  ...(policyFile === undefined ? {} : { policyFile }),
});

/** A policy file: the bundled one with some of it written otherwise. */
function file(name: string, from = '', to = ''): string {
  const path = join(folder, name);
  writeFileSync(path, CIMCLOUD_TEXT.replace(from, to));
  return path;
}

/** What a command prints. */
async function printed(run: (output: { write(text: string): void }) => Promise<void>): Promise<string> {
  let text = '';
  await run({ write: (part) => (text += part) });
  return text;
}
/** For a command whose output does not matter. */
const nowhere = { stdout: { write: () => true }, stderr: new PassThrough().resume() };
const publish = (path: string, dryRun = false) =>
  printed((output) => runPolicyPublish(configured(), { file: path, dryRun }, output, log));
const list = () => printed((output) => runPolicyList(configured(), output, log));
const diff = (before: string, after: string, tickets = false) =>
  printed((output) => runPolicyDiff(async () => configured(), { before, after, tickets }, output, log));
const refusal = (command: Promise<unknown>): Promise<PolicyCommandError> =>
  command.then(
    () => Promise.reject(new Error('It was not refused')),
    (error: unknown) => {
      if (error instanceof PolicyCommandError) return error;
      throw error;
    },
  );

const LONGER = ['RESOLUTION:\n        amount: 2', 'RESOLUTION:\n        amount: 3'] as const;

test('a file is published once, by the operator, and listed; a start does not revert it', async () => {
  const path = file('longer.yaml', ...LONGER);
  expect(await publish(path)).toBe('Published cimcloud/2.\n');
  expect(await publish(path)).toBe('cimcloud/2 has the same content; nothing was published.\n');
  const at = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  expect(await list()).toMatch(new RegExp(`^cimcloud/2  ${at}  Ada\ncimcloud/1  ${at}  the configured file\n$`));
  const again = await started(configured());
  expect((await again.policies.current(null)).version).toBe(2);
  await again.close();
});

test('another configured file is published by a start, whatever version was in force', async () => {
  const changed = await started(configured(file('changed.yaml', 'onLowering: carry', 'onLowering: restart')));
  expect((await changed.policies.current(null)).version).toBe(3);
  await changed.close();
  const back = await started(configured());
  expect((await back.policies.current(null)).version).toBe(4);
  await back.close();
});

test('no command but a start publishes the configured file', async () => {
  const before = await list();
  const edited = configured(file('edited.yaml', 'onLowering: carry', 'onLowering: restart'));
  const other = configured(file('other.yaml', 'id: cimcloud', 'id: other'));
  const csv = join(folder, 'log.csv');
  writeFileSync(
    csv,
    readFileSync(join(__dirname, '../../examples/data/incidents.csv'), 'utf8').split('\n', 1)[0] ?? '',
  );
  const mapping = join(__dirname, '../../examples/servicenow.mapping.yaml');
  const question = { from: null, to: null, by: 'severity', zone: 'UTC', format: 'table' };
  for (const config of [edited, other]) {
    await runPolicyList(config, nowhere.stdout, log);
    await runPolicyPublish(config, { file: config.policyFile, dryRun: true }, nowhere.stdout, log);
    await runPolicyDiff(
      async () => config,
      { before: '1', after: 'cimcloud/2', tickets: true },
      nowhere.stdout,
      log,
    ).catch((error) => {
      // The service's policy is one that has no versions yet.
      if (!(error instanceof PolicyCommandError)) throw error;
    });
    await runReport(config, question, nowhere.stdout, log);
    await runExport(config, null, new PassThrough().resume(), log);
    await runExplain(
      config,
      { ticket: '1', commitment: null, cycle: null, zone: null, json: false },
      nowhere.stdout,
      log,
    ).catch((error) => {
      if (error.name !== 'ExplainError') throw error;
    });
  }
  await runImport(edited, { file: csv, mapping, dryRun: true, reports: null }, nowhere, log);
  await runImport(edited, { file: csv, mapping, dryRun: false, reports: null }, nowhere, log);
  expect(await list()).toBe(before);
  expect(
    (await publish(file('edited.yaml', 'onLowering: carry', 'onLowering: restart'), true)).split('\n')[0],
  ).toContain('would be a new version of cimcloud.');
});

test('a dry run of an import into an empty database publishes nothing; the import itself publishes the policy', async () => {
  const database = await createTestDatabase();
  const config = loadConfig({ DATABASE_URL: database.url });
  const files = {
    file: join(__dirname, '../../examples/data/incidents.csv'),
    mapping: join(__dirname, '../../examples/servicenow.mapping.yaml'),
    reports: join(folder, 'reports.txt'),
  };
  const listed = () => printed((output) => runPolicyList(config, output, log));
  await runImport(config, { ...files, dryRun: true }, nowhere, log);
  expect(await listed()).toMatch(/^No policy has been published/);
  await runImport(config, { ...files, dryRun: false }, nowhere, log);
  expect(await listed()).toMatch(/^cimcloud\/1 .* the configured file\n$/);
  await database.drop();
});

test('a file that an operator published does not count as unpublished', async () => {
  const path = file('by-hand.yaml', 'onLowering: carry', 'onLowering: restart');
  const opened = await openConfigured(configured(path), log);
  const publishIfMissing = () => publishConfiguredPolicy(opened.policies, opened.policyFile, 'MISSING');
  expect(await publishIfMissing()).toMatchObject({ hasUnpublishedChanges: true });
  await publish(path);
  expect(await publishIfMissing()).toMatchObject({ hasUnpublishedChanges: false });
  await opened.close();
  await publish(CIMCLOUD_FILE);
});

test('a dry run and a diff report what would change for the open tickets', async () => {
  const opened = await started(configured());
  // Under the version in force, three SEV2 tickets.
  store.clock.moveTo(Date.now());
  await store.policies.current(null);
  await store.changeTickets([1, 2, 3].map(() => submission(newTicket(store.client.id))));
  await opened.close();
  const path = file('longer.yaml', ...LONGER);
  const rows = [
    'severity  open  breached under it  newly  no longer  other deadline  other severity  not applicable  step refused',
    'SEV1         0                  0      0          0               0               0               0             0',
    'SEV2         3                  0      0          0               3               0               0             0',
    'SEV3         0                  0      0          0               0               0               0             0',
    'SEV4         0                  0      0          0               0               0               0             0',
    'all          3                  0      0          0               3               0               0             0',
    '',
  ].join('\n');
  expect(await publish(path, true)).toBe(
    `${path} would be a new version of cimcloud.\nOpen tickets, had they been opened under ${path}:\n${rows}`,
  );
  expect(await diff('6', 'cimcloud/2', true)).toBe(
    `cimcloud/6 → cimcloud/2
Targets
  SEV2 resolution  2 business days (business), published → 3 business days (business), published

Clients: every client without a policy of its own

Open tickets, had they been opened under cimcloud/2:
${rows}`,
  );
  expect((await list()).split('\n')[0]).toMatch(/^cimcloud\/6 /);
});

test('two files are compared without a database', async () => {
  const unreachable = () => {
    throw new Error('The configuration is not to be read');
  };
  const text = await printed((output) =>
    runPolicyDiff(
      unreachable,
      { before: CIMCLOUD_FILE, after: file('longer.yaml', ...LONGER), tickets: false },
      output,
      log,
    ),
  );
  expect(text).toContain('  SEV2 resolution  2 business days (business), published → 3 business days');
});

test.each([
  ['a version that is not there', () => diff('1', '99'), 2, 'There is no version 99 of cimcloud; the latest is 6.'],
  [
    'a policy that is not there',
    () => diff('gold/1', '1'),
    2,
    'There is no version 1 of gold; no policy gold is published.',
  ],
  ['a file that is not there', () => diff(CIMCLOUD_FILE, 'none.yaml'), 2, 'none.yaml does not exist.'],
  ['a file to publish that is not there', () => publish('none.yaml'), 2, 'none.yaml does not exist.'],
  [
    'a file with a problem',
    () => publish(file('wrong.yaml', 'onLowering: carry', 'onLowering: cary')),
    1,
    'takes one of carry, restart, not "cary"; did you mean "carry"?',
  ],
])('%s is reported in a sentence', async (_, command, exitCode, message) => {
  const error = await refusal(command());
  expect([error.exitCode, error.message]).toEqual([exitCode, expect.stringContaining(message)]);
});

test('an iCalendar file beside the policy is published with it, and again after it has changed', async () => {
  const calendar = (...dates: readonly string[]) =>
    writeFileSync(
      join(folder, 'holidays.ics'),
      `BEGIN:VCALENDAR\n${dates.map((date) => `BEGIN:VEVENT\nDTSTART:${date}\nSUMMARY:Fair\nEND:VEVENT\n`).join('')}END:VCALENDAR\n`,
    );
  const path = file('filed.yaml', 'id: cimcloud', 'id: filed');
  writeFileSync(path, readFileSync(path, 'utf8').replace('region: US', 'ics: holidays.ics'));
  const fairs = async (opened: Store, version: number) =>
    (await opened.policies.version(OWN_WORK, 'filed', version))?.calendars.business?.holidays;

  calendar('20270304');
  expect(await publish(path)).toBe('Published filed/1.\n');
  expect(await publish(path)).toBe('filed/1 has the same content; nothing was published.\n');
  calendar('20270304', '20270305');
  expect(await publish(path)).toBe('Published filed/2.\n');
  const first = await started(configured(path));
  expect((await first.policies.current(null)).version).toBe(2);
  // A published version keeps its dates and its text.
  expect([await fairs(first, 1), await fairs(first, 2)]).toEqual([['2027-03-04'], ['2027-03-04', '2027-03-05']]);
  expect(await first.policies.yaml(OWN_WORK, 'filed', 2)).toBe(readFileSync(path, 'utf8'));
  await first.close();

  calendar('20270305');
  const second = await started(configured(path));
  expect((await second.policies.current(null)).version).toBe(3);
  expect(await fairs(second, 3)).toEqual(['2027-03-05']);
  await second.close();
  const third = await started(configured(path));
  expect((await third.policies.current(null)).version).toBe(3);
  await third.close();

  rmSync(join(folder, 'holidays.ics'));
  const line = readFileSync(path, 'utf8').split('\n').indexOf('      ics: holidays.ics') + 1;
  expect((await refusal(publish(path))).message).toBe(
    `${path}:${line}:12 calendars.business.holidays.ics: holidays.ics does not exist in the folder of the policy`,
  );
  await expect(started(configured(path))).rejects.toThrow('holidays.ics does not exist in the folder of the policy');
});
