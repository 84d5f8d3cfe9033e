import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { systemClock } from '../adapters/clock/system-clock';
import { readYaml } from '../adapters/documents/yaml-source';
import { openEmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import { type ClientAccounts, createClientAccounts } from '../adapters/persistence/clients/postgres-clients';
import { createDataSource, poolOf } from '../adapters/persistence/database/data-source';
import { migrate } from '../adapters/persistence/database/migrate';
import type { ConfiguredPolicy } from '../adapters/persistence/policies/policy-register';
import { createPolicies } from '../adapters/persistence/policies/postgres-policies';
import { parsePolicy } from '../adapters/policy-files/load-policy';
import { policyFingerprint } from '../adapters/policy-files/policy-fingerprint';
import type { Policies } from '../application/ports/policies';
import { type Config, ConfigError } from '../config';
import { compilePolicy } from '../domain/policy/compile-policy';
import { explainRefusal, type Refusal } from '../domain/ticket/refusals';

/** A migrated database: what the service and the commands stand on. */
export interface Store {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly pool: Pool;
  readonly policies: Policies;
  readonly clients: ClientAccounts;
  /**
   * Publishes the policy file, so that tickets can be opened: at a start of the service where it says something else than
   * at the last one, before an import only where its policy has no version yet. Answers whether the file now says
   * something that was not published.
   *
   * @throws ConfigError where the policy lacks what clients count on; DocumentError
   */
  publishPolicyFile(when: 'CHANGED' | 'MISSING'): Promise<{ readonly isAhead: boolean }>;
  /** The policies as they would be after that, for what is only tried: nothing is published. */
  policiesOnTrial(): Promise<{ readonly policies: Policies; readonly isAhead: boolean }>;
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names, or the embedded one, and brings its schema up to date.
 *
 * @throws EmbeddedPostgresError, DatabaseUnreachableError, DatabaseNewerError, ConfigError, DocumentError
 */
export async function openStore(config: Config, log: Logger, applicationName = 'stepdown'): Promise<Store> {
  const policyFile = readPolicyFile(config.policyFile);
  const embedded = config.databaseUrl === null ? await openEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  const dataSource = createDataSource({ url, poolSize: config.databasePoolSize, applicationName });
  const close = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await embedded?.close();
  };
  try {
    const applied = await migrate(dataSource);
    if (applied.length > 0) log.info({ migrations: applied }, 'brought the database up to date');
    const pool = poolOf(dataSource);
    const policies = createPolicies({ dataSource, clock: systemClock, policyId: policyFile.id });
    const publishPolicyFile: Store['publishPolicyFile'] = async (when) => {
      if (when === 'CHANGED' || (await policies.latest(policyFile.id)) === null) {
        refuse(await policies.publishConfigured(policyFile));
      }
      const policy = await policies.current(null);
      // Clients may have been given calendars of another policy, while that was the configured one.
      refuse(await policies.refusalsOf(policy));
      log.debug({ policy: policy.id, version: policy.version }, 'policy in force');
      return { isAhead: await policies.differsFromPublished(policyFile) };
    };
    const policiesOnTrial: Store['policiesOnTrial'] = async () => {
      if ((await policies.latest(policyFile.id)) !== null) {
        return { policies, isAhead: await policies.differsFromPublished(policyFile) };
      }
      const policy = compilePolicy(policyFile.document(), 1);
      return { policies: { ...policies, current: async () => policy }, isAhead: false };
    };
    const clients = createClientAccounts({ dataSource, clock: systemClock });
    return { url, dataSource, pool, policies, clients, publishPolicyFile, policiesOnTrial, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function refuse(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new ConfigError(refusals.map(explainRefusal));
}

function readPolicyFile(fileName: string): ConfiguredPolicy {
  let text: string;
  try {
    text = readFileSync(fileName, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `STEPDOWN_POLICY_FILE names ${fileName}, which cannot be read: ${(error as Error).message}`,
    ]);
  }
  const document = () => parsePolicy(text, { fileName });
  const { value } = readYaml(text);
  const id = (value as { readonly id?: unknown } | undefined)?.id;
  return {
    // A file without an id is wrong, and parsing it says how.
    id: typeof id === 'string' ? id : document().id,
    fingerprint: policyFingerprint(value),
    yaml: text,
    document,
  };
}
