import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type { Client } from '../../../application/ports/clients';
import type { Clock } from '../../../application/ports/clock';
import { instantText, rowsOf } from '../database/sql';
import type { ClientRow } from '../tables';

/** The client accounts. Names are unique and case-sensitive. */
export interface ClientAccounts {
  /** The client of that name, made unless it is there; safe when several ask at once. */
  ensureClient(name: string): Promise<Client>;
  clientNamed(name: string): Promise<Client | null>;
  /**
   * Opens an account of a given id. Where that id has one already it is given as it is; null where another account has
   * the name.
   */
  openClient(id: string, name: string): Promise<Client | null>;
}

const COLUMNS = 'id, name, created_at, policy, calendars';

export const clientOf = ({ id, name, created_at, policy, calendars }: ClientRow): Client => ({
  id,
  name,
  createdAt: created_at,
  policy,
  calendars,
});

export const CLIENTS_BY_ID = {
  name: 'clients-by-id',
  text: `SELECT ${COLUMNS} FROM clients WHERE id = ANY ($1::uuid[])`,
};

export function createClientAccounts({ pool, clock }: { readonly pool: Pool; readonly clock: Clock }): ClientAccounts {
  const one = async (query: { readonly text: string; readonly values: unknown[] }): Promise<Client | null> => {
    const [row] = await rowsOf<ClientRow>(pool, query);
    return row === undefined ? null : clientOf(row);
  };
  const clientNamed = (name: string) => one({ text: `SELECT ${COLUMNS} FROM clients WHERE name = $1`, values: [name] });
  const openClient = async (id: string, name: string): Promise<Client | null> => {
    const opened = await one({
      text: `INSERT INTO clients (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      values: [id, name, instantText(clock.now())],
    });
    return opened ?? one({ ...CLIENTS_BY_ID, values: [[id]] });
  };
  return {
    clientNamed,
    openClient,
    ensureClient: async (name) => {
      const client = (await clientNamed(name)) ?? (await openClient(newId(), name)) ?? (await clientNamed(name));
      if (client === null) throw new Error(`The client "${name}" was neither found nor made`);
      return client;
    },
  };
}
