import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FAULT_CODES } from '../../graphql/errors';
import type { RunningOperation } from '../../graphql/running-operation';
import type { Delivery } from '../live/event-deliveries';
import { RequestLine } from '../request-log';

/** The lines of the log for the operations of one socket. */
export class OperationLines {
  /** By the payload that subscribes, because a client can use an id again. */
  private readonly running = new Map<object, RequestLine>();
  /** The caller of the socket, once it is known. */
  caller: string | undefined;
  credential: string | null = null;
  /** The payload of the operation that answers under an id, by the id as JSON. */
  private readonly answering = new Map<string, object>();

  /** @param logger null if such lines are not logged */
  constructor(
    private readonly logger: Logger | null,
    private readonly address: string,
  ) {}

  begin(payload: object, running: RunningOperation): RequestLine {
    const line = new RequestLine(this.logger, randomUUID(), this.address, 'websocket');
    line.running = running;
    line.caller = this.caller;
    line.credential = this.credential;
    this.running.set(payload, line);
    return line;
  }

  /** The id of the request that a payload made. */
  requestIdOf(payload: object): string {
    return this.running.get(payload)?.requestId ?? randomUUID();
  }

  /** To be called before an answer is sent. */
  answer(id: string, payload: object, code: unknown): void {
    const line = this.running.get(payload);
    if (line === undefined || this.logger === null) return;
    line.answers += 1;
    if (typeof code === 'string') line.code ??= code;
    this.answering.set(JSON.stringify(id), payload);
  }

  /** Counts the bytes of a message by its text. A message with errors ends its operation. */
  sent(text: string): void {
    if (this.answering.size === 0 || !text.startsWith(ID)) return;
    const typeAt = text.indexOf(TYPE, ID.length);
    const payload = this.answering.get(text.slice(ID.length, typeAt));
    const line = payload === undefined ? undefined : this.running.get(payload);
    if (payload === undefined || line === undefined) return;
    line.bytes += Buffer.byteLength(text);
    if (text.startsWith('error"', typeAt + TYPE.length)) this.end(payload);
  }

  /** Counts the answers of an operation that are sent past graphql-ws. */
  counterOf(id: string, payload: object): (bytes: number, delivery: Pick<Delivery, 'code'>) => void {
    const line = this.running.get(payload);
    if (line === undefined || this.logger === null) return () => undefined;
    this.answering.set(JSON.stringify(id), payload);
    return (bytes, { code }) => {
      line.answers += 1;
      line.bytes += bytes;
      line.code ??= code;
    };
  }

  /** Writes the line of an operation that has ended. */
  end(payload: object): void {
    const line = this.running.get(payload);
    if (line === undefined) return;
    this.running.delete(payload);
    for (const [id, other] of this.answering) if (other === payload) this.answering.delete(id);
    const isSubscription = line.running?.definition?.operation === 'subscription';
    if (line.answers === 0 && !isSubscription) line.code ??= FAULT_CODES.abandoned;
    line.end();
  }

  /** The socket has been closed. */
  endAll(): void {
    for (const payload of this.running.keys()) this.end(payload);
  }
}

// The id is the first field of a message and the type the second. Inside a text, quotation marks
// are escaped.
const ID = '{"id":';
const TYPE = ',"type":"';
