import { resolve } from 'node:path';
import { cleanEnv } from 'envalid';
import type { EventBusSettings } from './adapters/bus/bus-settings';
import type { TrustProxy } from './adapters/http/client-address';
import { isLoopback } from './adapters/http/request-guard';
import type { OidcSettings, TokenAlgorithm } from './adapters/identity/oidc-settings';
import type { EncryptionKey } from './adapters/webhooks/encryption-keys';
import type { Network } from './adapters/webhooks/reachable-addresses';
import { OperatorError } from './application/operator-error';
import { type Clean, type LogFormat, type LogLevel, type RateLimitStore, specs } from './config/environment-variables';
import { findPackageRoot } from './config/package-root';
import { nearestTo } from './domain/nearest';

/** The validated configuration of this process, from environment variables. Paths are absolute. */
export type Config = Readonly<{
  /** The URL of a PostgreSQL database; null uses the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /**
   * The URL of the same database for the owner of its tables, who migrates it; null if that is the
   * user of `databaseUrl`.
   */
  databaseOwnerUrl: string | null;
  /**
   * The URL of the same database without a connection pooler, for notifications, migrations and
   * commands that need a connection of their own; null for `databaseUrl`.
   */
  databaseDirectUrl: string | null;
  /** The URL of a standby that answers lists and reports; null for the primary. */
  databaseReplicaUrl: string | null;
  /** The most that it may be behind the primary, in seconds. */
  replicaMaxLagSeconds: number;
  /** The maximum number of pooled connections per process. */
  databasePoolSize: number;
  /** The TCP port; 0 picks any free port. */
  port: number;
  /** The address to listen on: a loopback address, unless `allowUnauthenticated`. */
  host: string;
  /** The folder of the embedded PostgreSQL: its data, its log and its leases. */
  dataDir: string;
  logLevel: LogLevel;
  /** How log lines are written; null for `pretty` on a terminal and `json` otherwise. */
  logFormat: LogFormat | null;
  /** The policy of clients that have no policy of their own. */
  policyFile: string;
  /** The URL of the service that commands talk to; null for the one at `host` and `port`. */
  deskUrl: string | null;
  /** The API key or token that commands send to it; null for none. */
  deskKey: string | null;
  /** The name of the agent who acts if a request names none. */
  operator: string;
  /** The name of the client whose tickets are opened if a request names none. */
  client: string;
  /** Whether every request needs an API key or a token. If not, callers are the local operator. */
  authenticationRequired: boolean;
  /** The identity provider whose tokens are accepted; null for API keys only. */
  oidc: OidcSettings | null;
  /** Allows an address that other machines can reach, although callers are not authenticated. */
  allowUnauthenticated: boolean;
  /** The time limit of an operation, and of each event of a subscription, in seconds. */
  operationTimeoutSeconds: number;
  /** The names of this service; null for the loopback names and `host`. */
  allowedHosts: readonly string[] | null;
  /** The origins whose pages may use this service; null for those names at its port. */
  allowedOrigins: readonly string[] | null;
  /** The proxies whose headers name the client. */
  trustProxy: TrustProxy;
  /** Whether a browser that opens /graphql gets the explorer. */
  explorer: boolean;
  /** The lists of the only documents that are executed; null if any document is. */
  trustedDocuments: readonly string[] | null;
  /** Whether clients may read the schema, and errors may suggest names of it. */
  introspection: boolean;
  /** How long entries of the audit log are kept, in days. */
  auditRetentionDays: number;
  /** The keys that encrypt secrets in the database; the first encrypts, and all decrypt. */
  encryptionKeys: readonly EncryptionKey[];
  /** The networks that webhooks may reach besides the public internet, also by http. */
  webhookNetworks: readonly Network[];
  /** Where the log is published for other systems; null if it is not. */
  eventBus: EventBusSettings | null;
  /** How long deliveries of webhooks that have ended are kept, in days. */
  webhookRetentionDays: number;
  /** Where what callers cost is counted, for the limits: in each process, or for all of them. */
  rateLimits: RateLimitStore;
  /** The cost that a caller may have in a minute. At least that of the largest operation. */
  rateLimitPerCaller: number;
  /** The cost that all callers of a client together may have in a minute. */
  rateLimitPerClient: number;
  /** After so many failed sign-ins of an address in a minute, further ones wait; 0 for no limit. */
  failedSignInsPerMinute: number;
  maxSockets: number;
  maxSocketsPerAddress: number;
  maxSubscriptions: number;
  /** The heap that the GraphQL operations that run or wait may take together, in MiB. */
  operationMemoryMb: number;
  /** How long a process that is to stop goes on to serve while `/readyz` says so, in seconds. */
  shutdownDelaySeconds: number;
}>;

