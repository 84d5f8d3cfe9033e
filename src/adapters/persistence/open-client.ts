import type { Pool } from 'pg';
import type { Client, Clock } from '../../application/ports';
import { clientOf } from './clients';
import type { ClientRow } from './tables';
import { instantText, rowsOf } from './wire';

const COLUMNS = 'id, name, created_at';

/**
 * Opens a client account of a given id. Where that id has one already it is given as it is; null where another account
 * has the name.
 */
export async function openClient(
  { pool, clock }: { readonly pool: Pool; readonly clock: Clock },
  id: string,
  name: string,
): Promise<Client | null> {
  const [opened] = await rowsOf<ClientRow>(pool, {
    text: `INSERT INTO clients (${COLUMNS}) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    values: [id, name, instantText(clock.now())],
  });
  if (opened !== undefined) return clientOf(opened);
  const [known] = await rowsOf<ClientRow>(pool, {
    text: `SELECT ${COLUMNS} FROM clients WHERE id = $1`,
    values: [id],
  });
  return known === undefined ? null : clientOf(known);
}
