import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { createAuditLog, purgeAuditEvents } from '../../src/adapters/persistence/access/postgres-audit-log';
import { SignIns } from '../../src/application/access/sign-ins';
import type { AuditEntry } from '../../src/application/ports/audit-log';
import { runExport } from '../../src/compose/cli-read-commands';
import { loadConfig } from '../../src/config';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { AGENT, everything, MONDAY, openStore } from '../support/store';
import { until } from '../support/until';

let provider: IdentityProvider;
let service: TestService;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  service = await startTestService({ config: provider.config() });
});
afterAll(async () => {
  await service?.close();
  await provider.close();
});

const admin = async (query: string, variables: Json = {}): Promise<Json> => {
  const token = await provider.token({ sub: 'root', name: 'Root', stepdown_role: 'admin' });
  const { data, errors } = await service.ask(query, variables, { authorization: `Bearer ${token}` });
  expect(errors).toEqual([]);
  return data;
};
const entries = async (kinds?: readonly string[]): Promise<Json[]> => {
  const query = `query ($kinds: [AuditEventKind!]) { auditEvents(kinds: $kinds, first: 100) {
    totalCount nodes { id kind at actor { kind id name } subject address detail count } } }`;
  return (await admin(query, { kinds })).auditEvents.nodes;
};

