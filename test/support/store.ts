import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { MIN_POOL_SIZE, runAsOwner } from '../../src/adapters/persistence/database/lanes';
import { createPolicies } from '../../src/adapters/persistence/policies/postgres-policies';
import { createTicketReader } from '../../src/adapters/persistence/tickets/postgres-ticket-reader';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { policyFingerprint } from '../../src/adapters/policy-files/policy-fingerprint';
import type { Client } from '../../src/application/ports/clients';
import type { Clock } from '../../src/application/ports/clock';
import type { Policies } from '../../src/application/ports/policies';
import type { TicketReader } from '../../src/application/ports/ticket-reader';
import type { TicketStore, TicketTransaction } from '../../src/application/ports/ticket-store';
import type { Change, ChangeTickets, StatedTime } from '../../src/application/tickets/change';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import type { EpochMs } from '../../src/domain/instant';
import type { Command, NewTicket } from '../../src/domain/ticket/commands';
import { AGENT } from './actors';
import { createTestDatabase, type TestDatabase } from './database';
import { SEV2 } from './impacts';
import { CIMCLOUD_DOCUMENT } from './policies';

export { AGENT, everything, operationOf, seeing } from './actors';

/** A Monday, 10:00 in New York. */
export const MONDAY = Date.parse('2026-06-01T14:00:00Z');

/** A clock that stands still until it is moved. */
export class TestClock {
  constructor(private at: EpochMs = MONDAY) {}
  now(): EpochMs {
    return this.at;
  }
  moveTo(at: EpochMs): void {
    this.at = at;
  }
  move(ms: number): void {
    this.at += ms;
  }
}

/** Everything that persists, on a database of the test's own. */
export interface TestStore {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly pool: Pool;
  /** The same database for what only the owner of the tables may do. */
  readonly owner: { readonly pool: Pool; readonly url: string };
  readonly clock: TestClock;
  readonly policies: Policies;
  readonly changeTickets: ChangeTickets;
  readonly reader: TicketReader;
  readonly client: Client;
  readonly committed: string[];
  close(): Promise<void>;
}

/** A store whose locks are taken at the time of a test's clock. */
export const lockingAt = (clock: Clock, store: TicketStore): TicketStore => ({
  ...store,
  transact: (work, attempts) =>
    store.transact((tx) => {
      const { lock } = tx;
      const lockAtTestTime: TicketTransaction['lock'] = async (ids) => {
        const { tickets, at } = await lock(ids);
        return { tickets, at: at === null ? null : clock.now() };
      };
      return work(Object.assign(tx, { lock: lockAtTestTime }));
    }, attempts),
});

export async function openStore(
  options: { readonly poolSize?: number; readonly database?: TestDatabase; readonly policiesStaleMs?: number } = {},
): Promise<TestStore> {
  const database = options.database ?? (await createTestDatabase());
  const dataSource = await createDataSource({ url: database.url, poolSize: options.poolSize ?? 20 }).initialize();
  const pool = poolOf(dataSource);
  const clock = new TestClock();
  const stale = options.policiesStaleMs === undefined ? {} : { staleMs: options.policiesStaleMs };
  const policies = createPolicies({ dataSource, clock, policyId: CIMCLOUD_DOCUMENT.id, ...stale });
  await policies.publishConfigured({
    id: CIMCLOUD_DOCUMENT.id,
    fingerprint: policyFingerprint(CIMCLOUD_DOCUMENT),
    yaml: '',
    document: () => CIMCLOUD_DOCUMENT,
  });
  const owner = new Pool({ connectionString: database.url, max: MIN_POOL_SIZE });
  // Its connections can still be open when the database is dropped.
  owner.on('error', () => undefined);
  runAsOwner(owner);
  const committed: string[] = [];
  const client = await createClientAccounts({ dataSource, clock }).ensureClient('Acme');
  return {
    url: database.url,
    dataSource,
    pool,
    owner: { pool: owner, url: database.url },
    clock,
    policies,
    changeTickets: createChangeTickets({
      store: lockingAt(clock, createTicketStore({ pool, onCommitted: ({ xid }) => committed.push(xid) })),
      clock,
      policies,
    }),
    reader: createTicketReader({ pool }),
    client,
    committed,
    close: async () => {
      await dataSource.destroy();
      await owner.end();
      if (options.database === undefined) await database.drop();
    },
  };
}

export const newTicket = (clientId: string, more: Partial<NewTicket> = {}): NewTicket => ({
  clientId,
  subject: 'Orders hang',
  description: null,
  reporter: null,
  assignee: null,
  channel: 'EXTRANET',
  externalId: null,
  externalUrl: null,
  tags: [],
  impacts: SEV2,
  followUpOf: null,
  ...more,
});

type Extras = Partial<Pick<Change, 'actor' | 'sees' | 'expectedVersion' | 'idempotency' | 'ticketId'>>;

export const submission = (
  input: NewTicket,
  more: Extras & { readonly at?: EpochMs; readonly entry?: StatedTime } = {},
): Change => {
  const { at = null, entry, ...extras } = more;
  return {
    ticketId: newId(),
    submit: { input, at, evidence: null, ...(entry === undefined ? {} : { entry }) },
    steps: [],
    actor: AGENT,
    sees: 'ALL',
    expectedVersion: null,
    idempotency: null,
    ...extras,
  };
};

export const commands = (ticketId: string, list: readonly Command[], more: Extras & { at?: EpochMs } = {}): Change => {
  const { at = null, ...extras } = more;
  return {
    ticketId,
    submit: null,
    steps: list.map((command) => ({ command, at })),
    actor: AGENT,
    sees: 'ALL',
    expectedVersion: null,
    idempotency: null,
    ...extras,
  };
};
