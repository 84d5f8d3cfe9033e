import type { Pool } from 'pg';
import pino from 'pino';
import { openFeed, type RunningFeed } from '../../src/adapters/events/feed';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { createPolicies } from '../../src/adapters/persistence/policies/postgres-policies';
import { type Commit, createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { DeadlineEngine, type DeadlineEngineSettings } from '../../src/application/deadlines/deadline-engine';
import type { SetAside } from '../../src/application/ports/ticket-store';
import type { ChangeTickets } from '../../src/application/tickets/change';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { createDueTickets } from '../../src/application/tickets/record-due';
import { transitionLog } from '../../src/compose/transition-log';
import type { EpochMs } from '../../src/domain/instant';
import type { Json } from './graphql-service';
import { CIMCLOUD_DOCUMENT } from './policies';
import { lockingAt, type TestStore } from './store';

/**
 * The present instant of every process whose clock can be moved; one row, so that all see the same.
 */
export const MOVED_NOW = '(SELECT at FROM test_clock)';

/** Gives the database a clock that stands where it is put. */
export async function makeClock(pool: Pool, at: EpochMs): Promise<(at: EpochMs) => Promise<void>> {
  await pool.query('CREATE TABLE test_clock (at timestamptz(3) NOT NULL)');
  await pool.query('INSERT INTO test_clock VALUES ($1)', [new Date(at)]);
  return async (to) => {
    await pool.query('UPDATE test_clock SET at = $1', [new Date(to)]);
  };
}

/** What a serving process has besides its API: an engine, a feed, and a way to change tickets. */
export interface TestProcess {
  readonly pool: Pool;
  readonly engine: DeadlineEngine;
  readonly changeTickets: ChangeTickets;
  readonly feed: RunningFeed;
  /** What the engine and the commands of this process have committed. */
  readonly commits: readonly Commit[];
  readonly setAside: readonly SetAside[];
  readonly troubles: readonly unknown[];
  /** The lines of the log on tickets. */
  readonly logged: readonly Json[];
  close(): Promise<void>;
}

export interface ProcessOptions extends DeadlineEngineSettings {
  readonly now?: string;
  readonly poolSize?: number;
}

/** A process of its own on the store's database, its engine running. */
export async function startProcess(store: TestStore, options: ProcessOptions = {}): Promise<TestProcess> {
  const { now, poolSize = 8, pollMs } = options;
  const dataSource = await createDataSource({ url: store.url, poolSize }).initialize();
  const pool = poolOf(dataSource);
  const policies = createPolicies({ dataSource, clock: store.clock, policyId: CIMCLOUD_DOCUMENT.id });
  const setAside: SetAside[] = [];
  const troubles: unknown[] = [];
  const commits: Commit[] = [];
  const onCommitted = (commit: Commit): void => {
    commits.push(commit);
    feed.committed(commit);
    if (commit.nextDeadlineAt !== null) engine.wake(commit.nextDeadlineAt);
  };
  const logged: Json[] = [];
  const onRecorded = transitionLog(pino({}, { write: (line: string) => logged.push(JSON.parse(line)) }));
  const tickets = createTicketStore({ pool, onCommitted, onRecorded, ...(now === undefined ? {} : { now }) });
  const engine = new DeadlineEngine(
    createDueTickets({ store: tickets, policies, onSetAside: (fault) => setAside.push(fault) }),
    { onError: (error) => troubles.push(error), ...(pollMs === undefined ? {} : { pollMs }) },
  );
  const feed = await openFeed({ pool, url: store.url, onDeadline: (at) => engine.wake(at) });
  engine.start();
  return {
    pool,
    engine,
    feed,
    commits,
    changeTickets: createChangeTickets({ store: lockingAt(store.clock, tickets), clock: store.clock, policies }),
    setAside,
    troubles,
    logged,
    close: async () => {
      await engine.close();
      await feed.close();
      await dataSource.destroy();
    },
  };
}
