import type { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { Client, Clients } from '../../../application/ports/clients';
import type { Clock } from '../../../application/ports/clock';
import type { KeyUse } from '../../../application/ports/idempotency';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import type { Queryable } from '../database/sql';
import { transact } from '../database/transact';
import { type ClientRow, clients } from '../tables';
import { claimKey } from '../tickets/idempotency-keys';

/** The client accounts. Names are unique and case-sensitive. */
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

  const clientWhere = async (
    where: { readonly id: string } | { readonly name: string },
    on: Queryable = pool,
  ): Promise<Client | null> => {
    const row = await entityManager(dataSource, on).getRepository(clients).findOneBy(where);
    return row === null ? null : clientFromRow(row);
  };
  const clientNamed = (name: string) => clientWhere({ name });
  const openClient = async (id: string, name: string, on: Queryable = pool): Promise<Client | null> => {
    const row = { id, name, created_at: clock.now() };
    const inserting = entityManager(dataSource, on).getRepository(clients).createQueryBuilder().insert().values(row);
    await inserting.orIgnore().updateEntity(false).execute();
    return clientWhere({ id }, on);
  };
  const openWithKey = (id: string, name: string, key: KeyUse): ReturnType<Clients['create']> =>
    transact(pool, async (tx) => {
      if ((await claimKey(tx, key, id, clock.now())) === 'REUSED') return 'KEY_REUSED';
      const client = await openClient(id, name, tx);
      // Rolled back, so that the key is free for another name.
      if (client === null) throw new NameTaken();
      return client;
    }).catch((error: unknown) => {
      if (error instanceof NameTaken) return 'NAME_TAKEN';
      throw error;
    });

  return {
    clientNamed,
    openClient: (id, name) => openClient(id, name),
    create: async (id, name, key) =>
      key === null ? ((await openClient(id, name)) ?? 'NAME_TAKEN') : openWithKey(id, name, key),
    ensureClient: async (name) => {
      const client = (await clientNamed(name)) ?? (await openClient(newId(), name)) ?? (await clientNamed(name));
      if (client === null) throw new Error(`The client "${name}" was neither found nor created`);
      return client;
    },
  };
}

/** Rolls a transaction back. Internal to this file. */
class NameTaken extends Error {}
