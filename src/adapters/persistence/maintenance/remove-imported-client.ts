import type { Pool } from 'pg';
import type { Actor } from '../../../domain/actor';
import { rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { withoutAppendOnly } from '../erasure/append-only';

/** What became of a removal. */
export type ClientRemoval =
  | { readonly done: 'NO_SUCH_CLIENT' }
  /** Others have changed these tickets, or opened them; nothing was removed. */
  | { readonly done: 'IN_USE'; readonly tickets: readonly number[] }
  | { readonly done: 'REMOVED'; readonly tickets: number; readonly events: number };

/**
 * Removes a client, its tickets, their events and what is derived from them, in one transaction, if
 * an import alone has made all of them. If anyone else has, it removes nothing. Numbers of tickets
 * are not used again.
 *
 * @param by the actor of the import; the service itself may have recorded what fell due
 */
export const removeImportedClient = (pool: Pool, name: string, by: Actor): Promise<ClientRemoval> =>
  transact(pool, async (tx) => {
    // The locks keep others from changing these tickets and from opening further ones.
    const [client] = await rowsOf<{ id: string }>(tx, {
      text: 'SELECT id FROM clients WHERE name = $1 FOR UPDATE',
      values: [name],
    });
    if (client === undefined) return { done: 'NO_SUCH_CLIENT' };
    await rowsOf(tx, { text: 'SELECT id FROM tickets WHERE client_id = $1 FOR UPDATE', values: [client.id] });
    const touched = await rowsOf<{ number: number }>(tx, { text: TOUCHED, values: [client.id, by.kind, by.id] });
    if (touched.length > 0) return { done: 'IN_USE', tickets: touched.map(({ number }) => number) };
    return await remove(tx, client.id);
  });

/** The tickets with an event of another actor, and those of other clients that follow them up. */
const TOUCHED = `
  SELECT t.number FROM tickets t
   WHERE t.client_id = $1 AND EXISTS (
     SELECT FROM events e WHERE e.ticket_id = t.id
        AND e.actor->>'kind' <> 'SYSTEM' AND (e.actor->>'kind', e.actor->>'id') <> ($2::text, $3::text))
  UNION
  SELECT f.number FROM tickets f JOIN tickets t ON t.id = f.follow_up_of WHERE t.client_id = $1 AND f.client_id <> $1
   ORDER BY number`;

async function remove(tx: Transaction, clientId: string): Promise<ClientRemoval> {
  const run = (text: string) => rowsOf<{ id: string }>(tx, { text, values: [clientId] });
  await run(SPELLINGS);
  for (const table of ['search_texts', 'deadline_faults', 'idempotency_keys']) {
    await run(`DELETE FROM ${table} WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = $1)`);
  }
  for (const table of ['external_ids', 'commitment_outcomes', 'ticket_milestones']) {
    await run(`DELETE FROM ${table} WHERE client_id = $1`);
  }
  const events = await withoutAppendOnly(tx, ['events', 'event_positions'], async () => {
    await run('DELETE FROM event_positions WHERE client_id = $1');
    return run('DELETE FROM events WHERE client_id = $1 RETURNING id');
  });
  const tickets = await run('DELETE FROM tickets WHERE client_id = $1 RETURNING id');
  await run('DELETE FROM clients WHERE id = $1');
  return { done: 'REMOVED', tickets: tickets.length, events: events.length };
}

/** The spellings of names and tags that only events of the client have. */
const SPELLINGS = `
  WITH written AS (
    SELECT e.client_id = $1 AS removed, w.text
      FROM events e, LATERAL (
        SELECT e.data->>'assignee' AS text UNION ALL SELECT e.data->>'reporter'
        UNION ALL SELECT tag FROM jsonb_array_elements_text(
          CASE jsonb_typeof(e.data->'tags') WHEN 'array' THEN e.data->'tags' ELSE '[]' END) AS tag) w
     WHERE e.type IN ('SUBMITTED', 'ASSIGNED') AND w.text IS NOT NULL)
  DELETE FROM spellings WHERE written IN (
    SELECT text FROM written GROUP BY text HAVING bool_and(removed))`;
