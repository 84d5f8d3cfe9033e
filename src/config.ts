import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type CleanedEnv, cleanEnv, EnvError, makeExactValidator } from 'envalid';
import {
  BUS_STARTS,
  EVENT_BUSES,
  type EventBusSettings,
  isBusSubject,
  isEventSource,
  isStreamName,
  parseNatsUrl,
} from './adapters/bus/bus-settings';
import { MAX_PROXY_HOPS, parseTrustProxy, type TrustProxy } from './adapters/http/client-address';
import { isLoopback, parseAllowedHost, parseAllowedOrigin } from './adapters/http/request-guard';
import {
  DEFAULT_ROLE_NAMES,
  isSecureUrl,
  type OidcSettings,
  parseRoleNames,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from './adapters/identity/oidc-settings';
import { databaseUrlProblem, usableDatabaseUrl } from './adapters/persistence/database/database-url';
import { DEFAULT_POOL_SIZE, MIN_POOL_SIZE } from './adapters/persistence/database/lanes';
import { type EncryptionKey, parseEncryptionKey } from './adapters/webhooks/encryption-keys';
import { type Network, parseNetwork } from './adapters/webhooks/reachable-addresses';
import { OperatorError } from './application/operator-error';
import { nearestTo } from './domain/nearest';
import { AGENT_NAME, isAtMost } from './domain/value-rules';

/** The levels of pino, from the most to the least verbose. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const RATE_LIMIT_STORES = ['memory', 'postgres', 'off'] as const;
export type RateLimitStore = (typeof RATE_LIMIT_STORES)[number];

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

/**
 * The folder of this package: the closest parent folder whose package.json has the name `stepdown`.
 * The result is the same for `src` and for `dist/src`.
 *
 * @throws Error if there is none, because the compiled files were moved out of the package
 */
export const findPackageRoot = (from: string = __dirname): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packageName(folder) === 'stepdown') return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json of stepdown in ${from} or above it.`);
  }
};

const packageName = (folder: string): unknown => {
  try {
    return packageOf(folder).name;
  } catch {
    return undefined;
  }
};

const packageOf = (folder: string): { readonly name?: unknown; readonly version?: unknown } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The version of this package. */
export const packageVersion = (): string => String(packageOf(findPackageRoot()).version);

/**
 * Throws a message that completes "NAME must be …". It quotes the value, unless the value can be a
 * secret.
 */
const refuse = (takes: string, value?: string): never => {
  throw new EnvError(value === undefined ? takes : `${takes}, but it is ${JSON.stringify(value)}`);
};

const wholeNumber = (min: number, max: number, remark = '') =>
  makeExactValidator<number>((value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return refuse(`a whole number from ${min} to ${max}${remark}`, value);
  });

const postgresUrl = makeExactValidator<string>((value) => {
  const url = usableDatabaseUrl(value);
  const problem = databaseUrlProblem(url);
  return problem === null ? url : refuse(problem);
});

const listenAddress = makeExactValidator<string>((value) =>
  /^[0-9a-z:.%_-]+$/i.test(value) ? value : refuse('an IP address or a host name, such as 127.0.0.1', value),
);

const oneOf = <T extends string>(values: readonly T[]) =>
  makeExactValidator<T>(
    (value) => values.find((candidate) => candidate === value) ?? refuse(`one of ${values.join(', ')}`, value),
  );

const exactlyTrueOrFalse = makeExactValidator<boolean>((value) =>
  value === 'true' || value === 'false' ? value === 'true' : refuse('exactly true or false', value),
);

const path = makeExactValidator<string>((value) => (value.includes('\0') ? refuse('a path', value) : resolve(value)));

const displayName = makeExactValidator<string>((value) =>
  value.trim() === value && isAtMost(AGENT_NAME.max, value) && !/\p{Cc}/u.test(value)
    ? value
    : refuse('a name of at most 100 characters, without spaces around it or control characters', value),
);

/** A list with commas between its entries, each in the normal form that `parse` returns. */
const listOf = (takes: string, parse: (text: string) => string | null) =>
  makeExactValidator<readonly string[]>((value) =>
    value.split(',').map((part) => parse(part.trim()) ?? refuse(takes, value)),
  );

const trustedProxies = makeExactValidator<TrustProxy>(
  (value) =>
    parseTrustProxy(value) ??
    refuse(
      `false, the number of proxies in front of this service (at most ${MAX_PROXY_HOPS}), or their IP addresses and networks, such as 10.0.0.0/8`,
      value,
    ),
);

/** Without the value, which is a secret. */
const encryptionKeys = makeExactValidator<readonly EncryptionKey[]>((value) => {
  const keys = value.split(',').map((part) => parseEncryptionKey(part.trim()));
  const ids = new Set(keys.map((key) => key?.id));
  if (keys.some((key) => key === null) || ids.size < keys.length) {
    return refuse(
      'keys with commas between them, each a name of its own, a colon and 32 bytes in base64, such as 2026a: with what openssl rand -base64 32 prints',
    );
  }
  return keys.filter((key) => key !== null);
});

const matching = (isUsable: (value: string) => boolean, takes: string) =>
  makeExactValidator<string>((value) => (isUsable(value) ? value : refuse(takes, value)));

const natsUrls = makeExactValidator<readonly URL[]>((value) =>
  value.split(',').map(
    // The value can have a password.
    (part) =>
      parseNatsUrl(part.trim()) ?? refuse('URLs of servers with commas between them, such as nats://127.0.0.1:4222'),
  ),
);

const networks = makeExactValidator<readonly Network[]>((value) =>
  value
    .split(',')
    .map((part) => parseNetwork(part.trim()) ?? refuse('IP addresses and networks, such as 10.0.0.0/8', value)),
);

const secureUrl = makeExactValidator<string>((value) =>
  isSecureUrl(value) ? value : refuse('a URL that begins with https:// (http:// only for this machine)', value),
);

const claimName = makeExactValidator<string>((value) =>
  /^[\x21-\x7e]{1,200}$/.test(value) ? value : refuse('the name of a claim, without spaces', value),
);

const roleNames = makeExactValidator<OidcSettings['roleNames']>(
  (value) =>
    parseRoleNames(value) ??
    refuse('the values of the claim for each role, such as client=customer,agent=support|desk,admin=ops', value),
);

const algorithm = (value: string): TokenAlgorithm | null => TOKEN_ALGORITHMS.find((one) => one === value) ?? null;

const specs = (root: string) => ({
  DATABASE_URL: postgresUrl({ default: undefined }),
  DATABASE_OWNER_URL: postgresUrl({ default: undefined }),
  DATABASE_DIRECT_URL: postgresUrl({ default: undefined }),
  DATABASE_REPLICA_URL: postgresUrl({ default: undefined }),
  DATABASE_POOL_SIZE: wholeNumber(MIN_POOL_SIZE, 200)({ default: DEFAULT_POOL_SIZE }),
  PORT: wholeNumber(0, 65535, ' (0 picks any free port)')({ default: 4000 }),
  HOST: listenAddress({ default: '127.0.0.1' }),
  STEPDOWN_DATA_DIR: path({ default: join(root, '.stepdown') }),
  LOG_LEVEL: oneOf(LOG_LEVELS)({ default: 'info' }),
  LOG_FORMAT: oneOf(LOG_FORMATS)({ default: undefined }),
  STEPDOWN_POLICY_FILE: path({ default: join(root, 'policies', 'cimcloud.yaml') }),
  STEPDOWN_OPERATOR: displayName({ default: 'local operator' }),
  STEPDOWN_CLIENT: displayName({ default: 'Default client' }),
  STEPDOWN_AUTHENTICATION: oneOf(['none', 'required'] as const)({ default: undefined }),
  STEPDOWN_OIDC_ISSUER: secureUrl({ default: undefined }),
  STEPDOWN_OIDC_AUDIENCE: listOf(
    'the audiences of the tokens with commas between them',
    (text) => text || null,
  )({
    default: undefined,
  }),
  STEPDOWN_OIDC_JWKS_URL: secureUrl({ default: undefined }),
  STEPDOWN_OIDC_ALGORITHMS: listOf(
    `one or more of ${TOKEN_ALGORITHMS.join(', ')}, with commas between them`,
    algorithm,
  )({
    default: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  }),
  STEPDOWN_OIDC_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 300)({ default: 5 }),
  STEPDOWN_OIDC_SUBJECT_CLAIM: claimName({ default: 'sub' }),
  STEPDOWN_OIDC_NAME_CLAIM: claimName({ default: 'name' }),
  STEPDOWN_OIDC_EMAIL_CLAIM: claimName({ default: 'email' }),
  STEPDOWN_OIDC_ROLE_CLAIM: claimName({ default: 'stepdown_role' }),
  STEPDOWN_OIDC_CLIENTS_CLAIM: claimName({ default: 'stepdown_clients' }),
  STEPDOWN_OIDC_SCOPE_CLAIM: claimName({ default: 'scope' }),
  STEPDOWN_OIDC_ROLES: roleNames({ default: DEFAULT_ROLE_NAMES }),
  STEPDOWN_ALLOW_UNAUTHENTICATED: exactlyTrueOrFalse({ default: false }),
  STEPDOWN_OPERATION_TIMEOUT_SECONDS: wholeNumber(1, 3_600)({ default: 30 }),
  ALLOWED_HOSTS: listOf(
    'host names and IP addresses with commas between them, each with or without a port, such as localhost,[::1]:4000',
    parseAllowedHost,
  )({ default: undefined }),
  ALLOWED_ORIGINS: listOf(
    'origins with commas between them, such as https://desk.example.com,http://localhost:*',
    parseAllowedOrigin,
  )({ default: undefined }),
  STEPDOWN_EXPLORER: exactlyTrueOrFalse({ default: undefined }),
  STEPDOWN_TRUSTED_DOCUMENTS: listOf(
    'the paths of lists of documents with commas between them, such as desk/persisted-documents.json',
    (text) => (text === '' || text.includes('\0') ? null : resolve(text)),
  )({ default: undefined }),
  STEPDOWN_INTROSPECTION: exactlyTrueOrFalse({ default: undefined }),
  TRUST_PROXY: trustedProxies({ default: { kind: 'NONE' } as const }),
  STEPDOWN_AUDIT_RETENTION_DAYS: wholeNumber(30, 3_650)({ default: 400 }),
  STEPDOWN_ENCRYPTION_KEYS: encryptionKeys({ default: [] }),
  EVENT_BUS: oneOf(EVENT_BUSES)({ default: 'off' }),
  EVENT_BUS_STREAM: matching(isStreamName, '1 to 64 letters, digits, hyphens and underscores')({ default: 'STEPDOWN' }),
  EVENT_BUS_SUBJECT: matching(
    isBusSubject,
    'a subject of NATS without wildcards, such as acme.stepdown',
  )({ default: 'stepdown' }),
  EVENT_BUS_REPLICAS: wholeNumber(1, 5)({ default: 1 }),
  EVENT_BUS_MAX_AGE_DAYS: wholeNumber(0, 3_650)({ default: 30 }),
  EVENT_BUS_START: oneOf(BUS_STARTS)({ default: 'now' }),
  EVENT_BUS_SOURCE: matching(
    isEventSource,
    'a URI or a part of one, such as https://stepdown.example.com',
  )({ default: 'stepdown' }),
  NATS_URL: natsUrls({ default: [new URL('nats://127.0.0.1:4222')] }),
  NATS_CREDENTIALS: matching((path) => !path.includes('\0'), 'the path of a file')({ default: undefined }),
  STEPDOWN_WEBHOOK_NETWORKS: networks({ default: [] }),
  STEPDOWN_WEBHOOK_RETENTION_DAYS: wholeNumber(1, 365)({ default: 30 }),
  STEPDOWN_RATE_LIMITS: oneOf(RATE_LIMIT_STORES)({ default: undefined }),
  STEPDOWN_RATE_LIMIT_PER_CALLER: wholeNumber(50_000, 100_000_000)({ default: 2_000_000 }),
  STEPDOWN_RATE_LIMIT_PER_CLIENT: wholeNumber(50_000, 100_000_000)({ default: 4_000_000 }),
  STEPDOWN_FAILED_SIGN_INS_PER_MINUTE: wholeNumber(0, 10_000)({ default: 30 }),
  STEPDOWN_MAX_SOCKETS: wholeNumber(1, 100_000)({ default: 1_000 }),
  STEPDOWN_MAX_SOCKETS_PER_ADDRESS: wholeNumber(1, 100_000)({ default: 50 }),
  STEPDOWN_MAX_SUBSCRIPTIONS: wholeNumber(1, 1_000_000)({ default: 2_000 }),
  STEPDOWN_OPERATION_MEMORY_MB: wholeNumber(16, 65_536)({ default: 256 }),
  STEPDOWN_SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 3)({ default: undefined }),
  STEPDOWN_REPLICA_MAX_LAG_SECONDS: wholeNumber(1, 300)({ default: 5 }),
});

type Clean = CleanedEnv<ReturnType<typeof specs>>;

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
