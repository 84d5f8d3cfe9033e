import { CallerGone } from '../../../application/ports/operation-ended';
import { RequestError } from '../request-body';
import type { RequestLine } from '../request-log';
import type { EventStream } from './event-stream';
import type { Receiver, StreamOperation } from './stream-operation';

/** How long a client may take to open the stream that it has reserved. */
const RESERVATION_TIMEOUT_MS = 10_000;
/** The maximum length of the id of an operation, in UTF-16 units. It stands in every event. */
const MAX_OPERATION_ID_LENGTH = 200;

const PAYLOAD = Buffer.from(',"payload":');
const CLOSE = Buffer.from('}');

/** Who has reserved a stream. */
export interface StreamOwner {
  /** The credential in full; null if the request had none. */
  readonly secret: string | null;
  readonly actorId: string;
}

/**
 * A stream for all operations of a client, which each start with a request of their own (the
 * single connection mode of graphql-sse). It is reserved first, and opened once.
 */
export class SharedStream {
  private readonly operations = new Map<string, { readonly operation: StreamOperation; readonly line: RequestLine }>();
  private readonly opened: Promise<EventStream>;
  private resolveOpened: (stream: EventStream) => void = () => undefined;
  private rejectOpened: (error: Error) => void = () => undefined;
  private isOpened = false;
  private hasEnded = false;
  private readonly expiry: NodeJS.Timeout;

  /** @param onEnd called once, when it cannot be used any more */
  constructor(
    private readonly owner: StreamOwner,
    private readonly maxOperations: number,
    private readonly onEnd: () => void,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.resolveOpened = resolve;
      this.rejectOpened = reject;
    });
    // Rejected also if no operation waits for it.
    this.opened.catch(() => undefined);
    this.expiry = setTimeout(() => this.end(), RESERVATION_TIMEOUT_MS);
  }

  /** A token that was seen in a log is of no use without the credential. */
  isOf({ secret, actorId }: StreamOwner): boolean {
    return secret === this.owner.secret && actorId === this.owner.actorId;
  }

  /** @throws RequestError with status 409 if it was opened before */
  requireUnopened(): void {
    if (this.isOpened) throw conflict('The stream is open already; reserve another.');
  }

  open(stream: EventStream): void {
    this.isOpened = true;
    clearTimeout(this.expiry);
    stream.open();
    this.resolveOpened(stream);
  }

  /**
   * Takes the id of an operation that begins.
   *
   * @throws RequestError
   */
  add(id: unknown, operation: StreamOperation, line: RequestLine): string {
    if (typeof id !== 'string' || id === '' || id.length > MAX_OPERATION_ID_LENGTH) {
      throw badRequest(`extensions.operationId is a text of 1 to ${MAX_OPERATION_ID_LENGTH} characters.`);
    }
    if (this.operations.has(id)) throw conflict('An operation with this id is running.');
    if (this.operations.size >= this.maxOperations) {
      throw badRequest(`A stream can have at most ${this.maxOperations} running operations; end one first.`);
    }
    this.operations.set(id, { operation, line });
    return id;
  }

  /** What sends the answers of an operation. */
  receiverOf(id: string): Receiver {
    const named = Buffer.from(`{"id":${JSON.stringify(id)}`);
    const isRunning = this.operations.get(id);
    const send = async (event: 'next' | 'complete', ...data: readonly Buffer[]): Promise<void> => {
      const stream = await this.opened;
      // Its id can be that of another operation by now.
      if (isRunning === undefined || this.operations.get(id) !== isRunning) throw new CallerGone();
      for (const { length } of data) isRunning.line.bytes += length;
      await stream.send(event, data);
    };
    return {
      next: ({ body }) => send('next', named, PAYLOAD, body, CLOSE),
      complete: async () => {
        await send('complete', named, CLOSE);
        this.remove(id);
      },
    };
  }

  /** Ends an operation without a further event. Without effect if there is none with the id. */
  remove(id: string): void {
    const found = this.operations.get(id);
    if (found === undefined) return;
    this.operations.delete(id);
    found.operation.end();
    found.line.end();
  }

  /** Sends an error to each operation, as its last event. */
  async refuseAll(error: Buffer): Promise<void> {
    const stream = await this.opened;
    for (const id of [...this.operations.keys()]) {
      const named = Buffer.from(`{"id":${JSON.stringify(id)}`);
      this.remove(id);
      await stream.send('next', [named, PAYLOAD, error, CLOSE]);
      await stream.send('complete', [named, CLOSE]);
    }
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.expiry);
    for (const id of [...this.operations.keys()]) this.remove(id);
    this.rejectOpened(new CallerGone());
    this.onEnd();
  }
}

const badRequest = (sentence: string): RequestError => new RequestError(400, 'BAD_REQUEST', sentence);
const conflict = (sentence: string): RequestError => new RequestError(409, 'CONFLICT', sentence);
