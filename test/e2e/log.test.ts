import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ask, serve } from '../support/program';
import { openUnreadPipe, type UnreadPipe } from '../support/unread-pipe';
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
  expect(request).toMatch(/^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] INFO <local-operator>: request \{.*"operation":"Open".*\}$/);
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

const noPipe = existsSync('/proc/self/fd') ? null : 'pipes can be opened again on Linux only';

(noPipe === null ? describe : describe.skip)(
  `a pipe whose reader does not read${noPipe === null ? '' : ` (not here: ${noPipe})`}`,
  () => {
    let pipe: UnreadPipe;
    beforeEach(() => {
      pipe = openUnreadPipe();
    });
    afterEach(() => pipe.close());

    const linesRead = () =>
      pipe
        .read()
        .trimEnd()
        .split('\n')
        .map((line): { readonly msg: string; readonly lines?: number } => JSON.parse(line));

    it('does not stop the service, and the lines wait for it', async () => {
      const service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' }, pipe.file);
      // A pipe takes 64 KiB, and a request has two lines of 400 bytes.
      for (let n = 0; n < 10; n += 1) await Promise.all(Array.from({ length: 50 }, () => ask(service.url, SUBMIT)));
      await untilTrue(() => pipe.read().split('"msg":"request"').length === 501);
      expect(await service.end('SIGTERM')).toBe(0);
      const messages = linesRead().map(({ msg }) => msg);
      expect(messages.filter((message) => message === 'ticket changed')).toHaveLength(500);
      expect(messages.at(-1)).toBe('stopping');
    });

    const logging = (lines: number, then: string) =>
      spawn(
        process.execPath,
        [
          ...['-r', './test/support/typescript.cjs', '-e'],
          `require('./src/compose/open-log').openLog('info', 'json').then((log) => {
           for (let n = 0; n < ${lines}; n += 1) log.info({ text: 'x'.repeat(1000) }, 'line');
           ${then}
         })`,
        ],
        { cwd: join(__dirname, '../..'), stdio: ['pipe', 'pipe', pipe.file] },
      ) as ChildProcessByStdio<Writable, Readable, null>;

    it('loses lines beyond 4 MiB, and a line says how many', async () => {
      const child = logging(10_000, `console.log('written'); process.stdin.resume()`);
      await once(child.stdout, 'data');
      await untilTrue(() => pipe.read().includes('were lost'));
      child.stdin.end();
      expect(await once(child, 'close')).toEqual([0, null]);
      const all = linesRead();
      const written = all.filter(({ msg }) => msg === 'line').length;
      expect(written).toBeGreaterThan(3_000);
      expect(all.at(-1)).toMatchObject({ level: 40, lines: 10_000 - written });
    });

    it('does not keep a process from ending', async () => {
      const child = logging(1_000, 'process.exit(3)');
      expect(await once(child, 'close')).toEqual([3, null]);
    });
  },
);

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
