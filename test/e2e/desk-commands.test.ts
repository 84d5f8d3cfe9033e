import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ask, type Finished, run, type Serving, serve } from '../support/program';

let database: TestDatabase;
let service: Serving;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-desk-'));
  database = await createTestDatabase();
  service = await serve({ DATABASE_URL: database.url, STEPDOWN_OPERATOR: 'Ada' });
});
afterAll(async () => {
  await service.end('SIGTERM');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const ENV = { TZ: 'Europe/Berlin' };
/** Runs a command against the service. */
const desk = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): Promise<Finished> =>
  run(args, { ...ENV, STEPDOWN_URL: service.url, ...env }, input);
const done = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await desk(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const IMPACT = ['--impact', 'all-end-users/ordering-blocked'];
/** Opens a ticket, and gives its number. */
const opened = async (subject: string, ...more: readonly string[]): Promise<number> =>
  JSON.parse(await done('new', subject, ...IMPACT, '--json', ...more)).ticket.number;

describe('a day at the desk', () => {
  it('goes from the first report to the resolution, by the number of the ticket', async () => {
    const lines = (await done('new', 'Checkout is down', ...IMPACT, '--channel', 'phone', '--tag', 'shop')).split('\n');
    const [, number = ''] = /^#(\d+) opened: Checkout is down$/.exec(lines[0] ?? '') ?? [];
    expect(lines[1]).toBe('  SEV1, open');
    expect(lines[2]).toMatch(/^ {2}response due \w{3} \d{4}-\d\d-\d\d \d\d:\d\d, 1[45] min left$/);
    expect(lines[3]).toBe('Times are Europe/Berlin; what is left is business time.');
    expect(await done('ack', number)).toContain(`#${number} acknowledged: Checkout is down\n`);
    expect(await done('reply', `#${number}`, 'We are on it', '--channel', 'email')).toContain('replied to');
    expect(await done('assign', number, '--me')).toContain(`#${number} assigned to Ada`);
    expect(await done('wait', number, 'third-party')).toContain('SEV1, open, waiting for a third party');
    expect(await done('wait', number, 'third-party', '--stop')).toContain('stopped waiting for a third party');
    expect(
      await done('workaround', number, 'Orders by phone', '--remaining', 'SOME_END_USERS/ORDERING_BLOCKED:by phone'),
    ).toContain('SEV2, workaround applied');
    const page = await done('show', number);
    for (const line of page.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(page).toContain(`#${number}  Checkout is down\nSEV2, workaround applied; opened `);
    expect(page).toContain('Impacts     SOME_END_USERS/ORDERING_BLOCKED: by phone\n');
    expect(page).toContain('Workaround  Orders by phone (Ada)\n');
    for (const sentence of [
      'opened it as SEV1',
      'acknowledged it',
      'replied by email: We are on it',
      'assigned it to Ada',
      'began to wait for a third party',
      'stopped waiting for a third party',
      'applied a workaround, SEV1 to SEV2: Orders by phone',
    ]) {
      expect(page).toMatch(new RegExp(`^ {2}\\w{3} \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  Ada ${sentence}$`, 'm'));
    }
    expect(page.match(/Europe\/Berlin/g)).toHaveLength(1);
    expect(await done('resolve', number, 'A new frontend')).toContain(`#${number} resolved`);
    expect(await done('assign', number, '--none')).toContain(`#${number} unassigned`);
  });

  it('takes texts from standard input', async () => {
    const number = await opened('With a description');
    const { code } = await desk(['reply', String(number), '-'], {}, 'The first line\nThe second line\n');
    expect(code).toBe(0);
    const { ticket } = JSON.parse(await done('show', String(number), '--json'));
    expect(ticket.events.nodes.at(-1).body).toBe('The first line\nThe second line');
  });

  it('records what the client has said', async () => {
    const number = await opened('Heard by phone');
    await done('reply', String(number), 'It is worse now', '--inbound', '--channel', 'phone');
    expect(await done('show', String(number))).toContain('heard from the client by phone: It is worse now');
  });

  it('writes notes for colleagues, and automatic messages', async () => {
    const number = await opened('With a note');
    await done('ack', String(number));
    expect(await done('note', String(number), 'Ask Ben first')).toContain(`#${number} has a note: With a note\n`);
    await done('reply', String(number), 'We are closed until Monday', '--automatic');
    const page = await done('show', String(number));
    expect(page).toMatch(/Ada noted: Ask Ben first$/m);
    expect(page).toMatch(/Ada sent an automatic message by extranet: We are closed/m);
  });

  it('enters late what has happened before, with a reason', async () => {
    const at = new Date(Date.now() - 40 * 60_000).toISOString();
    const late = ['new', 'Phoned in at night', ...IMPACT, '--at', at];
    const { code, stderr } = await desk([...late, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr).error.userErrors).toEqual([expect.objectContaining({ __typename: 'ReasonNeeded' })]);
    const printed = await done(...late, '--reason', 'The desk was empty');
    expect(printed).toMatch(/^ {2}response due .*, 2\d min over$/m);
    const number = /^#(\d+)/.exec(printed)?.[1] ?? '';
    await done('wait', number, 'client', '--at', at, '--reason', 'They went to sleep');
    const page = await done('show', number);
    const sentences = page.replace(/\n {4}/g, ' ');
    expect(sentences).toMatch(/opened it as SEV1 \(entered \w{3} \S{10} \d\d:\d\d: The desk was empty\)$/m);
    expect(page).toMatch(/began to wait for the client \(entered/);
    const wrong = await desk(['ack', number, '--at', 'yesterday']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--at takes a time such as 02:00');
  });

  it('says what to do next, and lists what is mine, each with its reason', async () => {
    await service.end('SIGTERM');
    const own = await createTestDatabase();
    service = await serve({ DATABASE_URL: own.url, STEPDOWN_OPERATOR: 'Ada' });
    try {
      expect(await done('next')).toBe('There is nothing to do.\n');
      expect(await done('mine')).toBe('No ticket of Ada asks for work.\n');
      const at = new Date(Date.now() - 40 * 60_000).toISOString();
      await opened('Not assigned');
      await opened('Mine and overdue', '--assignee', 'Ada', '--at', at, '--reason', 'The desk was empty');
      const waits = String(await opened('Mine and answered', '--assignee', 'Ada'));
      await done('reply', waits, 'Still down', '--inbound');
      expect(await done('next')).toMatch(
        /^#2 {6}Mine and overdue\n {8}SEV1, open; Default client, Ada\n.* 2\d min over\n {8}overdue since /,
      );
      expect(await done('next', '--unassigned')).toMatch(
        /^#1 {6}Not assigned\n[\s\S]*the client has not called; opened /,
      );
      expect(JSON.parse(await done('next', '--mine', '--json')).next).toMatchObject({
        reason: 'OVERDUE',
        ticket: { number: 2 },
      });
      const mine = await done('mine');
      expect(mine).toMatch(/^#2 [\s\S]*#3 [\s\S]*the client awaits a reply since [\s\S]*\n2 of 2 tickets of Ada\. /);
      for (const line of mine.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      const first = JSON.parse(await done('mine', '--limit', '1', '--json'));
      expect(first.totalCount).toBe(2);
      const second = JSON.parse(await done('mine', '--after', first.pageInfo.endCursor, '--json'));
      expect(second.nodes.map(({ reason }: { reason: string }) => reason)).toEqual(['AWAITING_REPLY']);
    } finally {
      await service.end('SIGTERM');
      await own.drop();
      service = await serve({ DATABASE_URL: database.url, STEPDOWN_OPERATOR: 'Ada' });
    }
  });

  it('knows clients by their names', async () => {
    const { createClient } = await ask<{ createClient: { client: { id: string } } }>(
      service.url,
      'mutation { createClient(input: { name: "Acme Shops" }) { client { id } } }',
    );
    const byName = await opened('Of Acme by name', '--client', 'acme shops');
    await opened('Of Acme by id', '--client', createClient.client.id);
    expect(await done('show', String(byName))).toContain('Client      Acme Shops\n');
    expect(JSON.parse(await done('find', 'of acme', '--client', 'Acme Shops', '--json')).totalCount).toBe(2);
    const { code, stderr } = await desk(['find', 'of acme', '--client', 'Acme Shop']);
    expect(code).toBe(3);
    expect(unbroken(stderr)).toContain(
      'There is no client "Acme Shop", or you may not see it. Similar names: "Acme Shops".',
    );
  });

  it('finds tickets by their words, page by page', async () => {
    for (const part of ['a', 'b', 'c']) await opened(`Pelican ${part}`, '--assignee', `Ben ${part}`);
    const first = JSON.parse(await done('find', 'pelican', '--limit', '2', '--json'));
    expect(first.totalCount).toBe(3);
    expect(first.nodes.map(({ subject }: { subject: string }) => subject)).toEqual(['Pelican c', 'Pelican b']);
    const printed = await done('find', 'pelican', '--limit', '2', '--after', first.pageInfo.endCursor);
    expect(printed).toMatch(/^#\d+ +Pelican a\n {8}SEV1, open; Default client, Ben a\n/);
    const filtered = await done('find', 'pelican', '--assignee', 'Ben b', '--state', 'open', '--state', 'resolved');
    expect(filtered).toContain('1 of 1 ticket.');
    expect(await done('find', 'pelican', '--state', 'closed')).toBe('No ticket has these words.\n');
  });

  it('prints a hostile text without obeying it, with and without colours', async () => {
    const hostile = 'INC\u001b[2J\u202e1\u009b31m\u2028x';
    const number = await opened(hostile);
    expect(await done('show', String(number))).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(await done('show', String(number), '--json')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    const { stdout } = await desk(['show', String(number)], { FORCE_COLOR: '1' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is looked for.
    expect(stdout).toMatch(/\u001b\[31mSEV1\u001b\[39m/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
    expect(stdout.replace(/\u001b\[\d\d?m/g, '')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

/** A text without its breaks of lines, which keep it within the screen. */
const unbroken = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe('what cannot be done', () => {
  /** The exit code and the error as text, and the same as JSON; nothing is printed besides. */
  const failure = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await desk(args, env);
    const json = await desk([...args, '--json'], env);
    expect(stdout + json.stdout).toBe('');
    const { error } = JSON.parse(json.stderr);
    expect([json.code, error.exitCode]).toEqual([code, code]);
    expect(unbroken(stderr)).toBe(unbroken(error.message));
    expect(Math.max(...stderr.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    return { code, stderr, error };
  };

  it('is refused by the service with 1, and its reasons', async () => {
    const number = await opened('Acknowledged already');
    await done('ack', String(number));
    const { code, error } = await failure(['ack', String(number)]);
    expect(code).toBe(1);
    expect(error.kind).toBe('REFUSED');
    expect(error.userErrors).toEqual([expect.objectContaining({ __typename: 'AlreadyAcknowledged' })]);
  });

  it('is a mistake in the command with 2, and what it takes', async () => {
    const number = String(await opened('Wrong usage'));
    for (const [args, message] of [
      [['ack'], "missing required argument 'ticket'"],
      [['ack', number, '--colour'], "unknown option '--colour'"],
      [['wait', number, 'godot'], 'Allowed choices are client, third-party, other-ticket'],
      [['reply', number], 'Give the message as an argument, or - to read it from standard input.'],
      [['new', 'No impact'], "required option '--impact <impact>' not specified"],
      [['new', 'No impact', '--impact', 'everybody'], 'AUDIENCE/CONSEQUENCE'],
      [['assign', number], 'give one of a name, --me and --none'],
      [['find', 'x', '--state', 'lost'], 'Allowed choices are open, workaround-applied'],
      [['show', number, '--events', '0'], 'a whole number from 1 to 100'],
      [['show', number, '--zone', 'Europe/Nowhere'], 'The zone'],
      [['show', number, '--url', 'localhost'], '--url takes the URL of a service'],
      [['show', number, '--key-file', join(folder, 'none')], 'The key cannot be read'],
    ] as const) {
      const { code, stdout, stderr } = await desk(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  it('names a ticket that does not exist with 3', async () => {
    const { code, stderr } = await failure(['show', '#999999']);
    expect(code).toBe(3);
    expect(stderr).toContain('There is no ticket "#999999"');
    expect((await failure(['ack', 'INC-none'])).code).toBe(3);
  });

  it('goes to a service that does not run with 5, and says how to start it', async () => {
    const stopped = await serve({ DATABASE_URL: database.url });
    await stopped.end('SIGTERM');
    const { code, stderr } = await failure(['ack', '1'], { STEPDOWN_URL: stopped.url });
    expect(code).toBe(5);
    expect(stderr).toContain('npm start');
    // It has not arrived.
    expect(stderr).not.toContain('--idempotency-key');
  });

  it('goes to something else than the service with 5', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await failure(['show', '1'], { STEPDOWN_URL: `http://127.0.0.1:${port}` });
    server.close();
    expect(code).toBe(5);
    expect(stderr).toContain('did not answer as GraphQL does, with status 404');
  });
});

it('a lost answer is asked for again, and the ticket is opened once', async () => {
  const { url, close, lost } = await answerLosingProxy(service.url);
  const subject = 'Opened once, although the answer was lost';
  const { code, stdout } = await desk(['new', subject, ...IMPACT], { STEPDOWN_URL: url });
  await close();
  expect(lost()).toBe(1);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('opened') });
  expect(JSON.parse(await done('find', 'although the answer was lost', '--json')).totalCount).toBe(1);
});

it('a key that was printed repeats a change without doing it twice', async () => {
  const twice = ['new', 'Twice with one key', ...IMPACT, '--idempotency-key', 'the-key-of-this-change'];
  const [first] = (await done(...twice)).split('\n');
  expect(first).toMatch(/^#\d+ opened: Twice with one key$/);
  expect((await done(...twice)).split('\n')[0]).toBe(first);
  expect(JSON.parse(await done('find', 'twice with one key', '--json')).totalCount).toBe(1);
});

describe('with access control', () => {
  let guarded: Serving;
  let key: string;
  beforeAll(async () => {
    const env = { DATABASE_URL: database.url, STEPDOWN_AUTHENTICATION: 'required' };
    guarded = await serve(env);
    const made = await run(['key', 'create', '--name', 'Desk', '--scopes', 'read'], env);
    key = made.stdout.trim().split('\n').at(-1) ?? '';
    await writeFile(join(folder, 'key'), `${key}\n`);
    await writeFile(join(folder, 'wrong'), `${key}x\n`);
  });
  afterAll(() => guarded.end('SIGTERM'));
  const withKey = (args: readonly string[], env = {}) => desk(args, { STEPDOWN_URL: guarded.url, ...env });

  it('the key comes from a file or from the environment, and is printed nowhere', async () => {
    expect((await withKey(['find', 'pelican', '--key-file', join(folder, 'key')])).code).toBe(0);
    expect((await withKey(['find', 'pelican'], { STEPDOWN_API_KEY: key })).code).toBe(0);
    const refused = await withKey(['ack', '1', '--key-file', join(folder, 'key')]);
    expect(refused.code).toBe(4);
    expect(refused.stdout + refused.stderr).not.toContain(key);
  });

  it('no key and a wrong key end with 4, and say where the key goes', async () => {
    const none = await withKey(['show', '1']);
    expect(none.code).toBe(4);
    expect(none.stderr).toContain('--key-file');
    const wrong = await withKey(['show', '1', '--key-file', join(folder, 'wrong')]);
    expect(wrong.code).toBe(4);
    expect(wrong.stderr).toContain(`The key comes from the file ${join(folder, 'wrong')}.`);
    expect(wrong.stderr).not.toContain(key);
  });
});

/** A proxy that hands over the first change to the service, and breaks off before its answer. */
async function answerLosingProxy(target: string) {
  let lost = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const answer = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: request.headers.accept ?? '*/*' },
        body,
      });
      const text = await answer.text();
      if (lost === 0 && body.includes('mutation')) {
        lost += 1;
        return void response.destroy();
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    lost: () => lost,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
