import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { hasCredential } from '../../application/access/without-credentials';
import { FAULT_CODES } from '../graphql/errors';
import type { RunningOperation } from '../graphql/running-operation';

/** The characters of the name of an operation that are logged. */
const LONGEST_NAME = 100;
/** The characters of a request id that is taken over. */
const LONGEST_ID = 200;
/** The ids that are taken over from a request: what proxies and tracing libraries make. */
const WELL_FORMED_ID = /^[\w.:@/+=-]+$/;

/**
 * The id of a request: that of its header `X-Request-Id` if that is well-formed and no credential,
 * or a new one.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  const isTakenOver = typeof given === 'string' && given.length <= LONGEST_ID && WELL_FORMED_ID.test(given);
  return isTakenOver && !hasCredential(given) ? given : randomUUID();
}

/**
 * What the log says of a request, of an operation over a WebSocket or an event stream, or of a
 * subscription: one line, when it has ended. It never has variables, texts of tickets or headers.
 */
export class RequestLine {
  /** What it executes, once that is known. */
  running: RunningOperation | null = null;
  /** The id of its caller, once that is known: an erasure would not reach a name here. */
  caller: string | undefined;
  /** The credential of its caller without its secret; null if it has none. */
  credential: string | null = null;
  /** The code of its first error. */
  code: string | undefined;
  /** The length of its answers, in bytes. */
  bytes = 0;
  /** Of a subscription: the number of its answers. */
  answers = 0;
  private readonly startedAt = performance.now();
  private isWritten = false;

  constructor(
    private readonly logger: Logger | null,
    readonly requestId: string,
    readonly address: string,
    public transport: 'http' | 'websocket' | 'sse',
    /** As `loggedPath` returns it. */
    private readonly path?: string,
  ) {}

  /** Writes the line, once. */
  end(
    outcome: { readonly status?: number; readonly isCutOff?: boolean; readonly level?: 'info' | 'debug' } = {},
  ): void {
    if (this.logger === null || this.isWritten) return;
    this.isWritten = true;
    const { requestId, transport, path, code, bytes, caller, credential, address } = this;
    const { status, isCutOff, level = 'info' } = outcome;
    const definition = this.running?.definition ?? null;
    const kind = definition?.operation;
    const durationMs = Math.round((performance.now() - this.startedAt) * 100) / 100;
    const line = {
      requestId,
      transport,
      path,
      operation: definition?.name?.value.slice(0, LONGEST_NAME),
      kind,
      status,
      code,
      durationMs,
      bytes,
      answers: kind === 'subscription' ? this.answers : undefined,
      isCutOff: isCutOff === true ? true : undefined,
      caller,
      credential: credential ?? undefined,
      address,
    };
    this.logger[level](line, kind === 'subscription' && transport !== 'http' ? 'subscription ended' : 'request');
  }
}

/** Begins the line of a request over HTTP, which is written when its answer has ended. */
export function followRequest(
  logger: Logger | null,
  response: ServerResponse,
  { requestId, address, path, isProbe }: RequestFacts,
): RequestLine {
  const line = new RequestLine(logger, requestId, address, 'http', path);
  if (logger === null) return line;
  response.once('close', () => {
    const { headersSent, statusCode: status } = response;
    if (!headersSent) {
      line.code = FAULT_CODES.abandoned;
      return line.end();
    }
    // Of an event stream, the bytes were counted as they were sent.
    line.bytes = Number(response.getHeader('content-length') ?? line.bytes);
    const level = isProbe && status === 200 ? 'debug' : 'info';
    line.end({ status, isCutOff: line.transport === 'http' && !response.writableFinished, level });
  });
  return line;
}

interface RequestFacts {
  readonly requestId: string;
  readonly address: string;
  readonly path: string | undefined;
  /** Whether it is a health check. Those that succeed are logged at the level `debug`. */
  readonly isProbe: boolean;
}

const FIRST_CODE = /"code":"([^"]*)"/;

/**
 * The code of the first error of an answer in JSON, whose errors come first. A quotation mark
 * inside a text is escaped, so that no text looks like a code.
 */
export const firstErrorCode = (body: string): string | undefined =>
  body.startsWith('{"errors":') ? FIRST_CODE.exec(body)?.[1] : undefined;
