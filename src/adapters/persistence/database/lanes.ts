import type { ClientBase, Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Reading } from '../../../application/ports/caller';
import { DataLockedError, StoreBusyError, StoreClosedError } from '../../../application/ports/store-errors';
import { chargeText, type TextsRead, TooMuchText } from '../../../application/ports/texts-read';
import { type LineRefusal, WaitingLine, type WaitSignal } from '../../../application/waiting-line';
import { queryUntilAborted } from './cancel';
import { isLocked, isOverTime, lockedError, TableLocked } from './database-errors';
import { leavePlace, takePlace } from './operation-places';
import { BY_KEYS, beginAs, namedFor, queryAs, type Setting } from './query-as';
import type { ReadReplica } from './read-replica';
import { type SessionSettings, sessionSettingsOf } from './session-settings';
import { type Queryable, ReplicaReadFailed } from './sql';
import { LOCK_TIMEOUT_MS } from './time-limits';
import { OWN_SCOPE, RolesOfPool, type Scope, scopeOf } from './work-roles';

/**
 * The kinds of work. Each has a share of the connections of its own, so that none can take those of
 * another (ADR 016).
 *
 * - `lookups`: single tickets, clients and policies, by their keys, what one ticket owns, and pages
 *   of lists that an index gives
 * - `lists`: pages with a filter, or in an order without an index
 * - `heavy`: text search, counts, reports, dry runs, histories
 * - `changes`: transactions of requests
 * - `engine`, `feed`, `health`: the deadline engine, the event log, and the health check
 */
export type LaneName = 'lookups' | 'lists' | 'heavy' | 'changes' | 'engine' | 'feed' | 'health';

/** The connections of the parts of a process that nothing may hold up. */
const OWN = { engine: 3, feed: 1, health: 2 } as const;
const OWN_CONNECTIONS = OWN.engine + OWN.feed + OWN.health;

/** The least size of a pool in which each lane has a connection. */
export const MIN_POOL_SIZE = OWN_CONNECTIONS + 4;
/** The size of the pool of a process unless `DATABASE_POOL_SIZE` says another. */
export const DEFAULT_POOL_SIZE = 20;

/** No more heavy reads than these at a time, however large the pool: each one keeps a core busy. */
const MAX_HEAVY = 8;

/** How many connections each lane of a pool has. Their sum is the size of the pool. */
export function sharesOf(poolSize: number): Readonly<Record<LaneName, number>> {
  const rest = poolSize - OWN_CONNECTIONS;
  const share = (parts: number): number => Math.max(1, Math.floor(rest / parts));
  const heavy = Math.min(MAX_HEAVY, share(7));
  const [lists, lookups] = [share(7), share(4)];
  return { heavy, lists, lookups, changes: Math.max(1, rest - heavy - lists - lookups), ...OWN };
}

/** The lanes whose statements find few rows by their keys, or in the order of an index. */
const PLANNED_BY_KEYS: readonly LaneName[] = ['lookups', 'changes', 'engine', 'feed'];

/** The number of statements or transactions that may wait in one lane. */
const MAX_WAITING = 1_000;
/** The longest wait for a connection of a lane. */
const MAX_WAIT_MS = 10_000;

/** How long a read that found a table locked is not sent again: twice the wait of a statement. */
const TAKEN_AS_LOCKED_MS = 2 * LOCK_TIMEOUT_MS;
/** The number of reads that are remembered in this way. */
const MOST_LOCKED = 100;

/** The lanes of a pool, made when the first is used. */
export function lanesOf(pool: Pool): Lanes {
  const known = made.get(pool);
  if (known !== undefined) return known;
  const lanes = lanesWith(pool, sharesOf(pool.options.max));
  made.set(pool, lanes);
  return lanes;
}

const made = new WeakMap<Pool, Lanes>();

export type Lanes = Readonly<Record<LaneName, Lane>>;

function lanesWith(pool: Pool, shares: Readonly<Record<LaneName, number>>, roles = new RolesOfPool(pool)): Lanes {
  const names = Object.keys(shares) as LaneName[];
  const lanes = names.map((name) => [name, new Lane(pool, name, shares[name], roles)]);
  return Object.fromEntries(lanes) as Record<LaneName, Lane>;
}

/**
 * Makes the lanes of a pool run everything as the user that it connects as. For work that only the
 * owner of the tables may do.
 */
export function runAsOwner(pool: Pool): void {
  const roles = new RolesOfPool(pool);
  roles.known = null;
  made.set(pool, lanesWith(pool, sharesOf(pool.options.max), roles));
}

/** From now on, lists and reports that need not be the latest are read from a replica. */
export function readListsFrom(pool: Pool, replica: ReadReplica): void {
  const { lists, heavy } = lanesOf(pool);
  for (const lane of [lists, heavy]) lane.replica = replica;
}

