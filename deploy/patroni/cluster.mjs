// Three nodes of Patroni with etcd and HAProxy on 127.0.0.1, with the files of this folder: only
// addresses, ports, folders and passwords are replaced.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { start } from '../../bench/processes.mjs';

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** PostgreSQL does not run as root. In a namespace of users, root is another user to it. */
const AS_ANOTHER = process.getuid() === 0 ? ['unshare', '--user', '--map-user=65534', '--map-group=65534'] : [];

/** What is missing on this machine, as a sentence; null if nothing is. */
export function missingPrograms() {
  const needed = ['/usr/bin/patroni', '/usr/bin/etcd', '/usr/sbin/haproxy', '/usr/lib/postgresql/15/bin/postgres'];
  const missing = needed.filter((path) => !existsSync(path));
  if (missing.length === 0) return null;
  return `There is no ${missing.join(' and no ')}: apt-get install patroni etcd-server haproxy postgresql.`;
}

export const versions = () =>
  [
    ['patroni', '--version'],
    ['etcd', '--version'],
    ['haproxy', '-v'],
    ['/usr/lib/postgresql/15/bin/postgres', '--version'],
  ].map((command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8' }).split('\n')[0]);

const freePorts = async (count) => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) server.close();
  return ports;
};

const end = async (child, signal) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

/** Whether a process works in a folder, as a postmaster does in its data. */
const isPostmasterIn = (pid, folder) => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
};

/** Asks again until there is an answer that will do. */
export async function until(what, ask, seconds = 120) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => null);
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Not within ${seconds} s: ${what}`);
    await sleep(100);
  }
}

async function isStandby(url) {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query('SELECT pg_is_in_recovery() AS is');
  await client.end();
  return rows[0].is;
}

/** The variables of node1.env for each of three nodes on this machine. */
async function environments(folder) {
  const ports = await freePorts(12);
  const of = (node, what) => `127.0.0.1:${ports[node * 4 + ['postgres', 'rest', 'etcd', 'peer'].indexOf(what)]}`;
  const all = (what) => [0, 1, 2].map((node) => of(node, what));
  const password = randomBytes(12).toString('hex');
  const given = readFileSync(fileOf('node1.env'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return [0, 1, 2].map((node) => {
    const name = `node${node + 1}`;
    const here = (path) => join(folder, name, path);
    const replaced = {
      PATRONI_NAME: name,
      PATRONI_RESTAPI_LISTEN: of(node, 'rest'),
      PATRONI_RESTAPI_CONNECT_ADDRESS: of(node, 'rest'),
      PATRONI_ETCD3_HOSTS: all('etcd').join(','),
      PATRONI_POSTGRESQL_LISTEN: of(node, 'postgres'),
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: of(node, 'postgres'),
      PATRONI_POSTGRESQL_DATA_DIR: here('data'),
      PATRONI_POSTGRESQL_PGPASS: here('pgpass'),
      PATRONI_SUPERUSER_PASSWORD: password,
      PATRONI_REPLICATION_PASSWORD: password,
      PATRONI_REWIND_PASSWORD: password,
      ETCD_NAME: name,
      ETCD_DATA_DIR: here('etcd'),
      ETCD_LISTEN_CLIENT_URLS: `http://${of(node, 'etcd')}`,
      ETCD_ADVERTISE_CLIENT_URLS: `http://${of(node, 'etcd')}`,
      ETCD_LISTEN_PEER_URLS: `http://${of(node, 'peer')}`,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: `http://${of(node, 'peer')}`,
      ETCD_INITIAL_CLUSTER: all('peer')
        .map((address, at) => `node${at + 1}=http://${address}`)
        .join(','),
    };
    return Object.fromEntries(given.map(([key, value]) => [key, replaced[key] ?? value]));
  });
}

