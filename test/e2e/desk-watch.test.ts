import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Going, run, type Serving, serve, start } from '../support/program';
import { untilTrue } from '../support/until';

let database: TestDatabase;
let port: string;
let service: Serving;
let watch: Going | null = null;
beforeEach(async () => {
  database = await createTestDatabase();
  port = await freePort();
  service = await startService();
});
afterEach(async () => {
  await watch?.end('SIGKILL');
  watch = null;
  await service.end('SIGTERM');
  await database.drop();
});

const startService = () => serve({ DATABASE_URL: database.url, PORT: port, STEPDOWN_OPERATOR: 'Ada' });
const env = () => ({ PORT: port, TZ: 'Europe/Berlin' });

/** A port for a service that is started again at the same address. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(free);
}

async function opened(subject: string, severity: 1 | 2 = 1): Promise<void> {
  const impact = `${severity === 1 ? 'ALL' : 'SOME'}_END_USERS/ORDERING_BLOCKED`;
  const { code, stderr } = await run(['new', subject, '--impact', impact], env());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

const watching = async (...args: readonly string[]): Promise<Going> => {
  const going = start(['watch', ...args], env());
  watch = going;
  await untilTrue(() => args.includes('--json') || going.stderr().includes('Events as they happen'));
  return going;
};
const lines = ({ stdout }: Going): readonly string[] => stdout().split('\n').filter(Boolean);

it('prints each event once, also over a restart of the service before the first one', async () => {
  await opened('Opened before the watch');
  const going = await watching();
  expect(await service.end('SIGKILL')).toBeNull();
  service = await startService();
  await opened('Opened while it was down');
  await untilTrue(() => lines(going).length === 1);
  await service.end('SIGTERM');
  service = await startService();
  await opened('Opened after the second restart');
  await untilTrue(() => lines(going).length === 2);
  expect(lines(going)).toEqual([
    expect.stringMatching(/^\w{3} \S{10} \d\d:\d\d {2}#2 SEV1 Opened while it was down: Ada opened it as SEV1$/),
    expect.stringMatching(/#3 SEV1 Opened after the second…: Ada opened it as SEV1$/),
  ]);
  expect(await going.end('SIGINT')).toBe(130);
  expect(going.stderr()).toMatch(/Trying again in \d+ s\./);
});

it('goes on after the cursor that it has printed', async () => {
  const going = await watching();
  await opened('First');
  await untilTrue(() => lines(going).length === 1);
  expect(await going.end('SIGINT')).toBe(130);
  const [, cursor = ''] =
    /Interrupted\. To go on after the last event, add --after (\S+)\n$/.exec(going.stderr()) ?? [];
  await opened('Second');
  const again = await watching('--after', cursor);
  await untilTrue(() => lines(again).length === 1);
  expect(lines(again)).toEqual([expect.stringContaining('#2 SEV1 Second: Ada opened it')]);
});

it('prints a JSON document on each line, of the events that are asked for', async () => {
  const going = await watching('--json', '--severity', 'sev2', '--type', 'submitted', '--after', 'e0000000000000000');
  await opened('First', 1);
  await opened('Second', 2);
  await untilTrue(() => lines(going).length === 1);
  expect(lines(going).map((line) => JSON.parse(line))).toEqual([
    {
      cursor: expect.any(String),
      event: expect.objectContaining({ type: 'SUBMITTED', severity: 'SEV2' }),
      ticket: expect.objectContaining({ number: 2, subject: 'Second', severity: 'SEV2' }),
    },
  ]);
  expect(await going.end('SIGINT')).toBe(130);
  expect(JSON.parse(going.stderr()).error).toMatchObject({ kind: 'INTERRUPTED', exitCode: 130 });
});

it('refuses what is no cursor, and says when the service does not run', async () => {
  const wrong = await run(['watch', '--after', 'e9999999999999999'], env());
  expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: '' });
  await service.end('SIGTERM');
  const stopped = await run(['watch'], env());
  expect(stopped.code).toBe(5);
  expect(stopped.stderr).toContain('npm start');
  service = await startService();
});
