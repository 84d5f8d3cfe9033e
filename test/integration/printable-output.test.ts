import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pino from 'pino';
import { runCalendar } from '../../src/adapters/cli/calendar/calendar-command';
import { openRowReportOutput } from '../../src/adapters/cli/import/row-report-output';
import { checkPolicy } from '../../src/adapters/cli/policy/policy-check';
import { progressOn } from '../../src/adapters/cli/progress';
import { demoReport } from '../../src/adapters/cli/ticket/demo';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { runFullExport } from '../../src/compose/cli-archive-commands';
import { runExplain } from '../../src/compose/cli-explain-command';
import { runPolicyDiff, runPolicyList, runPolicyPublish } from '../../src/compose/cli-policy-commands';
import { runExport, runReport } from '../../src/compose/cli-read-commands';
import { loadConfig } from '../../src/config';
import { startTestService, type TestService } from '../support/graphql-service';
import { SEV1 } from '../support/impacts';
import { CIMCLOUD_TEXT } from '../support/policies';
import { newTicket, openStore, submission, type TestStore } from '../support/store';

/** Ends a line, clears the screen, turns the text around, sends a command without ESC. */
const HOSTILE = 'INC\r\n\u001b[2J\u202e1\u2066\u009b31m\u2028x\u200b';
const log = pino({ level: 'silent' });

let store: TestStore;
let service: TestService;
let folder: string;
let policy: string;
let clientId: string;
beforeAll(async () => {
  store = await openStore();
  folder = mkdtempSync(join(tmpdir(), 'stepdown-printable-'));
  const client = await createClientAccounts(store).ensureClient(HOSTILE);
  clientId = client.id;
  store.clock.moveTo(Date.now());
  const ticket = newTicket(client.id, { subject: HOSTILE, externalId: HOSTILE, assignee: HOSTILE, impacts: SEV1 });
  await store.changeTickets([submission(ticket)]);
  policy = join(folder, 'policy.yaml');
  const quoted = JSON.stringify(HOSTILE).replaceAll('\\r\\n', '\\r\\n ');
  writeFileSync(
    policy,
    CIMCLOUD_TEXT.replace(/^title: .*$/m, `title: ${quoted}`).replace(/^( +)text: .*$/m, `$1text: ${quoted}`),
  );
  service = await startTestService({ url: store.url, database: { url: store.url, drop: async () => undefined } });
});
afterAll(async () => {
  await service.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const config = () => loadConfig({ DATABASE_URL: store.url, STEPDOWN_OPERATOR: 'Ada' });

/** Everything that a command prints, to either output. */
async function printed(run: (output: PassThrough) => Promise<unknown>): Promise<string> {
  const output = new PassThrough();
  const text = textOf(output);
  try {
    await run(output);
  } catch (error) {
    output.write((error as Error).message);
  }
  output.end();
  return text;
}

const REPORT = { from: null, to: null, zone: 'UTC' };
const EXPLAIN = { commitment: null, cycle: null, zone: null };

it.each<readonly [string, 'TEXT' | 'JSON', (output: PassThrough) => Promise<unknown>]>([
  [
    'report by client',
    'TEXT',
    (output) => runReport(config(), { ...REPORT, by: 'client', format: 'table' }, output, log),
  ],
  [
    'report by assignee',
    'TEXT',
    (output) => runReport(config(), { ...REPORT, by: 'assignee', format: 'table' }, output, log),
  ],
  ['report as CSV', 'TEXT', (output) => runReport(config(), { ...REPORT, by: 'client', format: 'csv' }, output, log)],
  ['report as JSON', 'JSON', (output) => runReport(config(), { ...REPORT, by: 'client', format: 'json' }, output, log)],
  ['explain', 'TEXT', (output) => runExplain(config(), { ...EXPLAIN, ticket: '1', json: false }, output, log)],
  ['explain as JSON', 'JSON', (output) => runExplain(config(), { ...EXPLAIN, ticket: '1', json: true }, output, log)],
  ['export', 'JSON', (output) => runExport(config(), null, output, log)],
  ['full export', 'JSON', (output) => runFullExport(config(), output, log)],
  ['policy list', 'TEXT', (output) => runPolicyList(config(), output, log)],
  ['policy check', 'TEXT', (output) => checkPolicy(policy, output, output, Date.parse('2026-11-27T00:00:00Z'))],
  [
    'policy diff',
    'TEXT',
    (output) => runPolicyDiff(async () => config(), { before: '1', after: policy, tickets: true }, output, log),
  ],
  ['policy publish', 'TEXT', (output) => runPolicyPublish(config(), { file: policy, dryRun: false }, output, log)],
  ['demo', 'TEXT', async (output) => output.write(await demoReport(service.url, clientId))],
  [
    'calendar',
    'JSON',
    (output) => runCalendar(Readable.from([`${JSON.stringify({ id: HOSTILE, op: HOSTILE })}\n`]), output),
  ],
  [
    'a report on a row of an import',
    'TEXT',
    async (output) => {
      const reports = await openRowReportOutput(null, progressOn(output));
      reports.write({ line: 1, ticket: HOSTILE, reason: 'UNREADABLE_ROW', detail: HOSTILE } as never);
      await reports.close();
    },
  ],
])('%s prints a hostile name without obeying it', async (_, kind, run) => {
  const text = await printed(run);
  expect(text).not.toBe('');
  expect(text.replaceAll(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  if (kind === 'JSON') expect(text).toMatch(/\\u202e/);
  else expect(text).not.toMatch(/^1|^x/m);
});

it('the program writes only through the output that prints nothing unprintable', () => {
  const source = readFileSync(join(__dirname, '../../src/cli.ts'), 'utf8');
  expect([...source.matchAll(/process\.std(?:out|err)\.write\((.*)\)/g)].map(([, what]) => what)).toEqual([
    // Inside the output.
    expect.stringContaining('withoutCredentials(text)'),
    // Texts of our own.
    "printSchemaText(subgraph ? 'SUBGRAPH' : 'API')",
    expect.stringContaining('lifecycleMermaid()'),
  ]);
});
