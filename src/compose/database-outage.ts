import type { Logger } from 'pino';
import { isDatabaseOutage } from '../adapters/graphql/errors';
import type { UnreadyReason } from '../adapters/http/health';
import type { DatabaseState } from '../adapters/persistence/database/database-watch';
import { isConnectionLost } from '../application/ports/store-errors';

/** An outage has ended when nothing has failed for so long, and everything can be done again. */
const QUIET_MS = 2_000;

/** What the log says when an outage begins. */
const SENTENCES: Readonly<Record<Exclude<DatabaseState, 'ANSWERING'> | 'REFUSING', string>> = {
  UNREACHABLE: 'the database cannot be reached',
  OUT_OF_SPACE: 'the database is down, because its disk is full; requests are refused until it answers',
  UNRESPONSIVE: 'the database does not answer; requests are refused until it does',
  REFUSING: 'the database answers, but requests fail',
};

/**
 * Writes one line to the log when the database cannot be used any more, and one when it can be used
 * again, whatever happens in between.
 *
 * `logger` is for all parts of the service. A warning or an error whose `err` says that the
 * database is unavailable belongs to an outage, so it is logged at the level `debug`.
 */
export class DatabaseOutage {
  readonly logger: Logger;
  private startedAt: number | null = null;
  private failedAt = 0;
  private answeringSince: number | null = null;
  private isChecking = false;

  /** @param findReasons why the database cannot be used; empty if it can */
  constructor(
    private readonly log: Logger,
    private readonly findReasons: () => Promise<readonly UnreadyReason[]>,
    private readonly now: () => number = () => performance.now(),
  ) {
    const logger = Object.create(log) as Logger;
    for (const level of ['warn', 'error'] as const) {
      logger[level] = (...args: unknown[]) => {
        const write = (this.isOfOutage(args[0]) ? log.debug : log[level]) as (...all: unknown[]) => void;
        write.apply(log, args);
      };
    }
    this.logger = logger;
  }

  /** To be called when the watch finds another state. */
  changed(state: DatabaseState, error: unknown): void {
    if (state !== 'ANSWERING') this.failed(SENTENCES[state], error);
  }

  /** To be called for every answer to the watch. */
  answered(): void {
    if (this.startedAt === null) return;
    const now = this.now();
    this.answeringSince ??= now;
    if (now - this.failedAt >= QUIET_MS && !this.isChecking) void this.check(this.startedAt, this.answeringSince);
  }

  private async check(startedAt: number, answeringSince: number): Promise<void> {
    this.isChecking = true;
    const reasons = await this.findReasons().catch(() => null);
    this.isChecking = false;
    if (this.answeringSince !== answeringSince) return;
    if (reasons === null || reasons.length > 0) {
      this.answeringSince = null;
      return;
    }
    this.startedAt = null;
    this.log.info({ outageMs: Math.round(answeringSince - startedAt) }, 'the database can be used again');
  }

  private failed(sentence: string, error: unknown): void {
    this.failedAt = this.now();
    this.answeringSince = null;
    if (this.startedAt !== null) return;
    this.startedAt = this.failedAt;
    this.log.error(error === null ? {} : { err: error }, sentence);
  }

  /** Whether a line is about an outage; if a request has failed, the outage has begun. */
  private isOfOutage(fields: unknown): boolean {
    if (typeof fields !== 'object' || fields === null || !('err' in fields)) return false;
    const { err } = fields;
    if (!isDatabaseOutage(err)) return false;
    // A lost connection is replaced, and the watch finds out whether there is more to it.
    if ('requestId' in fields || !isConnectionLost(err)) this.failed(SENTENCES.REFUSING, err);
    return true;
  }
}
