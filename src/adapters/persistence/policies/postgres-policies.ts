import type { Pool } from 'pg';
import type { Clock } from '../../../application/ports/clock';
import type { LatestVersion, Policies } from '../../../application/ports/policies';
import { withCalendars } from '../../../domain/policy/calendar-replacements';
import type { Policy } from '../../../domain/policy/policy';
import { readPolicyVersion, UnreadablePolicy } from '../../../domain/policy/policy-document';
import type { Refusal } from '../../../domain/ticket/refusals';
import { batched } from '../database/batched';
import { readRows } from '../database/sql';
import type { PolicyVersionRow } from '../tables';
import {
  type ConfiguredPolicy,
  calendarsInUse,
  latestStatement,
  publishConfigured,
  publishVersion,
  setTerms,
  TERMS,
  type TermsRow,
  wasPublished,
} from './policy-register';
import { countPublications, nameOf, publicationsNamed, publicationsPage, versionsNamed } from './publications';

/** New tickets cannot be opened: the policy has no version yet. */
export class NoPolicyPublished extends Error {
  override readonly name = 'NoPolicyPublished';
  constructor(readonly policyId: string) {
    super(`No version of the policy "${policyId}" is published`);
  }
}

export interface PoliciesDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  /** The policy that new tickets are opened under where their client has none of its own. */
  readonly policyId: string;
  /** For how long what is in force is taken to be so, in milliseconds; 2 seconds unless told. */
  readonly staleMs?: number;
}

export interface StoredPolicies extends Policies {
  /** Publishes the configured file where it says something new; gives what stands against it. */
  publishConfigured(file: ConfiguredPolicy): Promise<readonly Refusal[]>;
  /** Whether the file says something that neither a start nor anybody has published last. */
  differsFromPublished(file: ConfiguredPolicy): Promise<boolean>;
}

/** What new tickets are opened under at the moment. */
interface Present {
  readonly service: () => Policy;
  /** Of the clients that have terms of their own. Each throws where the policy of that client cannot be read. */
  readonly clients: ReadonlyMap<string, () => Policy>;
}

/**
 * Published policy versions, each compiled once, and the clients' terms. What another process changes holds within
 * `staleMs`.
 */
export function createPolicies(deps: PoliciesDeps): StoredPolicies {
  const { pool, policyId, staleMs = 2_000 } = deps;
  const compiled = new Map<string, Policy>();
  const compiling = new Map<string, Promise<Policy | null>>();
  const document = batched((names) => versionsNamed(pool, names, 'document'));
  const publication = batched((names) => publicationsNamed(pool, names));
  const yaml = batched((names) => versionsNamed(pool, names, 'yaml'));
  let present: { readonly terms: Promise<Present>; readonly until: number } | null = null;

  const known = (id: string, version: number): Policy | null => compiled.get(nameOf(id, version)) ?? null;

  const load = async (id: string, version: number): Promise<Policy | null> => {
    const found = await document(nameOf(id, version));
    if (found === null) return null;
    const policy = readPolicyVersion(found.document, id, version);
    // Only what was found is kept: a version may yet be published.
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

  const latest: Policies['latest'] = async (id, document) =>
    (await readRows<LatestVersion>(pool, latestStatement(id, document ?? null)))[0] ?? null;
  const readTerms = () => readRows<TermsRow>(pool, TERMS);

  /** A version that cannot be read is an error for the tickets of that policy, and for no others. */
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

  const readPresent = async (): Promise<Present> => {
    const terms = await readTerms();
    const ids = [...new Set([policyId, ...terms.map(({ policy }) => policy ?? policyId)])];
    const rows = await readRows<Pick<PolicyVersionRow, 'id' | 'version'>>(pool, { ...LATEST, values: [ids] });
    const inForce = new Map<string, () => Policy>();
    for (const row of rows) inForce.set(row.id, await readable(row.id, row.version));
    const policyOf = (id: string): (() => Policy) => {
      const policy = inForce.get(id);
      if (policy === undefined) throw new NoPolicyPublished(id);
      return policy;
    };
    const clients = terms.map(({ id, policy, calendars }): [string, () => Policy] => {
      const own = policyOf(policy ?? policyId);
      return [id, () => withCalendars(own(), calendars)];
    });
    return { service: policyOf(policyId), clients: new Map(clients) };
  };

  /** Read anew once it may be stale. */
  const policiesInForce = (): Promise<Present> => {
    // Not the service's clock: this is about how long ago, whatever the time.
    const now = performance.now();
    if (present !== null && now < present.until) return present.terms;
    const terms = readPresent();
    const reading = { terms, until: now + staleMs };
    present = reading;
    terms.catch(() => {
      if (present === reading) present = null;
    });
    return terms;
  };

  return {
    defaultPolicyId: policyId,
    current: async (clientId) => {
      const { service, clients } = await policiesInForce();
      return ((clientId === null ? undefined : clients.get(clientId)) ?? service)();
    },
    version,
    known,
    latest,
    publication: (id, number) => publication(nameOf(id, number)),
    publications: (page) => publicationsPage(pool, page),
    countPublications: () => countPublications(pool),
    yaml: async (id, number) => (await yaml(nameOf(id, number)))?.yaml ?? null,
    terms: async () => {
      const rows = await readTerms();
      return rows.map(({ id, name, policy, calendars }) => ({ clientId: id, name, policy, calendars }));
    },
    refusalsOf: async (document) => calendarsInUse(await readTerms(), policyId, document),
    publish: async (publishing) => {
      const published = await publishVersion(deps, publishing);
      present = null;
      if ('ok' in published) return published;
      const policy = await version(publishing.document.id, published.version);
      if (policy === null) throw new Error(`Version ${published.version} was published and is not there`);
      return { ok: true, policy, isNew: published.isNew };
    },
    setTerms: async (terms, by, idempotency) => {
      const refusal = await setTerms(deps, terms, by, idempotency);
      present = null;
      return refusal;
    },
    differsFromPublished: async ({ id, fingerprint }) => !(await wasPublished(pool, id, fingerprint)),
    publishConfigured: async (file) => {
      const refusals = await publishConfigured(deps, file);
      present = null;
      return refusals;
    },
  };
}

/** The latest versions of some policies, by one statement. */
const LATEST = {
  name: 'latest-policies',
  text: 'SELECT DISTINCT ON (id) id, version FROM policy_versions WHERE id = ANY ($1::text[]) ORDER BY id, version DESC',
};
