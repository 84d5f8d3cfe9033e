// Runs the Stepdown service on a data folder of the benchmark, and opens the store beside it.
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, start } from './processes.mjs';

const require = createRequire(import.meta.url);

/** The environment without the configuration of the caller and without the variables of npm. */
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|STEPDOWN_|DATABASE_|NODE_ENV|HOST$)/.test(name)),
  );

// As an npm script, the service checks whether its parent still runs, so a killed benchmark leaves
// no service behind.
export const environmentFor = (dataDir) => ({
  ...inherited(),
  PORT: '0',
  STEPDOWN_DATA_DIR: dataDir,
  LOG_LEVEL: 'warn',
  npm_lifecycle_event: 'start',
});

/**
 * Starts the service on a free port, with options for node and variables of its own; that of
 * another checkout if `root` is one.
 */
export const startService = async (dataDir, options = [], variables = {}, root = ROOT) => {
  const child = start(process.execPath, [...options, 'bin/stepdown.js', 'serve'], {
    cwd: root,
    env: { ...environmentFor(dataDir), ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const [, found] = /serves (http\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`The service exited with code ${code} before it served: ${said}`)));
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

/** Sends a query to the service. Throws if the answer has errors. */
export const ask = async (url, query, variables = {}, headers = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
};

/**
 * Opens the store of a data folder with the modules of the service. Starts the database if needed.
 * Its pool is that of the owner of the tables, for whom the database hides no rows; `servicePool`
 * is what the service uses.
 */
export const openStore = async (dataDir) => {
  const { openStore: open } = require('../dist/src/compose/open-store.js');
  const { loadConfig } = require('../dist/src/config.js');
  const { publishConfiguredPolicy } = require('../dist/src/application/policies/publish-configured-policy.js');
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const store = await open(loadConfig({ STEPDOWN_DATA_DIR: dataDir }), silent, 'stepdown bench');
  await publishConfiguredPolicy(store.policies, store.policyFile, 'MISSING');
  return withOwnerPool(store);
};

const withOwnerPool = async (store) => {
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  let isOpen;
  const pool = await new Promise((resolve, reject) => {
    isOpen = store.asOwner(async (owner) => {
      resolve(owner.pool);
      await ended;
    });
    isOpen.catch(reject);
  });
  const close = async () => {
    end();
    await isOpen;
    await store.close();
  };
  return { ...store, pool, servicePool: store.pool, close };
};

/** `changeTickets` of the service on a store; `pool` replaces the pool of the store. */
export const changeTicketsOn = ({ policies, pool: own }, pool = own) => {
  const { createTicketStore } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-store.js');
  const { createChangeTickets } = require('../dist/src/application/tickets/change-tickets.js');
  const store = createTicketStore({ pool, onCommitted: () => undefined });
  return createChangeTickets({ store, clock: { now: () => Date.now() }, policies });
};

/** Makes the database of a data folder record the time of each commit from its next start on. */
export const recordCommitTimes = async (dataDir) => {
  await (await openStore(dataDir)).close();
  await appendFile(join(dataDir, 'postgres', 'postgresql.auto.conf'), 'track_commit_timestamp = on\n');
};

/** The folder of the database socket, for programs that accept it as the host. */
export const socketOf = (store) => new URL(store.url).searchParams.get('host');

export const postmasterOf = async (dataDir) => {
  const { postmasterOf: find } = require('../dist/src/adapters/embedded-postgres/cluster.js');
  return find(join(dataDir, 'postgres'));
};

/**
 * Lets the service complete its search tables, which a search does. Throws if they are not complete
 * within a minute.
 */
export const indexTexts = async (url) => {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    try {
      await ask(url, '{ tickets(first: 1, filter: { text: "checkout" }) { nodes { number } } }');
      return;
    } catch {
      await sleep(500);
    }
  }
  throw new Error('The search tables were not completed within a minute');
};
