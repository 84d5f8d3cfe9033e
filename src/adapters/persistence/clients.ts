import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type { Client, Clock } from '../../application/ports';
import type { ClientRow } from './tables';
import { instantText, isUuid, rowsOf } from './wire';

/** A client of that name exists. */
export class ClientNameTaken extends Error {
  override readonly name = 'ClientNameTaken';
  constructor(readonly clientName: string) {
    super(`There is a client named "${clientName}" already.`);
  }
}

/** The client accounts. Names are unique and case-sensitive. */
export interface Clients {
  /** The client of that name, made unless it is there; safe when several ask at once. */
  ensureClient(name: string): Promise<Client>;
  /** @throws ClientNameTaken */
  createClient(name: string): Promise<Client>;
  clientById(id: string): Promise<Client | null>;
  clientNamed(name: string): Promise<Client | null>;
}

const COLUMNS = 'id, name, created_at';

export const clientOf = ({ id, name, created_at }: ClientRow): Client => ({ id, name, createdAt: created_at });

export const CLIENTS_BY_ID = {
  name: 'clients-by-id',
  text: `SELECT ${COLUMNS} FROM clients WHERE id = ANY ($1::uuid[])`,
};

export function createClients({ pool, clock }: { readonly pool: Pool; readonly clock: Clock }): Clients {
  const insert = async (name: string): Promise<Client | null> => {
    const [row] = await rowsOf<ClientRow>(pool, {
      text: `INSERT INTO clients (${COLUMNS}) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING ${COLUMNS}`,
      values: [newId(), name, instantText(clock.now())],
    });
    return row === undefined ? null : clientOf(row);
  };
  const find = async (name: string): Promise<Client | null> => {
    const [row] = await rowsOf<ClientRow>(pool, {
      text: `SELECT ${COLUMNS} FROM clients WHERE name = $1`,
      values: [name],
    });
    return row === undefined ? null : clientOf(row);
  };

  return {
    ensureClient: async (name) => {
      const client = (await find(name)) ?? (await insert(name)) ?? (await find(name));
      if (client === null) throw new Error(`The client "${name}" was neither found nor made`);
      return client;
    },
    createClient: async (name) => {
      const client = await insert(name);
      if (client === null) throw new ClientNameTaken(name);
      return client;
    },
    clientNamed: find,
    clientById: async (id) => {
      if (!isUuid(id)) return null;
      const [row] = await rowsOf<ClientRow>(pool, { ...CLIENTS_BY_ID, values: [[id]] });
      return row === undefined ? null : clientOf(row);
    },
  };
}
