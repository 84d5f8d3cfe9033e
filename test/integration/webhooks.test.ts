import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { type Json, SEV1, SEV2, SEV4, startTestService, type TestService } from '../support/graphql-service';
import { until, untilTrue } from '../support/until';
import { FOR_RECEIVERS, type Received, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

let service: TestService;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  service = await startTestService({ config: FOR_RECEIVERS });
});
afterAll(async () => {
  await service?.close();
  for (const receiver of receivers) await receiver.close();
});

const receiver = async (...args: Parameters<typeof startReceiver>): Promise<WebhookReceiver> => {
  const started = await startReceiver(...args);
  receivers.push(started);
  return started;
};

const WEBHOOK =
  'webhook { id url isEnabled disabledReason failingSince cursor } userErrors { __typename message path }';

const create = async (url: string, more: Json = {}): Promise<{ readonly id: string; readonly secret: string }> => {
  const { webhook, secret, userErrors } = await service.mutate('createWebhook', { url, ...more }, `secret ${WEBHOOK}`);
  expect(userErrors).toEqual([]);
  return { id: webhook.id, secret };
};

const deliveriesOf = async (webhookId: string): Promise<readonly Json[]> => {
  const fields = `id kind status attempts nextAttemptAt statusCode error response messageId requestBody duration
    event { id } ticket { id }`;
  const { deliveries } = await service.data(
    `query ($id: ID!) { deliveries(webhookId: $id, first: 100) { totalCount nodes { ${fields} } } }`,
    { id: webhookId },
  );
  return deliveries.nodes;
};

const webhookById = async (id: string): Promise<Json> =>
  (await service.data('query ($id: ID!) { webhook(id: $id) { isEnabled disabledReason failingSince cursor } }', { id }))
    .webhook;

const ofTicket = (received: readonly Received[], id: string): readonly Received[] =>
  received.filter(({ body }) => body.data.ticket?.id === id);

describe('a message', () => {
  it('has a signature that the library of Standard Webhooks accepts, and what was before and after', async () => {
    const to = await receiver();
    const { id, secret } = await create(to.url);
    const ticketId = await service.submit(SEV2, { externalUrl: 'https://desk.test/1' });
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV1, reason: 'All shops' });
    await untilTrue(() => ofTicket(to.received, ticketId).length === 2);
    const [opened, raised] = ofTicket(to.received, ticketId) as [Received, Received];
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    for (const { text, headers } of [opened, raised]) {
      expect(new StandardWebhook(secret).verify(text, headers as Record<string, string>)).toEqual(JSON.parse(text));
      expect(() => new StandardWebhook(secret).verify(`${text} `, headers as Record<string, string>)).toThrow();
    }
    const { ticket } = await service.data('query ($id: ID!) { ticket(id: $id) { events { nodes { id cursor } } } }', {
      id: ticketId,
    });
    expect([opened, raised].map(({ headers }) => headers['webhook-id'])).toEqual(
      ticket.events.nodes.map((event: Json) => event.id),
    );
    expect(opened.body).toMatchObject({
      type: 'ticket.submitted',
      version: 1,
      data: { previous: null, current: { state: 'OPEN', severity: 'SEV2' }, severityChange: null, commitment: null },
    });
    expect(raised.body).toMatchObject({
      type: 'ticket.reclassified',
      data: {
        event: { cursor: ticket.events.nodes[1].cursor, number: 2, type: 'RECLASSIFIED', text: 'All shops' },
        ticket: { id: ticketId, externalUrl: 'https://desk.test/1' },
        previous: { state: 'OPEN', severity: 'SEV2', isAcknowledged: false },
        current: { state: 'OPEN', severity: 'SEV1' },
        severityChange: { from: 'SEV2', to: 'SEV1', cause: 'RECLASSIFIED' },
      },
    });
    expect(raised.body.data.current.commitments).toContainEqual({
      kind: 'RESPONSE',
      cycle: expect.any(Number),
      status: 'RUNNING',
      dueAt: expect.stringMatching(/Z$/),
    });
    const listed = await until(
      () => deliveriesOf(id),
      (all) => all.every(({ status }) => status === 'DELIVERED'),
    );
    expect(listed[0]).toMatchObject({
      kind: 'EVENT',
      attempts: 1,
      statusCode: 200,
      response: 'ok',
      error: null,
      nextAttemptAt: null,
      messageId: raised.headers['webhook-id'],
      requestBody: raised.text,
      ticket: { id: ticketId },
    });
  });

  it('is signed with the old secret too, until that ends', async () => {
    const to = await receiver();
    const { id, secret } = await create(to.url);
    const fields = `secret ${WEBHOOK}`;
    const rotated = await service.mutate('rotateWebhookSecret', { webhookId: id, keepPreviousFor: 'PT1H' }, fields);
    await service.mutate('testWebhook', { webhookId: id }, 'delivery { id } userErrors { message }');
    await untilTrue(() => to.received.length === 1);
    const [{ text, headers }] = to.received as [Received];
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const one of [secret, rotated.secret])
      new StandardWebhook(one).verify(text, headers as Record<string, string>);
    expect(JSON.parse(text)).toMatchObject({ type: 'webhook.test', data: { webhook: { id } } });
    const last = await service.mutate('rotateWebhookSecret', { webhookId: id, keepPreviousFor: 'PT0S' }, fields);
    await service.mutate('testWebhook', { webhookId: id }, 'delivery { id } userErrors { message }');
    await untilTrue(() => to.received.length === 2);
    const second = to.received[1] as Received;
    expect(second.headers['webhook-signature']).toMatch(/^v1,\S+$/);
    new StandardWebhook(last.secret).verify(second.text, second.headers as Record<string, string>);
    const { rows } = await query('SELECT sealed FROM webhooks');
    for (const { sealed } of rows) expect(sealed).not.toContain('whsec_');
  });
});

