import type { Pool } from 'pg';
import type { Clock, Policies } from '../../application/ports';
import { compilePolicy } from '../../domain/compile-policy';
import type { Policy, PolicyDocument } from '../../domain/policy';
import { withCalendars } from '../../domain/with-calendars';
import type { ClientRow, PolicyVersionRow } from './tables';
import { instantText, readRows, rowsOf } from './wire';

/** New tickets cannot be opened: the configured policy has no version yet. */
export class NoPolicyPublished extends Error {
  override readonly name = 'NoPolicyPublished';
  constructor(readonly policyId: string) {
    super(`No version of the policy "${policyId}" is published`);
  }
}

export interface PoliciesDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  /** The policy that new tickets are opened under. */
  readonly policyId: string;
  /** For how long the present version is taken to be the latest, in milliseconds; 2 seconds unless told. */
  readonly staleMs?: number;
}

type Latest = Pick<PolicyVersionRow, 'version' | 'fingerprint'>;

/** What new tickets are opened under at the moment. */
interface Present {
  readonly service: Policy;
  /** Of the clients that have terms of their own. */
  readonly clients: ReadonlyMap<string, Policy>;
}

type TermsRow = Pick<ClientRow, 'id' | 'policy' | 'calendars'>;

/** The condition is that of the index, which holds the few clients that have terms. */
export const TERMS = {
  name: 'client-terms',
  text: `SELECT id, policy, calendars FROM clients WHERE policy IS NOT NULL OR calendars <> '{}'::jsonb`,
};

/** Published policy versions, each compiled once. A version published by another process holds within `staleMs`. */
export function createPolicies({ pool, clock, policyId, staleMs = 2_000 }: PoliciesDeps): Policies {
  const compiled = new Map<string, Policy>();
  const compiling = new Map<string, Promise<Policy | null>>();
  let present: { readonly terms: Promise<Present>; readonly until: number } | null = null;

  const latest = async (id: string): Promise<Latest | null> => {
    const [row] = await readRows<Latest>(pool, {
      name: 'latest-policy',
      text: 'SELECT version, fingerprint FROM policy_versions WHERE id = $1 ORDER BY version DESC LIMIT 1',
      values: [id],
    });
    return row ?? null;
  };

  const known = (id: string, version: number): Policy | null => compiled.get(nameOf(id, version)) ?? null;

  const load = async (id: string, version: number): Promise<Policy | null> => {
    const [row] = await readRows<Pick<PolicyVersionRow, 'document'>>(pool, {
      text: 'SELECT document FROM policy_versions WHERE id = $1 AND version = $2',
      values: [id, version],
    });
    if (row === undefined) return null;
    const policy = compilePolicy(row.document, version);
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

  const latestOf = async (id: string): Promise<Policy> => {
    const row = await latest(id);
    const policy = row === null ? null : await version(id, row.version);
    if (policy === null) throw new NoPolicyPublished(id);
    return policy;
  };

  const readPresent = async (): Promise<Present> => {
    const [service, rows] = await Promise.all([latestOf(policyId), readRows<TermsRow>(pool, TERMS)]);
    const clients = new Map<string, Policy>();
    for (const { id, policy, calendars } of rows) {
      const own = policy === null || policy === policyId ? service : await latestOf(policy);
      clients.set(id, withCalendars(own, calendars));
    }
    return { service, clients };
  };

  /** Read anew once it may be stale. */
  const presently = (): Promise<Present> => {
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
    current: async (clientId) => {
      const { service, clients } = await presently();
      return (clientId === null ? undefined : clients.get(clientId)) ?? service;
    },
    version,
    known,
    versions: async () => {
      const rows = await readRows<Pick<PolicyVersionRow, 'id' | 'version' | 'published_at'>>(pool, {
        text: 'SELECT id, version, published_at FROM policy_versions ORDER BY id, version',
      });
      return rows.map(({ id, version: number, published_at }) => ({ id, version: number, publishedAt: published_at }));
    },
    publish: async (id, fingerprint, document) => {
      const number = await publish({ pool, clock }, latest, id, fingerprint, document);
      present = null;
      const policy = await version(id, number);
      if (policy === null) throw new Error(`Version ${number} of ${id} was published and is not there`);
      return policy;
    },
  };
}

const nameOf = (id: string, version: number): string => `${id}/${version}`;

/** The version that the document has: the latest where that says the same, else the next one. */
async function publish(
  { pool, clock }: Pick<PoliciesDeps, 'pool' | 'clock'>,
  latest: (id: string) => Promise<Latest | null>,
  id: string,
  fingerprint: string,
  documentOf: () => PolicyDocument,
): Promise<number> {
  for (;;) {
    const last = await latest(id);
    if (last?.fingerprint === fingerprint) return last.version;
    const next = (last?.version ?? 0) + 1;
    const document = documentOf();
    // A document that cannot be compiled must not be published.
    compilePolicy(document, next);
    const inserted = await rowsOf(pool, {
      text: `INSERT INTO policy_versions (id, version, document, fingerprint, published_at, configured)
             VALUES ($1, $2, $3, $4, $5, true) ON CONFLICT DO NOTHING RETURNING version`,
      values: [id, next, JSON.stringify(document), fingerprint, instantText(clock.now())],
    });
    // Where another process has taken that number meanwhile, look again: it may have published the same.
    if (inserted.length > 0) return next;
  }
}
