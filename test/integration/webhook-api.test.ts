import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { type Json, startTestService } from '../support/graphql-service';
import { FOR_RECEIVERS } from '../support/webhook-receiver';

let companies: Companies;
let ofAll: Credential;
let ofAcme: Credential;
beforeAll(async () => {
  companies = await startCompanies(['Acme', 'Globex'], FOR_RECEIVERS);
  ofAll = await companies.key(['WEBHOOKS'], null);
  ofAcme = await companies.key(['WEBHOOKS'], 'Acme');
});
afterAll(async () => {
  await companies?.close();
});

// No endpoint is there: nothing is sent to it in these tests, except by the filter.
const URL_OF_NONE = 'http://127.0.0.1:9/hook';
const NOTHING = { type: { in: [] } };
const ERRORS =
  'userErrors { __typename message path ... on NotFound { kind id } ... on TooManyWebhooks { scope limit } }';

const mutate = async (by: Credential, name: string, input: Json, fields: string): Promise<Json> => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} ${ERRORS} } }`;
  const { data, errors } = await companies.ask(by, document, { input });
  expect(errors).toEqual([]);
  return data[name];
};
const create = (by: Credential, more: Json = {}): Promise<Json> =>
  mutate(by, 'createWebhook', { url: URL_OF_NONE, filter: NOTHING, ...more }, 'secret webhook { id }');
const idsFor = async (by: Credential): Promise<readonly string[]> => {
  const { data } = await companies.ask(by, '{ webhooks(first: 100) { totalCount nodes { id } } }');
  expect(data.webhooks.totalCount).toBe(data.webhooks.nodes.length);
  return data.webhooks.nodes.map(({ id }: Json) => id);
};

describe('a webhook', () => {
  it('is seen by those who see all of its clients, and has the clients of its creator', async () => {
    const [all, acme] = [(await create(ofAll)).webhook.id, (await create(ofAcme)).webhook.id];
    expect(await idsFor(ofAll)).toEqual([acme, all]);
    expect(await idsFor(companies.admin)).toEqual([acme, all]);
    expect(await idsFor(ofAcme)).toEqual([acme]);
    const other = await companies.key(['WEBHOOKS'], 'Globex');
    expect(await idsFor(other)).toEqual([]);
    const read = async (by: Credential, id: string) => {
      const document = `query ($id: ID!) { webhook(id: $id) { clients { name } } node(id: $id) { id } }`;
      return (await companies.ask(by, document, { id })).data;
    };
    expect(await read(ofAcme, acme)).toMatchObject({ webhook: { clients: [{ name: 'Acme' }] } });
    expect(await read(ofAll, all)).toMatchObject({ webhook: { clients: null } });
    expect(await read(ofAcme, all)).toMatchObject({ webhook: null });
    for (const [name, more] of [
      ['updateWebhook', { description: 'x' }],
      ['rotateWebhookSecret', {}],
      ['testWebhook', {}],
      ['deleteWebhook', {}],
      ['replayWebhook', { after: 'e0000000000000000' }],
    ] as const) {
      const { userErrors } = await mutate(ofAcme, name, { webhookId: all, ...more }, 'clientMutationId');
      expect([name, userErrors]).toMatchObject([
        name,
        [{ __typename: 'NotFound', kind: 'WEBHOOK', id: all, path: ['input', 'webhookId'] }],
      ]);
    }
  });

  it('is made once by a repeated request, whose answer has no secret', async () => {
    const input = { idempotencyKey: 'k1', description: 'Once' };
    const [first, second] = [await create(ofAcme, input), await create(ofAcme, input)];
    expect(second.webhook).toEqual(first.webhook);
    expect([typeof first.secret, second.secret]).toEqual(['string', null]);
    const other = await create(ofAcme, { ...input, description: 'Twice' });
    expect(other.userErrors).toMatchObject([{ __typename: 'IdempotencyKeyReused' }]);
    const remove = { webhookId: first.webhook.id, idempotencyKey: 'k2' };
    for (let time = 0; time < 2; time++) {
      expect(await mutate(ofAcme, 'deleteWebhook', remove, 'isDeleted')).toEqual({ isDeleted: true, userErrors: [] });
    }
    const again = await mutate(ofAcme, 'deleteWebhook', { webhookId: first.webhook.id }, 'isDeleted');
    expect(again).toMatchObject({ isDeleted: false, userErrors: [{ __typename: 'NotFound' }] });
  });

  it('is changed field by field, and shows its filter', async () => {
    const { webhook } = await create(ofAcme, {
      description: 'Before',
      filter: {
        severity: { lt: 'SEV3' },
        type: { in: ['SUBMITTED', 'CLOSED'], nin: ['CLOSED'] },
        breachCause: { eq: 'DUE' },
      },
    });
    const fields =
      'webhook { description isEnabled disabledReason owner { name } filter { severities types excludedTypes breachCauses clientIds } }';
    const change = (more: Json) => mutate(companies.admin, 'updateWebhook', { webhookId: webhook.id, ...more }, fields);
    expect(await change({})).toMatchObject({
      webhook: {
        description: 'Before',
        filter: {
          severities: ['SEV1', 'SEV2'],
          types: ['SUBMITTED', 'CLOSED'],
          excludedTypes: ['CLOSED'],
          breachCauses: ['DUE'],
          clientIds: null,
        },
      },
    });
    const disabled = await change({ description: 'After', filter: {}, isEnabled: false });
    expect(disabled.webhook).toMatchObject({
      description: 'After',
      isEnabled: false,
      disabledReason: 'REQUESTED',
      owner: { name: 'Key of Acme' },
      filter: { severities: null, types: null, excludedTypes: [] },
    });
    expect((await change({ description: null })).webhook.description).toBe('After');
    expect((await change({ description: ' ' })).webhook.description).toBe(null);
    const tested = await mutate(ofAcme, 'testWebhook', { webhookId: webhook.id }, 'delivery { id }');
    expect(tested.userErrors[0].message).toContain('enable it with updateWebhook');
    expect((await change({ isEnabled: true })).webhook).toMatchObject({
      isEnabled: true,
      disabledReason: null,
      owner: { name: 'Root' },
    });
  });

  it('has a valid address and a valid filter', async () => {
    const refused = async (more: Json) =>
      (await create(ofAll, more)).userErrors.map(({ path }: Json) => path.join('.'));
    expect(await refused({ url: 'https://10.0.0.1/' })).toEqual(['input.url']);
    expect(await refused({ url: `https://example.com/${'x'.repeat(2_048)}` })).toEqual(['input.url']);
    expect(await refused({ filter: { severity: { isNull: true } } })).toEqual(['input.filter.severity.isNull']);
    const { errors } = await companies.ask(
      ofAll,
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
      { input: { url: URL_OF_NONE, filter: { client: { eq: 'x' } } } },
    );
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('has an address in its normal form', async () => {
    const urlOf = async (url: string, more: Json = {}) =>
      (await mutate(ofAll, 'createWebhook', { url, filter: NOTHING, ...more }, 'webhook { id url }')).webhook.url;
    expect(await urlOf('HTTP:127.1:9/a/../hook')).toBe(URL_OF_NONE);
    expect(await urlOf('http:\\\\127.0.0.1:9/ä b', { format: 'SLACK' })).toBe('http://127.0.0.1:9/…');
    const { webhook } = await create(ofAll);
    const input = { webhookId: webhook.id, url: 'http:127.0.0.1:80/ä' };
    const updated = await mutate(ofAll, 'updateWebhook', input, 'webhook { url }');
    expect(updated.webhook.url).toBe('http://127.0.0.1/%C3%A4');
  });

  it('is one of a limited number, of its clients and of all', async () => {
    const pool = new Pool({ connectionString: companies.service.database.url });
    pool.on('error', () => undefined);
    /** Copies a webhook until there are so many that match the condition. */
    const fill = (number: number, condition: string) =>
      pool.query(
        `INSERT INTO webhooks SELECT gen_random_uuid(), url, description, format, filter, client_ids,
           reports_disabled_webhooks, sealed, 'REQUESTED', now(), NULL, position, payload_version, version, created_at,
           created_by, updated_at, owner FROM (SELECT * FROM webhooks WHERE ${condition} LIMIT 1) one,
           generate_series((SELECT count(*) + 1 FROM webhooks WHERE ${condition}), $1)`,
        [number],
      );
    const refusalOf = async (by: Credential, more: Json = {}): Promise<Json> => {
      const [error] = (await create(by, more)).userErrors;
      return error === undefined ? null : [error.__typename, error.scope, error.limit];
    };
    const acme = `client_ids = ARRAY[(SELECT id FROM clients WHERE name = 'Acme')]`;
    await create(ofAcme);
    await fill(49, acme);
    const again = { idempotencyKey: 'when-there-is-room' };
    const atOnce = await Promise.all(Array.from({ length: 5 }, () => refusalOf(ofAcme)));
    expect(atOnce.filter((refusal) => refusal === null)).toHaveLength(1);
    expect(await refusalOf(ofAcme, again)).toEqual(['TooManyWebhooks', 'CLIENTS', 50]);
    expect(await refusalOf(await companies.key(['WEBHOOKS'], 'Globex'))).toBe(null);
    expect(await refusalOf(ofAll)).toBe(null);
    const { webhook } = await create(ofAll);
    await mutate(ofAcme, 'deleteWebhook', { webhookId: (await idsFor(ofAcme))[0] }, 'isDeleted');
    expect(await refusalOf(ofAcme, again)).toBe(null);
    await fill(500, 'TRUE');
    await pool.end();
    expect(await refusalOf(ofAll)).toEqual(['TooManyWebhooks', 'SERVICE', 500]);
    await mutate(ofAll, 'deleteWebhook', { webhookId: webhook.id }, 'isDeleted');
    expect(await refusalOf(ofAll)).toBe(null);
  });
});

it('a service without a key says what to set, and stores nothing', async () => {
  const service = await startTestService({ config: { ...FOR_RECEIVERS, encryptionKeys: [] } });
  const { webhook, secret, userErrors } = await service.mutate(
    'createWebhook',
    { url: URL_OF_NONE },
    'webhook { id } secret userErrors { __typename message path ... on EncryptionKeyMissing { detail } }',
  );
  expect([webhook, secret]).toEqual([null, null]);
  expect(userErrors[0]).toMatchObject({ __typename: 'EncryptionKeyMissing', path: ['input'] });
  expect(userErrors[0].message).toContain('set STEPDOWN_ENCRYPTION_KEYS');
  expect((await service.data('{ webhooks { totalCount } }')).webhooks.totalCount).toBe(0);
  await service.close();
});
