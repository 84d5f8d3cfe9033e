import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { listenOver, openSocket } from '../support/graphql-socket';
import { ask, type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

// The section "Five minutes" of the README, as it is written: every query over HTTP or WebSocket,
// and every line in a shell, in their order.

const ROOT = join(__dirname, '../..');
const [, section = ''] = /^## Five minutes\n(.*?)^## /ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
const blocks = [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const queries = blocks.filter(({ language }) => language === 'graphql').map(({ text }) => text);
const requests = queries.filter((text) => !text.startsWith('subscription'));
const [functions = '', ...lines] = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);

let database: TestDatabase;
let service: Serving;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await serve({ DATABASE_URL: database.url });
  // A database that is in use: the ticket of the reader is not the first one.
  await ask(service.url, requests[0] ?? '');
});
afterAll(async () => {
  await service.end('SIGTERM');
  await database.drop();
});

/** What refusals an answer has, anywhere in it. */
function refusalsIn(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === 'userErrors' ? inner : refusalsIn(inner)));
}

type Opened = { readonly submitTicket: { readonly ticket: { readonly id: string; readonly openedAt: string } } };

test('no query has anything to fill in but its variables', () => {
  expect(requests.length).toBeGreaterThan(5);
  expect(queries.filter((text) => /…|\.\.\."|: 1\)/.test(text))).toEqual([]);
  // A line for each query.
  expect(lines).toHaveLength(queries.length);
});

describe('pasted into a client', () => {
  let socket: Client;
  beforeAll(() => {
    socket = openSocket(service.url);
  });
  afterAll(() => socket.dispose());

  test('each query is answered without errors and refusals, about the ticket that was just opened', async () => {
    const listeners = await Promise.all(
      queries.filter((text) => text.startsWith('subscription')).map((text) => listenOver(socket, text)),
    );
    const answers: Record<string, unknown>[] = [];
    let variables = {};
    for (const query of requests) {
      const answer = await ask<Record<string, unknown>>(service.url, query, variables);
      expect(refusalsIn(answer)).toEqual([]);
      expect(Object.values(answer)).not.toContain(null);
      const { ticket } = (answer as unknown as Partial<Opened>).submitTicket ?? {};
      if (ticket !== undefined) variables = { ticket: ticket.id, at: ticket.openedAt };
      answers.push(answer);
    }
    expect(answers).toContainEqual({ ticket: expect.objectContaining({ severity: 'SEV1', state: 'OPEN' }) });
    const changes = await listeners[0]?.has(1);
    expect(changes).toMatchObject([{ data: { severityChanged: { change: { from: 'SEV1' } } } }]);
    for (const { results } of listeners) expect(results.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });
});

const missing = spawnSync('curl', ['--version']).error === undefined ? null : 'curl is not installed';

(missing === null ? describe : describe.skip)(
  `run in a shell${missing === null ? '' : ` (not here: ${missing})`}`,
  () => {
    const here = (text: string): string => text.replaceAll('127.0.0.1:4000', new URL(service.url).host);
    const running: ChildProcess[] = [];
    afterAll(() => {
      for (const child of running) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });

    /** Runs lines in a shell of their own, in the folder of the project. */
    function shell(...texts: readonly string[]) {
      const child = spawn('sh', ['-c', here([functions, ...texts].join('\n'))], { cwd: ROOT, detached: true });
      const printed = { stdout: '', stderr: '' };
      child.stdout.on('data', (text) => (printed.stdout += text));
      child.stderr.on('data', (text) => (printed.stderr += text));
      return { child, printed };
    }

    test('each line answers without errors and refusals', async () => {
      const listeners = lines.filter((line) => line.startsWith('listen ')).map((line) => shell(line));
      running.push(...listeners.map(({ child }) => child));
      const all = shell('set -e', ...lines.filter((line) => !line.startsWith('listen ')));
      const [code] = await once(all.child, 'close');
      expect([code, all.printed.stderr]).toEqual([0, '']);
      const answers = all.printed.stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      expect(answers).toHaveLength(requests.length);
      for (const answer of answers) {
        expect(answer).toEqual({ data: expect.anything() });
        expect(refusalsIn(answer)).toEqual([]);
      }
      expect(answers).toContainEqual({
        data: { ticket: expect.objectContaining({ severity: 'SEV1', state: 'OPEN' }) },
      });

      // Until the first of them listens.
      await untilTrue(async () => {
        await once(shell('set -e', ...lines.slice(0, 2)).child, 'close');
        return listeners[0]?.printed.stdout.includes('"severityChanged":{"change":{"from":"SEV1"') === true;
      });
      for (const { child, printed } of listeners) expect([child.exitCode, printed.stderr]).toEqual([null, '']);
    });

    test('the line without files answers', async () => {
      const [plain = ''] = blocks.filter(({ language }) => language === '').map(({ text }) => text);
      const { child, printed } = shell(plain);
      await once(child, 'close');
      expect(JSON.parse(printed.stdout)).toMatchObject({ data: { tickets: { totalCount: expect.any(Number) } } });
    });
  },
);
