import { actorKey, type KeyUse } from '../../../application/ports/idempotency';
import type { FirstAnswer, KeyAnswer, KeyClaim } from '../../../application/ports/ticket-store';
import type { Actor } from '../../../domain/actor';
import { type EpochMs, HOUR_MS } from '../../../domain/instant';
import { instantText, type Queryable, rowsOf } from '../database/sql';
import type { IdempotencyKeyRow } from '../tables';
import { CLAIM_KEYS, READ_KEYS, RELEASE_KEYS } from './statements/claim-keys';
import { ticketsAtVersions } from './ticket-history';

/** How long a key is stored. After that, it can be used for another request. */
export const KEY_LIFETIME_MS = 48 * HOUR_MS;

/**
 * Claims keys, in the same order in all processes, and reads the answers of those that are taken.
 */
export async function claimKeys(
  on: Queryable,
  claims: readonly KeyClaim[],
  now: EpochMs,
): Promise<readonly (FirstAnswer | null)[]> {
  const sorted = [...claims].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [callers, keys] = [sorted.map(({ caller }) => caller), sorted.map(({ key }) => key)];
  const [fingerprints, ticketIds] = [sorted.map((one) => one.fingerprint), sorted.map((one) => one.ticketId)];
  const claimed = await rowsOf<Pick<IdempotencyKeyRow, 'caller' | 'key'>>(on, {
    ...CLAIM_KEYS,
    values: [callers, keys, fingerprints, ticketIds, instantText(now), instantText(now - KEY_LIFETIME_MS)],
  });
  if (claimed.length === claims.length) return claims.map(() => null);
  const isNew = new Set(claimed.map(nameOf));
  const rows = await rowsOf<IdempotencyKeyRow>(on, { ...READ_KEYS, values: [callers, keys] });
  const answered = rows.filter((row) => !isNew.has(nameOf(row)));
  const tickets = await ticketsAtVersions(
    on,
    answered.map(({ ticket_id, version }) => ({ id: ticket_id, version: version ?? 0 })),
  );
  const answers = new Map(
    answered.map(({ caller, key, fingerprint, version, refused, refusals }, index) => [
      nameOf({ caller, key }),
      { fingerprint, hadTicket: version !== null, ticket: tickets[index] ?? null, refused, refusals },
    ]),
  );
  return claims.map((claim) => answers.get(nameOf(claim)) ?? null);
}

const nameOf = ({ caller, key }: Pick<KeyClaim, 'caller' | 'key'>): string => JSON.stringify([caller, key]);

/** Deletes claimed keys that have no answer, so that they count as new in the next request. */
export async function releaseKeys(on: Queryable, claims: readonly KeyClaim[]): Promise<void> {
  if (claims.length === 0) return;
  await rowsOf(on, {
    ...RELEASE_KEYS,
    values: [claims.map(({ caller }) => caller), claims.map(({ key }) => key)],
  });
}

/** The row of an answer, as JSON for the database. */
export const keyRowOf = (answer: KeyAnswer, now: EpochMs) => ({
  caller: answer.caller,
  key: answer.key,
  fingerprint: answer.fingerprint,
  ticket_id: answer.ticketId,
  version: answer.version,
  refused: answer.refused,
  refusals: answer.refusals,
  created_at: instantText(now),
});

/**
 * Claims the key of a request that is not about tickets, within the transaction that carries out
 * the request. If that is rolled back, the key is free again.
 *
 * @param about what the request is about
 * @returns the first answer if the same request was answered before; `REUSED` if the key belongs to
 *   another request
 */
export async function claimKey(
  on: Queryable,
  { by, key, fingerprint }: KeyUse,
  about: string,
  now: EpochMs,
): Promise<'NEW' | 'REUSED' | IdempotencyKeyRow> {
  const caller = actorKey(by);
  const claimed = await rowsOf(on, {
    ...CLAIM_KEYS,
    values: [[caller], [key], [fingerprint], [about], instantText(now), instantText(now - KEY_LIFETIME_MS)],
  });
  if (claimed.length > 0) return 'NEW';
  const [row] = await rowsOf<IdempotencyKeyRow>(on, { ...READ_KEYS, values: [[caller], [key]] });
  return row?.fingerprint === fingerprint ? row : 'REUSED';
}

/** Stores, with a claimed key, the version by which the answer can be found again. */
export async function noteAnswer(on: Queryable, by: Actor, key: string, version: number): Promise<void> {
  await rowsOf(on, {
    text: 'UPDATE idempotency_keys SET version = $3 WHERE caller = $1 AND key = $2',
    values: [actorKey(by), key, version],
  });
}
