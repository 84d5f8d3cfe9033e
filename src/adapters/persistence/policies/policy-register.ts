import type { Pool } from 'pg';
import { v5 as uuidv5 } from 'uuid';
import type { Clock } from '../../../application/ports/clock';
import type { Idempotency } from '../../../application/ports/idempotency';
import type { ClientTerms, LatestVersion, Published, Publishing } from '../../../application/ports/policies';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { unknownCalendars } from '../../../domain/policy/calendar-replacements';
import { compilePolicy } from '../../../domain/policy/compile-policy';
import type { PolicyDocument } from '../../../domain/policy/policy';
import { readPolicyVersion } from '../../../domain/policy/policy-document';
import type { Refusal } from '../../../domain/ticket/refusals';
import { instantText, type Queryable, rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import type { ClientRow, PolicyVersionRow } from '../tables';
import { claimKey, noteAnswer } from '../tickets/idempotency-keys';

/** Any number that nothing else in the database locks: versions and terms change one after the other. */
const LOCK = 5_310_827_432;

/** Any UUID that nothing else derives names from. */
const POLICIES = '0d7c2f3e-6f0a-4a53-9f43-0d1c1b8f2b57';

export interface RegisterDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  /** The policy of the clients that have none of their own. */
  readonly policyId: string;
}

/** The policy file that the service is configured with, as it says itself. */
export interface ConfiguredPolicy {
  readonly id: string;
  readonly fingerprint: string;
  readonly yaml: string;
  /** Made only where it is to be published: expanding half a century of holidays takes time. */
  readonly document: () => PolicyDocument;
}

/** Undoes a transaction that came to refusals. */
class Refused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super('refused');
  }
}

