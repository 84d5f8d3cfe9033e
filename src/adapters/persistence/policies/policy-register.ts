import type { DataSource, EntityManager } from 'typeorm';
import { v5 as uuidv5 } from 'uuid';
import type { Clock } from '../../../application/ports/clock';
import type { ConfiguredPolicy } from '../../../application/ports/configured-policy';
import type { Idempotency } from '../../../application/ports/idempotency';
import type { ClientTerms, Published, Publishing } from '../../../application/ports/policies';
import type { WaitSignal } from '../../../application/waiting-line';
import { type Actor, SYSTEM } from '../../../domain/actor';
import type { Policy } from '../../../domain/policy/policy';
import type { Refusal } from '../../../domain/ticket/refusals';
import { recordChange } from '../access/postgres-audit-log';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { type Transaction, transact } from '../database/transact';
import { clients, policyVersions } from '../tables';
import { claimKey, noteAnswer } from '../tickets/idempotency-keys';
import { clientsWithTerms } from './client-terms';
import { lastConfigured, latestVersion, latestVersions } from './latest-versions';
import { calendarsInUse, calendarsTooShort, refusalOfTerms } from './policy-refusals';
import { type PreparedPolicy, preparePolicy } from './prepare-policy';
import { nameOf } from './publications';

/** The key of the advisory lock of every change of versions or terms; an arbitrary number. */
const LOCK = 5_310_827_432;

/** The namespace of the UUIDs that are derived from the names of policies; an arbitrary UUID. */
const POLICIES = '0d7c2f3e-6f0a-4a53-9f43-0d1c1b8f2b57';

export interface RegisterDeps {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  /** The name of the default policy, that of the clients without a policy of their own. */
  readonly policyId: string;
}

/** Rolls a transaction back and carries the refusals to the caller. */
class Refused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super('refused');
  }
}

/** Rolls a transaction back, because a version was published since the latest one was read. */
class Outdated extends Error {}

/** The latest version of a policy; null if none is published. */
export type LatestPolicy = (id: string) => Promise<Policy | null>;

/** A transaction, for named statements, with its EntityManager, for repositories. */
type Register = { readonly tx: Transaction; readonly manager: EntityManager };

/**
 * Runs a change of versions or terms in a transaction, one at a time. A refused change is rolled
 * back.
 *
 * @param signal ends the wait for the lock
 */
