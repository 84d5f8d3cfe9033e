import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, valueFromASTUntyped, visit } from 'graphql';
import { type Json, SEV1, SEV2, SEV4, startTestService, type TestService } from '../support/graphql-service';
import { until, untilTrue } from '../support/until';
import { FOR_RECEIVERS, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

// The recipes of docs/WEBHOOKS.md.
const page = readFileSync(join(__dirname, '../../docs/WEBHOOKS.md'), 'utf8');

const RECEIVER = join(__dirname, '../../examples/webhook-receiver.mjs');

const operations = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);
/** The operation of the page that has this name. */
const operationOf = (name: string): string => operations.find((text) => text.includes(` ${name}(`)) ?? '';

/** The filter of the recipe for a format, as the page has it. */
function filterOf(format: string): Json {
  const text = operations.find((one) => one.includes(`format: ${format}`)) ?? '';
  const filters: Json[] = [];
  visit(parse(text), {
    ObjectField: ({ name, value }) => {
      if (name.value === 'filter') filters.push(valueFromASTUntyped(value));
    },
  });
  return filters[0];
}

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
  it('gets a message in each way in which a ticket becomes SEV1, and its address is not shown', async () => {
    const { webhook } = await create({
      url: at('/services/T0/B0/secret'),
      format: 'SLACK',
      filter: filterOf('SLACK'),
    });
    expect(webhook.url).toBe(`${new URL(receiver.url).origin}/…`);
    const textsOf = (subject: string): readonly string[] =>
      bodiesAt('/services/T0/B0/secret')
        .map(({ text }) => text)
        .filter((text) => text.includes(subject));

    await service.submit(SEV1, {
      subject: 'Orders <hang> & fail',
      description: 'First\nsecond',
      externalUrl: 'https://desk.test/7|x',
    });
    const raised = await service.submit(SEV2, { subject: 'Slow' });
    await service.mutate('reclassifyTicket', { ticketId: raised, impacts: SEV1, reason: 'r' });
    const eased = await service.submit(SEV1, { subject: 'Eased' });
    await service.mutate('applyWorkaround', { ticketId: eased, description: 'w', remaining: SEV4 });
    await service.mutate('communicate', { ticketId: eased, direction: 'OUTBOUND', channel: 'EMAIL', body: 'b' });
    await service.mutate('withdrawWorkaround', { ticketId: eased, reason: 'r' });
    const solved = await service.submit(SEV1, { subject: 'Solved' });
    await service.mutate('resolveTicket', { ticketId: solved });
    await service.mutate('reopenTicket', { ticketId: solved });
    await service.mutate('reclassifyTicket', { ticketId: solved, impacts: SEV2, reason: 'r' });

    const texts = await until(
      () => ['Orders', 'Slow', 'Eased', 'Solved'].map(textsOf),
      (all) => all.map(({ length }) => length).join() === '1,1,2,3',
    );
    expect(Object.keys(bodiesAt('/services/T0/B0/secret')[0])).toEqual(['text']);
    expect(texts[0]?.[0]).toMatch(
      /^:rotating_light: \*SEV1\* <https:\/\/desk\.test\/7%7Cx\|#\d+> Orders &lt;hang&gt; &amp; fail\nticket\.submitted by local operator\n>First\n>second$/,
    );
    expect(texts[1]?.[0]).toContain('*SEV2 → SEV1*');
    expect(texts[2]?.[1]).toMatch(/\*SEV4 → SEV1\*.*\nticket\.workaround_withdrawn /);
    expect(texts[3]?.[1]).toMatch(/\*SEV1\*.*\nticket\.reopened .*, resolved → open$/);
    expect(texts[3]?.[2]).toContain('*SEV1 → SEV2*');
  });
});

describe('PagerDuty', () => {
  it('opens an incident for a ticket that becomes SEV1, and resolves it when it no longer is', async () => {
    await create({
      url: at('/v2/enqueue'),
      format: 'PAGERDUTY',
      routingKey: 'R0UT1NG',
      filter: filterOf('PAGERDUTY'),
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
  it.each([undefined, 'no secret'])('says which variable it lacks (%s)', (WEBHOOK_SECRET) => {
    const env = { ...process.env, WEBHOOK_SECRET };
    const { status, stderr } = spawnSync(process.execPath, [RECEIVER], { env, encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(1);
    expect(stderr).toContain('Error: Set WEBHOOK_SECRET to the secret that createWebhook has returned');
  });

  it('takes what is signed, each message once, and refuses everything else', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { webhook, secret } = await create({ url });
    const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
    const child = spawn(process.execPath, [RECEIVER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await untilTrue(() => output.includes('listening'));
      const ticketId = await service.submit();
      const variables = { webhook: webhook.id };
      const { testWebhook } = await service.data(operationOf('TestWebhook'), variables);
      expect(testWebhook.userErrors).toEqual([]);
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
      const { deliveries } = await service.data(operationOf('Deliveries'), variables);
      expect(deliveries.nodes.map(({ kind }: Json) => kind).sort()).toEqual(['EVENT', 'TEST']);
      const { replayWebhook } = await service.data(operationOf('ReplayWebhook'), { ...variables, after: known.cursor });
      expect(replayWebhook.userErrors).toEqual([]);
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
