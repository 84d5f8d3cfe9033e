import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Pool } from 'pg';
import { createWebhookQueue } from '../../src/adapters/persistence/webhooks/postgres-webhook-queue';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';
import { FOR_RECEIVERS } from '../support/webhook-receiver';

let service: TestService;
let other: Client;
beforeAll(async () => {
  service = await startTestService({ config: FOR_RECEIVERS });
  other = new Client(service.database.url);
  await other.connect();
});
afterEach(() => other.query('ROLLBACK'));
afterAll(async () => {
  await other?.end();
  await service?.close();
});

const ERRORS = 'userErrors { __typename message }';
const created = async (more: Json = {}): Promise<string> => {
  const input = { url: 'http://127.0.0.1:9/hook', filter: { type: { in: [] } }, ...more };
  return (await service.mutate('createWebhook', input, `webhook { id } ${ERRORS}`)).webhook.id;
};
const rowIdOf = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':').at(-1) ?? '';

/** Waits until a request waits for a lock of `other`. */
const untilSomeoneWaits = (): Promise<void> =>
  untilTrue(async () => {
    const { rows } = await other.query(
      'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
    );
    return rows[0].n > 0;
  });

describe('requests that change a webhook at once', () => {
  it('take turns, and none fails', async () => {
    const webhookId = await created();
    const descriptions = Array.from({ length: 12 }, (_, index) => `Change ${index}`);
    const answers = await Promise.all(
      descriptions.map((description) =>
        service.mutate('updateWebhook', { webhookId, description }, `webhook { description } ${ERRORS}`),
      ),
    );
    expect(answers.map(({ webhook }) => webhook.description)).toEqual(descriptions);
    const fields = `secret ${ERRORS}`;
    const rotated = await Promise.all(
      descriptions.map(() => service.mutate('rotateWebhookSecret', { webhookId }, fields)),
    );
    expect(new Set(rotated.map(({ secret }) => secret)).size).toBe(12);
    const { rows } = await other.query('SELECT version FROM webhooks WHERE id = $1', [rowIdOf(webhookId)]);
    expect(rows).toEqual([{ version: 25 }]);
  });

  it('with the same key change it once', async () => {
    const webhookId = await created();
    const input = { webhookId, idempotencyKey: 'rotate-once' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => service.mutate('rotateWebhookSecret', input, `secret webhook { id } ${ERRORS}`)),
    );
    expect(answers.filter(({ secret }) => secret !== null)).toHaveLength(1);
    expect(answers.map(({ webhook }) => webhook.id)).toEqual(Array(6).fill(webhookId));
  });
});

describe('a request about a webhook that is being deleted', () => {
  it.each<[string, Json, string]>([
    ['testWebhook', {}, 'delivery { id }'],
    ['replayWebhook', { after: 'e0000000000000000' }, 'webhook { id }'],
    ['updateWebhook', { description: 'x' }, 'webhook { id }'],
    ['rotateWebhookSecret', {}, 'secret'],
    ['deleteWebhook', {}, 'isDeleted'],
  ])('%s finds nothing', async (name, more, fields) => {
    const webhookId = await created();
    await other.query('BEGIN');
    await other.query('DELETE FROM webhooks WHERE id = $1', [rowIdOf(webhookId)]);
    const answer = service.mutate(name, { webhookId, ...more }, `${fields} ${ERRORS}`);
    await untilSomeoneWaits();
    await other.query('COMMIT');
    expect((await answer).userErrors).toMatchObject([{ __typename: 'NotFound' }]);
  });
});

it('a webhook is disabled while one that would report it is being deleted', async () => {
  const [gone, reporting, kept] = [
    await created(),
    await created({ reportsDisabledWebhooks: true }),
    await created({ reportsDisabledWebhooks: true }),
  ].map(rowIdOf);
  const pool = new Pool({ connectionString: service.database.url });
  await other.query('BEGIN');
  await other.query('DELETE FROM webhooks WHERE id = $1', [reporting]);
  const disabled = createWebhookQueue(pool).disable(gone ?? '', 'GONE', 'It answered 410.', Date.now());
  await untilSomeoneWaits();
  await other.query('COMMIT');
  expect(await disabled).toMatchObject({ id: gone, disabledReason: 'GONE' });
  const { rows } = await other.query('SELECT webhook_id FROM webhook_deliveries WHERE about_webhook_id = $1', [gone]);
  expect(rows).toEqual([{ webhook_id: kept }]);
  await pool.end();
});
