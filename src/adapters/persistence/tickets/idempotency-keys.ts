import { actorKey } from '../../../application/ports/idempotency';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Change, Changed } from '../../../application/tickets/change-tickets';
import { sees } from '../../../application/visibility';
import type { Actor } from '../../../domain/actor';
import { HOUR_MS } from '../../../domain/instant';
import { instantText, type Queryable, rowsOf } from '../database/sql';
import type { IdempotencyKeyRow } from '../tables';
import { notFound } from './change-set';
import { ticketsAtVersions } from './ticket-history';
import { unstorableField } from './unstorable-text';

/** How long a key is remembered; after that it may be used for another request. */
export const KEY_LIFETIME_MS = 48 * HOUR_MS;

/** What a change's key says: nothing, that the request is new, or how it was answered before. */
export type Claim = 'NO_KEY' | 'NEW' | { readonly sameAs: number } | { readonly answered: IdempotencyKeyRow };

// A request with the same key that is under way makes this wait, until its answer can be read.
const CLAIM = {
  name: 'claim-keys',
  text: `INSERT INTO idempotency_keys AS known (caller, key, fingerprint, ticket_id, refusals, created_at)
         SELECT asked.*, '[]', $5::timestamptz
           FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS asked
         ON CONFLICT (caller, key) DO UPDATE
            SET (fingerprint, ticket_id, version, refused, refusals, created_at)
              = (excluded.fingerprint, excluded.ticket_id, NULL, NULL, excluded.refusals, excluded.created_at)
          WHERE known.created_at < $6::timestamptz
         RETURNING caller, key`,
};

const READ = {
  name: 'read-keys',
  text: `SELECT k.* FROM unnest($1::text[], $2::text[]) AS asked (caller, key)
           JOIN idempotency_keys k USING (caller, key)`,
};

/** Claims the changes' keys, in one order for everybody, and reads how those that are taken were answered. */
export async function claimKeys(on: Queryable, changes: readonly Change[], now: number): Promise<readonly Claim[]> {
  const firsts = new Map<string, { readonly index: number; readonly row: readonly [string, string, string, string] }>();
  const claims: Claim[] = changes.map((change, index) => {
    const { idempotency } = change;
    if (idempotency === null || unstorableField(change) !== null) return 'NO_KEY';
    const name = nameOf(actorKey(change.actor), idempotency.key);
    const first = firsts.get(name);
    if (first !== undefined) return { sameAs: first.index };
    const row = [actorKey(change.actor), idempotency.key, idempotency.fingerprint, change.ticketId] as const;
    firsts.set(name, { index, row });
    return 'NEW';
  });
  if (firsts.size === 0) return claims;

  const sorted = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { row }]) => row);
  const [callers, keys, fingerprints, ticketIds] = [0, 1, 2, 3].map((at) => sorted.map((row) => row[at]));
  const claimed = await rowsOf<Pick<IdempotencyKeyRow, 'caller' | 'key'>>(on, {
    ...CLAIM,
    values: [callers, keys, fingerprints, ticketIds, instantText(now), instantText(now - KEY_LIFETIME_MS)],
  });
  if (claimed.length === firsts.size) return claims;
  const answers = await rowsOf<IdempotencyKeyRow>(on, { ...READ, values: [callers, keys] });
  const isNew = new Set(claimed.map((row) => nameOf(row.caller, row.key)));
  for (const row of answers) {
    const name = nameOf(row.caller, row.key);
    const first = firsts.get(name);
    if (first !== undefined && !isNew.has(name)) claims[first.index] = { answered: row };
  }
  return claims;
}

/**
 * Claims the key of a request that is not about tickets. Within the transaction that carries the request out: where that
 * is rolled back, the key is free again.
 *
 * @param about what the request is about
 * @returns the first answer where the same request had one, `REUSED` where the key stands on another request
 */
export async function claimKey(
  on: Queryable,
  { by, key, fingerprint }: { readonly by: Actor; readonly key: string; readonly fingerprint: string },
  about: string,
  now: number,
): Promise<'NEW' | 'REUSED' | IdempotencyKeyRow> {
  const caller = actorKey(by);
  const claimed = await rowsOf(on, {
    ...CLAIM,
    values: [[caller], [key], [fingerprint], [about], instantText(now), instantText(now - KEY_LIFETIME_MS)],
  });
  if (claimed.length > 0) return 'NEW';
  const [row] = await rowsOf<IdempotencyKeyRow>(on, { ...READ, values: [[caller], [key]] });
  return row?.fingerprint === fingerprint ? row : 'REUSED';
}

/** Notes what the answer to a claimed key is found again by. */
export async function noteAnswer(on: Queryable, by: Actor, key: string, version: number): Promise<void> {
  await rowsOf(on, {
    text: 'UPDATE idempotency_keys SET version = $3 WHERE caller = $1 AND key = $2',
    values: [actorKey(by), key, version],
  });
}

const nameOf = (caller: string, key: string): string => JSON.stringify([caller, key]);

/**
 * The first answers, given again: the tickets as they stood then, unless the caller may no longer see them. In the order
 * of the requests.
 */
export async function replayed(
  on: Queryable,
  requests: readonly { readonly change: Change; readonly answered: IdempotencyKeyRow }[],
): Promise<readonly Changed[]> {
  const tickets = await ticketsAtVersions(
    on,
    requests.map(({ answered }) => ({ id: answered.ticket_id, version: answered.version ?? 0 })),
  );
  return requests.map(({ change, answered }, index) =>
    change.idempotency?.fingerprint === answered.fingerprint
      ? replay(change, answered, tickets[index] ?? null)
      : keyReused(change),
  );
}

/** The answer to a request whose key stands on another one. */
export const keyReused = ({ idempotency }: Change): Changed => ({
  ticket: null,
  refused: { code: 'IdempotencyKeyReused', key: idempotency?.key ?? '' },
  refusals: [],
  replayed: false,
});

function replay(change: Change, answered: IdempotencyKeyRow, ticket: StoredTicket | null): Changed {
  if (ticket !== null && !sees(change, ticket.clientId)) {
    return { ticket: null, refused: notFound('Ticket', change.ticketId), refusals: [], replayed: true };
  }
  return { ticket, refused: answered.refused, refusals: answered.refusals, replayed: true };
}

/** Gives back claimed keys whose changes met a fault: nothing was answered, so the next request is the first. */
export async function forgetKeys(on: Queryable, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await rowsOf(on, {
    text: `DELETE FROM idempotency_keys k USING unnest($1::text[], $2::text[]) AS asked (caller, key)
            WHERE k.caller = asked.caller AND k.key = asked.key`,
    values: [changes.map(({ actor }) => actorKey(actor)), changes.map(({ idempotency }) => idempotency?.key)],
  });
}
