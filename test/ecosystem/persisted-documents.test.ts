import { join } from 'node:path';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchExchange, Client as UrqlClient } from '@urql/core';
import { type DocumentNode, Kind, parse } from 'graphql';
import { NextDeadlinesDocument, possibleTypes, SubmitTicketDocument } from '../../packages/client/src';
import { createTestDatabase, type TestDatabase } from '../support/database';
import type { Json } from '../support/graphql-service';
import { type Serving, serve } from '../support/program';

const LIST = join(__dirname, '../../packages/client/persisted-documents.json');

let database: TestDatabase;
let trusting: Serving;
let open: Serving;
beforeAll(async () => {
  database = await createTestDatabase();
  trusting = await serve({ DATABASE_URL: database.url, STEPDOWN_TRUSTED_DOCUMENTS: LIST });
  open = await serve({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await open?.end('SIGTERM');
  await trusting.end('SIGTERM');
  await database.drop();
});

const idOf = (document: DocumentNode): string =>
  (document as DocumentNode & { readonly __meta__?: { readonly hash: string } }).__meta__?.hash ?? 'unknown';

/** Sends the id alone first, and the text if the service says that it does not support ids. */
function apolloClient(url: string, sent: string[]) {
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: new PersistedQueryLink({ generateHash: idOf }).concat(
      new HttpLink({
        uri: url,
        fetch: (input, init) => {
          sent.push('query' in JSON.parse(String(init?.body)) ? 'text' : 'id');
          return fetch(input, init);
        },
      }),
    ),
  });
  return client;
}

describe('Apollo Client', () => {
  test('sends ids to a service with a list, and does not try the text when a document is unknown', async () => {
    const sent: string[] = [];
    const client = apolloClient(trusting.url, sent);
    const { data } = await client.mutate<Json>({ mutation: SubmitTicketDocument });
    expect(data.submitTicket.ticket.severity).toBe('SEV1');
    expect((await client.query<Json>({ query: NextDeadlinesDocument })).data.deadlines.nodes).not.toEqual([]);
    expect(sent).toEqual(['id', 'id']);
    await expect(client.query({ query: parse('{ viewer { seesAllClients } }') })).rejects.toThrow();
    expect(sent).toEqual(['id', 'id', 'id']);
    client.stop();
  });

  test('sends the text to a service without a list, after one attempt', async () => {
    const sent: string[] = [];
    const client = apolloClient(open.url, sent);
    for (const fetchPolicy of ['network-only', 'no-cache'] as const) {
      const { data } = await client.query<Json>({ query: NextDeadlinesDocument, fetchPolicy });
      expect(data.deadlines.nodes).toEqual(expect.any(Array));
    }
    expect(sent).toEqual(['id', 'text', 'text']);
    client.stop();
  });
});

test('urql sends documentId', async () => {
  const client = new UrqlClient({ url: trusting.url, preferGetMethod: false, exchanges: [fetchExchange] });
  const named = (documentId: string) => ({ kind: Kind.DOCUMENT, definitions: [], documentId }) as DocumentNode;
  const { data, error } = await client.query<Json>(named(idOf(NextDeadlinesDocument)), {});
  expect([error, data?.deadlines.nodes]).toEqual([undefined, expect.any(Array)]);
  const unknown = await client.query(named('sha256:0'), {});
  expect(unknown.error?.graphQLErrors[0]?.extensions.code).toBe('UNKNOWN_DOCUMENT');
});
