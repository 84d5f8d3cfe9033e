import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { ApiScope } from '../../src/application/access/rights';
import type { Config } from '../../src/config';
import { type Answer, type Json, startTestService, type TestService } from './graphql-service';
import { IdentityProvider } from './identity-provider';

/** Who sends requests in a test; the text is the header `authorization`. */
export type Credential = string;

/** A service with a client account of each name, whose callers have tokens and API keys. */
export interface Companies {
  readonly service: TestService;
  /** The ids of the client accounts, by name. */
  readonly ids: Readonly<Record<string, string>>;
  readonly admin: Credential;
  /** Who has a token with these claims. */
  token(claims: Json): Promise<Credential>;
  /** A person of the client of that name. */
  person(client: string): Promise<Credential>;
  /** An agent who sees the client of that name only, or all clients. */
  agent(client: string): Promise<Credential>;
  /** An API key with these scopes, for the client of that name or for all. */
  key(scopes: readonly ApiScope[], client: string | null): Promise<Credential>;
  ask(by: Credential, query: string, variables?: Json): Promise<Answer>;
  /** Runs a mutation as the administrator; its payload must have no user errors. */
  change(name: string, input: Json, fields: string, by?: Credential): Promise<Json>;
  socket(by: Credential): Client;
  close(): Promise<void>;
}

export async function startCompanies(names: readonly string[], config: Partial<Config> = {}): Promise<Companies> {
  const provider = await IdentityProvider.start();
  const service = await startTestService({ config: { ...provider.config(), ...config } });
  const token = async (claims: Json): Promise<Credential> => `Bearer ${await provider.token(claims)}`;
  const admin = await token({ sub: 'root', name: 'Root', stepdown_role: 'admin' });
  const ask: Companies['ask'] = (by, query, variables) => service.ask(query, variables, { authorization: by });
  const change: Companies['change'] = async (name, input, fields, by = admin) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { message } } }`;
    const { data, errors } = await ask(by, document, { input });
    if (errors.length > 0 || data[name].userErrors.length > 0) {
      throw new Error(`${name}: ${JSON.stringify([errors, data])}`);
    }
    return data[name];
  };
  const ids: Record<string, string> = {};
  for (const name of names) ids[name] = (await change('createClient', { name }, 'client { id }')).client.id;
  return {
    service,
    ids,
    admin,
    token,
    person: (client) =>
      token({
        sub: `person-${client}`,
        name: `Person of ${client}`,
        stepdown_role: 'client',
        stepdown_clients: client,
      }),
    agent: (client) =>
      token({
        sub: `agent-${client}`,
        name: `Agent ${client}`,
        stepdown_role: 'agent',
        stepdown_clients: [client],
      }),
    key: async (scopes, client) => {
      const clientId = client === null ? null : ids[client];
      const { secret } = await change('createApiKey', { name: `Key of ${client}`, scopes, clientId }, 'secret');
      return `Bearer ${secret}`;
    },
    ask,
    change,
    socket: (authorization) =>
      createClient({
        url: service.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: () => undefined,
        connectionParams: { authorization },
      }),
    close: async () => {
      await service.close();
      await provider.close();
    },
  };
}