/** Starts all; resolves when there are a primary and two standbys, one of them synchronous. */
export async function startCluster(folder) {
  const variables = await environments(folder);
  const logTo = (name) => [
    'ignore',
    openSync(join(folder, `${name}.log`), 'a'),
    openSync(join(folder, `${name}.log`), 'a'),
  ];
  const postmasterOf = ({ env }) => {
    try {
      return Number(readFileSync(join(env.PATRONI_POSTGRESQL_DATA_DIR, 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return null;
    }
  };
  const etcds = [];
  const nodes = variables.map((env) => {
    mkdirSync(join(folder, env.PATRONI_NAME));
    etcds.push(start('etcd', [], { env: { ...process.env, ...env }, stdio: logTo(`${env.PATRONI_NAME}-etcd`) }));
    return { name: env.PATRONI_NAME, env, patroni: null };
  });
  const startNode = (node) => {
    const [program, ...args] = [...AS_ANOTHER, 'patroni', fileOf('patroni.yml')];
    const options = { env: { ...process.env, ...node.env }, stdio: logTo(node.name), cwd: folder };
    node.patroni = start(program, args, options);
  };
  // Patroni starts PostgreSQL so that it outlives it.
  process.once('exit', () => {
    for (const node of nodes) {
      const pid = postmasterOf(node);
      if (pid !== null && isPostmasterIn(pid, node.env.PATRONI_POSTGRESQL_DATA_DIR)) process.kill(pid, 'SIGKILL');
    }
  });
  const rest = ({ env }) => `http://${env.PATRONI_RESTAPI_CONNECT_ADDRESS}`;
  const leader = () =>
    Promise.any(
      nodes.map(async (node) => {
        const { ok } = await fetch(`${rest(node)}/primary`, { signal: AbortSignal.timeout(2_000) });
        return ok ? node : Promise.reject(new Error('a standby'));
      }),
    );
  const isWhole = async () => {
    const node = await leader();
    const { members } = await (await fetch(`${rest(node)}/cluster`)).json();
    const standbys = members.filter(({ role, state }) => role !== 'leader' && /^(running|streaming)$/.test(state));
    const [{ timeline }] = members.filter(({ role }) => role === 'leader');
    const hasFollowed = standbys.every((one) => one.lag === 0 || one.lag < 1_000_000);
    const isOne = standbys.every((one) => one.timeline === timeline);
    return standbys.length === 2 && isOne && hasFollowed && standbys.some(({ role }) => role === 'sync_standby');
  };
  const whole = () => until('a primary with two standbys, one of them synchronous', isWhole, 180);

  const [primaryPort, replicaPort] = await freePorts(2);
  for (const node of nodes) startNode(node);
  await whole();
  const addresses = nodes.flatMap(({ name, env }) => {
    const [host, port] = env.PATRONI_RESTAPI_CONNECT_ADDRESS.split(':');
    const key = name.toUpperCase();
    return [
      [`${key}_POSTGRES`, env.PATRONI_POSTGRESQL_CONNECT_ADDRESS],
      [`${key}_HOST`, host],
      [`${key}_REST_PORT`, port],
    ];
  });
  const proxied = {
    ...Object.fromEntries(addresses),
    PRIMARY_ADDRESS: `127.0.0.1:${primaryPort}`,
    REPLICA_ADDRESS: `127.0.0.1:${replicaPort}`,
  };
  const haproxy = start('haproxy', ['-f', fileOf('haproxy.cfg'), '-db'], {
    env: { ...process.env, ...proxied },
    stdio: logTo('haproxy'),
  });

  const [{ env }] = nodes;
  const urlAt = (port, user, password, database) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  return {
    leader,
    whole,
    /** Whether HAProxy leads to the primary on each of several connections. */
    isProxyChecked: async () => {
      const url = urlAt(primaryPort, env.PATRONI_SUPERUSER_USERNAME, env.PATRONI_SUPERUSER_PASSWORD, 'postgres');
      for (let n = 0; n < 6; n += 1) if (await isStandby(url)) return false;
      return true;
    },
    /** The superuser on the primary, through HAProxy. */
    adminUrl: (database) =>
      urlAt(primaryPort, env.PATRONI_SUPERUSER_USERNAME, env.PATRONI_SUPERUSER_PASSWORD, database),
    primaryUrl: (user, password, database) => urlAt(primaryPort, user, password, database),
    replicaUrl: (user, password, database) => urlAt(replicaPort, user, password, database),
    /** SIGKILL for Patroni and for the postmaster of the primary; returns it, and when. */
    killPrimary: async () => {
      const node = await leader();
      const ended = once(node.patroni, 'exit');
      node.patroni.kill('SIGKILL');
      process.kill(postmasterOf(node), 'SIGKILL');
      const killedAt = performance.now();
      await ended;
      return { node, killedAt };
    },
    startNode,
    stop: async () => {
      await Promise.all(nodes.map(({ patroni }) => end(patroni, 'SIGTERM')));
      await Promise.all([...etcds, haproxy].map((program) => end(program, 'SIGKILL')));
    },
  };
}
