import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Caller } from '../../application/ports/caller';
import { DataLockedError } from '../../application/ports/store-errors';
import { sendJson } from './send';

/** The time limit of a check. */
const TIMEOUT_MS = 2_000;
/**
 * A greater delay is reported as `behind`. The service still works, but an operator should look at
 * it.
 */
const MAX_BEHIND_MS = 60_000;

/** Health of the deadline engine and of the clocks. */
export interface Health extends HealthOfClients {
  /**
   * The age of the oldest deadline that has passed and is not recorded, in milliseconds; 0 if there
   * is none.
   */
  readonly deadlinesBehindMs: number;
  /** By how much the feed of this process follows the event log too late, in milliseconds. */
  readonly feedBehindMs: number;
  /**
   * How old the last event was when the subscribers of this process could take it, in milliseconds;
   * null if there was none.
   */
  readonly feedDeliveryLagMs: number | null;
  /**
   * The age of the oldest event that has no position in the log, so that no process can deliver it,
   * in milliseconds; 0 if all have one.
   */
  readonly eventsUnplacedMs: number;
  /** The time since the deadline engine of this process last made progress, in milliseconds. */
  readonly engineBehindMs: number;
  /** The last migration that was run. */
  readonly schemaVersion: string | null;
  readonly postgresqlVersion: string;
  /**
   * The clock of this host less that of the database, in milliseconds. Stepdown uses only the
   * latter.
   */
  readonly hostClockOffsetMs: number;
  /** Whether a connection pooler is in front of the database. */
  readonly isPooled: boolean;
  /** Whether this process listens to notifications; otherwise it looks for events each second. */
  readonly isNotified: boolean;
  /** Whether a standby answers lists and reports, or why not; null if there is none. */
  readonly replica: 'IN_USE' | 'BEHIND' | 'AWAY' | null;
  /** How far it is behind at most, in milliseconds. */
  readonly replicaLagMs: number | null;
}

/** What concerns the tickets and the policies of clients. */
interface HealthOfClients {
  /** The number of tickets that are set aside because their deadlines could not be recorded. */
  readonly deadlineFaults: number;
  /**
   * The calendars of the policies in force that end within a year. When a calendar has ended, no
   * ticket that needs it can be opened.
   */
  readonly calendarsEndingSoon: readonly {
    readonly policy: string;
    readonly calendar: string;
    /** The last year that the calendar knows. */
    readonly knownUntil: number;
  }[];
}

/** Why the service cannot serve requests at the moment. */
export interface UnreadyReason {
  readonly code:
    | 'DATABASE_UNAVAILABLE'
    | 'INSUFFICIENT_STORAGE'
    | 'READ_ONLY'
    | 'OUTDATED_PROCESS'
    | 'MIGRATIONS_PENDING'
    | 'FEED_BEHIND'
    | 'EVENTS_UNPLACED'
    | 'DEADLINES_BEHIND'
    | 'SHUTTING_DOWN';
  readonly message: string;
}

export interface HealthChecks {
  /** Reads the health. Rejects with DataLockedError if a table is locked by others. */
  readonly readHealth: () => Promise<Health>;
  /** Why the service cannot serve; empty if it can. */
  readonly readUnreadyReasons: () => Promise<readonly UnreadyReason[]>;
  /** The version of the service. */
  readonly version: string;
  readonly logger: Logger;
}

/** Answers the checks of load balancers and operators. */
export class HealthEndpoint {
  /** Whether the log says that the health cannot be read. */
  private isUnreadable = false;
  private isRetired = false;

  constructor(private readonly checks: HealthChecks) {}

  /**
   * `/health`: whether the database answers, and what an operator should look at.
   *
   * @param caller null if it is not known; the health of clients is for callers who see all of them
   */
  async answerHealth(response: ServerResponse, caller: Pick<Caller, 'sees'> | null): Promise<void> {
    const { readHealth, version, logger } = this.checks;
    try {
      const { deadlineFaults, calendarsEndingSoon, ...health } = await inTime(readHealth());
      const ofClients: HealthOfClients | null = caller?.sees === 'ALL' ? { deadlineFaults, calendarsEndingSoon } : null;
      if (this.isUnreadable) logger.info('the health can be read again');
      this.isUnreadable = false;
      const status = health.deadlinesBehindMs > MAX_BEHIND_MS ? 'behind' : 'ok';
      sendJson(response, 200, { status, version, ...health, ...ofClients });
    } catch (error) {
      if (error instanceof DataLockedError) {
        this.noteUnreadable('the health cannot be read, because a table of the database is locked');
        return sendJson(response, 200, { status: 'locked', version });
      }
      if (error instanceof CheckTimedOut && (await this.databaseAnswers())) {
        this.noteUnreadable(`the health cannot be read within ${TIMEOUT_MS} ms, but the database answers`);
        return sendJson(response, 200, { status: 'slow', version });
      }
      logger.debug({ err: error }, 'the health cannot be read');
      sendJson(response, 503, { status: 'unavailable', reason: 'database', version });
    }
  }

  /** From now on, `/readyz` says that this process stops. */
  retire(): void {
    this.isRetired = true;
  }

  /** `/readyz`: whether this process can serve reads and changes. */
  async answerReady(response: ServerResponse): Promise<void> {
    if (this.isRetired) return sendJson(response, 503, { status: 'unready', reasons: [SHUTTING_DOWN] });
    const { readUnreadyReasons, logger } = this.checks;
    const reasons = await inTime(readUnreadyReasons()).catch((error: unknown): readonly UnreadyReason[] => {
      logger.debug({ err: error }, 'the readiness cannot be determined');
      return [{ code: 'DATABASE_UNAVAILABLE', message: 'The database does not answer.' }];
    });
    if (reasons.length === 0) return sendJson(response, 200, { status: 'ready' });
    sendJson(response, 503, { status: 'unready', reasons });
  }

  /** Whether the database answers a check that reads no table of tickets. */
  private databaseAnswers(): Promise<boolean> {
    return inTime(this.checks.readUnreadyReasons()).then(
      (reasons) => reasons.every(({ code }) => code !== 'DATABASE_UNAVAILABLE'),
      () => false,
    );
  }

  /** Once, however many checks follow: each answer says it as well. */
  private noteUnreadable(sentence: string): void {
    if (!this.isUnreadable) this.checks.logger.warn(sentence);
    this.isUnreadable = true;
  }
}

const SHUTTING_DOWN: UnreadyReason = {
  code: 'SHUTTING_DOWN',
  message: 'This process stops: send requests to another.',
};

class CheckTimedOut extends Error {
  override readonly name = 'CheckTimedOut';
}

async function inTime<T>(check: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CheckTimedOut(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([check, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
