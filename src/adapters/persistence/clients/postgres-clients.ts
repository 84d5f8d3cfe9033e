import type { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { Client } from '../../../application/ports/clients';
import type { Clock } from '../../../application/ports/clock';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { transact } from '../database/transact';
import { type ClientRow, clients } from '../tables';

/** The client accounts. Names are unique and case-sensitive. */
export interface ClientAccounts {
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
  const repository = entityManager(dataSource, lanesOf(poolOf(dataSource)).lookups).getRepository(clients);

  const clientWhere = async (where: { readonly id: string } | { readonly name: string }): Promise<Client | null> => {
    const row = await repository.findOneBy(where);
    return row === null ? null : clientFromRow(row);
  };
  const clientNamed = (name: string) => clientWhere({ name });
  const openClient = async (id: string, name: string): Promise<Client | null> => {
    const row = { id, name, created_at: clock.now() };
    // In a transaction, so that a commit with an unknown outcome is reported as such.
    await transact(poolOf(dataSource), (tx) => {
      const insert = entityManager(dataSource, tx).createQueryBuilder().insert().into(clients);
      return insert.values(row).orIgnore().updateEntity(false).execute();
    });
    return clientWhere({ id });
  };

  return {
    clientNamed,
    openClient,
    ensureClient: async (name) => {
      const client = (await clientNamed(name)) ?? (await openClient(newId(), name)) ?? (await clientNamed(name));
      if (client === null) throw new Error(`The client "${name}" was neither found nor created`);
      return client;
    },
  };
}
