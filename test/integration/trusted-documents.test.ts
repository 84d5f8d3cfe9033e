import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as parser from 'graphql/language/parser';
import WebSocket from 'ws';
import {
  ApplyWorkaroundDocument,
  createClient,
  NextDeadlinesDocument,
  RequestError,
  SeverityChangesDocument,
  SubmitTicketDocument,
} from '../../packages/client/src';
import { documentId, ListFolder, listOf } from '../support/document-lists';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { talkTo } from '../support/graphql-socket';
import { untilTrue } from '../support/until';

const CLIENT_LIST = join(__dirname, '../../packages/client/persisted-documents.json');
const PAGES = `query Number($first: Int!) { tickets(first: $first) { totalCount } }
query Viewer { viewer { seesAllClients } }`;
const SUBMIT = 'mutation Submit($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }';
const APPLY = 'mutation ($input: ApplyWorkaroundInput!) { applyWorkaround(input: $input) { userErrors { message } } }';
const CHANGES = 'subscription Changes { severityChanged { change { to } } }';
/** A document that nothing but one test sends. */
const onceOver = (transport: string): string => `{ viewer { seesAllClients } } # once over ${transport}`;
const hash = (text: string): string => documentId(text).slice('sha256:'.length);

interface Sent {
  /** Null over a WebSocket. */
  readonly status: number | null;
  readonly data: Json;
  readonly errors: readonly Json[];
}
type Send = (request: Json, url?: string) => Promise<Sent>;

const answerOf = async (response: Response): Promise<Sent> => {
  const { data = null, errors = [] } = (await response.json()) as Json;
  return { status: response.status, data, errors };
};
const overPost: Send = async (request, url = service.url) =>
  answerOf(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    }),
  );
