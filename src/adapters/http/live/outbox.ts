import { CallerGone } from '../../../application/ports/operation-ended';

/**
 * The limits of what waits to be sent because a client does not read. A message is accepted while
 * less waits, and several at once only while nothing does, so a socket holds at most its limit and
 * one message.
 */
export const SEND_LIMITS = {
  /** For one socket, in bytes. */
  bytesPerSocket: 4 * 1024 * 1024,
  /** For all sockets of the process, in bytes. Above it, the socket with the most is cut off. */
  bytesInAll: 64 * 1024 * 1024,
  /**
   * For all sockets of the process, in bytes. Above it, a client gets one message at a time: many
   * clients that read slowly, or a short fault of the network, shall not lead to the limit above.
   */
  bytesForSeveral: 16 * 1024 * 1024,
  /** What a frame occupies besides its content, in bytes. */
  bytesPerFrame: 1_024,
} as const;

/** The connection of a client: a WebSocket, or the answer that is an event stream. */
export interface Outlet {
  readonly isOpen: boolean;
  /** What the operating system has not taken yet, in bytes. */
  readonly waitingBytes: number;
}

/** Hands a message to an outlet. `done` is called once the operating system has taken it. */
export type Write = (done: (error?: Error | null) => void) => void;

/** How a socket is ended because too much waits on it. */
interface Endings {
  /** Closes the socket. What waits is kept until it was sent, or until a timeout. */
  readonly close: () => void;
  /** Cuts the connection off, which frees what waits at once. */
  readonly cut: () => void;
}

/**
 * What waits to be sent on the sockets and event streams of a process, including those that are
 * being closed.
 */
export class Outboxes {
  private readonly open = new Set<Outbox>();
  private total = 0;

  add(outlet: Outlet, endings: Endings): Outbox {
    const outbox = new Outbox(outlet, endings, this);
    this.open.add(outbox);
    return outbox;
  }

  /** Forgets a socket that was closed. */
  remove(outbox: Outbox): void {
    if (this.open.delete(outbox)) this.total -= outbox.waiting;
  }

  /** Whether so much waits in all that each client gets one message at a time. */
  get isCrowded(): boolean {
    return this.total > SEND_LIMITS.bytesForSeveral;
  }

  /** To be called by an outbox when more or less waits there. */
  grow(outbox: Outbox, difference: number): void {
    if (!this.open.has(outbox)) return;
    this.total += difference;
    if (difference <= 0 || this.total <= SEND_LIMITS.bytesInAll) return;
    const largest = [...this.open].reduce((a, b) => (b.waiting > a.waiting ? b : a));
    this.remove(largest);
    largest.endings.cut();
  }
}

/** Everything that is sent on a socket, except its own pings, goes through its outbox. */
export class Outbox {
  /** What waits to be sent, in bytes. */
  waiting = 0;
  private frames = 0;

  constructor(
    private readonly outlet: Outlet,
    readonly endings: Endings,
    private readonly all: Pick<Outboxes, 'grow' | 'isCrowded'>,
  ) {}

  /**
   * Resolves when the message has been handed to the operating system, so that a slow client delays
   * its own subscriptions only. Rejects with `CallerGone` if the socket is closed, which ends the
   * operation and is no fault to log.
   */
  send(write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.hasRoom()) return reject(new CallerGone());
      this.frames += 1;
      write((error) => {
        this.frames -= 1;
        this.measure();
        if (error == null) resolve();
        else reject(new CallerGone());
      });
      this.measure();
    });
  }

  /**
   * Sends messages to a client that has read everything else. Returns false if something waits for
   * it, or if they are several and the process is crowded. If the operating system takes them at
   * once, as it does as a rule, nothing is kept for them.
   *
   * @param count of the messages that `write` writes
   * @param writeNothing says when the operating system has taken what was written before
   */
  sendAtOnce(count: number, write: () => void, writeNothing: Write): boolean {
    const { outlet } = this;
    if (this.waiting > 0 || !outlet.isOpen || outlet.waitingBytes > 0) return false;
    if (count > 1 && this.all.isCrowded) return false;
    write();
    if (outlet.waitingBytes > 0) this.post(writeNothing);
    return true;
  }

  /** Sends an answer to a ping; unlike `send`, nothing is kept that would wait for it. */
  post(write: Write): void {
    if (!this.hasRoom()) return;
    this.frames += 1;
    write(this.sent);
    this.measure();
  }

  private readonly sent = (): void => {
    this.frames -= 1;
    this.measure();
  };

  private hasRoom(): boolean {
    if (!this.outlet.isOpen) return false;
    if (this.waiting <= SEND_LIMITS.bytesPerSocket) return true;
    this.endings.close();
    return false;
  }

  private measure(): void {
    // A frame that the operating system took at once is counted until its callback runs.
    const waiting = this.outlet.waitingBytes + this.frames * SEND_LIMITS.bytesPerFrame;
    const difference = waiting - this.waiting;
    this.waiting = waiting;
    this.all.grow(this, difference);
  }
}
