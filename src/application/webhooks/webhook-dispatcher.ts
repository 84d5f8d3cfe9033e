import type { DurationMs } from '../../domain/instant';
import { Sleep } from '../deadlines/sleep';
import type { DeliveryCounts, DeliverySender } from './delivery-sender';
import type { LogMatcher } from './log-matcher';

/** The longest time between two looks at the log and at what is due. */
const POLL_MS = 1_000;
/** Wake-ups within this time lead to one look. */
const COALESCE_MS = 4;
/** The least time from one look to the next, unless it is known that there is more. */
const SPACING_MS = 25;
const LONGEST_BACKOFF_MS = 5_000;

export interface WebhookDispatcherSettings {
  readonly pollMs?: DurationMs;
  /** Called for the first, second, fourth … failure in a row. It goes on by itself. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Sends the events of the log to the endpoints of webhooks. Every process runs one; they share the
 * work through the database, and none is special. One loop compares the log with the filters, the
 * other sends what is due.
 */
export class WebhookDispatcher {
  private readonly matching: Loop;
  private readonly sending: Loop;

  constructor(
    matcher: Pick<LogMatcher, 'match'>,
    private readonly sender: Pick<DeliverySender, 'sendDue' | 'counts' | 'close'>,
    settings: WebhookDispatcherSettings = {},
  ) {
    this.sending = new Loop(async () => (await sender.sendDue()) > 0, settings);
    this.matching = new Loop(async () => {
      const { hasMore, added } = await matcher.match();
      if (added > 0) this.sending.wake();
      return hasMore;
    }, settings);
  }

  start(): void {
    this.matching.start();
    this.sending.start();
  }

  /** To be called when the log has new events, or webhooks or deliveries were changed. */
  wake(): void {
    this.matching.wake();
  }

  /** To be called when a place became free. */
  wakeSending(): void {
    this.sending.wake();
  }

  get counts(): DeliveryCounts {
    return this.sender.counts;
  }

  /** Starts nothing more, and waits a little for the answers of endpoints. */
  async close(): Promise<void> {
    await Promise.all([this.matching.close(), this.sending.close()]);
    await this.sender.close();
  }
}

/** Repeats something: at once while there is more, else when woken or after a while. */
class Loop {
  private isClosed = false;
  private isWoken = false;
  private readonly sleep = new Sleep();
  /** Between two looks; a wake-up does not end it. */
  private readonly spacing = new Sleep();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly look: () => Promise<boolean>,
    private readonly settings: WebhookDispatcherSettings,
  ) {}

  start(): void {
    this.running = this.run();
  }

  wake(): void {
    this.isWoken = true;
    this.sleep.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.sleep.wake();
    this.spacing.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { pollMs = POLL_MS, onError } = this.settings;
    let failures = 0;
    while (!this.isClosed) {
      this.isWoken = false;
      const startedAt = performance.now();
      let pause = pollMs;
      try {
        const hasMore = await this.look();
        failures = 0;
        if (hasMore) continue;
      } catch (error) {
        failures += 1;
        pause = Math.min(LONGEST_BACKOFF_MS, 50 * 2 ** failures);
        if (Number.isInteger(Math.log2(failures))) onError?.(error);
        this.isWoken = false;
      }
      if (!this.isClosed && !this.isWoken) await this.sleep.rest(pause);
      if (this.isClosed) return;
      await this.spacing.rest(Math.max(COALESCE_MS, startedAt + SPACING_MS - performance.now()));
    }
  }
}