/** Whether the statements of a pool run as roles to which the database shows some rows only. */
export const isRowSecurityInForce = async (pool: Pool): Promise<boolean> =>
  (await lanesOf(pool).health.roles.find()) !== null;

/** A connection that is taken from a lane. */
export interface Taken {
  readonly client: ClientBase;
  /** The statement that begins the transaction, for the rows that it may see. */
  readonly begin: string;
  /** A statement as it is prepared for the transaction. */
  named(config: QueryConfig): QueryConfig;
  /** Gives it back; closes it if it cannot be used any more. */
  release(isBroken?: boolean): void;
}

/**
 * A share of the connections of a pool. What finds none free waits in a bounded queue.
 *
 * A lane itself runs no statement: each is sent under the operation that it belongs to, or as work
 * of the service. So each has a scope, and the database shows it the rows of that scope only.
 */
export class Lane {
  private readonly line: WaitingLine;
  private readonly session: SessionSettings | undefined;
  private readonly planning: Setting | undefined;
  /** Those that were locked out before: see `takeAgain`. */
  private readonly again: WaitingLine;
  /** The reads that found a table locked, and until when each is taken to find it so again. */
  private readonly lockedUntil = new Map<string, number>();
  /** What answers reads that need not be the latest; null for the primary. */
  replica: ReadReplica | null = null;
  /** For the work of the service itself, and of commands. Its statements run to their end. */
  readonly ownWork: Queryable = { query: (config) => this.run(config, OWN_SCOPE) };

  constructor(
    private readonly pool: Pool,
    private readonly name: LaneName,
    readonly places: number,
    readonly roles: RolesOfPool,
  ) {
    this.session = sessionSettingsOf(pool);
    this.planning = PLANNED_BY_KEYS.includes(name) ? BY_KEYS : undefined;
    const refuse = (reason: LineRefusal) => new StoreBusyError(sentenceOf(this.name, reason));
    this.line = new WaitingLine({ places, maxWaiting: MAX_WAITING, maxWaitMs: MAX_WAIT_MS, refuse });
    this.again = new WaitingLine({
      places: Math.max(1, Math.floor(places / 4)),
      maxWaiting: MAX_WAITING,
      refuse: (reason) => (reason === 'FULL' ? tooManyLocked(name) : lockedError()),
    });
  }

  /** How many wait for a connection. */
  get waiting(): number {
    return this.line.length;
  }

  /** How many wait for their turn at data that others have locked. */
  get waitingForLocks(): number {
    return this.again.length;
  }

  private async run<Row extends QueryResultRow>(
    config: QueryConfig,
    scope: Scope,
    signal?: WaitSignal,
    send = (query: QueryConfig): Promise<QueryResult<Row>> => this.pool.query<Row>(query),
  ): Promise<QueryResult<Row>> {
    const waiting = this.line.enter(signal);
    if (waiting !== null) await waiting;
    try {
      this.throwIfClosed();
      const { known } = this.roles;
      const roles = known === undefined ? await this.roles.find() : known;
      return await send(queryAs(config, { scope, roles, session: this.session, planning: this.planning }));
    } finally {
      this.line.leave();
    }
  }

  /**
   * Runs a statement that only reads. Only a lock on a whole table can hold it up, and then it
   * holds up all others with the same text, so these fail at once and leave their connections to
   * the rest.
   */
  private read<Row extends QueryResultRow>(
    config: QueryConfig,
    scope: Scope,
    signal: AbortSignal,
    pool = this.pool,
  ): Promise<QueryResult<Row>> {
    const key = config.name ?? config.text;
    return this.run(config, scope, signal, async (query) => {
      if (this.lockedUntil.size > 0) this.throwIfLocked(key);
      try {
        const result = await queryUntilAborted<Row>(pool, query, signal);
        if (this.lockedUntil.size > 0) this.lockedUntil.delete(key);
        return result;
      } catch (error) {
        if (isLocked(error)) this.takeAsLocked(key);
        throw error;
      }
    });
  }

  /** @throws TableLocked unless it is time to try again */
  private throwIfLocked(key: string): void {
    const until = this.lockedUntil.get(key);
    if (until === undefined) return;
    if (performance.now() < until) throw new TableLocked();
    this.takeAsLocked(key);
  }

  private takeAsLocked(key: string): void {
    if (this.lockedUntil.size >= MOST_LOCKED) this.lockedUntil.clear();
    this.lockedUntil.set(key, performance.now() + TAKEN_AS_LOCKED_MS);
  }

