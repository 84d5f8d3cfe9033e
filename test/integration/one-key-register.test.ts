import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type Json, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { FOR_RECEIVERS } from '../support/webhook-receiver';

const YAML = readFileSync(join(__dirname, '../../policies/cimcloud.yaml'), 'utf8');

let service: TestService;
let inputs: Readonly<Record<string, Json>>;
beforeAll(async () => {
  service = await startTestService({ config: FOR_RECEIVERS });
  const ticketId = await service.submit();
  const { client } = await service.mutate('createClient', { name: 'Acme' }, 'client { id }');
  const { apiKey } = await service.mutate('createApiKey', { name: 'Old', scopes: ['READ'] }, 'apiKey { id }');
  const webhookId = await newWebhook();
  inputs = {
    submitTicket: { subject: 'One', impacts: SEV2 },
    acknowledgeTicket: { ticketId },
    reclassifyTicket: { ticketId, reason: 'r', impacts: SEV3 },
    approveOverride: { ticketId },
    rejectOverride: { ticketId, reason: 'r' },
    applyWorkaround: { ticketId, description: 'w', remaining: SEV3 },
    withdrawWorkaround: { ticketId, reason: 'r' },
    startWaiting: { ticketId, reason: 'CLIENT' },
    stopWaiting: { ticketId, reason: 'CLIENT' },
    communicate: { ticketId, direction: 'OUTBOUND', channel: 'EMAIL', body: 't' },
    recordCall: { ticketId },
    addNote: { ticketId, body: 'n' },
    updateTicket: { ticketId, tags: ['t'] },
    assignTicket: { ticketId, assignee: 'Ada' },
    resolveTicket: { ticketId, resolution: 'r' },
    reopenTicket: { ticketId, reason: 'r' },
    closeTicket: { ticketId, reason: 'CONFIRMED' },
    waiveBreach: { ticketId, kind: 'RESPONSE', cycle: 1, reason: 'r' },
    approveWaiver: { ticketId, kind: 'RESPONSE', cycle: 1 },
    rejectWaiver: { ticketId, kind: 'RESPONSE', cycle: 1, reason: 'r' },
    createClient: { name: 'Bolt' },
    publishPolicy: { yaml: YAML },
    setClientTerms: { clientId: client.id, calendars: [] },
    createApiKey: { name: 'Pager', scopes: ['READ'] },
    revokeApiKey: { apiKeyId: apiKey.id },
    setAgentActive: { agentId: await agentId(), isActive: true },
    createWebhook: { url: URL_OF_NONE },
    updateWebhook: { webhookId, description: 'd' },
    rotateWebhookSecret: { webhookId },
    testWebhook: { webhookId },
    replayWebhook: { webhookId, after: 'e0000000000000000' },
    deleteWebhook: { webhookId: await newWebhook() },
  };
});
afterAll(() => service.close());

const URL_OF_NONE = 'http://127.0.0.1:9/';
const newWebhook = async (): Promise<string> =>
  (await service.mutate('createWebhook', { url: URL_OF_NONE }, 'webhook { id }')).webhook.id;

/** The global id of an agent who is known from a token. */
const agentId = async (): Promise<string> => {
  const client = new Client(service.database.url);
  await client.connect();
  await client.query(`INSERT INTO people (id, subject, name, name_key, role, first_seen_at, last_seen_at, token_issued_at)
    VALUES ('00000000-0000-7000-8000-000000000001', 'ada', 'Ada', gen_random_uuid(), 'AGENT', now(), now(), now())`);
  await client.end();
  return (await service.data('{ agents { nodes { id } } }')).agents.nodes[0].id;
};

const use = async (mutation: string, key: string): Promise<string[]> => {
  const input = { ...inputs[mutation], idempotencyKey: key };
  const { userErrors } = await service.mutate(mutation, input, 'userErrors { __typename message }');
  return userErrors.map(({ __typename }: Json) => __typename);
};

test('a key that one mutation has used is refused by every other one', async () => {
  const { __type } = await service.data('{ __type(name: "Mutation") { fields { name } } }');
  const mutations: string[] = __type.fields.map(({ name }: Json) => name);
  expect(mutations.toSorted()).toEqual(Object.keys(inputs).toSorted());
  // One of each kind of object that mutations are about. A policy takes longer.
  const kinds = ['submitTicket', 'createClient', 'setClientTerms'];
  const wrong: string[] = [];
  for (const first of mutations) {
    const before = await use(first, `key of ${first}`);
    expect([first, before]).not.toEqual([first, ['IdempotencyKeyReused']]);
    expect([first, await use(first, `key of ${first}`)]).toEqual([first, before]);
    for (const second of kinds.includes(first) ? mutations : kinds) {
      if (second === first) continue;
      const errors = await use(second, `key of ${first}`);
      if (errors.join() !== 'IdempotencyKeyReused') wrong.push(`${first}, then ${second}: ${errors.join()}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('a key of a refused name is free for another name, and twenty requests at once create one client', async () => {
  const create = async (name: string, idempotencyKey: string): Promise<Json> =>
    service.mutate('createClient', { name, idempotencyKey }, 'client { id } userErrors { __typename }');
  expect((await create('Acme', 'names')).userErrors).toEqual([{ __typename: 'InvalidInput' }]);
  expect((await create('Cord', 'names')).userErrors).toEqual([]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('Dyne', 'race')));
  expect(new Set(answers.map(({ client }) => client?.id)).size).toBe(1);
});
