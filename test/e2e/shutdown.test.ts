import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { askOver, listenOver, openSocket } from '../support/graphql-socket';
import { ask, type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

let database: TestDatabase;
/** Holds locks. */
let other: Client;
/** Within a transaction, what the others do is read once. */
let observer: Client;
const SUBMIT = `mutation { submitTicket(input: { subject: "x", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) {
  ticket { id } userErrors { message } } }`;
const ACKNOWLEDGE = `mutation ($id: ID!) { acknowledgeTicket(input: { ticketId: $id }) {
  ticket { acknowledgedAt } userErrors { message } } }`;
const VIEWER = '{ viewer { seesAllClients } }';
const ACKNOWLEDGED = { acknowledgeTicket: { ticket: { acknowledgedAt: expect.any(String) }, userErrors: [] } };

beforeAll(async () => {
  database = await createTestDatabase();
  other = new Client(database.url);
  observer = new Client(database.url);
  await Promise.all([other.connect(), observer.connect()]);
});
afterAll(async () => {
  await Promise.all([other.end(), observer.end()]);
  await database.drop();
});

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: { readonly data?: unknown; readonly reasons?: readonly { readonly code: string }[] };
}

/** Sends a request over a connection of its own, which the client would keep. */
const send = (url: string, payload?: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const body = payload === undefined ? '' : JSON.stringify(payload);
    const method = payload === undefined ? 'GET' : 'POST';
    const headers = { connection: 'keep-alive', 'content-type': 'application/json', 'content-length': body.length };
    request(url, { agent: false, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status, headers: received } = response;
        resolve({ status, connection: received.connection, body: JSON.parse(String(Buffer.concat(chunks))) });
      });
    })
      .on('error', reject)
      .end(body);
  });

const readiness = ({ url }: Serving) => send(url.replace('/graphql', '/readyz'));

const submit = async ({ url }: Serving): Promise<string> =>
  (await ask<{ submitTicket: { ticket: { id: string } } }>(url, SUBMIT)).submitTicket.ticket.id;

/** How many transactions wait for the lock of another one at this moment. */
const waitForLocks = async (): Promise<number> =>
  (
    await observer.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
  ).rows[0].n;

test('on SIGTERM, what runs ends, /readyz says so at once, and sockets are closed with 1001', async () => {
  const service = await serve({ DATABASE_URL: database.url, STEPDOWN_SHUTDOWN_DELAY_SECONDS: '3' });
  const exited = new Promise<number | null>((resolve) => service.child.once('exit', resolve));
  const [first, second] = [await submit(service), await submit(service)];
  const socket = openSocket(service.url);
  const closed = new Promise<unknown>((resolve) => socket.on('closed', resolve));
  const listener = await listenOver(socket, 'subscription { ticketEvents { ticket { id } } }');
  listener.ended.catch(() => undefined);

  await other.query('BEGIN');
  await other.query('LOCK TABLE tickets IN EXCLUSIVE MODE');
  const overHttp = send(service.url, { query: ACKNOWLEDGE, variables: { id: first } });
  await untilTrue(async () => (await waitForLocks()) > 0);
  const overSocket = askOver(socket, ACKNOWLEDGE, { id: second });
  // A query that follows on the same socket is answered after the change has begun.
  await askOver(socket, VIEWER);
  expect((await readiness(service)).status).toBe(200);

  const signalled = performance.now();
  service.child.kill('SIGTERM');
  await untilTrue(async () => (await readiness(service)).status === 503);
  const unready = await readiness(service);
  expect(unready.body.reasons?.map(({ code }) => code)).toEqual(['SHUTTING_DOWN']);
  // It serves as long as load balancers may not have seen that, and keeps no connection.
  const served = await send(service.url, { query: VIEWER });
  expect(served).toMatchObject({ status: 200, connection: 'close', body: { data: expect.anything() } });
  await untilTrue(async () => (await readiness(service).catch((error) => error.code)) === 'ECONNREFUSED');

  await other.query('COMMIT');
  expect(await overHttp).toMatchObject({ status: 200, connection: 'close', body: { data: ACKNOWLEDGED } });
  expect(await overSocket).toEqual({ data: ACKNOWLEDGED });
  expect(await closed).toMatchObject({ code: 1001, reason: 'Going away' });
  expect(await exited).toBe(0);
  expect(performance.now() - signalled).toBeLessThan(10_000);
});

test('a request that does not end is cut off, and the process exits with 0 within 10 seconds', async () => {
  const service = await serve({ DATABASE_URL: database.url });
  const id = await submit(service);
  await other.query('BEGIN');
  await other.query('LOCK TABLE tickets IN EXCLUSIVE MODE');
  const request = send(service.url, { query: ACKNOWLEDGE, variables: { id } });
  const failed = expect(request).rejects.toMatchObject({ code: 'ECONNRESET' });
  await untilTrue(async () => (await waitForLocks()) > 0);
  const signalled = performance.now();
  expect(await service.end('SIGTERM')).toBe(0);
  expect(performance.now() - signalled).toBeLessThan(10_000);
  await failed;
  await other.query('ROLLBACK');
});

test('a second signal ends the process at once', async () => {
  const service = await serve({ DATABASE_URL: database.url, STEPDOWN_SHUTDOWN_DELAY_SECONDS: '3' });
  const exited = new Promise<number | null>((resolve) => service.child.once('exit', resolve));
  service.child.kill('SIGTERM');
  await untilTrue(async () => {
    service.child.kill('SIGTERM');
    return service.child.exitCode !== null;
  });
  expect(await exited).toBe(1);
});