const query = async (text: string, values: unknown[] = []): Promise<{ rows: Json[] }> => {
  const { Client } = await import('pg');
  const client = new Client(service.database.url);
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
};

describe('a delivery', () => {
  it('is repeated with the same id, and holds up only the later ones of its ticket', async () => {
    const to = await receiver();
    const { id } = await create(to.url);
    const failing = new Set<string>();
    to.answer(({ body }) => ({ status: failing.has(body.data.ticket.id) ? 503 : 204 }));
    const stuck = await service.submit();
    await untilTrue(() => ofTicket(to.received, stuck).length === 1);
    failing.add(stuck);
    await service.mutate('acknowledgeTicket', { ticketId: stuck });
    await service.mutate('startWaiting', { ticketId: stuck, reason: 'CLIENT' });
    await untilTrue(() => ofTicket(to.received, stuck).length === 2);
    await until(
      () => webhookById(id),
      ({ failingSince }) => failingSince !== null,
    );
    const other = await service.submit();
    await untilTrue(() => ofTicket(to.received, other).length === 1);
    const types = () => ofTicket(to.received, stuck).map(({ body }) => body.type);
    expect(types()).toEqual(['ticket.submitted', 'ticket.acknowledged']);
    const [waiting, acknowledged] = await until(
      async () => (await deliveriesOf(id)).filter(({ ticket }) => ticket.id === stuck),
      ([, second]) => second?.attempts === 1,
    );
    expect(acknowledged).toMatchObject({ status: 'PENDING', statusCode: 503, error: 'The endpoint answered 503.' });
    expect(waiting).toMatchObject({ status: 'PENDING', attempts: 0, nextAttemptAt: null });
    // A success of another ticket counts: the endpoint can be reached.
    await until(
      () => webhookById(id),
      ({ failingSince }) => failingSince === null,
    );
    failing.clear();
    // The second attempt comes about five seconds after the first.
    await untilTrue(() => types().length === 4);
    expect(types()).toEqual(['ticket.submitted', ...Array(2).fill('ticket.acknowledged'), 'ticket.waiting_started']);
    const ids = ofTicket(to.received, stuck).map(({ headers }) => headers['webhook-id']);
    expect(ids[1]).toBe(ids[2]);
  });

  it('that is redirected has failed, and one that is answered 410 disables the webhook', async () => {
    const target = await receiver();
    const to = await receiver(() => ({ status: 307, headers: { location: target.url } }));
    const reports = await receiver();
    await create(reports.url, { reportsDisabledWebhooks: true, filter: { type: { in: [] } } });
    const { id } = await create(to.url, { description: 'Old desk' });
    await service.submit();
    await until(
      () => deliveriesOf(id),
      ([first]) => first?.statusCode === 307,
    );
    expect(target.received).toEqual([]);
    to.answer(() => ({ status: 410 }));
    await service.submit();
    await until(
      () => webhookById(id),
      ({ disabledReason }) => disabledReason === 'GONE',
    );
    await untilTrue(() => reports.received.length === 1);
    expect(reports.received[0]?.body).toMatchObject({
      type: 'webhook.disabled',
      data: { webhook: { id, description: 'Old desk' }, reason: 'GONE' },
    });
    expect(service.logged).toContainEqual(expect.objectContaining({ msg: 'a webhook was disabled', reason: 'GONE' }));
    const { auditEvents } = await service.data('{ auditEvents(kinds: [WEBHOOK_DISABLED]) { nodes { detail } } }');
    expect(auditEvents.nodes[0].detail).toBe('GONE: The endpoint answered 410.');
    const sent = to.received.length;
    const missed = await service.submit();
    to.answer(() => ({ status: 200 }));
    await service.mutate('updateWebhook', { webhookId: id, isEnabled: true }, WEBHOOK);
    await untilTrue(() => ofTicket(to.received, missed).length === 1);
    expect(to.received.length).toBeGreaterThan(sent);
  });

  it('is sent again by a replay, and what is pending is not lost', async () => {
    const to = await receiver();
    const { id } = await create(to.url);
    const { cursor } = await webhookById(id);
    const ticketId = await service.submit();
    await service.mutate('acknowledgeTicket', { ticketId });
    await untilTrue(() => ofTicket(to.received, ticketId).length === 2);
    await until(
      () => deliveriesOf(id),
      (all) => all.every(({ status }) => status === 'DELIVERED'),
    );
    const replay = (more: Json) => service.mutate('replayWebhook', { webhookId: id, ...more }, WEBHOOK);
    expect((await replay({ after: cursor })).userErrors).toEqual([]);
    await untilTrue(() => ofTicket(to.received, ticketId).length === 4);
    const [one, two, three, four] = ofTicket(to.received, ticketId).map(({ headers }) => headers['webhook-id']);
    expect([three, four]).toEqual([one, two]);
    const [last] = await until(
      () => deliveriesOf(id),
      (all) => all.every(({ status }) => status === 'DELIVERED'),
    );
    expect(await deliveriesOf(id)).toHaveLength(2);
    await replay({ deliveryId: last?.id, scope: 'ONE' });
    await untilTrue(() => ofTicket(to.received, ticketId).length === 5);
    expect(ofTicket(to.received, ticketId)[4]?.headers['webhook-id']).toBe(two);
    expect((await replay({})).userErrors[0].path).toEqual(['input', 'after']);
    expect((await replay({ after: cursor, scope: 'ONE' })).userErrors[0].path).toEqual(['input', 'scope']);
  });
});

