import { endBefore, isOfNewerVersion } from '../../application/events/readable-part';
import { RETRY_PAUSE_MS } from '../../application/events/retry-while-database-is-down';
import type { Caller } from '../../application/ports/caller';
import {
  CursorAhead,
  type LogPage,
  type LogScope,
  NewerEvent,
  type PlacedEvent,
  type UnreadableEntry,
} from '../../application/ports/event-log';
import type { EventSubscription, FeedRequest } from '../../application/ports/events';
import type { LogPosition } from '../../application/ports/logged-event';
import { isPassingFault } from '../../application/ports/store-errors';
import { sees, seesEvent } from '../../application/visibility';
import type { RecentEvents } from './recent-events';

type Result = IteratorResult<PlacedEvent>;
const DONE: Result = { done: true, value: undefined };

/** What the cursors of a process share. */
export interface LogSource {
  readonly recent: RecentEvents;
  /** The events among the recent ones that a newer version wrote. */
  readonly newer: () => readonly UnreadableEntry[];
  /** The next page of the log, from the database. */
  readonly readAfter: (position: LogPosition, scope: LogScope) => Promise<LogPage>;
  /** Puts a cursor on the list of those that wait for events. */
  readonly wait: (cursor: LogCursor) => void;
  /** Called once when the cursor has ended. */
  readonly ended: (cursor: LogCursor) => void;
}

/** The place of a subscriber in the log. It keeps no events but those that it was asked for. */
export class LogCursor implements EventSubscription {
  private at: LogPosition;
  private readonly scope: LogScope;
  private isEnded = false;
  private failure: { readonly error: unknown } | null = null;
  /** Wakes the call that waits for events. */
  private wake: (() => void) | null = null;
  /** Read from the database and not yet taken. */
  private page: PlacedEvent[] = [];
  /** One call of `take` at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: LogSource,
    private readonly caller: Pick<Caller, 'sees' | 'seesInternal'>,
    private readonly request: FeedRequest,
  ) {
    this.at = request.after;
    this.scope = { sees: caller.sees, ticketId: request.ticketId ?? null };
  }

  get reached(): LogPosition {
    const [next] = this.page;
    return next === undefined ? this.at : next.position - 1;
  }

  take(most: number): Promise<readonly PlacedEvent[]> {
    const taken = this.turn.then(() => this.takeNext(most));
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  goTo(position: LogPosition): void {
    this.page = [];
    this.at = position;
  }

  async next(): Promise<Result> {
    const [event] = await this.take(1);
    return event === undefined ? DONE : { done: false, value: event };
  }

  return(): Promise<Result> {
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it. A call that waits gets no events. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.page = [];
    this.wake?.();
    this.source.ended(this);
  }

  /** Ends it with an error if it is ahead of the log, which was restored to an earlier time. */
  restart(newest: LogPosition): void {
    if (this.at <= newest) return;
    this.failure = { error: new CursorAhead() };
    this.wake?.();
  }

  /** Wakes it if one of the events after its place is for it, or if it has to read the log. */
  offer(): boolean {
    const { recent } = this.source;
    if (this.at >= recent.newest) return false;
    let isWanted = this.at < recent.from || this.nextNewer() !== undefined;
    if (!isWanted) {
      recent.visitAfter(this.at, (event) => {
        isWanted = this.isFor(event) || this.failure !== null;
        if (!isWanted) this.at = event.position;
        return !isWanted;
      });
      if (!isWanted) this.at = recent.newest;
    }
    if (isWanted) this.wake?.();
    return isWanted;
  }

  private async takeNext(most: number): Promise<readonly PlacedEvent[]> {
    const { recent } = this.source;
    while (!this.isEnded) {
      if (this.page.length > 0) return this.page.splice(0, most);
      if (this.failure !== null) return this.fail();
      if (this.at < recent.from) {
        await this.readPage();
        continue;
      }
      const taken = this.at < recent.newest ? this.takeRecent(most) : [];
      if (taken.length > 0) return taken;
      if (this.failure !== null) return this.fail();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.source.wait(this);
      });
      this.wake = null;
    }
    return [];
  }

  private takeRecent(most: number): readonly PlacedEvent[] {
    const { recent } = this.source;
    const taken: PlacedEvent[] = [];
    const end = this.nextNewer()?.position ?? Number.POSITIVE_INFINITY;
    recent.visitAfter(this.at, (event) => {
      if (event.position > end) return false;
      if (this.isFor(event)) taken.push(event);
      this.at = event.position;
      return taken.length < most && this.failure === null;
    });
    if (taken.length === most || this.failure !== null) return taken;
    if (end <= recent.newest) this.failure = { error: new NewerEvent() };
    else this.at = recent.newest;
    return taken;
  }

  /** The next event that a newer version wrote: another process may give it to the subscriber. */
  private nextNewer(): UnreadableEntry | undefined {
    return this.source.newer().find((entry) => entry.position > this.at && this.isInScope(entry, entry.error));
  }

  private async readPage(): Promise<void> {
    const from = this.at;
    try {
      const page = await this.source.readAfter(from, this.scope);
      const newer = page.unreadable.find(
        (entry) => isOfNewerVersion(entry.error) && this.isInScope(entry, entry.error),
      );
      const { entries, next } = newer === undefined ? page : endBefore(newer, page);
      for (const event of entries) {
        if (this.isFor(event)) this.page.push(event);
        if (this.failure !== null) return;
      }
      this.at = next;
      if (newer !== undefined) this.failure = { error: new NewerEvent() };
      // A server has taken over that lacks what this process has already seen.
      else if (next === from) await this.pause();
    } catch (error) {
      // The log is still there, and the place in it is known: an outage only delays the subscriber.
      if (isPassingFault(error)) await this.pause();
      else this.failure = { error };
    }
  }

  /** Waits until a read is worth another attempt. */
  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_PAUSE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }

  private isInScope({ clientId }: { readonly clientId: string }, of: { readonly ticketId: string }): boolean {
    const { ticketId } = this.scope;
    return sees(this.caller, clientId) && (ticketId === null || ticketId === of.ticketId);
  }

  private isFor(event: PlacedEvent): boolean {
    try {
      const isSeen = this.isInScope(event, event) && seesEvent(this.caller, event.clientId, event.type);
      return isSeen && this.request.accepts(event);
    } catch (error) {
      this.failure = { error };
      return false;
    }
  }

  private fail(): never {
    const error = this.failure?.error;
    this.end();
    throw error;
  }
}
