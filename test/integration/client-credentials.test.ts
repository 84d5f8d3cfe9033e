import { afterAll, beforeAll, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { ConnectionError, createClient, SeverityChangesDocument } from '../../packages/client/src';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { untilTrue } from '../support/until';

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

const clientHere = (options: object) => createClient({ url: service.url, webSocketImpl: WebSocket, ...options });
/** A token for each request, as a program with an identity provider has it. */
const admin = () => clientHere({ token: () => provider.token({ sub: 'root', name: 'Root', stepdown_role: 'admin' }) });

async function newKey(): Promise<{ readonly id: string; readonly secret: string }> {
  const { createApiKey } = await admin().request<Json>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }',
    { input: { name: 'Desk', scopes: ['READ', 'WRITE', 'SUBSCRIBE'] } },
  );
  return { id: createApiKey.apiKey.id, secret: createApiKey.secret };
}
const revoke = (id: string) =>
  admin().request('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }', { id });

/** Subscribes, and makes events until the subscription has delivered one. */
function subscribed(options: object) {
  const client = clientHere(options);
  const seen = { events: 0, error: null as Json };
  void (async () => {
    try {
      for await (const _event of client.subscribe(SeverityChangesDocument)) seen.events += 1;
    } catch (error) {
      seen.error = error;
    }
  })();
  const untilEvent = () => {
    const before = seen.events;
    return untilTrue(async () => {
      const { submitTicket } = await admin().request<Json>(
        'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }',
        { input: { subject: 'Down', impacts: SEV1 } },
      );
      await admin().request(
        'mutation ($input: ApplyWorkaroundInput!) { applyWorkaround(input: $input) { userErrors { message } } }',
        { input: { ticketId: submitTicket.ticket.id, description: 'By phone', remaining: SEV2 } },
      );
      return seen.events > before || seen.error !== null;
    });
  };
  return { client, seen, untilEvent };
}

it('a request has the credential of its client, and says what is wrong without one', async () => {
  const { secret } = await newKey();
  const viewer = '{ viewer { actor { name } } }';
  expect(await clientHere({ key: secret }).request(viewer)).toMatchObject({ viewer: { actor: { name: 'Desk' } } });
  await expect(clientHere({}).request(viewer)).rejects.toMatchObject({
    name: 'RequestError',
    code: 'UNAUTHENTICATED',
    status: 401,
  });
});

it('a subscription ends with the reason when its key is revoked', async () => {
  const { id, secret } = await newKey();
  const { seen, untilEvent } = subscribed({ key: secret });
  await untilEvent();
  await revoke(id);
  await untilTrue(() => seen.error !== null);
  expect(seen.error).toBeInstanceOf(ConnectionError);
  expect(seen.error).toMatchObject({ closeCode: 4403, message: expect.stringContaining('was revoked') });
});

it('a subscription goes on with another key, if the client asks a function for it', async () => {
  let key = await newKey();
  const retries: Json[] = [];
  const { client, seen, untilEvent } = subscribed({
    key: () => key.secret,
    onRetry: (cause: Json) => retries.push(cause.closeCode),
  });
  await untilEvent();
  const { id } = key;
  key = await newKey();
  await revoke(id);
  await untilTrue(() => retries.length > 0);
  await untilEvent();
  expect([retries, seen.error]).toEqual([[4403], null]);
  client.close();
});
