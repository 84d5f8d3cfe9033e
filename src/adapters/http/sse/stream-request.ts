import type { IncomingMessage } from 'node:http';
import { weightIn } from '../header-weight';
import type { OperationRequest } from '../live/prepare-operation';
import { type BodyReceiver, RequestError, readJson } from '../request-body';
import { pathAndQuery } from '../request-guard';

/**
 * The header that names the stream of a client (protocol of graphql-sse). A proxy sends the
 * requests with a token to the process whose answer had it in this header.
 */
export const TOKEN_HEADER = 'x-graphql-event-stream-token';
/** The parameter for clients that cannot set the header. */
const TOKEN_PARAMETER = 'token';

const parametersOf = ({ url = '' }: IncomingMessage): URLSearchParams => {
  const target = pathAndQuery(url);
  const at = target.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : target.slice(at));
};

/** Whether a client asks for an event stream. `*\/*` is none, since any other request has it. */
export const acceptsEventStream = ({ headers }: IncomingMessage): boolean =>
  (weightIn(headers.accept ?? '', 'text/event-stream') ?? 0) > 0;

/** The token of the stream that a request belongs to; null if it names none. */
export function tokenIn(request: IncomingMessage): string | null {
  const header = request.headers[TOKEN_HEADER];
  if (typeof header === 'string' && header !== '') return header;
  return parametersOf(request).get(TOKEN_PARAMETER);
}

/** The id of the operation that a request completes. */
export const operationIdIn = (request: IncomingMessage): string => parametersOf(request).get('operationId') ?? '';

/**
 * Reads the operation of a request: by GET from its parameters, by POST from its body.
 *
 * @throws RequestError
 */
export async function readOperation(
  request: IncomingMessage,
  bodies: BodyReceiver,
  address: string,
): Promise<{ readonly operation: OperationRequest; readonly bytes: number }> {
  if (request.method === 'GET') {
    return { operation: checked(operationInParameters(parametersOf(request))), bytes: request.url?.length ?? 0 };
  }
  const { body, bytes } = await readJson(request, bodies, address);
  return { operation: checked(body), bytes };
}

function operationInParameters(parameters: URLSearchParams): object {
  const parsed = (name: string): unknown => {
    const text = parameters.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw badRequest(`The parameter ${name} is not JSON.`);
    }
  };
  return {
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName') ?? undefined,
    documentId: parameters.get('documentId') ?? undefined,
    variables: parsed('variables'),
    extensions: parsed('extensions'),
  };
}

const badRequest = (sentence: string): RequestError => new RequestError(400, 'BAD_REQUEST', sentence);

const isText = (value: unknown): boolean => value == null || typeof value === 'string';
const isObject = (value: unknown): boolean => value == null || (typeof value === 'object' && !Array.isArray(value));

function checked(body: unknown): OperationRequest {
  if (body === null || !isObject(body)) throw badRequest('The body is an object with query and variables.');
  const request = body as OperationRequest;
  if (!isText(request.query) || !isText(request.operationName)) {
    throw badRequest('query and operationName are texts.');
  }
  if (!isObject(request.variables) || !isObject(request.extensions)) {
    throw badRequest('variables and extensions are objects.');
  }
  const hasDocument = (request.query ?? '') !== '' || request.documentId != null;
  if (!hasDocument && request.extensions?.persistedQuery == null) throw badRequest('Send a query.');
  return request;
}
