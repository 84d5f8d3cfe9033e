import { setMaxListeners } from 'node:events';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../application/ports/webhook-sender';
import type { ReachableAddresses } from './reachable-addresses';

/** How long an endpoint may take for its answer, from the first byte that is sent. */
const ANSWER_TIMEOUT_MS = 20_000;
/** How long the connection to an endpoint may take. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What is read of an answer. The rest is not received. */
const MAX_RESPONSE_BYTES = 1_024;
/** The head of an answer may not be longer. */
const MAX_HEAD_BYTES = 16_384;
/** Connections that are kept for the next message. */
const MOST_IDLE = 32;

export interface SenderTimes {
  readonly answerMs: number;
  readonly connectMs: number;
}

/**
 * Sends messages by POST. Each connection goes to an address that `ReachableAddresses` has checked;
 * no proxy of the environment is used and no redirect is followed.
 */
export class HttpWebhookSender implements WebhookSender {
  private readonly agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };

  constructor(
    private readonly addresses: ReachableAddresses,
    private readonly userAgent: string,
    private readonly times: SenderTimes = { answerMs: ANSWER_TIMEOUT_MS, connectMs: CONNECT_TIMEOUT_MS },
    ca?: string,
  ) {
    const kept = { keepAlive: true, maxFreeSockets: MOST_IDLE, timeout: times.answerMs };
    this.agents = {
      'http:': new HttpAgent({ ...kept, lookup: addresses.lookupFor('http:') }),
      'https:': new HttpsAgent({
        ...kept,
        lookup: addresses.lookupFor('https:'),
        ...(ca === undefined ? {} : { ca }),
      }),
    };
  }

  async send(request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer> {
    // A process sends many requests at once with one signal, and each listens to it until its end.
    setMaxListeners(Number.POSITIVE_INFINITY, signal);
    const startedAt = performance.now();
    const answered = (answer: Partial<WebhookAnswer>): WebhookAnswer => ({
      statusCode: null,
      error: null,
      response: null,
      retryAfter: undefined,
      isAborted: false,
      ...answer,
      durationMs: Math.round(performance.now() - startedAt),
    });
    const problem = this.addresses.problemOfForm(request.url);
    if (problem !== null) return answered({ error: `The address may not be reached: it ${problem}.` });
    try {
      return answered(await this.exchange(new URL(request.url), request, signal));
    } catch (error) {
      return answered({ error: sentenceOf(error), isAborted: signal.aborted });
    }
  }

  close(): void {
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private exchange(url: URL, { headers, body }: WebhookRequest, signal: AbortSignal): Promise<Partial<WebhookAnswer>> {
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        signal,
        maxHeaderSize: MAX_HEAD_BYTES,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': this.userAgent,
        },
      };
      const sent: ClientRequest =
        url.protocol === 'https:'
          ? sendHttps(url, { ...options, agent: this.agents['https:'] })
          : sendHttp(url, { ...options, agent: this.agents['http:'] });
      let isTooSlow = false;
      const fail = (error: unknown): void => reject(isTooSlow ? new Error(TOO_SLOW) : error);
      const overall = setTimeout(() => {
        isTooSlow = true;
        sent.destroy(new Error(TOO_SLOW));
      }, this.times.answerMs);
      limitConnecting(sent, this.times.connectMs);
      sent.on('error', fail);
      sent.on('close', () => clearTimeout(overall));
      sent.on('response', (response) => {
        readBeginning(response, sent).then((text) => resolve(answerOf(response, text)), fail);
      });
      // Without it, an answer that changes the protocol would end the connection without an event.
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(answerOf(response, ''));
      });
      sent.end(body);
    });
  }
}

const TOO_SLOW = 'The endpoint did not answer in time.';

function limitConnecting(sent: ClientRequest, ms: number): void {
  sent.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => sent.destroy(new Error('The endpoint could not be reached in time.')), ms);
    // Of TLS, the connection is there when its handshake has ended.
    for (const event of ['encrypted' in socket ? 'secureConnect' : 'connect', 'close']) {
      socket.once(event, () => clearTimeout(timer));
    }
  });
}

/** The beginning of a body. A longer one ends the connection. */
function readBeginning(response: IncomingMessage, sent: ClientRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => resolve(Buffer.concat(chunks).subarray(0, MAX_RESPONSE_BYTES).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= MAX_RESPONSE_BYTES) return;
      done();
      sent.destroy();
    });
    response.on('end', done);
    response.on('error', reject);
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string): Partial<WebhookAnswer> {
  const isSuccess = statusCode >= 200 && statusCode < 300;
  return {
    statusCode,
    error: isSuccess ? null : `The endpoint answered ${statusCode}.`,
    // What the database cannot store.
    response: text === '' ? null : text.replaceAll('\0', ''),
    retryAfter: headers['retry-after'],
  };
}

/** What went wrong, without the addresses that errors of Node.js name. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The request failed.';
  const { code } = error as { readonly code?: unknown };
  if (error.name === 'AddressRefused') return `The address may not be reached: it ${error.message}.`;
  if (typeof code === 'string') return `The request failed with ${code}.`;
  return error.name === 'AggregateError' ? 'The endpoint could not be reached.' : error.message;
}
