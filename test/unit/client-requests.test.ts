import { describe, expect, it } from '@jest/globals';
import {
  ConnectionError,
  createClient,
  ExplainDeadlineDocument,
  RequestError,
  type Schema,
  SubmitTicketDocument,
} from '../../packages/client/src';
import type { Json } from '../support/graphql-service';

const URL_OF_API = 'http://desk.example/graphql';

/** A client whose `fetch` answers with a text, and what was sent. */
function answering(text: string, status = 200, options = {}) {
  const sent: { readonly url: string; readonly init: RequestInit }[] = [];
  const client = createClient({
    url: URL_OF_API,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init });
      return new Response(text, { status });
    },
    ...options,
  });
  return { client, sent };
}

describe('a request', () => {
  it('returns the data, with the types of its document', async () => {
    const { client, sent } = answering('{"data":{"ticket":null}}');
    const { ticket } = await client.request(ExplainDeadlineDocument, { ticket: 'VGlja2V0' });
    // Checked by `npm run types`: the types of the schema, all scalars as strings.
    const due: string | null | undefined = ticket?.sla.resolution?.dueAt;
    const severity: Schema.Severity = 'SEV1';
    const input: Schema.AcknowledgeTicketInput = { ticketId: 'VGlja2V0' };
    expect([due, severity, input.ticketId]).toEqual([undefined, 'SEV1', 'VGlja2V0']);
    // @ts-expect-error a required variable
    await client.request(ExplainDeadlineDocument);
    // @ts-expect-error a variable of another type
    await client.request(ExplainDeadlineDocument, { ticket: 1 });
    // @ts-expect-error a document without variables
    await client.request(SubmitTicketDocument, { ticket: 'VGlja2V0' });
    const [{ url, init }] = sent as [(typeof sent)[number]];
    expect([url, init.method]).toEqual([URL_OF_API, 'POST']);
    expect(JSON.parse(String(init.body))).toEqual({
      query: expect.stringMatching(/^query ExplainDeadline\(\$ticket: ID!\) \{/),
      variables: { ticket: 'VGlja2V0' },
    });
  });

  it('takes a document as text', async () => {
    const { client, sent } = answering('{"data":{"viewer":{"id":"1"}}}');
    const { viewer } = await client.request<{ readonly viewer: { readonly id: string } }>('{ viewer { id } }');
    expect(viewer.id).toBe('1');
    expect(JSON.parse(String(sent[0]?.init.body))).toEqual({ query: '{ viewer { id } }' });
  });

  it.each([
    ['no credential', {}, undefined],
    ['a key', { key: 'sd_1' }, 'Bearer sd_1'],
    ['a token', { token: 'a.b.c' }, 'Bearer a.b.c'],
    ['a function', { token: async () => 'fresh' }, 'Bearer fresh'],
  ])('sends the credential: %s', async (_what, options, expected) => {
    const { client, sent } = answering('{"data":{}}', 200, options);
    await client.request('{ __typename }');
    expect(new Headers(sent[0]?.init.headers).get('authorization')).toBe(expected ?? null);
  });

  it('asks for a token each time', async () => {
    let asked = 0;
    const { client, sent } = answering('{"data":{}}', 200, {
      token: () => {
        asked += 1;
        return `t${asked}`;
      },
    });
    await client.request('{ __typename }');
    await client.request('{ __typename }');
    expect(sent.map(({ init }) => new Headers(init.headers).get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('leaves refusals of a mutation in its payload', async () => {
    const payload = { ticket: null, userErrors: [{ __typename: 'NotFound', message: 'No such ticket.' }] };
    const { client } = answering(JSON.stringify({ data: { submitTicket: payload } }));
    expect((await client.request(SubmitTicketDocument)).submitTicket).toEqual(payload);
  });

  it('throws errors of GraphQL with code, request id and whether to repeat it, and the data beside them', async () => {
    const errors = [
      { message: 'Not now.', extensions: { code: 'SERVICE_UNAVAILABLE', requestId: 'r1', retryable: true } },
      { message: 'Nor this.', path: ['b'] },
    ];
    const { client } = answering(JSON.stringify({ data: { a: 1, b: null }, errors }), 503);
    const error = await client.request('{ a b }').catch((thrown: Json) => thrown);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({
      message: 'Not now.\nNor this.',
      code: 'SERVICE_UNAVAILABLE',
      requestId: 'r1',
      retryable: true,
      status: 503,
      errors,
      data: { a: 1, b: null },
    });
  });

  it('says what is not known of an error', async () => {
    const { client } = answering('{"errors":[{"message":"No."}]}', 400);
    await expect(client.request('{ a }')).rejects.toMatchObject({
      code: 'UNKNOWN',
      requestId: null,
      retryable: false,
      data: null,
    });
  });

  it.each([
    ['a page', '<html>Bad gateway</html>', 502],
    ['nothing', '', 504],
    ['other JSON', '{"status":"ok"}', 200],
    ['a list', '[]', 200],
    ['data and errors that are empty', '{"data":null,"errors":[]}', 200],
  ])('throws the status and the beginning of what is no answer of GraphQL: %s', async (_what, text, status) => {
    const { client } = answering(text, status);
    const error: Json = await client.request('{ a }').catch((thrown: Json) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.status).toBe(status);
    expect(error.message).toBe(`${URL_OF_API} did not answer as GraphQL does, with status ${status}: ${text}`);
  });

  it('shortens a long page', async () => {
    const { client } = answering('x'.repeat(10_000), 502);
    await expect(client.request('{ a }')).rejects.toThrow(/: x{200}…$/);
  });

  it('throws the reason of the system if nothing listens', async () => {
    const error: Json = await createClient({ url: 'http://127.0.0.1:1/graphql' })
      .request('{ a }')
      .catch((thrown: Json) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ status: null, cause: expect.any(Error) });
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:1\/graphql does not answer: \S/);
  });

  it.each([
    [
      'an error with a cause',
      new TypeError('fetch failed', { cause: new Error('read ECONNRESET') }),
      'read ECONNRESET',
    ],
    ['an error', new TypeError('terminated'), 'terminated'],
    [
      'the errors of several addresses',
      new TypeError('fetch failed', { cause: Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }) }),
      'ECONNREFUSED',
    ],
    ['no error', 'gone', 'gone'],
  ])('throws the reason that fetch has: %s', async (_what, thrown, reason) => {
    const client = createClient({ url: URL_OF_API, fetch: () => Promise.reject(thrown) });
    const error: Json = await client.request('{ a }').catch((failure: Json) => failure);
    expect(error).toMatchObject({ name: 'ConnectionError', message: `${URL_OF_API} does not answer: ${reason}` });
    expect(error.cause.message).toBe(reason);
  });

  it('can be given up', async () => {
    const client = createClient({
      url: URL_OF_API,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        }),
    });
    const controller = new AbortController();
    const answer = client.request('{ a }', {}, { signal: controller.signal });
    await Promise.resolve();
    controller.abort(new Error('left'));
    await expect(answer).rejects.toThrow('left');
  });
});

describe('a client', () => {
  it.each(['', '/graphql', 'desk.example', 'ws://desk.example/graphql', 'file:///graphql'])(
    'refuses the URL %p',
    (url) => {
      expect(() => createClient({ url })).toThrow(/absolute URL of HTTP/);
    },
  );

  it('has one credential', () => {
    expect(() => createClient({ url: URL_OF_API, key: 'a', token: 'b' })).toThrow(/either a key or a token/);
  });
});
