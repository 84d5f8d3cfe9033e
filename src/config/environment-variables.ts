import { join, resolve } from 'node:path';
import { type CleanedEnv, EnvError, makeExactValidator } from 'envalid';
import {
  BUS_STARTS,
  EVENT_BUSES,
  isBusSubject,
  isEventSource,
  isStreamName,
  parseNatsUrl,
} from '../adapters/bus/bus-settings';
import { graphqlUrl, isBearer } from '../adapters/cli/desk/service-address';
import { MAX_PROXY_HOPS, parseTrustProxy, type TrustProxy } from '../adapters/http/client-address';
import { parseAllowedHost, parseAllowedOrigin } from '../adapters/http/request-guard';
import {
  DEFAULT_ROLE_NAMES,
  isSecureUrl,
  type OidcSettings,
  parseRoleNames,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from '../adapters/identity/oidc-settings';
import { databaseUrlProblem, usableDatabaseUrl } from '../adapters/persistence/database/database-url';
import { DEFAULT_POOL_SIZE, MIN_POOL_SIZE } from '../adapters/persistence/database/lanes';
import { type EncryptionKey, parseEncryptionKey } from '../adapters/webhooks/encryption-keys';
import { type Network, parseNetwork } from '../adapters/webhooks/reachable-addresses';
import { AGENT_NAME, isAtMost } from '../domain/value-rules';

/** The levels of pino, from the most to the least verbose. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const RATE_LIMIT_STORES = ['memory', 'postgres', 'off'] as const;
export type RateLimitStore = (typeof RATE_LIMIT_STORES)[number];

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

const serviceUrl = makeExactValidator<string>(
  (value) => graphqlUrl(value) ?? refuse('the URL of a service, such as http://127.0.0.1:4000/graphql', value),
);

/** The key of a command. It is a secret, so the message does not quote it. */
const bearer = makeExactValidator<string>((value) =>
  isBearer(value) ? value : refuse('an API key or a token, without spaces around it'),
);

const roleNames = makeExactValidator<OidcSettings['roleNames']>(
  (value) =>
    parseRoleNames(value) ??
    refuse('the values of the claim for each role, such as client=customer,agent=support|desk,admin=ops', value),
);

const algorithm = (value: string): TokenAlgorithm | null => TOKEN_ALGORITHMS.find((one) => one === value) ?? null;

/**
 * The variables of the service, each with what it takes.
 *
 * @param root the folder of this package
 */
export const specs = (root: string) => ({
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
  STEPDOWN_URL: serviceUrl({ default: undefined }),
  STEPDOWN_API_KEY: bearer({ default: undefined }),
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

/** Their values. */
export type Clean = CleanedEnv<ReturnType<typeof specs>>;
