import type { DataSource } from 'typeorm';
import { OWN_WORK, type Reading, seeingAll } from '../../../application/ports/caller';
import type { Clock } from '../../../application/ports/clock';
import type { ConfiguredPolicies } from '../../../application/ports/configured-policy';
import type { Policy } from '../../../domain/policy/policy';
import { UnreadablePolicy } from '../../../domain/policy/policy-document';
import { batched } from '../database/batched';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { retryRead } from '../database/sql';
import { clientsWithTerms } from './client-terms';
import { compiledPolicies } from './compiled-policies';
import { KeptPolicies } from './kept-policies';
import { latestVersion, wasPublished } from './latest-versions';
import { calendarsInUse, calendarsTooShort } from './policy-refusals';
import { publishConfigured, publishVersion, setTerms } from './policy-register';
import { preparePolicy } from './prepare-policy';
import { countPublications, nameOf, publicationsNamed, publicationsPage, versionsNamed } from './publications';
import { publishedFacts } from './published-facts';

export interface PoliciesDeps {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  /** The name of the default policy, for new tickets of clients without a policy of their own. */
  readonly policyId: string;
  /** The time for which the policies in force are cached, in milliseconds; 2,000 by default. */
  readonly staleMs?: number;
}

/**
 * The published policy versions, each compiled once, and the terms of the clients. A change by
 * another process takes effect within `staleMs`.
 */
export function createPolicies(deps: PoliciesDeps): ConfiguredPolicies {
  const { dataSource, policyId, staleMs = 2_000 } = deps;
  const { lookups, health } = lanesOf(poolOf(dataSource));
  const managerFor = (reading: Reading) => entityManager(dataSource, lookups.under(reading));
  // A policy belongs to no client. Whose policies a caller may see is decided by those who ask.
  const compiled = new KeptPolicies();
  const requests = compiledPolicies({ dataSource, lane: lookups, policyId, staleMs, compiled });
  const watched = compiledPolicies({ dataSource, lane: health, policyId, staleMs, compiled });
  const { version } = requests;
  const publication = batched(lookups, (names, on) => publicationsNamed(dataSource, on, names));
  const yaml = batched(lookups, (names, on) => versionsNamed(dataSource, on, names, 'yaml'));
  const known = (id: string, version: number): Policy | null => compiled.get(nameOf(id, version)) ?? null;
  const readTerms = (reading: Reading) => retryRead(() => clientsWithTerms(managerFor(reading)));
  const forget = (): void => {
    requests.forget();
    watched.forget();
  };

  return {
    defaultPolicyId: policyId,
    current: async (clientId) => {
      const inForce = await requests.inForce();
      return ((clientId === null ? undefined : inForce.clients.get(clientId)) ?? inForce.default)();
    },
    version,
    known,
    latest: (reading, id, document) => {
      const json = document === undefined ? null : JSON.stringify(document);
      return retryRead(() => latestVersion(managerFor(seeingAll(reading)), id, json));
    },
    publication: (reading, id, number) => publication(seeingAll(reading), nameOf(id, number)),
    publications: (reading, page) => publicationsPage(dataSource, lookups.under(seeingAll(reading)), page),
    countPublications: (reading) => countPublications(dataSource, lookups.under(seeingAll(reading))),
    yaml: async (reading, id, number) => (await yaml(seeingAll(reading), nameOf(id, number)))?.yaml ?? null,
    publishedFacts: (reading) => publishedFacts(lookups.under(seeingAll(reading))),
    terms: async (reading) => {
      const rows = await readTerms(reading);
      return rows.map(({ id, name, policy, calendars }) => ({ clientId: id, name, policy, calendars }));
    },
    refusalsOf: async (reading, policy) => {
      const terms = await readTerms(reading);
      const inUse = calendarsInUse(terms, policyId, policy);
      if (inUse.length > 0 || policy.version !== undefined) return inUse;
      const prepared = await preparePolicy(policy);
      const last = await retryRead(() => latestVersion(managerFor(seeingAll(reading)), policy.id, prepared.json));
      return last?.isSame === true ? [] : calendarsTooShort(terms, policyId, prepared.policy, deps.clock.now());
    },
    inForce: async (lockWaitMs) => {
      const inForce = await watched.inForce(lockWaitMs);
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
      forget();
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
      const refusal = await setTerms(deps, requests.latest, terms, by, idempotency, signal);
      forget();
      return refusal;
    },
    differsFromPublished: async ({ id, fingerprint }) => !(await wasPublished(managerFor(OWN_WORK), id, fingerprint)),
    publishConfigured: async (file) => {
      const refusals = await publishConfigured(deps, file);
      forget();
      return refusals;
    },
  };
}
