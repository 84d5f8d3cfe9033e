import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import {
  ApplyWorkaroundDocument,
  createClient,
  RequestError,
  SeverityChangesDocument,
  SimulateWorkaroundDocument,
  SubmitTicketDocument,
} from '../../packages/client/src';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

const ROOT = join(__dirname, '../..');

let database: TestDatabase;
let service: Serving;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await serve({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await service.end('SIGTERM');
  await database.drop();
});

const clientHere = (options = {}) => createClient({ url: service.url, webSocketImpl: WebSocket, ...options });

/** Opens a ticket and lowers its severity. */
async function lowerOne(options = {}): Promise<void> {
  const client = clientHere(options);
  const { submitTicket } = await client.request(SubmitTicketDocument);
  const { id: ticket = '' } = submitTicket.ticket ?? {};
  const { applyWorkaround } = await client.request(ApplyWorkaroundDocument, { ticket });
  expect(applyWorkaround.userErrors).toEqual([]);
}

test('a query, a mutation, a refusal and an error', async () => {
  const client = clientHere();
  const { submitTicket } = await client.request(SubmitTicketDocument);
  const { id: ticket = '' } = submitTicket.ticket ?? {};
  expect(submitTicket).toMatchObject({ ticket: { severity: 'SEV1' }, userErrors: [] });
  expect(await client.request(SimulateWorkaroundDocument, { ticket })).toMatchObject({
    simulate: { before: { severity: 'SEV1' }, userErrors: [] },
  });
  await client.request(ApplyWorkaroundDocument, { ticket });
  const { applyWorkaround } = await client.request(ApplyWorkaroundDocument, { ticket });
  expect(applyWorkaround.userErrors).toMatchObject([{ __typename: 'ImpactNotLowered' }]);
  const error = await client.request('{ nothing }').catch((thrown) => thrown);
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String), status: 400 });
});

test('a subscription goes on by itself when the service was stopped and started again', async () => {
  const retries: string[] = [];
  const client = clientHere({ onRetry: ({ message }: Error) => retries.push(message) });
  const numbers: number[] = [];
  const stream = client.subscribe(SeverityChangesDocument);
  const reading = (async () => {
    for await (const { severityChanged } of stream) numbers.push(severityChanged.ticket.number);
  })();
  const untilReceived = () => {
    const before = numbers.length;
    return untilTrue(async () => {
      await lowerOne();
      return numbers.length > before;
    });
  };
  await untilReceived();

  const { port } = new URL(service.url);
  await service.end('SIGTERM');
  // Refused: where the defaults of graphql-ws give up.
  await untilTrue(() => retries.length >= 2);
  service = await serve({ DATABASE_URL: database.url, PORT: port });
  await untilReceived();
  expect(retries[0]).toMatch(/closed with code 100[16]/);
  expect(retries.at(-1)).toMatch(/ECONNREFUSED|could not be opened/);

  client.close();
  await reading;
});

test('a subscription misses nothing and repeats nothing when the service was killed', async () => {
  const client = clientHere();
  const cursors: string[] = [];
  const reading = (async () => {
    for await (const { severityChanged } of client.subscribe(SeverityChangesDocument)) {
      cursors.push(severityChanged.cursor);
    }
  })();
  await untilTrue(async () => {
    await lowerOne();
    return cursors.length > 0;
  });
  const { port } = new URL(service.url);
  await service.end('SIGKILL');
  const other = await serve({ DATABASE_URL: database.url });
  for (let n = 0; n < 5; n++) await lowerOne({ url: other.url });
  service = await serve({ DATABASE_URL: database.url, PORT: port });
  await lowerOne();
  const { events } = await client.request<{ events: { nodes: readonly { cursor: string; type: string }[] } }>(
    'query ($after: EventCursor) { events(after: $after, first: 100) { nodes { cursor type } } }',
    { after: cursors[0] },
  );
  const missed = events.nodes.filter(({ type }) => type === 'WORKAROUND_APPLIED').map(({ cursor }) => cursor);
  expect(missed.length).toBeGreaterThanOrEqual(6);
  await untilTrue(() => cursors.length >= missed.length + 1);
  expect(cursors.slice(1)).toEqual(missed);
  await other.end('SIGTERM');
  client.close();
  await reading;
});

test.each(['README.md', 'packages/client/README.md'])(
  'the example of %s runs as a module of ES, from the package as it is built',
  async (file) => {
    const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```[jt]s\n(.*?)^```$/gms);
    const [example = ''] = [...blocks].map(([, text = '']) => text).filter((text) => text.includes('createClient('));
    expect(example).toContain('http://127.0.0.1:4000/graphql');
    const text = example.replace('http://127.0.0.1:4000/graphql', service.url);
    // In its folder, its own name means the package.
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], { cwd: join(ROOT, 'packages/client') });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (printed.stdout += chunk));
    child.stderr.on('data', (chunk) => (printed.stderr += chunk));
    try {
      await untilTrue(async () => {
        await lowerOne();
        expect([child.exitCode, printed.stderr]).toEqual([null, '']);
        return /SEV2/.test(printed.stdout);
      });
    } finally {
      child.kill();
      await once(child, 'close');
    }
  },
);