const overGet: Send = async (request, url = service.url) => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) {
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return answerOf(await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': '1' } }));
};
/** The message is written by hand, because the client of graphql-ws adds a text. */
const overSocket: Send = async (request, url = service.url) => {
  const talk = await talkTo(url, [{ type: 'connection_init' }, { type: 'subscribe', id: '1', payload: request }]);
  const answer = (): Json => talk.messages.find(({ type }) => type === 'next' || type === 'error');
  await untilTrue(() => answer() !== undefined || talk.socket.readyState !== talk.socket.OPEN);
  const { type, payload = {} } = answer() ?? { payload: { errors: await talk.closed } };
  talk.socket.close();
  return { status: null, data: null, ...(type === 'error' ? { errors: payload } : { errors: [], ...payload }) };
};

const TRANSPORTS: readonly (readonly [name: string, send: Send])[] = [
  ['POST', overPost],
  ['GET', overGet],
  ['a WebSocket', overSocket],
];

const folder = new ListFolder();
let service: TestService;
let open: TestService;
beforeAll(async () => {
  const own = folder.write(
    'own.json',
    listOf(PAGES, SUBMIT, APPLY, CHANGES, ...TRANSPORTS.map(([transport]) => onceOver(transport))),
  );
  service = await startTestService({ config: { trustedDocuments: [own, CLIENT_LIST], explorer: false } });
  open = await startTestService({ database: service.database });
});
afterAll(async () => {
  await open?.close();
  await service.close();
  folder.remove();
});

describe.each(TRANSPORTS)('over %s, with a list', (transport, send) => {
  it.each<[string, (text: string) => Json]>([
    ['its id', (text) => ({ documentId: documentId(text) })],
    ['its hash', (text) => ({ documentId: hash(text) })],
    ['its id and an empty text', (text) => ({ documentId: documentId(text), query: '' })],
    [
      'its hash as Apollo sends it',
      (text) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash(text) } } }),
    ],
    [
      'its id as Apollo sends it',
      (text) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: documentId(text) } } }),
    ],
    ['its text', (query) => ({ query })],
    ['its text and its id', (query) => ({ query, documentId: documentId(query) })],
    [
      'its text and its hash as Apollo sends it',
      (query) => ({ query, extensions: { persistedQuery: { version: 1, sha256Hash: hash(query) } } }),
    ],
  ])('a document is executed by %s', async (_, named) => {
    expect(await send({ ...named(PAGES), operationName: 'Viewer' })).toMatchObject({
      data: { viewer: { seesAllClients: true } },
      errors: [],
    });
    expect(await send({ ...named(PAGES), operationName: 'Number', variables: { first: 0 } })).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await send({ ...named(PAGES), operationName: 'Number', variables: { first: 1 } })).toMatchObject({
      data: { tickets: { totalCount: expect.any(Number) } },
      errors: [],
    });
  });

  it.each<[string, Json]>([
    ['an unknown text', { query: '{ viewer { seesAllClients } }' }],
    ['a text with another space', { query: `${PAGES} `, operationName: 'Viewer' }],
    ['what is no document', { query: '{{{{' }],
    ['a text that no service would parse', { query: '{'.repeat(5_000) }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['what a gateway sends', { query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }' }],
    ['an unknown id', { documentId: documentId('{ viewer { seesAllClients } }') }],
    ['another hash', { documentId: `md5:${hash(PAGES)}` }],
    ['a name of every object', { documentId: 'constructor' }],
    ['an unknown id of Apollo', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
    ['an unknown text with a known id', { query: '{ viewer { seesAllClients } }', documentId: documentId(PAGES) }],
    ['an unknown text with its id', { query: '{ __typename }', documentId: documentId('{ __typename }') }],
  ])('%s is refused unparsed', async (_, request) => {
    const { status, data, errors } = await send(request);
    expect([data, errors]).toEqual([
      null,
      [
        {
          message: expect.stringMatching(/^This service executes only the documents of its list .*STEPDOWN_TRUSTED/),
          extensions: { code: 'UNKNOWN_DOCUMENT', requestId: expect.any(String) },
        },
      ],
    ]);
    if (status !== null) expect(status).toBe(400);
  });

  it.each<[string, Json, RegExp]>([
    ['nothing', { variables: {} }, /names no document/],
    ['an empty text', { query: '' }, /names no document/],
    ['two documents', { query: PAGES, documentId: documentId(SUBMIT) }, /is not the SHA-256 of its query/],
    ['a text and an unknown id', { query: PAGES, documentId: 'x' }, /is not the SHA-256 of its query/],
  ])('%s is refused', async (name, request, sentence) => {
    const { status, errors } = await send(request);
    // graphql-ws takes no operation without a text, unless it has an id.
    if (transport === 'a WebSocket' && name === 'nothing') return expect(errors).toContain(4400);
    expect(errors).toMatchObject([{ message: expect.stringMatching(sentence), extensions: { code: 'BAD_REQUEST' } }]);
    if (status !== null) expect(status).toBe(400);
  });

  it('a listed document is not parsed, because it was at the start', async () => {
    const parse = jest.spyOn(parser, 'parse');
    await send({ query: onceOver(transport) }, open.url);
    expect(parse).toHaveBeenCalled();
    parse.mockClear();
    const answer = await send({ documentId: documentId(onceOver(transport)) });
    expect([answer.errors, parse.mock.calls]).toEqual([[], []]);
    parse.mockRestore();
  });
});

describe('with a list', () => {
  const submission = { documentId: documentId(SUBMIT), variables: { input: { subject: 'Down', impacts: SEV1 } } };

  it('a mutation is carried out over POST and a WebSocket, and refused over GET', async () => {
    const count = async (): Promise<number> =>
      (await open.data('{ tickets(first: 1) { totalCount } }')).tickets.totalCount;
    const before = await count();
    expect(await overGet(submission)).toMatchObject({
      status: 405,
      errors: [{ message: 'GET requests only support query operations, not mutation operations' }],
    });
    expect(await count()).toBe(before);
    for (const send of [overPost, overSocket]) {
      expect(await send(submission)).toMatchObject({ data: { submitTicket: { ticket: { id: expect.any(String) } } } });
    }
    expect(await count()).toBe(before + 2);
  });

  it('a subscription is over a WebSocket only', async () => {
    const talk = await talkTo(service.url, [
      { type: 'connection_init' },
      { type: 'subscribe', id: 's', payload: { documentId: documentId(CHANGES) } },
      { type: 'subscribe', id: 'q', payload: { documentId: documentId(PAGES), operationName: 'Viewer' } },
    ]);
    await untilTrue(() => talk.messages.some(({ id }) => id === 'q'));
    const { data } = await overPost(submission);
    const input = { ticketId: data.submitTicket.ticket.id, description: 'By phone', remaining: SEV2 };
    await overPost({ documentId: documentId(APPLY), variables: { input } });
    await untilTrue(() => talk.messages.some(({ id }) => id === 's'));
    expect(talk.messages.find(({ id }) => id === 's')).toMatchObject({
      type: 'next',
      payload: { data: { severityChanged: { change: { to: 'SEV2' } } } },
    });
    talk.socket.close();
    expect(await overPost({ documentId: documentId(CHANGES) })).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringMatching(/^Send subscriptions over a WebSocket/) }],
    });
  });

  it('a message without a text is an operation only with an id, and its other parts stay', async () => {
    const talk = await talkTo(service.url, [
      { type: 'connection_init' },
      {
        type: 'subscribe',
        id: 'é',
        payload: { documentId: documentId(PAGES), operationName: 'Viewer', a: '"documentId"' },
      },
    ]);
    await untilTrue(() => talk.messages.some(({ type }) => type === 'complete'));
    expect(talk.messages.at(-1)).toEqual({ id: 'é', type: 'complete' });
    talk.send('{"type":"subscribe","id":"1","payload":{"documentId":');
    expect(await talk.closed).toEqual([4400, 'Invalid message received']);
  });

  it('the log has the names of documents, and the codes of refusals', async () => {
    const lines = (): readonly Json[] => service.logged.filter(({ msg }) => msg === 'request').slice(-2);
    await overPost({ documentId: documentId(PAGES), operationName: 'Viewer' });
    await overPost({ query: 'query Unknown { viewer { seesAllClients } }' });
    await untilTrue(() => lines()[1]?.code !== undefined);
    expect(lines()).toMatchObject([
      { operation: 'Viewer', kind: 'query', status: 200 },
      { status: 400, code: 'UNKNOWN_DOCUMENT' },
    ]);
    expect(service.logged.find(({ msg }) => msg === 'serving')).toMatchObject({
      trustedDocuments: 4 + TRANSPORTS.length + 8,
    });
  });

  it('browsers get a page that says so, and health checks answer as ever', async () => {
    for (const url of [service.url, new URL('/', service.url)]) {
      const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
      expect(page).toContain('executes only the documents of its list');
      expect(page).not.toMatch(/curl|graphiql/);
    }
    expect(await (await fetch(new URL('/', open.url))).text()).toMatch(/curl/);
    for (const path of ['/health', '/readyz', '/livez']) {
      expect((await fetch(new URL(path, service.url))).status).toBe(200);
    }
  });

  it('the client of the package is served by the list of its build', async () => {
    const client = createClient({ url: service.url, webSocketImpl: WebSocket, documentIds: true });
    const changes = client.subscribe(SeverityChangesDocument);
    // The first subscription needs a connection, so events are made until one arrives.
    let arrived = false;
    const first = changes.next().finally(() => {
      arrived = true;
    });
    await untilTrue(async () => {
      const { submitTicket } = await client.request(SubmitTicketDocument);
      const { applyWorkaround } = await client.request(ApplyWorkaroundDocument, {
        ticket: submitTicket.ticket?.id ?? '',
      });
      expect(applyWorkaround.userErrors).toEqual([]);
      return arrived;
    });
    expect(await first).toMatchObject({ value: { severityChanged: { change: { from: 'SEV1' } } } });
    expect((await client.request(NextDeadlinesDocument)).deadlines.nodes.length).toBeGreaterThan(0);
    client.close();

    const text = client.request('{ viewer { seesAllClients } }');
    await expect(text).rejects.toMatchObject({ name: 'RequestError', code: 'UNKNOWN_DOCUMENT', status: 400 });
    // Sent as text, a typed document is another text than the one in the list.
    const asTexts = createClient({ url: service.url });
    await expect(asTexts.request(NextDeadlinesDocument)).rejects.toBeInstanceOf(RequestError);
    const [listed = ''] = Object.values<string>(JSON.parse(readFileSync(CLIENT_LIST, 'utf8'))).filter((one) =>
      one.startsWith('query NextDeadlines'),
    );
    expect(Object.keys(await asTexts.request<Json>(listed))).toEqual(['deadlines']);
  });
});

