import type { ServerResponse } from 'node:http';
import { FAULT_CODES } from '../graphql/errors';
import { ByteBudget } from './byte-budget';
import { RequestError } from './request-body';
import { send, writeHead } from './send';

/** The limits of answers that wait until their clients read them. */
export const ANSWER_LIMITS = {
  /** For all connections, in bytes. */
  bytesInAll: 128 * 1024 * 1024,
  /** An answer up to this length is not counted: the number of connections bounds them. */
  uncounted: 16 * 1024,
  /** A client that takes nothing of its answer for so long is cut off, in milliseconds. */
  stalledMs: 30_000,
} as const;
/** What is handed to the operating system at once: taking one is progress. */
const PIECE_BYTES = 64 * 1024;

/** Sends answers of any length, and bounds what all of them occupy while their clients read. */
export class AnswerSender {
  private readonly budget: ByteBudget;

  constructor(private readonly limits: Readonly<Record<keyof typeof ANSWER_LIMITS, number>> = ANSWER_LIMITS) {
    this.budget = new ByteBudget(limits.bytesInAll);
  }

  /** The bytes of all answers that are being sent. */
  get held(): number {
    return this.budget.held;
  }

  /**
   * @param address of the client
   * @param carriedOut what the request has changed, as sentences; empty for nothing
   * @throws RequestError with status 503 if too much waits already
   */
  send(response: ServerResponse, status: number, body: string | Buffer, address: string, carriedOut: string): void {
    const { uncounted, stalledMs } = this.limits;
    // No character has more than three bytes in UTF-8 per unit of UTF-16.
    if (body.length * 3 <= uncounted || response.destroyed || response.req.method === 'HEAD') {
      send(response, status, null, body);
      return;
    }
    // Encoded once, outside the heap of JavaScript, whose limit ends the process.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const held = this.budget.hold(address, () => response.destroy());
    if (!held.resize(bytes.length)) throw tooManyAnswers(carriedOut);
    const stalled = setTimeout(() => response.destroy(), stalledMs);
    response.once('close', () => {
      clearTimeout(stalled);
      held.release();
    });
    writeHead(response, status, bytes.length);
    let at = 0;
    const next = (): void => {
      held.moved();
      stalled.refresh();
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      at += piece.length;
      if (at === bytes.length) response.end(piece);
      else if (response.write(piece)) setImmediate(next);
      else response.once('drain', next);
    };
    next();
  }
}

function tooManyAnswers(carriedOut: string): RequestError {
  const reason = 'Too many large answers wait until their clients read them';
  const isDone = carriedOut !== '';
  const advice = isDone
    ? `${carriedOut} Repeating the request is safe with an idempotencyKey.`
    : 'Try again shortly, or ask for less.';
  return new RequestError(503, FAULT_CODES.busy, `${reason}. ${advice}`, !isDone);
}
