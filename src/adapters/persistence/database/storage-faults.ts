import type { EventEmitter } from 'node:events';
import type { ClientBase } from 'pg';
import { isConnectionLost, isStorageFault } from '../../../application/ports/store-errors';

/** How long after a fault of its disk the end of the server is put down to that fault. */
const REMEMBERED_MS = 60_000;

/**
 * Remembers what the server said of its disk, on any connection of this process. A server that ends
 * because it cannot write its log says why only to the connection whose statement it carries out,
 * and while it cannot start, it does not say why.
 */
export class StorageFaults {
  private latestAt = Number.NEGATIVE_INFINITY;
  private ended: () => void = () => undefined;

  /** Whether the server could not write to its disk at some time in the last minute. */
  get isRecent(): boolean {
    return performance.now() - this.latestAt < REMEMBERED_MS;
  }

  /** Sets what to do at once when the server says that it ends because of a fault. */
  onEnd(act: () => void): void {
    this.ended = act;
  }

  /** Notes the faults that the server reports on a connection, whatever runs the statements. */
  listenTo(client: ClientBase): void {
    const { connection } = client as ClientBase & { readonly connection: EventEmitter };
    connection.on('errorMessage', (error: unknown) => {
      if (!isStorageFault(error)) return;
      this.latestAt = performance.now();
      if (isConnectionLost(error)) this.ended();
    });
  }
}
