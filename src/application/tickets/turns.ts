import { actorKey } from '../ports/idempotency';
import { DataLockedError, LOCK_WAIT_MS } from '../ports/store-errors';
import { WaitingLine, type WaitSignal } from '../waiting-line';
import type { Change } from './change';

/**
 * The number of requests, of callers who see the same clients, that may wait for one ticket or one
 * idempotency key.
 */
export const MAX_WAITING_FOR_TICKET = 500;

/**
 * The turns of the changes of this process: changes of the same ticket by callers who see the same
 * clients, or with the same idempotency key, are carried out one after another, in the order in
 * which they came. They wait here and not on a connection, so that a ticket that another
 * transaction has locked does not use up the connections.
 */
export class Turns {
  private readonly lines = new Map<string, WaitingLine>();

  /**
   * Carries out work when all its keys are free.
   *
   * @param work gets the time that is left to wait for locks, in milliseconds
   * @param signal ends the waiting, not the work
   * @throws DataLockedError, and the reason of the signal
   */
  async take<T>(keys: readonly string[], work: (lockWaitMs: number) => Promise<T>, signal?: WaitSignal): Promise<T> {
    const entered: string[] = [];
    let startedAt: number | null = null;
    try {
      // In one order in all sets, so that two sets cannot wait for each other.
      for (const key of keys.length > 1 ? [...new Set(keys)].sort() : keys) {
        const waiting = this.enter(key, signal);
        if (waiting !== null) {
          startedAt ??= performance.now();
          await waiting;
        }
        entered.push(key);
      }
      const waitedMs = startedAt === null ? 0 : performance.now() - startedAt;
      return await work(Math.max(SHORTEST_LOCK_WAIT_MS, LOCK_WAIT_MS - waitedMs));
    } finally {
      for (const key of entered) this.leave(key);
    }
  }

  /** The number of keys that are in use. */
  get keysInUse(): number {
    return this.lines.size;
  }

  private enter(key: string, signal?: WaitSignal): Promise<void> | null {
    const known = this.lines.get(key);
    if (known !== undefined) return known.enter(signal);
    const line = this.newLine();
    const waiting = line.enter(signal);
    // Kept only once it is entered: the one that leaves last removes it.
    this.lines.set(key, line);
    return waiting;
  }

  private newLine(): WaitingLine {
    return new WaitingLine({
      places: 1,
      maxWaiting: MAX_WAITING_FOR_TICKET,
      maxWaitMs: LOCK_WAIT_MS,
      refuse: (reason) =>
        new DataLockedError(
          reason === 'FULL'
            ? `More than ${MAX_WAITING_FOR_TICKET} requests wait for this ticket or idempotency key`
            : `Other requests or transactions have held this ticket or idempotency key for ${LOCK_WAIT_MS / 1_000} seconds`,
        ),
    });
  }

  private leave(key: string): void {
    const line = this.lines.get(key);
    line?.leave();
    if (line?.isEmpty === true) this.lines.delete(key);
  }
}

/** One that has come to its turn late still gets one attempt, with the time of a short lock. */
const SHORTEST_LOCK_WAIT_MS = 250;

type Queued = Pick<Change, 'ticketId' | 'submit' | 'actor' | 'sees' | 'idempotency'>;

/**
 * What the changes of a set have to themselves: existing tickets, and idempotency keys. Callers who
 * see other clients have a line of their own for a ticket, so that one who does not see the ticket
 * does not wait for those who do, and learn from it that there is one.
 */
export const keysOf = (changes: readonly Queued[]): string[] =>
  changes.flatMap(({ ticketId, submit, actor, sees, idempotency }) => [
    ...(submit === null ? [`ticket ${ticketId} ${sees === 'ALL' ? sees : sees.toSorted()}`] : []),
    ...(idempotency === null ? [] : [`key ${actorKey(actor)} ${idempotency.key}`]),
  ]);
