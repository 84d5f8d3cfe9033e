import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Change } from '../../../application/tickets/change-tickets';
import { isUuid, type Queryable, rowsOf } from '../database/sql';
import { externalKey } from './change-set';
import { type SelectedTicket, TICKET_COLUMNS, ticketOf } from './ticket-row';

// The weakest lock that keeps other changes out: a follow-up that is opened meanwhile need not wait.
const LOCK = {
  name: 'lock-tickets',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = ANY ($1::uuid[]) ORDER BY t.id FOR NO KEY UPDATE`,
};

/** Locks the tickets that the changes are about, in the order of their ids, and reads them. */
export async function lockTickets(
  on: Queryable,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, StoredTicket>> {
  const ids = new Set(changes.filter(({ submit }) => submit === null).map(({ ticketId }) => ticketId));
  const known = [...ids].filter(isUuid);
  if (known.length === 0) return new Map();
  const rows = await rowsOf<SelectedTicket>(on, { ...LOCK, values: [known] });
  return new Map(rows.map((row) => [row.id, ticketOf(row)]));
}

/** What submissions refer to. */
export interface References {
  readonly clients: ReadonlySet<string>;
  readonly followed: ReadonlyMap<string, string>;
  readonly taken: ReadonlySet<string>;
}

const REFERENCES = {
  name: 'submission-references',
  text: `SELECT 'client' AS what, id::text AS a, '' AS b FROM clients WHERE id = ANY ($1::uuid[])
         UNION ALL
         SELECT 'followed', id::text, client_id::text FROM tickets WHERE id = ANY ($2::uuid[])
         UNION ALL
         SELECT 'taken', t.client_id::text, t.external_id
           FROM unnest($3::uuid[], $4::text[]) AS asked (client_id, external_id)
           JOIN tickets t ON t.external_id = asked.external_id AND t.client_id = asked.client_id`,
};

/** Looks up the clients, followed tickets and external ids that submissions name, in one statement. */
export async function findReferences(on: Queryable, changes: readonly Change[]): Promise<References> {
  const inputs = changes.flatMap(({ submit }) => (submit === null ? [] : [submit.input]));
  if (inputs.length === 0) return { clients: new Set(), followed: new Map(), taken: new Set() };
  const named = inputs.filter(
    ({ clientId, externalId }) => externalId !== null && isUuid(clientId) && !externalId.includes('\0'),
  );
  const rows = await rowsOf<{ what: 'client' | 'followed' | 'taken'; a: string; b: string }>(on, {
    ...REFERENCES,
    values: [
      [...new Set(inputs.map(({ clientId }) => clientId).filter(isUuid))],
      [...new Set(inputs.flatMap(({ followUpOf }) => (followUpOf !== null && isUuid(followUpOf) ? [followUpOf] : [])))],
      named.map(({ clientId }) => clientId),
      named.map(({ externalId }) => externalId),
    ],
  });
  return {
    clients: new Set(rows.filter(({ what }) => what === 'client').map(({ a }) => a)),
    followed: new Map(rows.filter(({ what }) => what === 'followed').map(({ a, b }) => [a, b])),
    taken: new Set(rows.filter(({ what }) => what === 'taken').map(({ a, b }) => externalKey(a, b))),
  };
}
