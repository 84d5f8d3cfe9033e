import type { ServerResponse } from 'node:http';
import { CallerGone } from '../../../application/ports/operation-ended';
import type { LiveOperations } from '../live/live-operations';
import type { Outbox } from '../live/outbox';
import { watchStalledClient } from '../live/stalled-client';
import type { RequestLine } from '../request-log';

/** How often a comment is sent, so that no proxy closes a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000;
/** How long a stream that has ended may take to send what waits. */
const END_TIMEOUT_MS = 2_000;

const COMMENT = ':\n\n';
const SPACE = Buffer.from(' ');
const END = Buffer.from('\n\n');
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-store, no-transform',
  // Otherwise nginx keeps back what it has received until a buffer is full.
  'x-accel-buffering': 'no',
};

/** The answer to a request that is an event stream (WHATWG HTML, 9.2). */
export class EventStream {
  private readonly outbox: Outbox;
  private readonly stops: (() => void)[] = [];
  private hasEnded = false;

  /** @param onClose called once, when the stream has been closed by either side */
  constructor(
    private readonly response: ServerResponse,
    private readonly live: LiveOperations,
    private readonly line: RequestLine,
    onClose: () => void,
  ) {
    const { address } = line;
    this.outbox = live.outboxes.add(
      {
        get isOpen() {
          return !response.destroyed && !response.writableEnded;
        },
        get waitingBytes() {
          return response.writableLength;
        },
      },
      { close: () => this.endUnread('Too much waits to be sent'), cut: () => this.cut() },
    );
    response.once('close', () => {
      this.hasEnded = true;
      for (const stop of this.stops) stop();
      live.outboxes.remove(this.outbox);
      onClose();
    });
    live.settings.logger.debug({ address }, 'an event stream begins');
  }

  get isOpen(): boolean {
    return !this.hasEnded && !this.response.destroyed;
  }

  /** Sends the head of the answer, and a comment, since some browsers wait for the first bytes. */
  open(): void {
    const { response } = this;
    if (!this.isOpen) return;
    response.writeHead(200, HEADERS);
    this.comment();
    const beating = setInterval(() => {
      // While something waits, the client is judged by what it takes of it.
      if (response.writableLength === 0) this.comment();
    }, HEARTBEAT_MS);
    this.stops.push(
      () => clearInterval(beating),
      watchStalledClient(
        () => response.writableLength > 0,
        response.req.socket,
        () => this.endUnread('Nothing of what waits was read for a time'),
        this.live.settings.stalledMs,
      ),
    );
  }

  /**
   * Resolves when the event has been handed to the operating system.
   *
   * @param data JSON, which has no line break
   * @param cursor where a client can go on after it, which is the id of the event
   * @throws CallerGone if the stream is closed
   */
  send(event: 'next' | 'complete', data: readonly Buffer[], cursor: string | null = null): Promise<void> {
    if (!this.isOpen) return Promise.reject(new CallerGone());
    const head = Buffer.from(`${cursor === null ? '' : `id: ${cursor}\n`}event: ${event}\ndata:`);
    const bytes = Buffer.concat(data.length === 0 ? [head, END] : [head, SPACE, ...data, END]);
    this.line.bytes += bytes.length;
    return this.outbox.send((done) => void this.response.write(bytes, done));
  }

  /** Ends the stream, and then its connection, which could carry another request. */
  endWithConnection(): void {
    const { response } = this;
    const { socket } = response.req;
    response.once('finish', () => socket.end());
    this.end();
  }

  /** Ends the stream after what waits to be sent; cuts it off if the client does not take it. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.response.end();
    const cutOff = setTimeout(() => this.response.destroy(), END_TIMEOUT_MS);
    this.response.once('close', () => clearTimeout(cutOff));
  }

  private comment(): void {
    this.outbox.post((done) => void this.response.write(COMMENT, done));
  }

  private endUnread(reason: string): void {
    if (this.hasEnded) return;
    const { address } = this.line;
    this.live.unread.closed += 1;
    this.live.settings.logger.info({ address, reason }, 'an event stream was ended, because its client does not read');
    this.end();
  }

  private cut(): void {
    const { address } = this.line;
    this.live.unread.cutOff += 1;
    this.live.settings.logger.warn({ address }, 'an event stream was cut off, because too much waits on all sockets');
    this.response.destroy();
  }
}