/** Carries out a change of versions or terms, alone; nothing of a refused one stays. */
async function withPublishLock<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T | Refused> {
  try {
    return await transact(pool, async (tx) => {
      await rowsOf(tx, { text: 'SELECT pg_advisory_xact_lock($1)', values: [LOCK] });
      return await work(tx);
    });
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** The latest version, and whether it says the same as a document: to the letter, but for the order of fields. */
export const latestStatement = (id: string, document: PolicyDocument | null) => ({
  name: 'latest-policy',
  text: `SELECT version, document = $2::jsonb AS "isSame" FROM policy_versions
          WHERE id = $1 ORDER BY version DESC LIMIT 1`,
  values: [id, document === null ? null : JSON.stringify(document)],
});

const latestVersion = async (
  tx: Transaction,
  id: string,
  document: PolicyDocument | null,
): Promise<LatestVersion | null> => (await rowsOf<LatestVersion>(tx, latestStatement(id, document)))[0] ?? null;

async function publishedAt(tx: Transaction, id: string, version: number): Promise<EpochMs | null> {
  const [row] = await rowsOf<Pick<PolicyVersionRow, 'published_at'>>(tx, {
    text: 'SELECT published_at FROM policy_versions WHERE id = $1 AND version = $2',
    values: [id, version],
  });
  return row?.published_at ?? null;
}

/** Publishes a policy on somebody's behalf; gives the number of the version that says it. */
export async function publishVersion(
  { pool, clock, policyId }: RegisterDeps,
  { document, fingerprint, yaml, by, idempotency }: Publishing,
): Promise<{ readonly version: number; readonly isNew: boolean } | Exclude<Published, { ok: true }>> {
  const { id } = document;
  const published = await withPublishLock(pool, async (tx) => {
    const now = clock.now();
    if (idempotency !== null) {
      const claim = await claimKey(tx, { by, ...idempotency }, uuidv5(id, POLICIES), now);
      if (claim === 'REUSED') throw new Refused([{ code: 'IdempotencyKeyReused', key: idempotency.key }]);
      if (claim !== 'NEW' && claim.version !== null) {
        const { version, created_at } = claim;
        // The version and the key that it was made under have one instant.
        return { version, isNew: (await publishedAt(tx, id, version)) === created_at };
      }
    }
    const refusals = calendarsInUse(await rowsOf<TermsRow>(tx, TERMS), policyId, document);
    if (refusals.length > 0) throw new Refused(refusals);
    const last = await latestVersion(tx, id, document);
    const isNew = last?.isSame !== true;
    const version = isNew ? (last?.version ?? 0) + 1 : last.version;
    if (isNew) await insert(tx, { document, fingerprint, yaml, version, by, now });
    if (idempotency !== null) await noteAnswer(tx, by, idempotency.key, version);
    return { version, isNew };
  });
  return published instanceof Refused ? { ok: false, refusals: published.refusals } : published;
}

/**
 * Publishes the configured file where it says something else than it did when a service last started: what was published
 * by others since stays in force.
 */
export async function publishConfigured(
  { pool, clock, policyId }: RegisterDeps,
  { id, fingerprint, yaml, document: make }: ConfiguredPolicy,
): Promise<readonly Refusal[]> {
  if ((await lastConfigured(pool, id)) === fingerprint) return [];
  const document = make();
  const published = await withPublishLock(pool, async (tx) => {
    // Another process may have been here meanwhile.
    if ((await lastConfigured(tx, id)) === fingerprint) return;
    const refusals = calendarsInUse(await rowsOf<TermsRow>(tx, TERMS), policyId, document);
    if (refusals.length > 0) throw new Refused(refusals);
    const last = await latestVersion(tx, id, document);
    if (last?.isSame === true) {
      await rowsOf(tx, {
        text: 'UPDATE policy_versions SET configured = true, fingerprint = $3 WHERE id = $1 AND version = $2',
        values: [id, last.version, fingerprint],
      });
    } else {
      await insert(tx, { document, fingerprint, yaml, version: (last?.version ?? 0) + 1, by: null, now: clock.now() });
    }
  });
  return published instanceof Refused ? published.refusals : [];
}

/** Whether the latest version was made from this, or the latest that the configured file said. */
export async function wasPublished(on: Queryable, id: string, fingerprint: string): Promise<boolean> {
  const [latest] = await rowsOf<Pick<PolicyVersionRow, 'fingerprint'>>(on, {
    text: 'SELECT fingerprint FROM policy_versions WHERE id = $1 ORDER BY version DESC LIMIT 1',
    values: [id],
  });
  return latest?.fingerprint === fingerprint || (await lastConfigured(on, id)) === fingerprint;
}

/** The fingerprint of the latest version that the configured file said. */
async function lastConfigured(on: Queryable, id: string): Promise<string | null> {
  const [row] = await rowsOf<Pick<PolicyVersionRow, 'fingerprint'>>(on, {
    text: `SELECT fingerprint FROM policy_versions WHERE id = $1 AND configured ORDER BY version DESC LIMIT 1`,
    values: [id],
  });
  return row?.fingerprint ?? null;
}

interface NewVersion {
  readonly document: PolicyDocument;
  readonly fingerprint: string;
  readonly yaml: string;
  readonly version: number;
  /** Null for the configured file. */
  readonly by: Actor | null;
  readonly now: number;
}

async function insert(tx: Transaction, { document, fingerprint, yaml, version, by, now }: NewVersion): Promise<void> {
  // A document that cannot be compiled must not be published.
  compilePolicy(document, version);
  await rowsOf(tx, {
    text: `INSERT INTO policy_versions
             (id, version, document, fingerprint, published_at, yaml, published_by, configured)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      document.id,
      version,
      JSON.stringify(document),
      fingerprint,
      instantText(now),
      yaml,
      by === null ? null : JSON.stringify(by),
      by === null,
    ],
  });
}

export type TermsRow = Pick<ClientRow, 'id' | 'name' | 'policy' | 'calendars'>;

/** The clients with terms of their own. The condition is that of the index, which holds those few. */
export const TERMS = {
  name: 'client-terms',
  text: `SELECT id, name, policy, calendars FROM clients WHERE policy IS NOT NULL OR calendars <> '{}'::jsonb`,
};

/** The calendars that clients count on and this version of their policy would lack. */
export const calendarsInUse = (
  terms: readonly TermsRow[],
  policyId: string,
  document: PolicyDocument,
): readonly Refusal[] =>
  terms
    .filter(({ policy }) => (policy ?? policyId) === document.id)
    .flatMap(({ name, calendars }) =>
      unknownCalendars(document, calendars).map(
        (calendar): Refusal => ({ code: 'CalendarInUse', calendar, policy: document.id, client: name }),
      ),
    );

/** Gives a client terms of its own, as far as the latest version of its policy has what they name. */
export async function setTerms(
  { pool, clock, policyId }: RegisterDeps,
  { clientId, policy, calendars }: ClientTerms,
  by: Actor,
  idempotency: Idempotency | null,
): Promise<Refusal | null> {
  const set = await withPublishLock(pool, async (tx) => {
    if (idempotency !== null) {
      const claim = await claimKey(tx, { by, ...idempotency }, clientId, clock.now());
      if (claim === 'REUSED') throw new Refused([{ code: 'IdempotencyKeyReused', key: idempotency.key }]);
      if (claim !== 'NEW') return;
    }
    const refusal = await termsRefused(tx, policy ?? policyId, calendars);
    if (refusal !== null) throw new Refused([refusal]);
    await rowsOf(tx, {
      text: 'UPDATE clients SET policy = $2, calendars = $3 WHERE id = $1',
      values: [clientId, policy, JSON.stringify(calendars)],
    });
  });
  return set instanceof Refused ? (set.refusals[0] ?? null) : null;
}

async function termsRefused(tx: Transaction, id: string, calendars: ClientTerms['calendars']): Promise<Refusal | null> {
  const last = await latestVersion(tx, id, null);
  if (last === null) {
    const rows = await rowsOf<{ id: string }>(tx, { text: 'SELECT DISTINCT id FROM policy_versions ORDER BY id' });
    return { code: 'UnknownPolicy', policy: id, known: rows.map((row) => row.id) };
  }
  const [row] = await rowsOf<Pick<PolicyVersionRow, 'document'>>(tx, {
    text: 'SELECT document FROM policy_versions WHERE id = $1 AND version = $2',
    values: [id, last.version],
  });
  if (row === undefined) throw new Error(`Version ${last.version} of ${id} is the latest and is not there`);
  const document = readPolicyVersion(row.document, id, last.version);
  const [unknown] = unknownCalendars(document, calendars);
  const known = Object.keys(document.calendars);
  return unknown === undefined ? null : { code: 'UnknownCalendar', calendar: unknown, policy: id, known };
}
