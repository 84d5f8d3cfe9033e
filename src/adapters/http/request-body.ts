import type { IncomingMessage } from 'node:http';

/** A request that cannot be answered as it is; the sentence says what would be. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A body is at most this long. */
export const LONGEST_BODY = 1_000_000;

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON value of a request's body.
 *
 * @throws RequestError 413 too long, 415 another type or encoding, 400 not JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
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
    return JSON.parse(STRICT_UTF8.decode(bytes));
  } catch {
    throw new RequestError(400, 'BAD_REQUEST', 'The body is not JSON in UTF-8.');
  }
}

const tooLong = (): RequestError =>
  new RequestError(413, 'PAYLOAD_TOO_LARGE', `The body is longer than ${LONGEST_BODY.toLocaleString('en')} bytes.`);

// By events and not by `for await`, which costs several turns for each request.
const readBytes = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > LONGEST_BODY) refuse();
      else chunks.push(chunk);
    };
    const refuse = (): void => {
      request.off('data', take);
      reject(tooLong());
    };
    request.on('error', reject);
    if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) return refuse();
    request.on('data', take);
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('close', () => reject(new Error('The request was broken off')));
  });
