import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect } from '@jest/globals';
import { Client } from 'pg';
import { startTestService, type TestService } from '../support/graphql-service';
import { SEV2 } from '../support/impacts';
import { hold, home, noMounts, query, self, testUnless, urlOf } from '../support/postgres-holders';
import { until } from '../support/until';

const SUBMIT = `mutation ($input: SubmitTicketInput!) {
  submitTicket(input: $input) { ticket { id } userErrors { message } }
}`;
const COUNT = '{ tickets { totalCount } }';
const NO_SPACE = { status: 503, errors: [{ extensions: { code: 'INSUFFICIENT_STORAGE', retryable: true } }] };
const UNREADY = { status: 503, body: { status: 'unready', reasons: [{ code: 'INSUFFICIENT_STORAGE' }] } };
const READY = { status: 200, body: { status: 'ready' } };

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Gives a folder a file system of its own. */
const mount = (folder: string, megabytes: number): void => {
  const { uid, gid } = statSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700,uid=${uid},gid=${gid}`, 'tmpfs', folder]);
  cleanUp.push(() => execFileSync('umount', [folder]));
};

/** Fills the file system of a folder to the last page. Returns what makes space again. */
const fill = (folder: string) => {
  const ballast = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  return () => rmSync(ballast);
};

const serve = async (url: string, dataDir?: string): Promise<TestService> => {
  const config = dataDir === undefined ? {} : { databaseUrl: null, dataDir };
  const service = await startTestService({ database: { url, drop: async () => undefined }, config });
  cleanUp.push(() => service.close());
  return service;
};

const readyOf = async ({ url }: TestService) => {
  const response = await fetch(new URL('/readyz', url));
  return { status: response.status, body: await response.json() };
};

const countOf = async (service: TestService): Promise<number> => (await service.data(COUNT)).tickets.totalCount;

/** Small changes still fit into pages that exist; large ones need more. */
const description = Array.from({ length: 20_000 }, () => Math.random().toString(36)[2]).join('');
const submitLarge = (service: TestService, idempotencyKey?: string) =>
  service.ask(SUBMIT, { input: { subject: 'Large', description, impacts: SEV2, idempotencyKey } });

const expectNoSpace = async (service: TestService): Promise<void> => {
  for (let round = 0; round < 3; round++) {
    expect(await service.ask(COUNT)).toMatchObject(NO_SPACE);
    expect(await submitLarge(service)).toMatchObject(NO_SPACE);
    expect(await readyOf(service)).toMatchObject(UNREADY);
  }
};

const SEGMENT_BYTES = 16 * 1024 * 1024;

/** Writes to the log until its last file has at most this many bytes left, or the server ends. */
const eatLog = async (url: string, mostLeft: number): Promise<void> => {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (let left = Number.POSITIVE_INFINITY; left > mostLeft; ) {
      const { rows } = await client.query(
        `SELECT max(name) AS name, pg_logical_emit_message(false, 'eaten', repeat('x', 500000)) - '0/0' AS at
         FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`,
      );
      const { name, at } = rows[0];
      const segment = Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16);
      left = (segment + 1) * SEGMENT_BYTES - Number(at);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
};

describe('a disk that is full', () => {
  testUnless(noMounts, 'is an error that can be retried, and /readyz says so, until there is space', async () => {
    const dataDir = home('full');
    const cluster = dirname(dataDir);
    mount(cluster, 160);
    const url = await urlOf(hold(dataDir));
    const service = await serve(url);
    const ready = () => readyOf(service);
    expect(await ready()).toEqual(READY);
    const makeSpace = fill(cluster);

    const refused = await until(
      () => submitLarge(service),
      ({ errors }) => errors.length > 0,
    );
    expect(refused).toMatchObject(NO_SPACE);
    expect(refused.errors[0]?.message).toMatch(/disk is full/);
    expect(refused.headers.get('retry-after')).toBe('1');
    const before = await countOf(service);
    expect(await until(ready, ({ status }) => status === 503)).toMatchObject(UNREADY);
    expect(await submitLarge(service)).toMatchObject(NO_SPACE);
    expect(await countOf(service)).toBe(before);

    // Another client has the server end, which does not tell the service why.
    await eatLog(url, Number.NEGATIVE_INFINITY).catch(() => undefined);
    await until(
      () => service.ask(COUNT),
      ({ errors }) => errors.length > 0,
    );
    await expectNoSpace(service);

    makeSpace();
    await until(ready, ({ status }) => status === 200);
    expect((await submitLarge(service)).errors).toEqual([]);
    expect(await countOf(service)).toBe(before + 1);
  });

  testUnless(noMounts, 'of the write-ahead log: the same, and no change is lost or made twice', async () => {
    const dataDir = home('log');
    const first = hold(dataDir);
    // Otherwise the background writer of the log is sometimes the one that finds the disk full.
    await query(await urlOf(first), `ALTER SYSTEM SET wal_writer_delay = '10s'`);
    await first.close();
    const log = join(dataDir, 'postgres', 'pg_wal');
    renameSync(log, `${log}.old`);
    mkdirSync(log);
    execFileSync('chown', [`--reference=${log}.old`, log]);
    mount(log, 64);
    execFileSync('cp', ['-a', `${log}.old/.`, log]);

    const url = await urlOf(hold(dataDir, self, [], true));
    const service = await serve(url);
    const embedded = await serve(url, dataDir);
    const makeSpace = fill(log);
    await eatLog(url, 1_000_000);

    let sent = 0;
    const submitNext = () => {
      sent += 1;
      return submitLarge(service, `large-${sent}`);
    };
    const refused = await until(submitNext, ({ errors }) => errors.length > 0);
    // The server ended while it was committing this change, and may have committed it. Or another
    // statement found the disk full just before; then the change was not sent.
    const { code, retryable } = refused.errors[0]?.extensions ?? {};
    expect(['SERVICE_UNAVAILABLE false', 'INSUFFICIENT_STORAGE true']).toContain(`${code} ${retryable}`);
    await expectNoSpace(service);
    await expectNoSpace(embedded);

    makeSpace();
    for (const one of [service, embedded])
      await until(
        () => readyOf(one),
        ({ status }) => status === 200,
      );
    expect([sent - 1, sent]).toContain(await countOf(service));
    expect((await submitLarge(service, `large-${sent}`)).errors).toEqual([]);
    expect(await countOf(embedded)).toBe(sent);
  });
});
