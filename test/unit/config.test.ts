import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/adapters/graphql/operation-limits';
import { isLoopback } from '../../src/adapters/http/request-guard';
import { type Config, ConfigError, loadConfig } from '../../src/config';
import { findPackageRoot } from '../../src/config/package-root';

const root = join(__dirname, '..', '..');

const defaults: Config = {
  databaseUrl: null,
  databaseOwnerUrl: null,
  databaseDirectUrl: null,
  databaseReplicaUrl: null,
  replicaMaxLagSeconds: 5,
  databasePoolSize: 20,
  port: 4000,
  host: '127.0.0.1',
  dataDir: join(root, '.stepdown'),
  logLevel: 'info',
  logFormat: null,
  policyFile: join(root, 'policies', 'cimcloud.yaml'),
  deskUrl: null,
  deskKey: null,
  operator: 'local operator',
  client: 'Default client',
  authenticationRequired: false,
  oidc: null,
  allowUnauthenticated: false,
  operationTimeoutSeconds: 30,
  allowedHosts: null,
  allowedOrigins: null,
  trustProxy: { kind: 'NONE' },
  explorer: true,
  trustedDocuments: null,
  introspection: true,
  auditRetentionDays: 400,
  encryptionKeys: [],
  webhookNetworks: [],
  eventBus: null,
  webhookRetentionDays: 30,
  rateLimits: 'off',
  rateLimitPerCaller: 2_000_000,
  rateLimitPerClient: 4_000_000,
  failedSignInsPerMinute: 30,
  maxSockets: 1_000,
  maxSocketsPerAddress: 50,
  maxSubscriptions: 2_000,
  operationMemoryMb: 256,
  shutdownDelaySeconds: 0,
};

const KEY = Buffer.alloc(32, 1).toString('base64');

const PROVIDER = { STEPDOWN_OIDC_ISSUER: 'https://id.example.com', STEPDOWN_OIDC_AUDIENCE: 'a,b' };
const OIDC: Config['oidc'] = {
  issuer: 'https://id.example.com',
  audience: ['a', 'b'],
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  jwksUrl: null,
  toleranceMs: 5_000,
  claims: {
    subject: 'sub',
    name: 'name',
    email: 'email',
    role: 'stepdown_role',
    clients: 'stepdown_clients',
    scope: 'scope',
  },
  roleNames: { CLIENT: ['client'], AGENT: ['agent'], SERVICE: ['service'], ADMIN: ['admin'] },
};

