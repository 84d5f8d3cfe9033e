import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ask, serve } from '../support/program';
import { untilTrue } from '../support/until';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const SUBMIT =
  'mutation Open { submitTicket(input: { subject: "x", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { id } } }';

test('in a pipe the log is JSON with times in ISO 8601, and a stop loses no line', async () => {
  const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
  await Promise.all(Array.from({ length: 50 }, () => ask(service.url, SUBMIT)));
  expect(await service.end('SIGTERM')).toBe(0);
  const lines = service.logged();
  expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(50);
  expect(lines.filter(({ msg }) => msg === 'ticket changed')).toHaveLength(50);
  expect(lines.at(-1)).toMatchObject({ level: 30, signal: 'SIGTERM', msg: 'stopping' });
  for (const { time } of lines) expect(time).toMatch(ISO);
});

test('LOG_FORMAT=pretty writes lines for people, without what a terminal obeys', async () => {
  const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty' });
  await ask(service.url, SUBMIT);
  expect(await service.end('SIGTERM')).toBe(0);
  expect(service.logged()).toEqual([]);
  const request = service
    .stderr()
    .split('\n')
    .find((line) => line.includes('request'));
  expect(request).toMatch(/^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] INFO <local operator>: request \{.*"operation":"Open".*\}$/);
  expect(service.stderr()).toMatch(/INFO: stopping \{"signal":"SIGTERM"\}\n$/);
  expect(service.stderr()).not.toMatch(/(?!\n)\p{Cc}/u);
});

const FULL = '/dev/full';
const noFull = existsSync(FULL) ? null : `there is no ${FULL}`;

(noFull === null ? test : test.skip)(
  `a full disk that the log goes to does not end the service${noFull === null ? '' : ` (not here: ${noFull})`}`,
  async () => {
    const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' }, openSync(FULL, 'w'));
    for (let n = 0; n < 3; n += 1) await ask(service.url, SUBMIT);
    expect(await service.end('SIGTERM')).toBe(0);
  },
);

test('a pipe that no one reads any more does not end the service', async () => {
  const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
  service.child.stderr?.destroy();
  for (let n = 0; n < 3; n += 1) await ask(service.url, SUBMIT);
  expect(await service.end('SIGTERM')).toBe(0);
});

test('a pipe whose reader does not read does not stop the service, and the lines wait for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-log-'));
  const pipe = join(folder, 'log');
  execFileSync('mkfifo', [pipe]);
  const end = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' }, openSync(pipe, 'w'));
  // A pipe takes 64 KiB, and a request has two lines of 400 bytes.
  for (let n = 0; n < 10; n += 1) await Promise.all(Array.from({ length: 50 }, () => ask(service.url, SUBMIT)));
  let text = '';
  const read = () => {
    const buffer = Buffer.alloc(65_536);
    try {
      for (let length = 1; length > 0; ) {
        length = readSync(end, buffer);
        text += buffer.toString('utf8', 0, length);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  };
  await untilTrue(() => {
    read();
    return text.split('"msg":"request"').length === 501;
  });
  expect(await service.end('SIGTERM')).toBe(0);
  read();
  const messages = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(messages.filter((message) => message === 'ticket changed')).toHaveLength(500);
  expect(messages.at(-1)).toBe('stopping');
  closeSync(end);
  rmSync(folder, { recursive: true });
});

const noTerminal = spawnSync('script', ['--version']).error === undefined ? null : 'script is not installed';

(noTerminal === null ? test : test.skip).each([
  ['xterm-256color', {}, true],
  ['dumb', {}, false],
  ['xterm-256color', { NO_COLOR: '1' }, false],
])(`on a terminal %s with %j, lines are for people, with colours: %p${noTerminal ?? ''}`, (TERM, more, hasColors) => {
  const open = `const { openLog } = require('./src/compose/open-log'); openLog('info', null).then((log) => log.info('hello'))`;
  const command = `${process.execPath} -r ./test/support/typescript.cjs -e "${open}"`;
  const env = { PATH: process.env.PATH, TERM, ...more };
  const cwd = join(__dirname, '../..');
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { cwd, env, encoding: 'utf8', input: '' });
  expect(stdout).toMatch(/INFO.*: .*hello/);
  expect(stdout.includes('\u001b[')).toBe(hasColors);
});