describe('the audit log', () => {
  it('has every change of keys, people, clients, terms and policies, with who made it', async () => {
    const { createClient } = await admin('mutation { createClient(input: { name: "Acme" }) { client { id } } }');
    await admin(
      'mutation ($id: ID!) { setClientTerms(input: { clientId: $id, calendars: [] }) { userErrors { message } } }',
      { id: createClient.client.id },
    );
    const { createApiKey } = await admin(
      'mutation { createApiKey(input: { name: "Pager", scopes: [READ] }) { apiKey { id prefix } secret } }',
    );
    const revoke = 'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }';
    // Twice: what changes nothing has no entry.
    for (let n = 0; n < 2; n++) await admin(revoke, { id: createApiKey.apiKey.id });
    await service.ask(
      '{ viewer { role } }',
      {},
      {
        authorization: `Bearer ${await provider.token({ sub: 'ada', name: 'Ada', stepdown_role: 'agent', stepdown_clients: '*' })}`,
      },
    );
    const { agents } = await admin('{ agents(first: 100) { nodes { id name } } }');
    const ada = agents.nodes.find(({ name }: Json) => name === 'Ada');
    for (const isActive of [false, true, true]) {
      await admin('mutation ($input: SetAgentActiveInput!) { setAgentActive(input: $input) { agent { id } } }', {
        input: { agentId: ada.id, isActive },
      });
    }
    const changes = (await entries()).filter(({ kind }) => !kind.startsWith('SIGN'));
    expect(changes.map(({ kind, subject, actor }) => [kind, subject, actor.name])).toEqual([
      ['AGENT_ACTIVATED', 'Ada', 'Root'],
      ['AGENT_DEACTIVATED', 'Ada', 'Root'],
      ['API_KEY_REVOKED', createApiKey.apiKey.prefix, 'Root'],
      ['API_KEY_CREATED', createApiKey.apiKey.prefix, 'Root'],
      ['CLIENT_TERMS_SET', 'Acme', 'Root'],
      ['CLIENT_CREATED', 'Acme', 'Root'],
      ['POLICY_PUBLISHED', 'cimcloud/1', 'Stepdown'],
    ]);
    expect(JSON.stringify(changes)).not.toContain(createApiKey.secret);
  });

  it('has who signed in, once, and who failed to', async () => {
    await admin('{ viewer { role } }');
    await admin('{ viewer { role } }');
    const signedIn = (await entries(['SIGNED_IN'])).filter(({ subject }) => subject === 'root');
    expect(signedIn).toMatchObject([{ actor: { id: 'root' }, address: '127.0.0.1', count: 1 }]);
    await service.ask('{ viewer { role } }', {}, { authorization: 'Bearer not.a.token' });
    const failed = await until(
      () => entries(['SIGN_IN_FAILED']),
      (all) => all.length > 0,
    );
    expect(failed).toMatchObject([{ actor: null, address: '127.0.0.1', detail: expect.stringContaining('neither') }]);
    expect(JSON.stringify(failed)).not.toContain('not.a.token');
  });

  it('is for administrators only, and can be read by pages and by id', async () => {
    const agent = await provider.token({ sub: 'eve', name: 'Eve', stepdown_role: 'agent', stepdown_clients: '*' });
    const asked = await service.ask('{ auditEvents { totalCount } }', {}, { authorization: `Bearer ${agent}` });
    expect(asked.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const [first] = await entries();
    const node = 'query ($id: ID!) { node(id: $id) { ... on AuditEvent { kind } } }';
    expect((await admin(node, { id: first.id })).node).toEqual({ kind: first.kind });
    const { agents, apiKeys } = await admin(
      '{ agents(first: 1) { nodes { id name } } apiKeys(first: 1) { nodes { id prefix } } }',
    );
    const typed = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Agent { name } ... on ApiKey { prefix } } }';
    const [known, key] = [agents.nodes[0], apiKeys.nodes[0]];
    const ids = [known.id, key.id];
    expect((await admin(typed, { ids })).nodes).toEqual([{ name: known.name }, { prefix: key.prefix }]);
    // An agent may see agents, and no keys.
    const seen = await service.ask(typed, { ids }, { authorization: `Bearer ${agent}` });
    expect(seen.data.nodes).toEqual([{ name: known.name }, null]);
    const foreign = await service.ask(node, { id: first.id }, { authorization: `Bearer ${agent}` });
    expect(foreign.data.node).toBeNull();
    const page =
      'query ($after: String) { auditEvents(first: 2, after: $after) { pageInfo { endCursor hasNextPage } nodes { id } } }';
    const { auditEvents: one } = await admin(page);
    const { auditEvents: two } = await admin(page, { after: one.pageInfo.endCursor });
    const listed = [...one.nodes, ...two.nodes].map(({ id }: Json) => id);
    expect(new Set(listed).size).toBe(4);
  });

  it('cannot be changed by the service', async () => {
    const client = new Client(service.database.url);
    await client.connect();
    try {
      const { rows } = await client.query(`
        SELECT r.rolname, has_table_privilege(r.oid, 'audit_events', 'UPDATE, DELETE, TRUNCATE') AS may
          FROM pg_roles r WHERE r.rolname LIKE '%_clients' AND has_table_privilege(r.oid, 'migrations', 'SELECT')`);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(({ may }) => may)).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it('records an export', async () => {
    const config = { ...loadConfig({ DATABASE_URL: service.database.url, STEPDOWN_OPERATOR: 'Night shift' }) };
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    await runExport(config, '{"number":{"eq":1}}', sink, pino({ level: 'silent' }));
    expect(await entries(['EXPORTED'])).toMatchObject([
      { actor: { name: 'Night shift' }, detail: expect.stringContaining('{"number":{"eq":1}}') },
    ]);
  });
});

it('keeps the last 30 days, however short the retention is', async () => {
  const store = await openStore();
  try {
    const audit = createAuditLog(store.pool);
    const now = Date.now();
    const at = (daysAgo: number): AuditEntry => ({
      kind: 'SIGNED_IN',
      at: now - daysAgo * 86_400_000,
      actor: AGENT,
      subject: `${daysAgo}`,
      address: null,
      detail: null,
      count: 1,
    });
    // What the set-up has recorded, in the past of its clock.
    await purgeAuditEvents(store.pool, now);
    for (const days of [1, 29, 31, 500]) await audit.record(at(days));
    expect(await purgeAuditEvents(store.pool, now)).toBe(2);
    const page = await audit.page(everything, null, { count: 10, from: 'START', after: null, before: null });
    expect(page.edges.map(({ node }) => node.subject)).toEqual(['1', '29']);
  } finally {
    await store.close();
  }
});

it('counts what one address fails with, and does not grow with attempts', () => {
  const recorded: AuditEntry[] = [];
  const audit = { record: async (entry: AuditEntry) => void recorded.push(entry) } as never;
  const signIns = new SignIns({ audit, clock: { now: () => MONDAY } as never, onError: () => undefined });
  for (let n = 0; n < 1_000; n++) signIns.failed('The token has expired; get a new one.', '192.0.2.1');
  expect(recorded.map(({ count }) => count)).toEqual([1]);
  signIns.failed('The token has expired; get a new one.', '192.0.2.2');
  expect(recorded).toHaveLength(2);
});