describe('a filter', () => {
  it('selects by type, by severity before or after, and by change of severity', async () => {
    const to = await receiver();
    const path = (name: string): string => to.url.replace('/hook', `/${name}`);
    await create(path('type'), { filter: { type: { in: ['ACKNOWLEDGED'] } } });
    await create(path('severity'), { filter: { severity: { lte: 'SEV1' } } });
    await create(path('change'), { filter: { severityTo: { eq: 'SEV1' } } });
    await create(path('others'), { filter: { type: { nin: ['SUBMITTED', 'ACKNOWLEDGED'] } } });
    const ticketId = await service.submit(SEV2);
    await service.mutate('acknowledgeTicket', { ticketId });
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV1, reason: 'r' });
    await service.mutate('communicate', { ticketId, direction: 'OUTBOUND', channel: 'EMAIL', body: 'b' });
    await service.mutate('applyWorkaround', { ticketId, description: 'w', remaining: SEV4 });
    await service.mutate('resolveTicket', { ticketId });
    await untilTrue(() => to.received.some((one) => one.path === '/others' && one.body.type === 'ticket.resolved'));
    const typesAt = (name: string) =>
      to.received.filter((one) => one.path === `/${name}`).map(({ body }) => body.type.split('.')[1]);
    await untilTrue(() => typesAt('severity').length === 3);
    expect(typesAt('type')).toEqual(['acknowledged']);
    expect(typesAt('severity')).toEqual(['reclassified', 'communicated', 'workaround_applied']);
    expect(typesAt('change')).toEqual(['reclassified']);
    expect(typesAt('others')).toEqual(['reclassified', 'communicated', 'workaround_applied', 'resolved']);
  });
});
