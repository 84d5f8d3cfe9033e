import type { IncomingMessage } from 'node:http';
import { thousands } from '../../domain/thousands';
import { ByteBudget, type Held } from './byte-budget';

/** A request that cannot be answered. The message says what to change. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Only of a request that is refused because the service is busy, or by a rate limit. */
    readonly retryable?: boolean,
    /** Only by a rate limit: after so long, the same request can be sent again. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** The maximum length of a body, in bytes. */
const MAX_BODY_BYTES = 1_000_000;
/** The maximum length of all bodies that are being received, in bytes. */
const MAX_RECEIVED_BYTES = 64 * 1024 * 1024;

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the body of a request and parses it as JSON.
 *
 * @throws RequestError with status 413 if the body is too long, 415 if it has another content type
 * or encoding, 400 if it is not JSON, 503 if too many bodies are being received
 */
export async function readJson(
  request: IncomingMessage,
  receiver: BodyReceiver,
  address: string,
): Promise<{ readonly body: unknown; readonly bytes: number }> {
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
  const bytes = await receiver.receive(request, address);
  try {
    return { body: JSON.parse(STRICT_UTF8.decode(bytes)), bytes: bytes.length };
  } catch {
    throw new RequestError(400, 'BAD_REQUEST', 'The body is not JSON in UTF-8.');
  }
}

const tooLong = (): RequestError =>
  new RequestError(413, 'PAYLOAD_TOO_LARGE', `The body is longer than ${thousands(MAX_BODY_BYTES)} bytes.`);

const tooMany = (): RequestError =>
  new RequestError(
    503,
    'TOO_BUSY',
    'Too many bodies of requests are being received, so this request was not carried out. Try again shortly.',
    true,
  );

/** The bytes of a body that comes in several pieces, each of any length, in one buffer. */
class Pieces {
  length = 0;
  private buffer: Buffer = Buffer.alloc(0);

  /** What the buffer occupies once it has the next piece. */
  capacityWith(piece: Buffer): number {
    const length = this.length + piece.length;
    return length <= this.buffer.length ? this.buffer.length : Math.min(2 * length, MAX_BODY_BYTES);
  }

  add(piece: Buffer): void {
    const capacity = this.capacityWith(piece);
    if (capacity > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    piece.copy(this.buffer, this.length);
    this.length += piece.length;
  }

  all(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

/** Receives the bodies of requests, and bounds what all that are not complete occupy. */
export class BodyReceiver {
  private readonly budget: ByteBudget;

  /** @param limit of all bodies that are being received, in bytes */
  constructor(limit: number = MAX_RECEIVED_BYTES) {
    this.budget = new ByteBudget(limit);
  }

  /** The bytes of all bodies that are being received. */
  get held(): number {
    return this.budget.held;
  }

  // Events, because `for await` takes several turns of the event loop for each request.
  receive(request: IncomingMessage, address: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const declared = Number(request.headers['content-length'] ?? Number.NaN);
      const pieces = new Pieces();
      let held: Held | null = null;
      let whole: Buffer | null = null;
      let isDone = false;
      const refuse = (error: Error): void => {
        isDone = true;
        request.off('data', take);
        held?.release();
        reject(error);
      };
      const take = (piece: Buffer): void => {
        // Nearly all bodies come in one piece.
        if (piece.length === declared) {
          whole = piece;
          return;
        }
        if (pieces.length + piece.length > MAX_BODY_BYTES) {
          refuse(tooLong());
          return;
        }
        held ??= this.budget.hold(address, () => refuse(tooMany()));
        if (held.resize(pieces.capacityWith(piece))) {
          held.moved();
          pieces.add(piece);
        } else refuse(tooMany());
      };
      request.on('error', refuse);
      if (declared > MAX_BODY_BYTES) return refuse(tooLong());
      request.on('data', take);
      request.on('end', () => {
        isDone = true;
        held?.release();
        resolve(whole ?? pieces.all());
      });
      request.on('close', () => {
        // An error is costly to create, and every request is closed after its end.
        if (!isDone) refuse(new Error('The client closed the request before its end'));
      });
    });
  }
}