async function withPublishLock<T>(
  dataSource: DataSource,
  signal: WaitSignal | undefined,
  work: (register: Register) => Promise<T>,
): Promise<T | Refused> {
  const locked = async (tx: Transaction): Promise<T> => {
    await rowsOf(tx, { text: 'SELECT pg_advisory_xact_lock($1)', values: [LOCK] });
    signal?.throwIfAborted();
    return await work({ tx, manager: entityManager(dataSource, tx) });
  };
  try {
    return await transact(poolOf(dataSource), locked, { signal });
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/**
 * Publishes a policy on behalf of an actor. Returns the number of the version that has this
 * document.
 */
export async function publishVersion(
  { dataSource, clock, policyId }: RegisterDeps,
  { document, fingerprint, yaml, by, idempotency }: Publishing,
  prepared: PreparedPolicy,
  signal: WaitSignal | undefined,
): Promise<{ readonly version: number; readonly isNew: boolean } | Exclude<Published, { ok: true }>> {
  const { id } = document;
  const published = await withPublishLock(dataSource, signal, async ({ tx, manager }) => {
    const now = clock.now();
    if (idempotency !== null) {
      const claim = await claimKey(tx, { by, ...idempotency }, uuidv5(id, POLICIES), now);
      if (claim === 'REUSED') throw new Refused([{ code: 'IdempotencyKeyReused', key: idempotency.key }]);
      if (claim !== 'NEW' && claim.version !== null) {
        const { version, created_at } = claim;
        const row = await manager.findOne(policyVersions, {
          select: { id: true, version: true, published_at: true },
          where: { id, version },
        });
        // A version and the key under which it was published have the same time.
        return { version, isNew: row?.published_at === created_at };
      }
    }
    const refusals = calendarsInUse(await clientsWithTerms(manager), policyId, document);
    throwIfRefused(refusals);
    const last = await latestVersion(manager, id, prepared.json);
    const isNew = last?.isSame !== true;
    if (isNew) throwIfRefused(calendarsTooShort(await clientsWithTerms(manager), policyId, prepared.policy, now));
    const version = isNew ? (last?.version ?? 0) + 1 : last.version;
    if (isNew) await insertVersion(tx, manager, { id, json: prepared.json, fingerprint, yaml, version, by, now });
    if (idempotency !== null) await noteAnswer(tx, by, idempotency.key, version);
    return { version, isNew };
  });
  return published instanceof Refused ? { ok: false, refusals: published.refusals } : published;
}

/**
 * Publishes the configured file if it differs from what the file contained when a service last
 * started. If it does not differ, versions that people have published since stay in force.
 */
export async function publishConfigured(
  { dataSource, clock, policyId }: RegisterDeps,
  { id, fingerprint, yaml, document: make }: ConfiguredPolicy,
): Promise<readonly Refusal[]> {
  const outside = entityManager(dataSource, lanesOf(poolOf(dataSource)).lookups.ownWork);
  if ((await lastConfigured(outside, id)) === fingerprint) return [];
  const document = make();
  const { policy, json } = await preparePolicy(document);
  const published = await withPublishLock(dataSource, undefined, async ({ tx, manager }) => {
    // Another process may have published it while this one waited for the lock.
    if ((await lastConfigured(manager, id)) === fingerprint) return;
    const refusals = calendarsInUse(await clientsWithTerms(manager), policyId, document);
    throwIfRefused(refusals);
    const last = await latestVersion(manager, id, json);
    if (last?.isSame === true) {
      await manager.update(policyVersions, { id, version: last.version }, { configured: true, fingerprint });
    } else {
      const now = clock.now();
      throwIfRefused(calendarsTooShort(await clientsWithTerms(manager), policyId, policy, now));
      const version = (last?.version ?? 0) + 1;
      await insertVersion(tx, manager, { id, json, fingerprint, yaml, version, by: null, now });
    }
  });
  return published instanceof Refused ? published.refusals : [];
}

interface NewVersion {
  readonly id: string;
  /** The document. */
  readonly json: string;
  readonly fingerprint: string;
  readonly yaml: string;
  readonly version: number;
  /** Null for the configured file. */
  readonly by: Actor | null;
  readonly now: number;
}

async function insertVersion(
  tx: Transaction,
  manager: EntityManager,
  { json, by, now, ...columns }: NewVersion,
): Promise<void> {
  const row = { ...columns, published_at: now, published_by: by, configured: by === null };
  await manager
    .createQueryBuilder()
    .insert()
    .into(policyVersions)
    .values({ ...row, document: () => 'CAST(:json AS jsonb)' })
    .setParameter('json', json)
    .updateEntity(false)
    .execute();
  const subject = nameOf(columns.id, columns.version);
  const detail = by === null ? 'the configured file' : undefined;
  await recordChange(tx, 'POLICY_PUBLISHED', {
    at: now,
    by: by ?? SYSTEM,
    subject,
    ...(detail === undefined ? {} : { detail }),
  });
}

function throwIfRefused(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new Refused(refusals);
}

/**
 * Sets the terms of a client, unless its policy has no version, or the latest version lacks one of
 * the calendars or has targets beyond their end. Taking all terms away is never refused, because
 * the default policy is in force already.
 */
export async function setTerms(
  deps: RegisterDeps,
  latestPolicy: LatestPolicy,
  terms: ClientTerms,
  by: Actor,
  idempotency: Idempotency | null,
  signal: WaitSignal | undefined,
): Promise<Refusal | null> {
  const { dataSource, clock, policyId } = deps;
  const { clientId, policy, calendars } = terms;
  const id = policy ?? policyId;
  // Before the lock is taken, since a large policy takes long to read and compile.
  const latest = await latestPolicy(id);
  const change = async ({ tx, manager }: Register): Promise<void> => {
    const now = clock.now();
    if (idempotency !== null) {
      const claim = await claimKey(tx, { by, ...idempotency }, clientId, now);
      if (claim === 'REUSED') throw new Refused([{ code: 'IdempotencyKeyReused', key: idempotency.key }]);
      if (claim !== 'NEW') return;
    }
    const [row] = await latestVersions(manager, [id]);
    if (row?.version !== latest?.version) throw new Outdated();
    const hasTerms = policy !== null || Object.keys(calendars).length > 0;
    const refusal =
      latest === null ? await unknownPolicy(manager, id) : refusalOfTerms(latest, calendars, hasTerms ? now : null);
    if (refusal !== null) throw new Refused([refusal]);
    await manager.update(clients, { id: clientId }, { policy, calendars });
    const { name } = await manager.findOneByOrFail(clients, { id: clientId });
    const detail = JSON.stringify({ policy, calendars });
    await recordChange(tx, 'CLIENT_TERMS_SET', { at: now, by, subject: name, detail });
  };
  try {
    const set = await withPublishLock(dataSource, signal, change);
    return set instanceof Refused ? (set.refusals[0] ?? null) : null;
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    return await setTerms(deps, latestPolicy, terms, by, idempotency, signal);
  }
}

async function unknownPolicy(manager: EntityManager, policy: string): Promise<Refusal> {
  const rows = await manager.find(policyVersions, { select: { id: true, version: true }, order: { id: 'ASC' } });
  return { code: 'UnknownPolicy', policy, known: [...new Set(rows.map(({ id }) => id))] };
}
