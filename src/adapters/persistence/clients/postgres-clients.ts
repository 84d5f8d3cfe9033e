import { type DataSource, IsNull } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { Client, Clients } from '../../../application/ports/clients';
import type { Clock } from '../../../application/ports/clock';
import { SYSTEM } from '../../../domain/actor';
import { folded } from '../../../domain/folded-text';
import { recordChange } from '../access/postgres-audit-log';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import type { Queryable } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { type ClientRow, clients } from '../tables';
import { claimKey } from '../tickets/idempotency-keys';

/** The client accounts. Names are unique as they are compared. */
export interface ClientAccounts {
  readonly create: Clients['create'];
  /**
   * Returns the client of that name, and creates it if there is none. Safe to call concurrently.
   */
  ensureClient(name: string): Promise<Client>;
  clientNamed(name: string): Promise<Client | null>;
  /**
   * Creates a client with the given id. If the id exists already, returns that client unchanged.
   *
   * @returns null if another client has the name
   */
  openClient(id: string, name: string): Promise<Client | null>;
}

export const clientFromRow = ({ id, name, created_at, policy, calendars }: ClientRow): Client => ({
  id,
  name,
  createdAt: created_at,
  policy,
  calendars,
});

interface ClientAccountsDeps {
  readonly dataSource: DataSource;
  readonly clock: Clock;
}

export function createClientAccounts({ dataSource, clock }: ClientAccountsDeps): ClientAccounts {
  const pool = poolOf(dataSource);
  const { lookups } = lanesOf(pool);

  const repositoryOn = (on: Queryable) => entityManager(dataSource, on).getRepository(clients);
  const clientNamed = async (name: string): Promise<Client | null> => {
    const rows = await repositoryOn(lookups.ownWork).findBy([{ name_key: comparisonKey(name) }, { name }]);
    const row = rows.find((one) => one.name === name) ?? rows[0];
    return row === undefined ? null : clientFromRow(row);
  };
  // In a transaction, so that a commit with an unknown outcome is reported as such. A name that is
  // taken rolls it back, so that the key is free for another name.
  const create: Clients['create'] = (id, name, key, signal, by = SYSTEM) => {
    const work = async (tx: Transaction): Promise<Client | 'KEY_REUSED'> => {
      if (key !== null && (await claimKey(tx, key, id, clock.now())) === 'REUSED') return 'KEY_REUSED';
      await addMissingKeys(dataSource, tx);
      const insert = entityManager(dataSource, tx).createQueryBuilder().insert().into(clients);
      const keys = { name_key: comparisonKey(name), name_folded: folded(name) };
      const row = { id, name, created_at: clock.now(), ...keys };
      const { raw } = await insert.values(row).orIgnore().returning('id').updateEntity(false).execute();
      if (raw.length > 0) await recordChange(tx, 'CLIENT_CREATED', { at: row.created_at, by, subject: name });
      const created = await repositoryOn(tx).findOneBy({ id });
      if (created === null) throw new NameTaken();
      return clientFromRow(created);
    };
    return transact(pool, work, { signal }).catch((error: unknown) => {
      if (error instanceof NameTaken) return 'NAME_TAKEN';
      throw error;
    });
  };
  const openClient = async (id: string, name: string): Promise<Client | null> => {
    const client = await create(id, name, null);
    return typeof client === 'string' ? null : client;
  };

  return {
    clientNamed,
    openClient,
    create,
    ensureClient: async (name) => {
      const client = (await clientNamed(name)) ?? (await openClient(newId(), name)) ?? (await clientNamed(name));
      if (client === null) throw new Error(`The client "${name}" was neither found nor created`);
      return client;
    },
  };
}

/** Rolls a transaction back. Internal to this file. */
class NameTaken extends Error {}

/**
 * Completes the forms in which names are compared, which clients of an older process or of an
 * archive lack. A client whose key is taken keeps none, and is found by its name as it is written.
 */
export async function addMissingKeys(dataSource: DataSource, on: Queryable): Promise<void> {
  const repository = entityManager(dataSource, on).getRepository(clients);
  for (const { id, name } of await repository.find({
    where: { name_key: IsNull() },
    order: { created_at: 'ASC', id: 'ASC' },
  })) {
    const name_key = comparisonKey(name);
    if (!(await repository.existsBy({ name_key }))) await repository.update({ id }, { name_key });
  }
  for (const { id, name } of await repository.findBy({ name_folded: IsNull() })) {
    await repository.update({ id }, { name_folded: folded(name) });
  }
}
