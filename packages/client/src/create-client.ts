import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';
import { ConnectionError, RequestError } from './client-errors';
import { EventStream } from './event-stream';
import { LiveSocket, type WebSocketClass } from './live-socket';
import { ResumePoint } from './resume-point';

/** A credential, or a function that gives the one of the moment. It is sent as a bearer token. */
export type Credential = string | (() => string | Promise<string>);

export interface ClientOptions {
  /** The URL of the API, for example `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** An API key. */
  readonly key?: Credential;
  /**
   * A token of an identity provider. A function is called for each request and each connection, so
   * that it can return a fresh one.
   */
  readonly token?: Credential;
  /** The class of WebSockets, if there is no global one, such as that of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /**
   * Sends the ids of typed documents (`documentId`) instead of their texts, for a service that
   * executes only the documents of its list. Documents without an id are sent as texts. Default:
   * false.
   */
  readonly documentIds?: boolean;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Called before each wait for another attempt to connect or to subscribe. */
  readonly onRetry?: (cause: Error, waitMs: number) => void;
}

export interface RequestOptions {
  /** Ends the waiting for the answer. The service ends the operation too. */
  readonly signal?: AbortSignal;
}

/** A document of GraphQL as text or parsed, with the types of its data and variables if known. */
export type Document<Data, Variables> = string | DocumentNode | TypedDocumentNode<Data, Variables>;

/** The variables can be left out if none is required. */
type Rest<Variables, Options extends readonly unknown[]> =
  Record<never, never> extends Variables
    ? [variables?: Variables, ...options: Options]
    : [variables: Variables, ...options: Options];

export interface Client {
  /**
   * Carries out a query or a mutation over HTTP, and returns its data. Refusals of a mutation are
   * in its `userErrors`.
   *
   * @throws RequestError for errors of GraphQL
   * @throws ConnectionError if there is no answer of GraphQL
   */
  request<Data = unknown, Variables = Readonly<Record<string, unknown>>>(
    document: Document<Data, Variables>,
    ...rest: Rest<Variables, [options?: RequestOptions]>
  ): Promise<Data>;

  /**
   * Subscribes over WebSocket, at once. If the connection breaks, it is made again, for as long as
   * it takes. A document with an argument `after: $variable` and the field `cursor` then goes on
   * after its last event, without a gap and without repeating one; any other starts again, without
   * the events of the time between. Leaving the loop ends the subscription.
   *
   * The iterator throws a RequestError for errors of GraphQL, a ConnectionError if connecting
   * again cannot help, a MissedEventsError if it cannot go on after its last event, and a
   * SlowReaderError if more than 10,000 events wait.
   */
  subscribe<Data = unknown, Variables = Readonly<Record<string, unknown>>>(
    document: Document<Data, Variables>,
    ...rest: Rest<Variables, []>
  ): AsyncIterableIterator<Data, undefined>;

  /** Ends all subscriptions and closes the socket. */
  close(): void;
}

/** How much of an answer that is not of GraphQL stands in the message of the error. */
const SHOWN_CHARACTERS = 200;

/**
 * Makes a client of the service at a URL. It opens no connection before the first request.
 *
 * @throws TypeError if the URL is not of HTTP, or if there are both a key and a token
 */
export function createClient(options: ClientOptions): Client {
  const url = httpUrl(options.url);
  if (options.key !== undefined && options.token !== undefined) {
    throw new TypeError('A client has either a key or a token, not both.');
  }
  const credential = options.key ?? options.token;
  const authorization = async (): Promise<string | undefined> =>
    credential === undefined
      ? undefined
      : `Bearer ${typeof credential === 'function' ? await credential() : credential}`;
  const sentForm = (document: string | DocumentNode) => formOf(document, options.documentIds === true);
  let socket: LiveSocket | null = null;
  const liveSocket = (): LiveSocket => {
    socket ??= new LiveSocket({
      url: url.href.replace(/^http/, 'ws'),
      webSocketImpl: options.webSocketImpl as WebSocketClass | undefined,
      authorization,
      renewsCredentials: typeof credential === 'function',
      onRetry: options.onRetry ?? (() => undefined),
    });
    return socket;
  };

  return {
    async request<Data, Variables>(document: Document<Data, Variables>, variables?: Variables, more?: RequestOptions) {
      const bearer = await authorization();
      const { status, text } = await answerTo(options.fetch ?? fetch, url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json;q=0.9',
          ...(bearer === undefined ? {} : { authorization: bearer }),
        },
        body: JSON.stringify({ ...sentForm(document), variables }),
        ...(more?.signal === undefined ? {} : { signal: more.signal }),
      });
      return dataIn<Data>(url, status, text);
    },
    subscribe<Data, Variables>(document: Document<Data, Variables>, variables?: Variables) {
      const given = variables as Record<string, unknown> | undefined;
      // graphql-ws takes only payloads with a text.
      const payload = { query: '', ...sentForm(document) };
      const live = liveSocket();
      return new EventStream<Data>((sink) => live.subscribe(payload, new ResumePoint(document, given), sink));
    },
    close() {
      socket?.close();
      socket = null;
    },
  };
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new TypeError('url must be an absolute URL of HTTP, such as http://127.0.0.1:4000/graphql.');
}

/** The id that GraphQL Code Generator has given a typed document. */
const idOf = (document: string | DocumentNode): unknown =>
  (document as { readonly __meta__?: { readonly hash?: unknown } }).__meta__?.hash;

/** A document as it is sent: its text, or its id if it has one and ids are sent. */
function formOf(document: string | DocumentNode, asId: boolean): { query: string } | { documentId: string } {
  const documentId = asId ? idOf(document) : undefined;
  if (typeof documentId === 'string') return { documentId };
  return { query: typeof document === 'string' ? document : print(document) };
}

async function answerTo(fetchImpl: typeof fetch, url: URL, init: RequestInit) {
  try {
    const response = await fetchImpl(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const reason = reasonOf(error);
    throw new ConnectionError(`${url.href} does not answer: ${reason.message}`, null, null, reason);
  }
}

function dataIn<Data>(url: URL, status: number, text: string): Data {
  const { data, errors } = objectIn(text);
  if (Array.isArray(errors) && errors.length > 0) throw new RequestError(errors, data ?? null, status);
  if (typeof data === 'object' && data !== null) return data as Data;
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  throw new ConnectionError(`${url.href} did not answer as GraphQL does, with status ${status}: ${shown}`, status);
}

function objectIn(text: string): { readonly data?: unknown; readonly errors?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The reason of the system, such as `connect ECONNREFUSED 127.0.0.1:4000`, which fetch hides. */
function reasonOf(error: unknown): Error {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (reason instanceof Error && reason.message !== '') return reason;
  // Of several addresses, such as those of localhost, the reasons are in a list.
  const { code } = Object(reason) as { readonly code?: unknown };
  return new Error(String(code ?? reason), { cause: reason });
}