/**
 * One or more variables are invalid. `problems` has a sentence for each; `message` has them as
 * lines.
 */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const eventBusOf = (clean: Clean): EventBusSettings | null =>
  clean.EVENT_BUS === 'off'
    ? null
    : {
        servers: clean.NATS_URL,
        credentialsFile: clean.NATS_CREDENTIALS === undefined ? null : resolve(clean.NATS_CREDENTIALS),
        stream: clean.EVENT_BUS_STREAM,
        subject: clean.EVENT_BUS_SUBJECT,
        replicas: clean.EVENT_BUS_REPLICAS,
        maxAgeDays: clean.EVENT_BUS_MAX_AGE_DAYS,
        start: clean.EVENT_BUS_START,
        source: clean.EVENT_BUS_SOURCE,
      };

/**
 * Reads the configuration from environment variables. An empty value counts as unset. Variables of
 * other programs are ignored; an unknown variable that begins with `STEPDOWN_` is an error.
 *
 * @throws ConfigError with every invalid variable and what it takes
 */
export const loadConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const known = specs(findPackageRoot());
  const problems = unknownVariables(Object.keys(set), Object.keys(known));

  const clean = cleanEnv(set, known, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) problems.push(`${name} must be ${error?.message}.`);
      if (problems.length > 0) throw new ConfigError(problems);
    },
  });

  if (clean.DATABASE_OWNER_URL !== undefined && clean.DATABASE_URL === undefined) {
    throw new ConfigError([
      'DATABASE_OWNER_URL is set and DATABASE_URL is not: set DATABASE_URL to the same database, with the user of the ' +
        'service, or only DATABASE_URL to use one user for both.',
    ]);
  }
  if (clean.DATABASE_DIRECT_URL !== undefined && clean.DATABASE_URL === undefined) {
    throw new ConfigError([
      'DATABASE_DIRECT_URL is set and DATABASE_URL is not: set DATABASE_URL to the connection pooler, or only ' +
        'DATABASE_URL if there is none.',
    ]);
  }
  if (clean.DATABASE_REPLICA_URL !== undefined && clean.DATABASE_URL === undefined) {
    throw new ConfigError([
      'DATABASE_REPLICA_URL is set and DATABASE_URL is not: set DATABASE_URL to the primary of that standby.',
    ]);
  }
  const oidc = oidcOf(clean);
  const authenticationRequired =
    (clean.STEPDOWN_AUTHENTICATION ?? (oidc === null ? 'none' : 'required')) === 'required';
  if (oidc !== null && !authenticationRequired) {
    throw new ConfigError([
      'STEPDOWN_AUTHENTICATION is none, but STEPDOWN_OIDC_ISSUER names an identity provider: unset one of them.',
    ]);
  }
  if (authenticationRequired && clean.STEPDOWN_ALLOW_UNAUTHENTICATED) {
    throw new ConfigError([
      'STEPDOWN_ALLOW_UNAUTHENTICATED is true, but this service authenticates callers: unset it, or set ' +
        'STEPDOWN_AUTHENTICATION=none and unset STEPDOWN_OIDC_ISSUER.',
    ]);
  }
  if (!isLoopback(clean.HOST) && !authenticationRequired && !clean.STEPDOWN_ALLOW_UNAUTHENTICATED) {
    throw new ConfigError([
      `HOST is ${clean.HOST}, which is not a loopback address, and this service does not authenticate callers: ` +
        'set STEPDOWN_OIDC_ISSUER and STEPDOWN_OIDC_AUDIENCE to accept the tokens of an identity provider, or ' +
        'STEPDOWN_AUTHENTICATION=required to accept API keys only; or set HOST to a loopback address (127.0.0.1, ::1 ' +
        'or localhost); or set STEPDOWN_ALLOW_UNAUTHENTICATED=true if a proxy in front of it authenticates callers.',
    ]);
  }
  const trustedDocuments = clean.STEPDOWN_TRUSTED_DOCUMENTS ?? null;
  if (trustedDocuments !== null && clean.STEPDOWN_EXPLORER === true) {
    throw new ConfigError([
      'STEPDOWN_EXPLORER is true, but with STEPDOWN_TRUSTED_DOCUMENTS the service executes no document that is ' +
        'written in the explorer: unset one of them.',
    ]);
  }

  const limits = clean.STEPDOWN_RATE_LIMITS ?? 'off';
  if (limits !== 'off' && !authenticationRequired) {
    throw new ConfigError([
      `STEPDOWN_RATE_LIMITS is ${limits}, but this service does not authenticate callers, so it cannot limit them: ` +
        'unset it, or set STEPDOWN_AUTHENTICATION=required.',
    ]);
  }

  return {
    databaseUrl: clean.DATABASE_URL ?? null,
    databaseOwnerUrl: clean.DATABASE_OWNER_URL ?? null,
    databaseDirectUrl: clean.DATABASE_DIRECT_URL ?? null,
    databaseReplicaUrl: clean.DATABASE_REPLICA_URL ?? null,
    replicaMaxLagSeconds: clean.STEPDOWN_REPLICA_MAX_LAG_SECONDS,
    databasePoolSize: clean.DATABASE_POOL_SIZE,
    port: clean.PORT,
    host: clean.HOST,
    dataDir: clean.STEPDOWN_DATA_DIR,
    logLevel: clean.LOG_LEVEL,
    logFormat: clean.LOG_FORMAT ?? null,
    policyFile: clean.STEPDOWN_POLICY_FILE,
    deskUrl: clean.STEPDOWN_URL ?? null,
    deskKey: clean.STEPDOWN_API_KEY ?? null,
    operator: clean.STEPDOWN_OPERATOR,
    client: clean.STEPDOWN_CLIENT,
    authenticationRequired,
    oidc,
    allowUnauthenticated: clean.STEPDOWN_ALLOW_UNAUTHENTICATED,
    operationTimeoutSeconds: clean.STEPDOWN_OPERATION_TIMEOUT_SECONDS,
    allowedHosts: clean.ALLOWED_HOSTS ?? null,
    allowedOrigins: clean.ALLOWED_ORIGINS ?? null,
    trustProxy: clean.TRUST_PROXY,
    explorer: clean.STEPDOWN_EXPLORER ?? trustedDocuments === null,
    trustedDocuments,
    introspection: clean.STEPDOWN_INTROSPECTION ?? (isLoopback(clean.HOST) && !authenticationRequired),
    auditRetentionDays: clean.STEPDOWN_AUDIT_RETENTION_DAYS,
    encryptionKeys: clean.STEPDOWN_ENCRYPTION_KEYS,
    webhookNetworks: clean.STEPDOWN_WEBHOOK_NETWORKS,
    eventBus: eventBusOf(clean),
    webhookRetentionDays: clean.STEPDOWN_WEBHOOK_RETENTION_DAYS,
    rateLimits: clean.STEPDOWN_RATE_LIMITS ?? (authenticationRequired ? 'memory' : 'off'),
    rateLimitPerCaller: clean.STEPDOWN_RATE_LIMIT_PER_CALLER,
    rateLimitPerClient: clean.STEPDOWN_RATE_LIMIT_PER_CLIENT,
    failedSignInsPerMinute: clean.STEPDOWN_FAILED_SIGN_INS_PER_MINUTE,
    maxSockets: clean.STEPDOWN_MAX_SOCKETS,
    maxSocketsPerAddress: clean.STEPDOWN_MAX_SOCKETS_PER_ADDRESS,
    maxSubscriptions: clean.STEPDOWN_MAX_SUBSCRIPTIONS,
    operationMemoryMb: clean.STEPDOWN_OPERATION_MEMORY_MB,
    shutdownDelaySeconds: clean.STEPDOWN_SHUTDOWN_DELAY_SECONDS ?? (isLoopback(clean.HOST) ? 0 : 2),
  };
};

