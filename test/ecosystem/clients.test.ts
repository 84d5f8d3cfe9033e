import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cacheExchange, fetchExchange, subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { possibleTypes } from '../../packages/client/src';
import { createTestDatabase, type TestDatabase } from '../support/database';
import type { Json } from '../support/graphql-service';
import { type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

const TICKET = `query Ticket($id: ID!) { ticket(id: $id) { id subject severity state } }`;
const SUBMIT = `mutation Submit($input: SubmitTicketInput!) {
  submitTicket(input: $input) { ticket { id severity state } userErrors { __typename message } }
}`;
const APPLY = `mutation Apply($input: ApplyWorkaroundInput!) {
  applyWorkaround(input: $input) {
    ticket { id severity state }
    userErrors { __typename message ... on SeverityNotLowered { before after } }
  }
}`;
const CHANGES = `subscription Changes { severityChanged { change { from to } ticket { id number } } }`;

const SEV1 = { subject: 'Checkout is down', impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }] };
const SOME = [{ audience: 'SOME_END_USERS', consequence: 'ORDERING_BLOCKED' }];

/** One of the clients of the ecosystem. */
interface AnyClient {
  /** Carries out a query or a mutation; returns its data, or rejects with its errors. */
  run(document: string, variables: Json): Promise<Json>;
  subscribe(document: string, onData: (data: Json) => void): void;
  close(): void;
}

/** As packages/client/README.md says; with shorter waits. */
const persistentSocket = (url: string) =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => sleep(50 + Math.random() * 50),
  });

function apolloClient(url: string): AnyClient & { readonly client: ApolloClient } {
  const socket = persistentSocket(url);
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: ApolloLink.split(
      ({ query }) => {
        const definition = getMainDefinition(query);
        return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
      },
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url }),
    ),
  });
  return {
    client,
    run: async (document, variables) => {
      const parsed = gql(document);
      const isMutation = document.startsWith('mutation');
      const { data } = isMutation
        ? await client.mutate({ mutation: parsed, variables })
        : await client.query({ query: parsed, variables, fetchPolicy: 'network-only' });
      return data;
    },
    subscribe: (document, onData) => {
      client.subscribe({ query: gql(document) }).subscribe(({ data }) => onData(data));
    },
    close: () => {
      client.stop();
      void socket.dispose();
    },
  };
}

function urqlClient(url: string, preferGetMethod = false): AnyClient {
  const socket = persistentSocket(url);
  const client = new UrqlClient({
    url,
    preferGetMethod,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
          }),
        }),
      }),
    ],
  });
  return {
    run: async (document, variables) => {
      const isMutation = document.startsWith('mutation');
      const { data, error } = isMutation
        ? await client.mutation(document, variables)
        : await client.query(document, variables, { requestPolicy: 'network-only' });
      if (error !== undefined) throw error;
      return data;
    },
    subscribe: (document, onData) => {
      client.subscription(document, {}).subscribe(({ data }) => onData(data));
    },
    close: () => void socket.dispose(),
  };
}

/** graphql-ws carries queries and mutations too. */
function socketClient(url: string): AnyClient {
  const socket = persistentSocket(url);
  return {
    run: (query, variables) =>
      new Promise((resolve, reject) => {
        let answer: Json;
        socket.subscribe(
          { query, variables },
          {
            next: ({ data }) => {
              answer = data;
            },
            // The errors of GraphQL are a list.
            error: (errors) => reject(new Error(JSON.stringify(errors))),
            complete: () => resolve(answer),
          },
        );
      }),
    subscribe: (query, onData) => {
      socket.subscribe({ query }, { next: ({ data }) => onData(data), error: onData, complete: () => undefined });
    },
    close: () => void socket.dispose(),
  };
}

const CLIENTS = [
  ['Apollo Client', apolloClient],
  ['urql', urqlClient],
  ['graphql-ws', socketClient],
] as const;

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

describe.each(CLIENTS)('%s', (_name, clientOf) => {
  test('queries, changes, and reads a refusal with its facts', async () => {
    const client = clientOf(service.url);
    const { submitTicket } = await client.run(SUBMIT, { input: SEV1 });
    const { id } = submitTicket.ticket;
    expect(await client.run(TICKET, { id })).toMatchObject({ ticket: { id, subject: SEV1.subject, severity: 'SEV1' } });

    const input = { ticketId: id, description: 'By phone', remaining: SEV1.impacts };
    const { applyWorkaround } = await client.run(APPLY, { input });
    expect(applyWorkaround.userErrors).toMatchObject([
      { __typename: 'SeverityNotLowered', before: 'SEV1', after: 'SEV1', message: expect.any(String) },
    ]);
    await expect(client.run('query Wrong { nothing }', {})).rejects.toThrow(/nothing/);
    client.close();
  });
});

test('subscriptions of all of them go on after the service was stopped and started again', async () => {
  const clients = CLIENTS.map(([name, clientOf]) => ({ name, client: clientOf(service.url), received: [] as Json[] }));
  for (const { client, received } of clients) client.subscribe(CHANGES, (data) => received.push(data));
  const untilAllReceive = async () => {
    for (const { received } of clients) received.length = 0;
    const { client } = clients[0] as (typeof clients)[number];
    await untilTrue(async () => {
      const { submitTicket } = await client.run(SUBMIT, { input: SEV1 });
      const input = { ticketId: submitTicket.ticket.id, description: 'By phone', remaining: SOME };
      await client.run(APPLY, { input });
      return clients.every(({ received }) => received.length > 0);
    });
    for (const { received } of clients) {
      expect(received[0]).toMatchObject({ severityChanged: { change: { from: 'SEV1', to: 'SEV2' } } });
    }
  };
  await untilAllReceive();
  const { port } = new URL(service.url);
  await service.end('SIGTERM');
  service = await serve({ DATABASE_URL: database.url, PORT: port });
  await untilAllReceive();
  for (const { client } of clients) client.close();
});

test('Apollo Client keeps objects by their id, and matches fragments on interfaces by possibleTypes', async () => {
  const { client, run, close } = apolloClient(service.url);
  const { submitTicket } = await run(SUBMIT, { input: SEV1 });
  const { id } = submitTicket.ticket;
  await run(TICKET, { id });
  await run(APPLY, { input: { ticketId: id, description: 'By phone', remaining: SOME } });
  // What the mutation returned is in the query of the same object, without asking again.
  const cached = await client.query<Json>({ query: gql(TICKET), variables: { id }, fetchPolicy: 'cache-only' });
  expect(cached.data).toMatchObject({ ticket: { id, severity: 'SEV2', subject: SEV1.subject } });

  const events = gql`
    query Events($id: ID!) {
      node(id: $id) {
        id
        ... on Ticket {
          events(first: 10) {
            nodes {
              ...Event
            }
          }
        }
      }
    }
    fragment Event on TicketEvent {
      id
      number
      type
    }
  `;
  await client.query({ query: events, variables: { id } });
  const again = await client.query<Json>({ query: events, variables: { id }, fetchPolicy: 'cache-only' });
  expect(again.data.node.events.nodes).toMatchObject([{ number: 1 }, { number: 2, type: 'WORKAROUND_APPLIED' }]);
  close();
});

test('urql must not prefer GET, because the service refuses what a link of any site can send', async () => {
  const client = urqlClient(service.url, true);
  await expect(client.run('{ viewer { seesAllClients } }', {})).rejects.toThrow(/preflight|CSRF|GET/i);
  client.close();
});
