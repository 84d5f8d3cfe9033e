import { setImmediate as turn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { OperatorError } from '../../../application/operator-error';
import { OWN_WORK, type Reading } from '../../../application/ports/caller';
import type { Clock } from '../../../application/ports/clock';
import type { ConfiguredPolicies } from '../../../application/ports/configured-policy';
import { withCalendars } from '../../../domain/policy/calendar-replacements';
import type { Policy } from '../../../domain/policy/policy';
import { readPolicyVersion, UnreadablePolicy } from '../../../domain/policy/policy-document';
import { batched } from '../database/batched';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { retryRead } from '../database/sql';
import { clientsWithTerms } from './client-terms';
import { latestVersion, latestVersions, wasPublished } from './latest-versions';
import { calendarsInUse, calendarsTooShort, publishConfigured, publishVersion, setTerms } from './policy-register';
import { preparePolicy } from './prepare-policy';
import { countPublications, nameOf, publicationsNamed, publicationsPage, versionsNamed } from './publications';

/** New tickets cannot be opened, because no version of the policy is published. */
export class NoPolicyPublished extends OperatorError {
  override readonly name = 'NoPolicyPublished';
  constructor(readonly policyId: string) {
    super(`No version of the policy "${policyId}" is published`);
  }
}

export interface PoliciesDeps {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  /** The name of the default policy, for new tickets of clients without a policy of their own. */
  readonly policyId: string;
  /** The time for which the policies in force are cached, in milliseconds; 2,000 by default. */
  readonly staleMs?: number;
}

/** The policies under which new tickets are opened. */
interface InForce {
  readonly default: () => Policy;
  /**
   * Policies of the clients with terms of their own, by the id of the client. Each function throws
   * if the policy of that client cannot be read.
   */
  readonly clients: ReadonlyMap<string, () => Policy>;
}

/**
 * The published policy versions, each compiled once, and the terms of the clients. A change by
 * another process takes effect within `staleMs`.
 */
export function createPolicies(deps: PoliciesDeps): ConfiguredPolicies {
  const { dataSource, policyId, staleMs = 2_000 } = deps;
  const { lookups } = lanesOf(poolOf(dataSource));
  // What is kept for all operations is read by one of its own, which holds no more connections than
  // another, and goes on when those that wait for it have ended.
  const shared: Reading = {
    signal: new AbortController().signal,
    texts: { characters: 0, most: Number.POSITIVE_INFINITY },
  };
  const managerFor = (reading: Reading) => entityManager(dataSource, lookups.under(reading));
  const compiled = new Map<string, Policy>();
  const compiling = new Map<string, Promise<Policy | null>>();
  const document = batched(lookups, (names, on) => versionsNamed(dataSource, on, names, 'document'));
  const publication = batched(lookups, (names, on) => publicationsNamed(dataSource, on, names));
  const yaml = batched(lookups, (names, on) => versionsNamed(dataSource, on, names, 'yaml'));
  let cached: { readonly inForce: Promise<InForce>; readonly until: number } | null = null;

  const known = (id: string, version: number): Policy | null => compiled.get(nameOf(id, version)) ?? null;

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
    const found = known(id, number) ?? compiling.get(name);
    if (found !== undefined) return found;
    const loading = load(id, number).finally(() => compiling.delete(name));
    compiling.set(name, loading);
    return loading;
  };

  const latestPolicy = async (id: string): Promise<Policy | null> => {
    const [row] = await retryRead(() => latestVersions(managerFor(shared), [id]));
    return row === undefined ? null : version(id, row.version);
  };

  const readTerms = (reading: Reading) => retryRead(() => clientsWithTerms(managerFor(reading)));

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

  const readInForce = async (): Promise<InForce> => {
    const terms = await readTerms(shared);
    const ids = [...new Set([policyId, ...terms.map(({ policy }) => policy ?? policyId)])];
    const rows = await retryRead(() => latestVersions(managerFor(shared), ids));
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

  const policiesInForce = (): Promise<InForce> => {
    // Elapsed time, which does not depend on the clock of the service.
    const now = performance.now();
    if (cached !== null && now < cached.until) return cached.inForce;
    const inForce = readInForce();
    const reading = { inForce, until: now + staleMs };
    cached = reading;
    inForce.catch(() => {
      if (cached === reading) cached = null;
    });
    return inForce;
  };

  return {
    defaultPolicyId: policyId,
    current: async (clientId) => {
      const inForce = await policiesInForce();
      return ((clientId === null ? undefined : inForce.clients.get(clientId)) ?? inForce.default)();
    },
    version,
    known,
    latest: (reading, id, document) => {
      const json = document === undefined ? null : JSON.stringify(document);
      return retryRead(() => latestVersion(managerFor(reading), id, json));
    },
    publication: (reading, id, number) => publication(reading, nameOf(id, number)),
    publications: (reading, page) => publicationsPage(dataSource, lookups.under(reading), page),
    countPublications: (reading) => countPublications(dataSource, lookups.under(reading)),
    yaml: async (reading, id, number) => (await yaml(reading, nameOf(id, number)))?.yaml ?? null,
    terms: async (reading) => {
      const rows = await readTerms(reading);
      return rows.map(({ id, name, policy, calendars }) => ({ clientId: id, name, policy, calendars }));
    },
    refusalsOf: async (reading, policy) => {
      const terms = await readTerms(reading);
      const inUse = calendarsInUse(terms, policyId, policy);
      if (inUse.length > 0 || policy.version !== undefined) return inUse;
      const prepared = await preparePolicy(policy);
      const last = await retryRead(() => latestVersion(managerFor(reading), policy.id, prepared.json));
      return last?.isSame === true ? [] : calendarsTooShort(terms, policyId, prepared.policy, deps.clock.now());
    },
    inForce: async () => {
      const inForce = await policiesInForce();
      const distinct = new Set<Policy>();
      for (const policy of [inForce.default, ...inForce.clients.values()]) {
        try {
          distinct.add(policy());
        } catch (error) {
          // The clients of a policy that cannot be read get an error of their own.
          if (!(error instanceof UnreadablePolicy)) throw error;
        }
      }
      return [...distinct];
    },
    publish: async (publishing, signal) => {
      const prepared = await preparePolicy(publishing.document);
      const published = await publishVersion(deps, publishing, prepared, signal);
      cached = null;
      if ('ok' in published) return published;
      const { version: number, isNew } = published;
      const { id } = publishing.document;
      if (isNew && known(id, number) === null) {
        compiled.set(nameOf(id, number), { ...prepared.policy, version: number });
      }
      const policy = await version(id, number);
      if (policy === null) throw new Error(`Version ${number} was published and cannot be read`);
      return { ok: true, policy, isNew };
    },
    setTerms: async (terms, by, idempotency, signal) => {
      const refusal = await setTerms(deps, latestPolicy, terms, by, idempotency, signal);
      cached = null;
      return refusal;
    },
    differsFromPublished: async ({ id, fingerprint }) => !(await wasPublished(managerFor(OWN_WORK), id, fingerprint)),
    publishConfigured: async (file) => {
      const refusals = await publishConfigured(deps, file);
      cached = null;
      return refusals;
    },
  };
}