  /**
   * The lane for the statements of one operation, which see what it may see. They are cancelled
   * when its signal is aborted, and no further one starts. At most `CONNECTIONS_PER_OPERATION` of
   * them run at a time, in all lanes together. The texts that they read are charged to the
   * operation.
   *
   * @param kept what is charged instead, by work that keeps nothing of what it reads
   * @throws StoreBusyError, TooMuchText
   */
  under(reading: Reading, kept: TextsRead | undefined = reading.texts): Queryable {
    const { signal } = reading;
    const scope = scopeOf(reading);
    if (signal === undefined) return { texts: kept, query: (config) => this.run(config, scope) };
    return {
      texts: kept,
      query: <Row extends QueryResultRow>(config: QueryConfig) =>
        inPlace(reading, signal, () => this.read<Row>(config, scope, signal)),
    };
  }

  /**
   * The same for a list or a report that need not have what was changed a moment ago: on the
   * replica if there is one that can be used. A read that fails there is sent to the primary, by
   * `readRows`.
   */
  underReplica(reading: Reading): Queryable {
    const { signal, texts, needsLatest = true } = reading;
    const { replica } = this;
    if (replica === null || signal === undefined || needsLatest) return this.under(reading);
    const scope = scopeOf(reading);
    let hasFailed = false;
    return {
      texts,
      query: <Row extends QueryResultRow>(config: QueryConfig) =>
        inPlace(reading, signal, async () => {
          if (hasFailed || replica.state !== 'IN_USE') return this.read<Row>(config, scope, signal);
          try {
            return await this.read<Row>(config, scope, signal, replica.pool);
          } catch (error) {
            if (signal.aborted || error instanceof TooMuchText || isOverTime(error)) throw error;
            hasFailed = true;
            throw new ReplicaReadFailed(error);
          }
        }),
    };
  }

  /**
   * The lane for a statement of several operations that may see the same. It has a place in each of
   * them.
   *
   * @param signal aborted when all of them have ended
   */
  forSeveral(scope: Scope, signal: AbortSignal | undefined, texts: TextsRead): Queryable {
    if (signal === undefined) return { texts, query: (config) => this.run(config, scope) };
    return {
      texts,
      query: (config) => this.read(config, scope, signal),
    };
  }

  /**
   * The lane for a change of one statement. The signal ends its wait for a connection; once it is
   * sent, it runs to its end.
   */
  forChange(scope: Scope, signal: WaitSignal | undefined): Queryable {
    return { query: (config) => this.run(config, scope, signal) };
  }

  /**
   * Takes a connection for a transaction.
   *
   * @param signal ends the waiting
   * @throws StoreBusyError
   */
  async take(scope: Scope, signal?: WaitSignal): Promise<Taken> {
    const waiting = this.line.enter(signal);
    if (waiting !== null) await waiting;
    try {
      this.throwIfClosed();
      const { known } = this.roles;
      const roles = known === undefined ? await this.roles.find() : known;
      const entry = { scope, roles, session: this.session, planning: this.planning };
      const client = await this.pool.connect();
      return {
        client,
        begin: beginAs(entry),
        named: (config) => namedFor(entry, config),
        release: (isBroken = false) => {
          this.line.leave();
          client.release(isBroken);
        },
      };
    } catch (error) {
      this.line.leave();
      throw error;
    }
  }

  /** The rest of a request can still run when the service has ended its connections. */
  private throwIfClosed(): void {
    if (this.pool.ending) throw new StoreClosedError();
  }

  /**
   * Does what found its data locked by others, again. Only a quarter of the connections may be used
   * for this at a time, so that those which wait for locks do not hold up the rest.
   *
   * @param waitMs the longest wait for a turn, in milliseconds
   * @param signal ends the waiting
   * @throws DataLockedError if its turn does not come in time
   */
  async retryLocked<T>(attempt: () => Promise<T>, waitMs: number, signal?: WaitSignal): Promise<T> {
    const waiting = this.again.enter(signal, waitMs);
    if (waiting !== null) await waiting;
    try {
      return await attempt();
    } finally {
      this.again.leave();
    }
  }
}

/** Reads in a place of an operation. */
async function inPlace<T>({ texts }: Reading, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  const waiting = takePlace(signal);
  if (waiting !== null) await waiting;
  try {
    chargeText(texts, 0);
    return await read();
  } finally {
    leavePlace(signal);
  }
}

const WORK: Readonly<Record<LaneName, string>> = {
  lookups: 'look-ups of single objects',
  lists: 'reads of filtered lists',
  heavy: 'text searches, counts, reports and other large reads',
  changes: 'changes',
  engine: 'batches of deadlines',
  feed: 'reads of the event log',
  health: 'health checks',
};

const tooManyLocked = (name: LaneName): DataLockedError =>
  new DataLockedError(`More than ${MAX_WAITING} ${WORK[name]} wait for data that other transactions have locked`);

const sentenceOf = (name: LaneName, reason: LineRefusal): string =>
  reason === 'FULL'
    ? `More than ${MAX_WAITING} ${WORK[name]} wait for a connection to the database`
    : `All connections for ${WORK[name]} have been in use for ${MAX_WAIT_MS / 1_000} seconds`;
