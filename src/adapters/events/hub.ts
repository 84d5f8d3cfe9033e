import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../application/ports/caller';
import type { LogPage, LogScope, PlacedEvent, UnreadableEntry } from '../../application/ports/event-log';
import type { EventFeed, EventSubscription, FeedRequest } from '../../application/ports/events';
import type { LogPosition } from '../../application/ports/logged-event';
import { LogCursor } from './log-cursor';
import { RecentEvents, type RecentLimits } from './recent-events';

/** How many filters of subscribers are asked before other work gets its turn. */
const FILTERS_PER_TURN = 2_000;

/** The subscribers of a process, and the end of the log that they read. */
export class Hub implements EventFeed {
  readonly recent: RecentEvents;
  private readonly cursors = new Set<LogCursor>();
  private waiting = new Set<LogCursor>();
  private isClosed = false;
  /** The events among the recent ones that a newer version wrote. */
  private newer: readonly UnreadableEntry[] = [];
  /** Pages that are being read. Subscribers that connect again together ask for the same one. */
  private readonly pages = new Map<string, Promise<LogPage>>();

  constructor(
    newest: LogPosition,
    private readonly read: (position: LogPosition, scope: LogScope) => Promise<LogPage>,
    limits?: RecentLimits,
  ) {
    this.recent = new RecentEvents(newest, limits);
  }

  get size(): number {
    return this.cursors.size;
  }

  get position(): LogPosition {
    return this.recent.newest;
  }

  subscribe(caller: Pick<Caller, 'sees' | 'seesInternal'>, request: FeedRequest): EventSubscription {
    const source = {
      recent: this.recent,
      newer: () => this.newer,
      readAfter: (position: LogPosition, scope: LogScope) => this.page(position, scope),
      wait: (waiting: LogCursor) => this.waiting.add(waiting),
      ended: (ended: LogCursor) => {
        this.cursors.delete(ended);
        this.waiting.delete(ended);
      },
    };
    const cursor = new LogCursor(source, caller, request);
    this.cursors.add(cursor);
    if (this.isClosed) cursor.end();
    return cursor;
  }

  /**
   * Adds the events of the log up to the position `to`, and wakes the subscribers they are for.
   *
   * @param newer those that a newer version wrote, so that they are not among the entries
   */
  async publish(
    entries: readonly PlacedEvent[],
    to: LogPosition,
    newer: readonly UnreadableEntry[] = [],
  ): Promise<void> {
    this.recent.add(entries, to, performance.now());
    if (newer.length > 0 || this.newer.length > 0) {
      this.newer = [...this.newer, ...newer].filter(({ position }) => position > this.recent.from);
    }
    const waiting = this.waiting;
    this.waiting = new Set();
    let asked = 0;
    for (const cursor of waiting) {
      // It can have ended while other work had its turn.
      if (!this.cursors.has(cursor)) continue;
      if (!cursor.offer()) this.waiting.add(cursor);
      asked += Math.max(1, entries.length);
      if (asked < FILTERS_PER_TURN) continue;
      asked = 0;
      await nextTurn();
    }
  }

  /** Forgets events that were in memory for too long. */
  forgetOld(): void {
    this.recent.forgetOld(performance.now());
  }

  /** Follows the log from another position. */
  restart(newest: LogPosition): void {
    this.recent.restart(newest);
    this.newer = [];
    for (const cursor of this.cursors) cursor.restart(newest);
    for (const cursor of [...this.waiting]) if (cursor.offer()) this.waiting.delete(cursor);
  }

  /** Ends every subscription. */
  close(): void {
    this.isClosed = true;
    for (const cursor of [...this.cursors]) cursor.end();
  }

  private page(position: LogPosition, scope: LogScope): Promise<LogPage> {
    // A page that was asked for before the log went on may lack what a later one has.
    const key = JSON.stringify([position, scope, this.recent.newest]);
    const known = this.pages.get(key);
    if (known !== undefined) return known;
    const page = this.read(position, scope).finally(() => this.pages.delete(key));
    this.pages.set(key, page);
    return page;
  }
}
