import { Socket } from 'node:net';
import { InsufficientStorageError, StoreUnresponsiveError } from '../../../application/ports/store-errors';

/** How long a server may take to send the first byte on a new connection, in milliseconds. */
const FIRST_BYTE_MS = 3_000;

/**
 * The sockets of this process to the database. A server that is frozen closes no connection, so
 * statements on them would wait for as long as it is frozen; cutting the sockets rejects all of
 * them at once.
 */
export class DatabaseSockets {
  private readonly sockets = new Set<Socket>();
  private refusal: (() => Error) | null = null;

  /** Makes the socket of a new connection; the option `stream` of `pg`. */
  readonly open = (): Socket => {
    const socket = new DatabaseSocket(() => this.refusal?.() ?? null);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /** Rejects every statement in flight, and every new connection until `accept` is called. */
  refuse(): void {
    this.refusal = () => new StoreUnresponsiveError('REFUSED');
    for (const socket of this.sockets) socket.destroy(new StoreUnresponsiveError('UNANSWERED'));
  }

  /** Rejects every new connection until `accept` is called: the server has no space to start. */
  refuseUntilSpace(): void {
    this.refusal = () => new InsufficientStorageError();
  }

  accept(): void {
    this.refusal = null;
  }

  /**
   * Cuts what is left when nothing uses the database any more: `pg` leaves the socket of a
   * connection open whose password is missing, which would keep the process alive.
   */
  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A socket that does not connect while the database cannot be used. */
class DatabaseSocket extends Socket {
  constructor(private readonly refusal: () => Error | null) {
    super();
  }

  // The parameters are those of the base class, whose overloads TypeScript cannot repeat.
  override connect(...parameters: unknown[]): this {
    const refusal = this.refusal();
    if (refusal !== null) {
      // After the caller has attached its listeners.
      setImmediate(() => this.destroy(refusal));
      return this;
    }
    const timer = setTimeout(() => {
      // After a process was busy, its timers run before it reads what waits in its sockets.
      setImmediate(() => {
        if (this.bytesRead === 0) this.destroy(new StoreUnresponsiveError('REFUSED'));
      });
    }, FIRST_BYTE_MS);
    this.once('close', () => clearTimeout(timer));
    return Reflect.apply(super.connect, this, parameters) as this;
  }
}
