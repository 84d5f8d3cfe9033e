import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { allowOlderWriters, refuseOlderWriters } from '../../migrations/breaking-migrations';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { OutdatedProcessError } from '../../src/adapters/persistence/database/database-errors';
import { DatabaseNewerError } from '../../src/adapters/persistence/database/database-unusable';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { createPolicies } from '../../src/adapters/persistence/policies/postgres-policies';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { AGENT } from '../support/actors';
import { startProcess, type TestProcess } from '../support/deadlines';
import { CIMCLOUD_DOCUMENT } from '../support/policies';
import { everything, lockingAt, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';
import { until } from '../support/until';

class Harmless9000000000000 implements MigrationInterface {
  readonly name = 'Harmless9000000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets ADD COLUMN later text');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets DROP COLUMN later');
  }
}

class Breaking9000000000001 implements MigrationInterface {
  readonly name = 'Breaking9000000000001';
  async up(runner: QueryRunner): Promise<void> {
    await refuseOlderWriters(runner, this);
  }
  async down(runner: QueryRunner): Promise<void> {
    await allowOlderWriters(runner, this);
  }
}

const SENTENCE =
  'The database was migrated by a newer version of Stepdown (Breaking9000000000001): this process no longer writes. ' +
  'Run that version or a later one.';

/** A process of a newer version: it knows one more migration, or two, than this code. */
const newerDataSource = (url: string, ...more: readonly (new () => MigrationInterface)[]): DataSource =>
  createDataSource({ url, poolSize: 2, migrations: [...MIGRATIONS, ...more] });

/** A process of this version that starts while the newer one runs. */
const start = async (url: string) => {
  const dataSource = createDataSource({ url, poolSize: 1 });
  try {
    return await migrate(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
};

const ticketsChangedBy = (dataSource: DataSource, { clock }: TestStore) =>
  createChangeTickets({
    store: lockingAt(clock, createTicketStore({ pool: poolOf(dataSource), onCommitted: () => undefined })),
    clock,
    policies: createPolicies({ dataSource, clock, policyId: CIMCLOUD_DOCUMENT.id }),
  });

describe('an unknown migration that is not marked as breaking', () => {
  let store: TestStore;
  let newer: DataSource;
  beforeAll(async () => {
    store = await openStore();
    newer = newerDataSource(store.url, Harmless9000000000000);
    await migrate(newer);
  });
  afterAll(async () => {
    await newer.destroy();
    await store.close();
  });

  test('does not prevent a process from starting', async () => {
    expect(await start(store.url)).toEqual([]);
  });

  test('lets running processes of both versions write', async () => {
    for (const changeTickets of [store.changeTickets, ticketsChangedBy(newer, store)]) {
      const [changed] = await changeTickets([submission(newTicket(store.client.id))]);
      expect(changed?.ticket).not.toBeNull();
    }
  });
});

describe('a breaking migration that runs while a process of an older version is running', () => {
  let store: TestStore;
  let newer: DataSource;
  let process: TestProcess;
  let ticketId: string;

  beforeAll(async () => {
    store = await openStore();
    const submitted = submission(newTicket(store.client.id), { at: MONDAY });
    ticketId = submitted.ticketId;
    await store.changeTickets([submitted]);
    newer = newerDataSource(store.url, Harmless9000000000000, Breaking9000000000001);
    await migrate(newer);
    process = await startProcess(store);
  });
  afterAll(async () => {
    await process.close();
    await newer.destroy();
    await store.close();
  });

  const keyed = () => ({ idempotency: { key: 'k', fingerprint: 'f' } });

  test.each<[string, () => Promise<unknown>]>([
    ['a submission', () => store.changeTickets([submission(newTicket(store.client.id))])],
    ['a submission with a key', () => store.changeTickets([submission(newTicket(store.client.id), keyed())])],
    ['several submissions', () => store.changeTickets([1, 2].map(() => submission(newTicket(store.client.id))))],
    ['a new client', () => createClientAccounts(store).ensureClient('New')],
    [
      'the terms of a client',
      () =>
        createPolicies({ ...store, policyId: CIMCLOUD_DOCUMENT.id }).setTerms(
          { clientId: store.client.id, policy: CIMCLOUD_DOCUMENT.id, calendars: {} },
          AGENT,
          null,
        ),
    ],
    ['raw SQL', () => store.pool.query('DELETE FROM idempotency_keys')],
  ])('refuses %s with a sentence', async (_, write) => {
    await expect(write()).rejects.toThrow(SENTENCE);
  });

  test('has an error class of its own, on the pool and in a transaction', async () => {
    const one = store.changeTickets([submission(newTicket(store.client.id))]);
    await expect(one).rejects.toBeInstanceOf(OutdatedProcessError);
    const client = createClientAccounts(store).ensureClient('New');
    await expect(client).rejects.toBeInstanceOf(OutdatedProcessError);
  });

  test('lets the older process read', async () => {
    expect(await store.reader.ticketById(everything, ticketId)).toMatchObject({ id: ticketId, version: 1 });
  });

  test('lets the deadline engine report the sentence and set no ticket aside', async () => {
    await until(
      () => process.troubles.length,
      (count) => count > 0,
    );
    expect(String(process.troubles[0])).toContain(SENTENCE);
    expect((await store.pool.query('SELECT FROM deadline_faults')).rowCount).toBe(0);
  });

  test('lets the newer process write', async () => {
    const [changed] = await ticketsChangedBy(newer, store)([submission(newTicket(store.client.id))]);
    expect(changed?.ticket).not.toBeNull();
  });

  test('prevents the older version from starting', async () => {
    const error = await start(store.url).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(DatabaseNewerError);
    expect((error as Error).message).toMatch(
      /^The database \w+ in .* was migrated by a newer version of Stepdown \(Breaking9000000000001\)\. Run that/,
    );
  });
});

test('undoing a breaking migration lets older processes write again', async () => {
  const store = await openStore();
  const newer = newerDataSource(store.url, Breaking9000000000001);
  await migrate(newer);
  await newer.undoLastMigration();
  const [changed] = await store.changeTickets([submission(newTicket(store.client.id))]);
  expect(changed?.ticket).not.toBeNull();
  await newer.destroy();
  await store.close();
});
