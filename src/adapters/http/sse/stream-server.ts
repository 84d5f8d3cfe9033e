import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerGone } from '../../../application/ports/operation-ended';
import { FAULT_CODES } from '../../graphql/errors';
import type { LiveOperations, Sender } from '../live/live-operations';
import { MAX_OPERATIONS } from '../live/socket-limits';
import { type BodyReceiver, RequestError } from '../request-body';
import { RequestLine } from '../request-log';
import { send } from '../send';
import { type SignedIn, signIn } from '../sign-in';
import { EventStream } from './event-stream';
import { SharedStream } from './shared-stream';
import { StreamOperation } from './stream-operation';
import { acceptsEventStream, operationIdIn, readOperation, TOKEN_HEADER, tokenIn } from './stream-request';

export const STREAM_PATH = '/graphql/stream';
export const STREAM_METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** A request, with its answer and its line of the log. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly line: RequestLine;
}

/**
 * Serves GraphQL over server-sent events by the protocol of graphql-sse, in both of its modes: a
 * stream for each operation, or one that is reserved for many.
 */
export class StreamServer {
  private readonly open = new Set<EventStream>();
  private readonly shared = new Map<string, SharedStream>();
  private isClosing = false;
  private onEmpty: () => void = () => undefined;

  constructor(
    private readonly live: LiveOperations,
    private readonly bodies: BodyReceiver,
  ) {}

  /**
   * Answers a request of a method that the path takes.
   *
   * @throws RequestError; what `signIn` throws
   */
  async answer(exchange: Exchange): Promise<void> {
    const { request, line } = exchange;
    if (this.isClosing) throw new RequestError(503, FAULT_CODES.busy, 'The service stops. Try again shortly.', true);
    refuseOtherSites(request);
    const signedIn = await signIn(this.live.settings, request, line.address);
    const { caller, credential } = signedIn.identity;
    line.caller = caller.actor.id;
    line.credential = credential;
    if (request.method === 'PUT') return this.reserve(exchange, signedIn);
    const token = tokenIn(request);
    if (request.method === 'DELETE') {
      this.sharedOf(token, signedIn).remove(operationIdIn(request));
      return send(exchange.response, 200, null, '');
    }
    // The client can have gone while it signed in; then there is no end of the connection to come.
    if (exchange.response.destroyed) return;
    if (acceptsEventStream(request)) {
      return token === null ? this.streamOne(exchange, signedIn) : this.openShared(exchange, token, signedIn);
    }
    if (token === null) {
      throw new RequestError(406, 'NOT_ACCEPTABLE', 'This path answers with events: send Accept: text/event-stream.');
    }
    return this.addToShared(exchange, token, signedIn);
  }

