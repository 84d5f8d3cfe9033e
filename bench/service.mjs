// Stepdown as it is served, on a data folder of the benchmark's own; and its store, opened beside it.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT, start } from './processes.mjs';

const require = createRequire(import.meta.url);

/** Nothing of the caller's own configuration, and nothing of an npm above, which would tell another one where it is. */
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|STEPDOWN_|DATABASE_|NODE_ENV|HOST$)/.test(name)),
  );

// By its name as a script, so that it looks whether its parent is still there: a killed benchmark leaves nothing behind.
export const environmentFor = (dataDir) => ({
  ...inherited(),
  PORT: '0',
  STEPDOWN_DATA_DIR: dataDir,
  LOG_LEVEL: 'warn',
  npm_lifecycle_event: 'start',
});

/** Starts the service on a free port. */
export const startService = async (dataDir) => {
  const child = start(process.execPath, ['bin/stepdown.js', 'serve'], {
    cwd: ROOT,
    env: environmentFor(dataDir),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const [, found] = /serves (http\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`The service ended with ${code} before it served: ${said}`)));
  });
  return {
    url,
    pid: child.pid,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Asks the service; an answer with errors is thrown. */
export const ask = async (url, query, variables = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
};

/** The store of a data folder, through the service's own modules; starts the database where it does not run. */
export const openStore = async (dataDir) => {
  const { openStore: open } = require('../dist/src/compose/open-store.js');
  const { loadConfig } = require('../dist/src/config.js');
  const { publishConfiguredPolicy } = require('../dist/src/application/policies/publish-configured-policy.js');
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const store = await open(loadConfig({ STEPDOWN_DATA_DIR: dataDir }), silent, 'stepdown bench');
  await publishConfiguredPolicy(store.policies, store.policyFile, 'MISSING');
  return store;
};

/** The folder of the database's socket, for programs that take one as their host. */
export const socketOf = (store) => new URL(store.url).searchParams.get('host');

export const postmasterOf = async (dataDir) => {
  const { postmasterOf: find } = require('../dist/src/adapters/embedded-postgres/cluster.js');
  return find(join(dataDir, 'postgres'));
};