const KEYS_ONLY = { STEPDOWN_AUTHENTICATION: 'required' };
const LIMITED: Partial<Config> = { authenticationRequired: true };

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('a valid environment', () => {
  const rows: [string, Record<string, string>, Partial<Config>][] = [
    ['nothing set', {}, {}],
    ['foreign variables', { HOME: '/home/a', STEP: 'x' }, {}],
    [
      'white space around a URL, and an alias of a TLS mode',
      { DATABASE_URL: ' postgres://u:p@db:5432/x?sslmode=require&keepalives=1\n' },
      { databaseUrl: 'postgres://u:p@db:5432/x?sslmode=verify-full&keepalives=1' },
    ],
    ['postgres://', { DATABASE_URL: 'postgres://u:p@db:5432/x' }, { databaseUrl: 'postgres://u:p@db:5432/x' }],
    [
      'postgresql:// through a socket',
      { DATABASE_URL: 'postgresql://u@localhost/x?host=/run/pg' },
      { databaseUrl: 'postgresql://u@localhost/x?host=/run/pg' },
    ],
    [
      'owner of the tables',
      { DATABASE_URL: 'postgres://service@db/x', DATABASE_OWNER_URL: ' postgres://owner@db/x' },
      { databaseUrl: 'postgres://service@db/x', databaseOwnerUrl: 'postgres://owner@db/x' },
    ],
    [
      'a connection pooler, and the server itself',
      { DATABASE_URL: 'postgres://db:6432/x', DATABASE_DIRECT_URL: ' postgres://db:5432/x' },
      { databaseUrl: 'postgres://db:6432/x', databaseDirectUrl: 'postgres://db:5432/x' },
    ],
    [
      'a standby for lists and reports',
      {
        DATABASE_URL: 'postgres://a/x',
        DATABASE_REPLICA_URL: 'postgres://b/x',
        STEPDOWN_REPLICA_MAX_LAG_SECONDS: '60',
      },
      { databaseUrl: 'postgres://a/x', databaseReplicaUrl: 'postgres://b/x', replicaMaxLagSeconds: 60 },
    ],
    [
      'API keys only, on another address',
      { STEPDOWN_AUTHENTICATION: 'required', HOST: '0.0.0.0' },
      { authenticationRequired: true, host: '0.0.0.0' },
    ],
    ['no authentication, in as many words', { STEPDOWN_AUTHENTICATION: 'none' }, {}],
    [
      'an identity provider',
      { STEPDOWN_OIDC_ISSUER: 'https://id.example.com', STEPDOWN_OIDC_AUDIENCE: 'a, b', HOST: '::' },
      { authenticationRequired: true, host: '::', oidc: OIDC },
    ],
    [
      'an identity provider with names of its own',
      {
        STEPDOWN_OIDC_ISSUER: 'http://localhost:8080/realms/desk',
        STEPDOWN_OIDC_AUDIENCE: 'stepdown',
        STEPDOWN_OIDC_JWKS_URL: 'https://id.example.com/keys',
        STEPDOWN_OIDC_ALGORITHMS: 'ES256,EdDSA',
        STEPDOWN_OIDC_CLOCK_TOLERANCE_SECONDS: '0',
        STEPDOWN_OIDC_SUBJECT_CLAIM: 'oid',
        STEPDOWN_OIDC_NAME_CLAIM: 'preferred_username',
        STEPDOWN_OIDC_EMAIL_CLAIM: 'mail',
        STEPDOWN_OIDC_ROLE_CLAIM: 'realm_access.roles',
        STEPDOWN_OIDC_CLIENTS_CLAIM: 'https://desk.example.com/clients',
        STEPDOWN_OIDC_SCOPE_CLAIM: 'scp',
        STEPDOWN_OIDC_ROLES: 'client=customer, agent=support | desk,service=machine,admin=support admins',
      },
      {
        authenticationRequired: true,
        oidc: {
          issuer: 'http://localhost:8080/realms/desk',
          audience: ['stepdown'],
          algorithms: ['ES256', 'EdDSA'],
          jwksUrl: 'https://id.example.com/keys',
          toleranceMs: 0,
          claims: {
            subject: 'oid',
            name: 'preferred_username',
            email: 'mail',
            role: 'realm_access.roles',
            clients: 'https://desk.example.com/clients',
            scope: 'scp',
          },
          roleNames: {
            CLIENT: ['customer'],
            AGENT: ['support', 'desk'],
            SERVICE: ['machine'],
            ADMIN: ['support admins'],
          },
        },
      },
    ],
    [
      'event bus',
      { EVENT_BUS: 'nats', NATS_URL: 'nats://a:4222,tls://u:p@b:4222', EVENT_BUS_SUBJECT: 'acme.stepdown' },
      {
        eventBus: {
          servers: [new URL('nats://a:4222'), new URL('tls://u:p@b:4222')],
          credentialsFile: null,
          stream: 'STEPDOWN',
          subject: 'acme.stepdown',
          replicas: 1,
          maxAgeDays: 30,
          start: 'now',
          source: 'stepdown',
        },
      },
    ],
    ['smallest pool', { DATABASE_POOL_SIZE: '10' }, { databasePoolSize: 10 }],
    ['largest pool', { DATABASE_POOL_SIZE: '200' }, { databasePoolSize: 200 }],
    ['shortest time limit', { STEPDOWN_OPERATION_TIMEOUT_SECONDS: '1' }, { operationTimeoutSeconds: 1 }],
    ['longest time limit', { STEPDOWN_OPERATION_TIMEOUT_SECONDS: '3600' }, { operationTimeoutSeconds: 3_600 }],
    ['no limit of failed sign-ins', { STEPDOWN_FAILED_SIGN_INS_PER_MINUTE: '0' }, { failedSignInsPerMinute: 0 }],
    [
      'limits that all processes share',
      { ...KEYS_ONLY, STEPDOWN_RATE_LIMITS: 'postgres' },
      { ...LIMITED, rateLimits: 'postgres' },
    ],
    ['no limits', { ...KEYS_ONLY, STEPDOWN_RATE_LIMITS: 'off' }, { ...LIMITED, rateLimits: 'off' }],
    [
      'the smallest and the largest limit',
      { ...KEYS_ONLY, STEPDOWN_RATE_LIMIT_PER_CALLER: `${LIMITS.fields}`, STEPDOWN_RATE_LIMIT_PER_CLIENT: '100000000' },
      { ...LIMITED, rateLimitPerCaller: LIMITS.fields, rateLimitPerClient: 100_000_000 },
    ],
    ['any free port', { PORT: '0' }, { port: 0 }],
    ['last port', { PORT: '65535' }, { port: 65535 }],
    ['IPv6 loopback', { HOST: '::1' }, { host: '::1' }],
    ['localhost', { HOST: 'localhost' }, { host: 'localhost' }],
    ['another loopback address', { HOST: '127.8.0.1' }, { host: '127.8.0.1' }],
    [
      'all addresses, allowed in as many words',
      { HOST: '0.0.0.0', STEPDOWN_ALLOW_UNAUTHENTICATED: 'true' },
      { host: '0.0.0.0', allowUnauthenticated: true, introspection: false },
    ],
    ['false in as many words', { STEPDOWN_ALLOW_UNAUTHENTICATED: 'false' }, {}],
    [
      'names of this service',
      { ALLOWED_HOSTS: 'Tickets.Example.com., localhost:4000,10.0.0.5,[::0001]:80' },
      { allowedHosts: ['tickets.example.com', 'localhost:4000', '10.0.0.5', '[::1]:80'] },
    ],
    [
      'origins of pages',
      { ALLOWED_ORIGINS: 'https://Desk.example.com:443, http://localhost:*,http://[::1]:3000,moz-extension://a1-b2' },
      {
        allowedOrigins: [
          'https://desk.example.com',
          'http://localhost:*',
          'http://[::1]:3000',
          'moz-extension://a1-b2',
        ],
      },
    ],
    ['no introspection', { STEPDOWN_INTROSPECTION: 'false' }, { introspection: false }],
    [
      'introspection although callers are authenticated',
      { STEPDOWN_INTROSPECTION: 'true', STEPDOWN_AUTHENTICATION: 'required' },
      { introspection: true, authenticationRequired: true },
    ],
    ['no explorer', { STEPDOWN_EXPLORER: 'false' }, { explorer: false }],
    [
      'lists of trusted documents, without an explorer',
      { STEPDOWN_TRUSTED_DOCUMENTS: 'desk.json, /srv/app.json' },
      { trustedDocuments: [join(process.cwd(), 'desk.json'), '/srv/app.json'], explorer: false },
    ],
    ['no proxy', { TRUST_PROXY: 'false' }, {}],
    ['two proxies', { TRUST_PROXY: '2' }, { trustProxy: { kind: 'HOPS', hops: 2 } }],
    [
      'proxies by their addresses',
      { TRUST_PROXY: '10.0.0.0/8, ::1' },
      { trustProxy: { kind: 'NETWORKS', networks: ['10.0.0.0/8', '::1'] } },
    ],
    [
      'limits of sockets',
      {
        STEPDOWN_MAX_SOCKETS: '5000',
        STEPDOWN_MAX_SOCKETS_PER_ADDRESS: '5000',
        STEPDOWN_MAX_SUBSCRIPTIONS: '10000',
        STEPDOWN_OPERATION_MEMORY_MB: '64',
      },
      { maxSockets: 5_000, maxSocketsPerAddress: 5_000, maxSubscriptions: 10_000, operationMemoryMb: 64 },
    ],
    ['a time to stop', { STEPDOWN_SHUTDOWN_DELAY_SECONDS: '3' }, { shutdownDelaySeconds: 3 }],
    ['silence', { LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
    ['absolute data folder', { STEPDOWN_DATA_DIR: '/srv/stepdown' }, { dataDir: '/srv/stepdown' }],
    ['relative data folder', { STEPDOWN_DATA_DIR: 'data' }, { dataDir: join(process.cwd(), 'data') }],
    ['policy file', { STEPDOWN_POLICY_FILE: '/etc/policy.yaml' }, { policyFile: '/etc/policy.yaml' }],
    [
      'names',
      { STEPDOWN_OPERATOR: 'Zoë Ω', STEPDOWN_CLIENT: 'Acme & Sons' },
      { operator: 'Zoë Ω', client: 'Acme & Sons' },
    ],
    [
      'empty counts as unset',
      { DATABASE_URL: '', PORT: '', HOST: '', LOG_LEVEL: '', STEPDOWN_OPERATOR: '', STEPDOWN_TYPO: '' },
      {},
    ],
  ];
  test('has keys and networks of webhooks, in their order', () => {
    const config = loadConfig({
      STEPDOWN_ENCRYPTION_KEYS: `2027a:${KEY}, 2026a:${KEY}`,
      STEPDOWN_WEBHOOK_NETWORKS: '10.0.0.0/8, ::1',
    });
    expect(config.encryptionKeys).toEqual(['2027a', '2026a'].map((id) => ({ id, key: Buffer.alloc(32, 1) })));
    expect(config.webhookNetworks).toEqual([
      { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      { address: '::1', prefix: 128, family: 'ipv6' },
    ]);
  });

  test.each(rows)('%s', (_, env, expected) => {
    // Where callers are authenticated, introspection is off, and they are limited.
    const introspection = expected.authenticationRequired !== true;
    const rateLimits = introspection ? 'off' : 'memory';
    // Load balancers send requests from other machines.
    const shutdownDelaySeconds = isLoopback(expected.host ?? defaults.host) ? 0 : 2;
    expect(loadConfig(env)).toEqual({ ...defaults, introspection, rateLimits, shutdownDelaySeconds, ...expected });
  });
});

describe('a wrong variable is named in the error, with what it accepts', () => {
  const rows: [Record<string, string>, RegExp][] = [
    [
      { DATABASE_URL: 'mysql://u:secret@db/x' },
      /^DATABASE_URL must be a URL that begins with postgres:\/\/ or postgresql/,
    ],
    [{ DATABASE_URL: 'db.example:5432' }, /^DATABASE_URL must be a URL/],
    ...['ab#cret', '12#cret', '12/cret', '12?cret', 'ab/cret', 'cret@1/a', 'cret@1?a', '%e4cret'].map(
      (password): [Record<string, string>, RegExp] => [
        { DATABASE_URL: `postgres://u:${password}@db/x` },
        /^DATABASE_URL must be a URL (?!.*cret).*characters @ : \/ \? # and % of a password are written as %40/,
      ],
    ),
    [
      { DATABASE_URL: 'postgres://db/x?sslmode=on' },
      /^DATABASE_URL must be a URL whose sslmode is one of disable, pre/,
    ],
    [
      { DATABASE_URL: 'postgres://u:secret@db/x?sslrootcert=/nowhere.crt' },
      /^DATABASE_URL must be a URL that can be used: (?!.*secret).*\/nowhere\.crt/,
    ],
    [
      { DATABASE_OWNER_URL: 'postgres://owner@db/x' },
      /^DATABASE_OWNER_URL is set and DATABASE_URL is not: set DATABASE_URL/,
    ],
    [{ DATABASE_URL: 'postgres://db/x', DATABASE_OWNER_URL: 'db' }, /^DATABASE_OWNER_URL must be a URL that begins/],
    [{ HOST: '0.0.0.0' }, /STEPDOWN_OIDC_ISSUER and STEPDOWN_OIDC_AUDIENCE.*STEPDOWN_AUTHENTICATION=required/],
    [{ STEPDOWN_AUTHENTICATION: 'yes' }, /^STEPDOWN_AUTHENTICATION must be one of none, required, but it is "yes"/],
    [{ ...PROVIDER, STEPDOWN_AUTHENTICATION: 'none' }, /^STEPDOWN_AUTHENTICATION is none, but STEPDOWN_OIDC_ISSUER/],
    [{ ...PROVIDER, STEPDOWN_ALLOW_UNAUTHENTICATED: 'true' }, /^STEPDOWN_ALLOW_UNAUTHENTICATED is true, but/],
    [{ STEPDOWN_OIDC_ISSUER: 'https://id.example.com' }, /^STEPDOWN_OIDC_AUDIENCE must be set too/],
    [{ STEPDOWN_OIDC_AUDIENCE: 'a' }, /^STEPDOWN_OIDC_ISSUER must be set too/],
    [{ STEPDOWN_OIDC_ISSUER: 'http://id.example.com' }, /^STEPDOWN_OIDC_ISSUER must be a URL that begins with https/],
    [{ STEPDOWN_OIDC_JWKS_URL: 'keys' }, /^STEPDOWN_OIDC_JWKS_URL must be a URL that begins with https/],
    ...['HS256', 'none', 'RS256,,'].map((STEPDOWN_OIDC_ALGORITHMS): [Record<string, string>, RegExp] => [
      { ...PROVIDER, STEPDOWN_OIDC_ALGORITHMS },
      /^STEPDOWN_OIDC_ALGORITHMS must be one or more of RS256/,
    ]),
    ...['agent', 'agent=', 'agent=a,agent=b', 'owner=a', 'agent=a|', 'agent=a=b'].map(
      (STEPDOWN_OIDC_ROLES): [Record<string, string>, RegExp] => [
        { ...PROVIDER, STEPDOWN_OIDC_ROLES },
        /^STEPDOWN_OIDC_ROLES must be the values of the claim for each role/,
      ],
    ),
    [{ ...PROVIDER, STEPDOWN_OIDC_CLOCK_TOLERANCE_SECONDS: '301' }, /^STEPDOWN_OIDC_CLOCK_TOLERANCE_SECONDS must be/],
    ...['a.json,', '\0'].map((STEPDOWN_TRUSTED_DOCUMENTS): [Record<string, string>, RegExp] => [
      { STEPDOWN_TRUSTED_DOCUMENTS },
      /^STEPDOWN_TRUSTED_DOCUMENTS must be the paths of lists of documents/,
    ]),
    [
      { STEPDOWN_TRUSTED_DOCUMENTS: 'a.json', STEPDOWN_EXPLORER: 'true' },
      /^STEPDOWN_EXPLORER is true, but with STEPDOWN_TRUSTED_DOCUMENTS .* unset one of them\.$/,
    ],
    [
      { STEPDOWN_ENCRYPTION_KEYS: `a:${KEY},short:c2VjcmV0` },
      /^STEPDOWN_ENCRYPTION_KEYS must be keys with commas between them, (?!.*c2VjcmV0).*openssl rand -base64 32/,
    ],
    [{ STEPDOWN_ENCRYPTION_KEYS: `a:${KEY},a:${KEY}` }, /^STEPDOWN_ENCRYPTION_KEYS must be keys .* a name of its own/],
    [{ STEPDOWN_ENCRYPTION_KEYS: KEY }, /^STEPDOWN_ENCRYPTION_KEYS must be keys/],
    [{ STEPDOWN_WEBHOOK_NETWORKS: '10.0.0.0/40' }, /^STEPDOWN_WEBHOOK_NETWORKS must be IP addresses and networks/],
    [{ STEPDOWN_WEBHOOK_RETENTION_DAYS: '0' }, /^STEPDOWN_WEBHOOK_RETENTION_DAYS must be a whole number from 1/],
    [{ STEPDOWN_AUDIT_RETENTION_DAYS: '29' }, /^STEPDOWN_AUDIT_RETENTION_DAYS must be a whole number from 30/],
    [
      { STEPDOWN_FAILED_SIGN_INS_PER_MINUTE: '-1' },
      /^STEPDOWN_FAILED_SIGN_INS_PER_MINUTE must be a whole number from 0/,
    ],
    [
      { ...KEYS_ONLY, STEPDOWN_RATE_LIMITS: 'redis' },
      /^STEPDOWN_RATE_LIMITS must be one of memory, postgres, off, but/,
    ],
    [
      { STEPDOWN_RATE_LIMITS: 'memory' },
      /^STEPDOWN_RATE_LIMITS is memory.*unset it, or set STEPDOWN_AUTHENTICATION=req/,
    ],
    // The largest operation has to fit.
    ...['STEPDOWN_RATE_LIMIT_PER_CALLER', 'STEPDOWN_RATE_LIMIT_PER_CLIENT'].map(
      (name): [Record<string, string>, RegExp] => [
        { ...KEYS_ONLY, [name]: `${LIMITS.fields - 1}` },
        new RegExp(`^${name} must be a whole number from ${LIMITS.fields} to 100000000`),
      ],
    ),
    [{ EVENT_BUS: 'kafka' }, /^EVENT_BUS must be one of nats, off/],
    [
      { NATS_URL: 'nats://secret@a,http://b' },
      /^NATS_URL must be URLs of servers with commas between them, such as [^ ]+\.$/,
    ],
    [{ EVENT_BUS_SUBJECT: 'a.*' }, /^EVENT_BUS_SUBJECT must be a subject of NATS without wildcards/],
    [{ EVENT_BUS_STREAM: 'a.b' }, /^EVENT_BUS_STREAM must be 1 to 64 letters/],
    [{ EVENT_BUS_SOURCE: 'a b' }, /^EVENT_BUS_SOURCE must be a URI/],
    [{ DATABASE_POOL_SIZE: '9' }, /^DATABASE_POOL_SIZE must be a whole number from 10 to 200, but it is "9"\.$/],
    [{ DATABASE_POOL_SIZE: '201' }, /^DATABASE_POOL_SIZE must be a whole number from 10 to 200/],
    [{ DATABASE_POOL_SIZE: '1e1' }, /^DATABASE_POOL_SIZE must be a whole number/],
    [{ PORT: 'http' }, /^PORT must be a whole number from 0 to 65535 \(0 picks any free port\), but it is "http"\.$/],
    [{ PORT: '65536' }, /^PORT must be/],
    [{ PORT: '-1' }, /^PORT must be/],
    [{ PORT: '80.5' }, /^PORT must be/],
    [{ PORT: ' 80' }, /^PORT must be/],
    [{ HOST: 'a b' }, /^HOST must be an IP address or a host name/],
    [{ HOST: '0.0.0.0' }, /^HOST is 0\.0\.0\.0.*STEPDOWN_ALLOW_UNAUTHENTICATED=true/],
    [{ HOST: '::' }, /^HOST is ::,.*STEPDOWN_ALLOW_UNAUTHENTICATED=true/],
    [{ HOST: '127.example.org' }, /^HOST is 127\.example\.org.*STEPDOWN_ALLOW_UNAUTHENTICATED=true/],
    [{ HOST: '10.0.0.1', STEPDOWN_ALLOW_UNAUTHENTICATED: 'false' }, /^HOST is 10\.0\.0\.1/],
    [
      { LOG_LEVEL: 'loud' },
      /^LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, but it is "loud"\.$/,
    ],
    [{ LOG_LEVEL: 'INFO' }, /^LOG_LEVEL must be one of/],
    [{ STEPDOWN_ALLOW_UNAUTHENTICATED: 'yes' }, /^STEPDOWN_ALLOW_UNAUTHENTICATED must be exactly true or false, but/],
    [{ STEPDOWN_ALLOW_UNAUTHENTICATED: 'TRUE' }, /^STEPDOWN_ALLOW_UNAUTHENTICATED must be exactly true or false/],
    ...['*', 'a,,b', 'http://a', 'a/b', 'a b', 'user@a', 'a:99999', '::1', '[::1', '*.example.com', 'ä'].map(
      (ALLOWED_HOSTS): [Record<string, string>, RegExp] => [{ ALLOWED_HOSTS }, /^ALLOWED_HOSTS must be host names and/],
    ),
    ...[
      '*',
      'null',
      'localhost',
      'http://',
      'https://a/',
      'https://a/b',
      'https://u@a',
      'http://a:1:*',
      'http://*.a',
    ].map((ALLOWED_ORIGINS): [Record<string, string>, RegExp] => [
      { ALLOWED_ORIGINS },
      /^ALLOWED_ORIGINS must be origins/,
    ]),
    ...['true', '11', '-1', 'proxy', '10.0.0.0/33', '10.0.0/8', '::1/129', '10.0.0.1,'].map(
      (TRUST_PROXY): [Record<string, string>, RegExp] => [{ TRUST_PROXY }, /^TRUST_PROXY must be false, the number of/],
    ),
    [{ STEPDOWN_MAX_SOCKETS: '0' }, /^STEPDOWN_MAX_SOCKETS must be a whole number from 1 to 100000/],
    [{ STEPDOWN_MAX_SOCKETS_PER_ADDRESS: 'x' }, /^STEPDOWN_MAX_SOCKETS_PER_ADDRESS must be a whole number/],
    [{ STEPDOWN_MAX_SUBSCRIPTIONS: '-1' }, /^STEPDOWN_MAX_SUBSCRIPTIONS must be a whole number/],
    [{ STEPDOWN_OPERATION_MEMORY_MB: '8' }, /^STEPDOWN_OPERATION_MEMORY_MB must be a whole number from 16/],
    [
      { DATABASE_DIRECT_URL: 'postgres://db/x' },
      /^DATABASE_DIRECT_URL is set and DATABASE_URL is not: set DATABASE_URL/,
    ],
    [{ DATABASE_REPLICA_URL: 'postgres://db/x' }, /^DATABASE_REPLICA_URL is set and DATABASE_URL is not/],
    [
      { STEPDOWN_REPLICA_MAX_LAG_SECONDS: '0' },
      /^STEPDOWN_REPLICA_MAX_LAG_SECONDS must be a whole number from 1 to 300/,
    ],
    [{ STEPDOWN_SHUTDOWN_DELAY_SECONDS: '4' }, /^STEPDOWN_SHUTDOWN_DELAY_SECONDS must be a whole number from 0 to 3/],
    [{ STEPDOWN_ALLOWED_HOSTS: 'a' }, /did you mean ALLOWED_HOSTS\?$/],
    [{ STEPDOWN_OPERATOR: ' ' }, /^STEPDOWN_OPERATOR must be a name/],
    [{ STEPDOWN_CLIENT: 'a\nb' }, /^STEPDOWN_CLIENT must be a name/],
    [{ STEPDOWN_CLIENT: 'x'.repeat(101) }, /^STEPDOWN_CLIENT must be a name of at most 100 characters/],
    [{ STEPDOWN_DATADIR: '/x' }, /^STEPDOWN_DATADIR is not .*; did you mean STEPDOWN_DATA_DIR\?$/],
    [{ STEPDOWN_OPERATR: 'x' }, /did you mean STEPDOWN_OPERATOR\?$/],
    [{ STEPDOWN_PORT: '1' }, /did you mean PORT\?$/],
    [{ STEPDOWN_QUANTUM_FLUX: '1' }, /its variables are STEPDOWN_DATA_DIR, STEPDOWN_POLICY_FILE,/],
  ];
  test.each(rows)('%j', (env, sentence) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(sentence)]);
  });

  test('reports all wrong variables at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'y', STEPDOWN_CLEINT: 'z' });
    expect(problems).toHaveLength(3);
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y', STEPDOWN_CLEINT: 'z' })).toThrow(problems.join('\n'));
  });

  test('does not repeat a password', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://u:secret@db/x' }).join()).not.toContain('secret');
  });
});

test('accepts as loopback 127.0.0.0/8, ::1 and localhost, and nothing else', () => {
  expect(['127.0.0.1', '127.255.0.9', '::1', 'localhost', 'LocalHost'].filter((host) => !isLoopback(host))).toEqual([]);
  expect(['0.0.0.0', '::', '10.1.2.3', '127.1', 'localhost.example', '::ffff:10.0.0.1'].filter(isLoopback)).toEqual([]);
});

test('finds the package from its compiled files too', () => {
  expect(findPackageRoot(join(root, 'dist', 'src', 'adapters'))).toBe(root);
  expect(() => findPackageRoot('/')).toThrow('No package.json of stepdown');
});
