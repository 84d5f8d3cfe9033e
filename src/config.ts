import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cleanEnv, EnvError, makeExactValidator } from 'envalid';
import { nearestTo } from './adapters/documents/nearest';
import { isLoopback } from './adapters/http/loopback';
import { OperatorError } from './application/operator-error';

/** Pino's levels, quietest last. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything the environment may say about this process, validated. Paths are absolute. */
export type Config = Readonly<{
  /** A PostgreSQL of the operator's own; `null` asks for the embedded one in `dataDir`. */
  databaseUrl: string | null;
  /** Connections kept at most, per process. */
  databasePoolSize: number;
  /** TCP port; 0 picks any free one. */
  port: number;
  /** Address to listen on; loopback, unless `allowUnauthenticated`. */
  host: string;
  /** Where the embedded PostgreSQL keeps its data, its log and its leases. */
  dataDir: string;
  logLevel: LogLevel;
  policyFile: string;
  /** The name under which every request acts, until there are accounts. */
  operator: string;
  /** The client account that tickets belong to when a request names none. */
  client: string;
  allowUnauthenticated: boolean;
}>;

/** One or more variables are wrong; `problems` has one sentence for each, and `message` all of them, a line each. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * The folder of this package: the nearest one upward whose package.json says `stepdown`. The same answer from `src` and
 * from `dist/src`.
 *
 * @throws Error when there is none, that is, when the compiled files were moved out of the package.
 */
export const findPackageRoot = (from: string = __dirname): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packageName(folder) === 'stepdown') return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json of stepdown in ${from} or above it.`);
  }
};

const packageName = (folder: string): unknown => {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
};

/** The validators' messages end the sentence "NAME must be …"; they quote the value, except where it may hold a secret. */
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
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return value;
  return refuse(
    'a URL that begins with postgres:// or postgresql://, such as postgresql://user:password@host:5432/stepdown',
  );
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
  value.trim() === value && value.length <= 100 && !/\p{Cc}/u.test(value)
    ? value
    : refuse('a name of at most 100 characters, without spaces around it or control characters', value),
);

const specs = (root: string) => ({
  DATABASE_URL: postgresUrl({ default: undefined }),
  DATABASE_POOL_SIZE: wholeNumber(1, 200)({ default: 10 }),
  PORT: wholeNumber(0, 65535, ' (0 picks any free port)')({ default: 4000 }),
  HOST: listenAddress({ default: '127.0.0.1' }),
  STEPDOWN_DATA_DIR: path({ default: join(root, '.stepdown') }),
  LOG_LEVEL: oneOf(LOG_LEVELS)({ default: 'info' }),
  STEPDOWN_POLICY_FILE: path({ default: join(root, 'policies', 'cimcloud.yaml') }),
  STEPDOWN_OPERATOR: displayName({ default: 'local operator' }),
  STEPDOWN_CLIENT: displayName({ default: 'Default client' }),
  STEPDOWN_ALLOW_UNAUTHENTICATED: exactlyTrueOrFalse({ default: false }),
});

/**
 * Reads the configuration from environment variables. An empty value counts as unset; variables of other programs are
 * ignored, but one that begins with `STEPDOWN_` and is not ours is taken for a typing error.
 *
 * @throws ConfigError naming every variable that is wrong, and what it takes.
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

  if (!isLoopback(clean.HOST) && !clean.STEPDOWN_ALLOW_UNAUTHENTICATED) {
    throw new ConfigError([
      `HOST is ${clean.HOST}, which other machines can reach, and this service does not ask callers who they are: ` +
        'set HOST to a loopback address (127.0.0.1, ::1 or localhost), or set STEPDOWN_ALLOW_UNAUTHENTICATED=true ' +
        'if something in front of it decides who may call.',
    ]);
  }

  return {
    databaseUrl: clean.DATABASE_URL ?? null,
    databasePoolSize: clean.DATABASE_POOL_SIZE,
    port: clean.PORT,
    host: clean.HOST,
    dataDir: clean.STEPDOWN_DATA_DIR,
    logLevel: clean.LOG_LEVEL,
    policyFile: clean.STEPDOWN_POLICY_FILE,
    operator: clean.STEPDOWN_OPERATOR,
    client: clean.STEPDOWN_CLIENT,
    allowUnauthenticated: clean.STEPDOWN_ALLOW_UNAUTHENTICATED,
  };
};

const unknownVariables = (names: readonly string[], known: readonly string[]): string[] =>
  names
    .filter((name) => name.startsWith('STEPDOWN_') && !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return meant === undefined
        ? `${name} is not a variable of Stepdown; those that begin so are ${known.filter((k) => k.startsWith('STEPDOWN_')).join(', ')}.`
        : `${name} is not a variable of Stepdown; did you mean ${meant}?`;
    });

/** The known name that `name` was probably meant to be: our prefix too many, or at most four letters amiss. */
const nearest = (name: string, known: readonly string[]): string | undefined => {
  const unprefixed = name.slice('STEPDOWN_'.length);
  if (known.includes(unprefixed)) return unprefixed;
  return nearestTo(name, known, 4);
};