describe.each(TRANSPORTS)('over %s, without a list', (_, send) => {
  it('an id is refused with what to send, and one of Apollo in the way that its clients know', async () => {
    const named = await send({ documentId: documentId(PAGES), operationName: 'Viewer' }, open.url);
    expect([named.status ?? 400, named.errors]).toMatchObject([
      400,
      [
        {
          message: expect.stringMatching(/does not know documents by their ids\. Send the text as query/),
          extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
        },
      ],
    ]);
    const persistedQuery = { version: 1, sha256Hash: hash(PAGES) };
    const apollo = await send({ extensions: { persistedQuery } }, open.url);
    expect([apollo.status ?? 200, apollo.errors]).toMatchObject([
      200,
      [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
    ]);
  });

  it('a text is executed, whatever its id', async () => {
    expect(await send({ query: PAGES, operationName: 'Viewer', documentId: 'x' }, open.url)).toMatchObject({
      data: { viewer: { seesAllClients: true } },
      errors: [],
    });
  });
});

it('a service with a broken list does not start', async () => {
  const broken = folder.write('broken.json', { [documentId(PAGES)]: SUBMIT });
  const started = startTestService({ database: service.database, config: { trustedDocuments: [broken] } });
  await expect(started).rejects.toThrow(
    /^STEPDOWN_TRUSTED_DOCUMENTS names lists .*\n.*broken\.json: sha256:.*: The id/,
  );
});
