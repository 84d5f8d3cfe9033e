import type { IncomingMessage } from 'node:http';

/** A request that cannot be answered. The message says what to change. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Only of a request that is refused because the service is busy. */
    readonly retryable?: boolean,
  ) {
    super(message);
  }
}

/** The maximum length of a body, in bytes. */
const MAX_BODY_BYTES = 1_000_000;

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the body of a request and parses it as JSON.
 *
 * @throws RequestError with status 413 if the body is too long, 415 if it has another content type
 * or encoding, 400 if it is not JSON
 */
export async function readJson(request: IncomingMessage): Promise<{ readonly body: unknown; readonly bytes: number }> {
  const type = request.headers['content-type'] ?? '';
  const [mediaType = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (mediaType !== 'application/json' || (charset !== undefined && !/^"?utf-?8"?$/.test(charset))) {
    throw new RequestError(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'Send the operation as content-type: application/json in UTF-8.',
    );
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new RequestError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body without a content-encoding.');
  }
  const bytes = await readBytes(request);
  try {
    return { body: JSON.parse(STRICT_UTF8.decode(bytes)), bytes: bytes.length };
  } catch {
    throw new RequestError(400, 'BAD_REQUEST', 'The body is not JSON in UTF-8.');
  }
}

const tooLong = (): RequestError =>
  new RequestError(413, 'PAYLOAD_TOO_LARGE', `The body is longer than ${MAX_BODY_BYTES.toLocaleString('en')} bytes.`);

// Events, because `for await` takes several turns of the event loop for each request.
const readBytes = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) refuse();
      else chunks.push(chunk);
    };
    const refuse = (): void => {
      request.off('data', take);
      reject(tooLong());
    };
    request.on('error', reject);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return refuse();
    request.on('data', take);
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('close', () => reject(new Error('The client closed the request before its end')));
  });