/** @throws ConfigError */
function oidcOf(clean: Clean): OidcSettings | null {
  const { STEPDOWN_OIDC_ISSUER: issuer, STEPDOWN_OIDC_AUDIENCE: audience } = clean;
  if (issuer === undefined && audience === undefined && clean.STEPDOWN_OIDC_JWKS_URL === undefined) return null;
  if (issuer === undefined) {
    throw new ConfigError(['STEPDOWN_OIDC_ISSUER must be set too: the issuer of the tokens, as a URL.']);
  }
  if (audience === undefined) {
    throw new ConfigError([
      'STEPDOWN_OIDC_AUDIENCE must be set too: what the tokens for this service name as their audience.',
    ]);
  }
  return {
    issuer,
    audience,
    algorithms: clean.STEPDOWN_OIDC_ALGORITHMS as readonly TokenAlgorithm[],
    jwksUrl: clean.STEPDOWN_OIDC_JWKS_URL ?? null,
    toleranceMs: clean.STEPDOWN_OIDC_CLOCK_TOLERANCE_SECONDS * 1_000,
    claims: {
      subject: clean.STEPDOWN_OIDC_SUBJECT_CLAIM,
      name: clean.STEPDOWN_OIDC_NAME_CLAIM,
      email: clean.STEPDOWN_OIDC_EMAIL_CLAIM,
      role: clean.STEPDOWN_OIDC_ROLE_CLAIM,
      clients: clean.STEPDOWN_OIDC_CLIENTS_CLAIM,
      scope: clean.STEPDOWN_OIDC_SCOPE_CLAIM,
    },
    roleNames: clean.STEPDOWN_OIDC_ROLES,
  };
}

const unknownVariables = (names: readonly string[], known: readonly string[]): string[] =>
  names
    .filter((name) => name.startsWith('STEPDOWN_') && !known.includes(name))
    .map((name) => {
      const intended = intendedName(name, known);
      return intended === undefined
        ? `${name} is not a variable of Stepdown; its variables are ${known.filter((k) => k.startsWith('STEPDOWN_')).join(', ')}.`
        : `${name} is not a variable of Stepdown; did you mean ${intended}?`;
    });

/**
 * The known name that was probably intended: the name without its prefix, or at most four letters
 * different.
 */
const intendedName = (name: string, known: readonly string[]): string | undefined => {
  const unprefixed = name.slice('STEPDOWN_'.length);
  if (known.includes(unprefixed)) return unprefixed;
  return nearestTo(name, known, 4);
};
