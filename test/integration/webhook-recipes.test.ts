import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Json, SEV1, SEV2, SEV4, startTestService, type TestService } from '../support/graphql-service';
import { until, untilTrue } from '../support/until';
import { FOR_RECEIVERS, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

// The recipes of docs/WEBHOOKS.md.

let service: TestService;
let receiver: WebhookReceiver;

beforeAll(async () => {
  service = await startTestService({ config: FOR_RECEIVERS });
  receiver = await startReceiver();
});
afterAll(async () => {
  await service?.close();
  await receiver?.close();
});

const FIELDS = 'webhook { id url } secret userErrors { message path }';
const create = async (input: Json): Promise<Json> => {
  const made = await service.mutate('createWebhook', input, FIELDS);
  expect(made.userErrors).toEqual([]);
  return made;
};
const at = (path: string): string => receiver.url.replace('/hook', path);
const bodiesAt = (path: string): readonly Json[] =>
  receiver.received.filter((one) => one.path === path).map(({ body }) => body);

describe('Slack', () => {
  it('gets a message when a ticket becomes SEV1, and its address is not shown', async () => {
    const { webhook } = await create({
      url: at('/services/T0/B0/secret'),
      format: 'SLACK',
      filter: { severity: { eq: 'SEV1' }, type: { in: ['SUBMITTED', 'RECLASSIFIED'] } },
    });
    expect(webhook.url).toBe(`${new URL(receiver.url).origin}/…`);
    const quiet = await service.submit(SEV2, { subject: 'Slow' });
    await service.submit(SEV1, {
      subject: 'Orders <hang> & fail',
      description: 'First\nsecond',
      externalUrl: 'https://desk.test/7|x',
    });
    await service.mutate('reclassifyTicket', { ticketId: quiet, impacts: SEV1, reason: 'r' });
    const messages = await until(
      () => bodiesAt('/services/T0/B0/secret'),
      (all) => all.length === 2,
    );
    // Only messages of one ticket have an order.
    const [first, second] = messages[0].text.includes('Orders') ? messages : [messages[1], messages[0]];
    expect(Object.keys(first)).toEqual(['text']);
    expect(first.text).toMatch(
      /^:rotating_light: \*SEV1\* <https:\/\/desk\.test\/7%7Cx\|#\d+> Orders &lt;hang&gt; &amp; fail\nticket\.submitted by local operator\n>First\n>second$/,
    );
    expect(second.text).toContain('*SEV2 → SEV1*');
  });
});

describe('PagerDuty', () => {
  it('opens an incident for a ticket that becomes SEV1, and resolves it when it no longer is', async () => {
    await create({
      url: at('/v2/enqueue'),
      format: 'PAGERDUTY',
      routingKey: 'R0UT1NG',
      filter: { severity: { eq: 'SEV1' } },
    });
    const eased = await service.submit(SEV1, { subject: 'Down' });
    await service.mutate('acknowledgeTicket', { ticketId: eased });
    await service.mutate('communicate', { ticketId: eased, direction: 'OUTBOUND', channel: 'EMAIL', body: 'b' });
    await service.mutate('applyWorkaround', { ticketId: eased, description: 'w', remaining: SEV4 });
    await service.mutate('resolveTicket', { ticketId: eased });
    const solved = await service.submit(SEV1);
    await service.mutate('resolveTicket', { ticketId: solved });
    await service.mutate('reopenTicket', { ticketId: solved });
    const key = (ticketId: string): string => `stepdown-${ticketId}`;
    const actionsOf = (ticketId: string) =>
      bodiesAt('/v2/enqueue')
        .filter((body) => body.dedup_key === key(ticketId))
        .map((body) => body.event_action);
    await untilTrue(() => actionsOf(solved).length === 3 && actionsOf(eased).length === 3);
    expect(actionsOf(eased)).toEqual(['trigger', 'acknowledge', 'resolve']);
    expect(actionsOf(solved)).toEqual(['trigger', 'resolve', 'trigger']);
    const [trigger] = bodiesAt('/v2/enqueue').filter((body) => body.dedup_key === key(eased));
    expect(trigger).toMatchObject({
      routing_key: 'R0UT1NG',
      client: 'Stepdown',
      payload: {
        summary: expect.stringMatching(/^SEV1 #\d+ Down$/),
        source: 'stepdown',
        severity: 'critical',
        class: 'ticket.submitted',
        timestamp: expect.stringMatching(/Z$/),
        custom_details: { current: { severity: 'SEV1' } },
      },
    });
    const { deliveries } = await service.data('{ deliveries(first: 100) { nodes { requestBody } } }');
    const shown: readonly string[] = deliveries.nodes.map(({ requestBody }: Json) => requestBody);
    expect(shown.some((body) => body.includes('[hidden]'))).toBe(true);
    expect(shown.some((body) => body.includes('R0UT1NG'))).toBe(false);
  });

  it('needs its key, and takes no filter that could leave out the end of an incident', async () => {
    const refused = async (input: Json) =>
      (await service.mutate('createWebhook', { url: receiver.url, ...input }, FIELDS)).userErrors;
    expect(await refused({ format: 'PAGERDUTY' })).toMatchObject([{ path: ['input', 'routingKey'] }]);
    expect(await refused({ routingKey: 'R' })).toMatchObject([{ path: ['input', 'routingKey'] }]);
    const filter = { type: { eq: 'SUBMITTED' } };
    expect(await refused({ format: 'PAGERDUTY', routingKey: 'R', filter })).toMatchObject([
      { path: ['input', 'filter'] },
    ]);
  });
});

describe('a receiver of a few lines', () => {
  it('takes what is signed, each message once, and refuses everything else', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { webhook, secret } = await create({ url });
    const file = join(__dirname, '../../examples/webhook-receiver.mjs');
    const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await untilTrue(() => output.includes('listening'));
      const ticketId = await service.submit();
      await service.mutate('testWebhook', { webhookId: webhook.id }, 'delivery { id } userErrors { message }');
      await untilTrue(() => /^ticket\.submitted \S+$/m.test(output) && /^webhook\.test \S+$/m.test(output));
      const { webhook: known } = await service.data('query ($id: ID!) { webhook(id: $id) { cursor } }', {
        id: webhook.id,
      });
      expect(known.cursor).toMatch(/^e\d{16}$/);
      const read = async () =>
        (
          await service.data(
            'query ($id: ID!) { deliveries(webhookId: $id) { nodes { id kind status statusCode ticket { id } } } }',
            { id: webhook.id },
          )
        ).deliveries.nodes as readonly Json[];
      const delivered = await until(read, (all) => all.every(({ status }) => status === 'DELIVERED'));
      expect(delivered.map(({ statusCode }) => statusCode)).toEqual([204, 204]);
      const { id } = delivered.find(({ ticket }) => ticket?.id === ticketId);
      await service.mutate('replayWebhook', { webhookId: webhook.id, deliveryId: id, scope: 'ONE' }, FIELDS_OF_REPLAY);
      await until(read, (all) => all.every(({ status }) => status === 'DELIVERED'));
      expect(output.match(/^ticket\.submitted/gm)).toHaveLength(1);
      const forged = await fetch(url, { method: 'POST', body: '{}', headers: { 'webhook-signature': 'v1,AAAA' } });
      expect(forged.status).toBe(401);
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
    } finally {
      child.kill();
    }
  });
});

const FIELDS_OF_REPLAY = 'webhook { id } userErrors { message }';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};
