import type { WebSocket } from 'ws';

/**
 * The limits of what waits to be sent because a client does not read. A message is accepted while
 * less waits, so a socket holds at most its limit and one message.
 */
export const SEND_LIMITS = {
  /** For one socket, in bytes. */
  bytesPerSocket: 4 * 1024 * 1024,
  /** For all sockets of the process, in bytes. Above it, the socket with the most is closed. */
  bytesInAll: 64 * 1024 * 1024,
  /** What a frame occupies besides its content, in bytes. */
  bytesPerFrame: 256,
} as const;

/** What waits to be sent on the sockets of a process. */
export class Outboxes {
  private readonly open = new Set<Outbox>();
  private total = 0;

  /** @param overflow closes the socket, because too much waits */
  add(socket: WebSocket, overflow: () => void): Outbox {
    const outbox = new Outbox(socket, overflow, (difference) => this.grow(difference));
    this.open.add(outbox);
    return outbox;
  }

  /** Forgets a socket that was closed. */
  remove(outbox: Outbox): void {
    if (this.open.delete(outbox)) this.total -= outbox.waiting;
  }

  private grow(difference: number): void {
    this.total += difference;
    if (difference <= 0 || this.total <= SEND_LIMITS.bytesInAll) return;
    const largest = [...this.open].reduce((a, b) => (b.waiting > a.waiting ? b : a));
    this.remove(largest);
    largest.overflow();
  }
}

/** Everything that is sent on a socket, except its own pings, goes through its outbox. */
export class Outbox {
  /** What waits to be sent, in bytes. */
  waiting = 0;
  private frames = 0;

  constructor(
    private readonly socket: WebSocket,
    readonly overflow: () => void,
    private readonly grow: (difference: number) => void,
  ) {}

  /**
   * Resolves when the message has been handed to the operating system, so that a slow client delays
   * its own subscriptions only. Rejects if the socket is closed, which ends the operation.
   */
  send(message: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.hasRoom()) return reject(new SocketClosed());
      this.frames += 1;
      this.socket.send(message, (error) => {
        this.frames -= 1;
        this.measure();
        if (error == null) resolve();
        else reject(error);
      });
      this.measure();
    });
  }

  /** Answers a ping frame of WebSocket; its content has at most 125 bytes. */
  pong(content: Buffer): void {
    if (!this.hasRoom()) return;
    this.frames += 1;
    this.socket.pong(content, false, () => {
      this.frames -= 1;
      this.measure();
    });
    this.measure();
  }

  private hasRoom(): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    if (this.waiting <= SEND_LIMITS.bytesPerSocket) return true;
    this.overflow();
    return false;
  }

  private measure(): void {
    // A frame that the operating system took at once is counted until its callback runs.
    const waiting = this.socket.bufferedAmount + this.frames * SEND_LIMITS.bytesPerFrame;
    const difference = waiting - this.waiting;
    this.waiting = waiting;
    this.grow(difference);
  }
}

/** The message cannot be sent. */
export class SocketClosed extends Error {
  override readonly name = 'SocketClosed';
  constructor() {
    super('The socket is closed.');
  }
}
