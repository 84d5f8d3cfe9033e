import { setImmediate as turn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { OperatorError } from '../../../application/operator-error';
import type { Reading } from '../../../application/ports/caller';
import { LOCK_WAIT_MS } from '../../../application/ports/store-errors';
import { withCalendars } from '../../../domain/policy/calendar-replacements';
import type { Policy } from '../../../domain/policy/policy';
import { readPolicyVersion, UnreadablePolicy } from '../../../domain/policy/policy-document';
import { batched } from '../database/batched';
import { entityManager } from '../database/entity-manager';
import type { Lane } from '../database/lanes';
import { retryRead } from '../database/sql';
import { clientsWithTerms } from './client-terms';
import type { KeptPolicies } from './kept-policies';
import { latestVersions } from './latest-versions';
import { versionsNamed } from './publications';
import { nameOf } from './version-name';

/** New tickets cannot be opened, because no version of the policy is published. */
export class NoPolicyPublished extends OperatorError {
  override readonly name = 'NoPolicyPublished';
  constructor(readonly policyId: string) {
    super(`No version of the policy "${policyId}" is published`);
  }
}

/** The policies under which new tickets are opened. */
export interface InForce {
  readonly default: () => Policy;
  /**
   * Policies of the clients with terms of their own, by the id of the client. Each function throws
   * if the policy of that client cannot be read.
   */
  readonly clients: ReadonlyMap<string, () => Policy>;
}

interface CompiledPoliciesDeps {
  readonly dataSource: DataSource;
  readonly lane: Lane;
  readonly policyId: string;
  readonly staleMs: number;
  /** The versions that have been read. */
  readonly compiled: KeptPolicies;
}

/** Reads and compiles versions over the connections of one lane. */
export function compiledPolicies({ dataSource, lane, policyId, staleMs, compiled }: CompiledPoliciesDeps) {
  // What is kept for all operations is read by one of its own, which holds no more connections than
  // another, and goes on when those that wait for it have ended.
  const shared: Reading = {
    sees: 'ALL',
    signal: new AbortController().signal,
    texts: { characters: 0, most: Number.POSITIVE_INFINITY },
  };
  const manager = entityManager(dataSource, lane.under(shared));
  const compiling = new Map<string, Promise<Policy | null>>();
  const document = batched(lane, (names, on) => versionsNamed(dataSource, on, names, 'document'));
  let cached: { readonly inForce: Promise<InForce>; readonly until: number } | null = null;

  const load = async (id: string, version: number): Promise<Policy | null> => {
    const found = await document(shared, nameOf(id, version));
    if (found === null) return null;
    // A large document takes long to receive and to compile, so another request may come between.
    await turn();
    const policy = readPolicyVersion(found.document, id, version);
    // A version that is not found is not cached, because it may be published later.
    compiled.set(nameOf(id, version), policy);
    return policy;
  };

  const version = async (id: string, number: number): Promise<Policy | null> => {
    const name = nameOf(id, number);
    const found = compiled.get(name) ?? compiling.get(name);
    if (found !== undefined) return found;
    const loading = load(id, number).finally(() => compiling.delete(name));
    compiling.set(name, loading);
    return loading;
  };

  const latest = async (id: string): Promise<Policy | null> => {
    const [row] = await retryRead(() => latestVersions(manager, [id]));
    return row === undefined ? null : version(id, row.version);
  };

  /** A version that cannot be read is an error for the clients of that policy only. */
  const readable = async (id: string, number: number): Promise<() => Policy> => {
    try {
      const policy = await version(id, number);
      if (policy === null) throw new NoPolicyPublished(id);
      return () => policy;
    } catch (error) {
      if (!(error instanceof UnreadablePolicy)) throw error;
      return () => {
        throw error;
      };
    }
  };

  const readInForce = async (lockWaitMs: number): Promise<InForce> => {
    const terms = await retryRead(() => clientsWithTerms(manager), lockWaitMs);
    const ids = [...new Set([policyId, ...terms.map(({ policy }) => policy ?? policyId)])];
    const rows = await retryRead(() => latestVersions(manager, ids), lockWaitMs);
    const latest = new Map<string, () => Policy>();
    for (const row of rows) latest.set(row.id, await readable(row.id, row.version));
    const policyOf = (id: string): (() => Policy) => {
      const policy = latest.get(id);
      if (policy === undefined) throw new NoPolicyPublished(id);
      return policy;
    };
    const clients = terms.map(({ id, policy, calendars }): [string, () => Policy] => {
      const own = policyOf(policy ?? policyId);
      return [id, () => withCalendars(own(), calendars)];
    });
    return { default: policyOf(policyId), clients: new Map(clients) };
  };

  const inForce = (lockWaitMs = LOCK_WAIT_MS): Promise<InForce> => {
    // Elapsed time, which does not depend on the clock of the service.
    const now = performance.now();
    if (cached !== null && now < cached.until) return cached.inForce;
    const reading = { inForce: readInForce(lockWaitMs), until: now + staleMs };
    cached = reading;
    reading.inForce.catch(() => {
      if (cached === reading) cached = null;
    });
    return reading.inForce;
  };

  return {
    version,
    latest,
    /**
     * Kept for `staleMs`.
     *
     * @param lockWaitMs the longest wait for tables that others have locked
     * @throws DataLockedError
     */
    inForce,
    /** The versions or the terms have changed. */
    forget: (): void => {
      cached = null;
    },
  };
}