  /**
   * Lets running queries and mutations end, then ends all streams without completing their
   * subscriptions, so that clients connect again.
   */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.live.running.ended();
    for (const shared of this.shared.values()) shared.end();
    const closed = new Promise<void>((resolve) => {
      this.onEmpty = resolve;
    });
    for (const stream of this.open) stream.endWithConnection();
    if (this.open.size > 0) await closed;
  }

  /** A stream that ends with its only operation. */
  private async streamOne({ request, response, line }: Exchange, { identity, secret }: SignedIn): Promise<void> {
    const { live } = this;
    this.countStream(line, (release) => response.once('close', release));
    line.transport = 'sse';
    const operation = new StreamOperation(live, line);
    let unwatch: () => void = () => undefined;
    const stream = this.streamOf({ request, response, line }, () => {
      operation.end();
      unwatch();
    });
    const sender = await this.senderOf(request, line, identity);
    const refused = await operation.start(sender.operation, sender, request.method === 'GET');
    stream.open();
    if (secret !== null && stream.isOpen) {
      unwatch = live.settings.sessions.watch(secret, identity, (reason) => {
        operation.end();
        this.forbid(line, reason);
        void ignoringGone(endWith(stream, errorBody(reason, line.requestId)));
      });
    }
    await ignoringGone(
      refused === null
        ? operation.sendTo({
            next: ({ body, cursor }) => stream.send('next', [body], cursor),
            complete: async () => {
              await stream.send('complete', []);
              stream.end();
            },
          })
        : endWith(stream, refused.body),
    );
  }

  private reserve({ response, line }: Exchange, { identity, secret }: SignedIn): void {
    const token = randomUUID();
    const actorId = identity.caller.actor.id;
    this.countStream(line, (release) => {
      const shared = new SharedStream({ secret, actorId }, MAX_OPERATIONS, () => {
        this.shared.delete(token);
        release();
      });
      this.shared.set(token, shared);
    });
    response.setHeader(TOKEN_HEADER, token);
    send(response, 201, 'text/plain; charset=utf-8', token);
  }

  private openShared(exchange: Exchange, token: string, signedIn: SignedIn): void {
    const { line } = exchange;
    const { identity, secret } = signedIn;
    const shared = this.sharedOf(token, signedIn);
    shared.requireUnopened();
    line.transport = 'sse';
    let unwatch: () => void = () => undefined;
    const stream = this.streamOf(exchange, () => {
      shared.end();
      unwatch();
    });
    shared.open(stream);
    if (secret === null) return;
    unwatch = this.live.settings.sessions.watch(secret, identity, (reason) => {
      this.forbid(line, reason);
      void ignoringGone(shared.refuseAll(errorBody(reason, line.requestId)).then(() => stream.end()));
    });
  }

  private async addToShared({ request, response, line }: Exchange, token: string, signedIn: SignedIn): Promise<void> {
    const { live } = this;
    const { address, requestId } = line;
    const shared = this.sharedOf(token, signedIn);
    const sender = await this.senderOf(request, line, signedIn.identity);
    const own = new RequestLine(live.requestLogger, requestId, address, 'sse');
    own.caller = line.caller;
    own.credential = line.credential;
    const operation = new StreamOperation(live, own);
    const id = shared.add(sender.operation.extensions?.operationId, operation, own);
    const receiver = shared.receiverOf(id);
    let refused: Awaited<ReturnType<StreamOperation['start']>> = null;
    try {
      refused = await operation.start(sender.operation, sender, request.method === 'GET');
    } catch (error) {
      shared.remove(id);
      throw error;
    }
    if (refused !== null) {
      shared.remove(id);
      line.code = refused.code;
      return send(response, statusOf(refused.code), 'application/json', refused.body);
    }
    send(response, 202, null, '');
    await ignoringGone(operation.sendTo(receiver)).catch((error: unknown) => {
      live.settings.logger.error({ err: error, requestId }, 'an operation of an event stream failed');
      shared.remove(id);
    });
  }

  private async senderOf(
    request: IncomingMessage,
    { address, requestId }: RequestLine,
    { caller }: SignedIn['identity'],
  ): Promise<Sender & Pick<Awaited<ReturnType<typeof readOperation>>, 'operation'>> {
    const { operation, bytes } = await readOperation(request, this.bodies, address);
    return { caller, address, requestId, bytes, operation };
  }

  /** @throws RequestError with status 404, also if the stream is that of another caller */
  private sharedOf(token: string | null, { identity, secret }: SignedIn): SharedStream {
    const shared = this.shared.get(token ?? '');
    if (shared?.isOf({ secret, actorId: identity.caller.actor.id }) === true) return shared;
    throw new RequestError(404, 'NOT_FOUND', 'There is no such stream; reserve one with PUT.');
  }

  private streamOf({ response, line }: Exchange, onClose: () => void): EventStream {
    const stream = new EventStream(response, this.live, line, () => {
      this.open.delete(stream);
      onClose();
      if (this.open.size === 0) this.onEmpty();
    });
    this.open.add(stream);
    return stream;
  }

  /** @throws RequestError with status 503 if there are too many streams and sockets */
  private countStream({ address }: RequestLine, keep: (release: () => void) => void): void {
    const added = this.live.counts.addSocket(address);
    if (typeof added === 'string') throw new RequestError(503, FAULT_CODES.busy, `${added}. Try again later.`, true);
    keep(added);
  }

  private forbid({ address, caller, credential }: RequestLine, reason: string): void {
    const facts = { address, caller, credential, reason };
    this.live.settings.logger.info(facts, 'an event stream was ended, because of its credential');
  }
}

/**
 * Refuses a request that a page of another site makes without CORS: it would have no effect that
 * the page could see, but it would take a place.
 *
 * @throws RequestError with status 403
 */
function refuseOtherSites({ headers }: IncomingMessage): void {
  if (headers['sec-fetch-site'] !== 'cross-site' || headers.origin !== undefined) return;
  throw new RequestError(403, 'ORIGIN_NOT_ALLOWED', 'Pages of other sites have to send their origin.');
}

async function endWith(stream: EventStream, error: Buffer): Promise<void> {
  await stream.send('next', [error]);
  await stream.send('complete', []);
  stream.end();
}

const errorBody = (message: string, requestId: string): Buffer =>
  Buffer.from(JSON.stringify({ errors: [{ message, extensions: { code: FAULT_CODES.forbidden, requestId } }] }));

/** A client that leaves ends its operations, which is no fault. */
async function ignoringGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CallerGone)) throw error;
  }
}

const TRY_LATER: readonly unknown[] = [FAULT_CODES.tooManySubscriptions, FAULT_CODES.busy, FAULT_CODES.unavailable];
const statusOf = (code: string | undefined): number =>
  code === FAULT_CODES.rateLimited ? 429 : TRY_LATER.includes(code) ? 503 : 400;
