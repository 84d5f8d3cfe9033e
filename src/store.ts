import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { readYaml } from './adapters/documents/yaml-source';
import { type ClientAccounts, createClientAccounts } from './adapters/persistence/clients';
import { createDataSource, poolOf } from './adapters/persistence/data-source';
import { openEmbeddedPostgres } from './adapters/persistence/embedded-postgres';
import { migrate } from './adapters/persistence/migrate';
import { createPolicies } from './adapters/persistence/policies';
import type { ConfiguredPolicy } from './adapters/persistence/policy-register';
import { policyFingerprint } from './adapters/policy/fingerprint';
import { parsePolicy } from './adapters/policy/load-policy';
import { systemClock } from './adapters/system-clock';
import type { Policies } from './application/ports';
import { type Config, ConfigError } from './config';
import { explainRefusal } from './domain/refusals';

/** A migrated database with the configured policy published: what the service and the commands stand on. */
export interface Store {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly pool: Pool;
  readonly policies: Policies;
  readonly clients: ClientAccounts;
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names, or the embedded one; brings its schema up to date; publishes the
 * policy file where it says something else than when a service last started.
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
    const policies = createPolicies({ pool, clock: systemClock, policyId: policyFile.id });
    const refusals = await policies.publishConfigured(policyFile);
    if (refusals.length > 0) throw new ConfigError(refusals.map(explainRefusal));
    const policy = await policies.current(null);
    // Clients may have been given calendars of another policy, while that was the configured one.
    const lacking = await policies.refusalsOf(policy);
    if (lacking.length > 0) throw new ConfigError(lacking.map(explainRefusal));
    log.debug({ policy: policy.id, version: policy.version }, 'policy in force');
    return { url, dataSource, pool, policies, clients: createClientAccounts({ pool, clock: systemClock }), close };
  } catch (error) {
    await close();
    throw error;
  }
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
