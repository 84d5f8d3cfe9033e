import { RETRY_PAUSE_MS } from '../../application/events/retry-while-database-is-down';
import type { Caller } from '../../application/ports/caller';
import { CursorAhead, type LogPage, type LogScope, type PlacedEvent } from '../../application/ports/event-log';
import type { EventSubscription, FeedRequest } from '../../application/ports/events';
import type { LogPosition } from '../../application/ports/logged-event';
import { isPassingFault } from '../../application/ports/store-errors';
import { sees } from '../../application/visibility';
import type { RecentEvents } from './recent-events';

type Result = IteratorResult<PlacedEvent>;
const DONE: Result = { done: true, value: undefined };

/** What the cursors of a process share. */
export interface LogSource {
  readonly recent: RecentEvents;
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
    private readonly caller: Pick<Caller, 'sees'>,
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
    let isWanted = this.at < recent.from;
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
    recent.visitAfter(this.at, (event) => {
      if (this.isFor(event)) taken.push(event);
      this.at = event.position;
      return taken.length < most && this.failure === null;
    });
    if (taken.length < most && this.failure === null) this.at = recent.newest;
    return taken;
  }

  private async readPage(): Promise<void> {
    // All events up to it are committed, so that a page that is not full has all of them.
    const { newest } = this.source.recent;
    try {
      const { entries, next, isFull } = await this.source.readAfter(this.at, this.scope);
      for (const event of entries) {
        if (this.isFor(event)) this.page.push(event);
        if (this.failure !== null) return;
      }
      this.at = isFull ? next : Math.max(next, newest);
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

  private isFor(event: PlacedEvent): boolean {
    const { ticketId } = this.scope;
    try {
      return (
        sees(this.caller, event.clientId) &&
        (ticketId === null || ticketId === event.ticketId) &&
        this.request.accepts(event)
      );
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
