// Kills the primary of a cluster of Patroni under writes, several times, and checks afterwards that
// no acknowledged write is lost. Needs `npm run build`, and patroni, etcd-server, haproxy and
// postgresql 15 of Debian. Run: node deploy/patroni/try.mjs [--kills 5] [--processes 2]
// [--writers 12] [--keep FOLDER]
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startService } from '../../bench/service.mjs';
import { checkHistory } from './check.mjs';
import { missingPrograms, startCluster, until, versions } from './cluster.mjs';
import { startSubscriber, startWriters } from './load.mjs';

const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '5' },
    processes: { type: 'string', default: '2' },
    writers: { type: 'string', default: '12' },
    keep: { type: 'string' },
  },
});
const [kills, processes, writers] = [given.kills, given.processes, given.writers].map(Number);
/** Writes that must be acknowledged between two kills. */
const WRITES_BETWEEN = 300;
const LONGEST_RECOVERY_S = 30;

const say = (line) => process.stdout.write(`${line}\n`);

const run = async (url, ...statements) => {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
  return true;
};

async function tryFailovers(folder) {
  for (const version of versions()) say(version);
  const cluster = await startCluster(folder);
  const password = 'stepdown';
  // Before its first checks, HAProxy leads to any node.
  const statements = [
    `CREATE ROLE stepdown LOGIN CREATEROLE PASSWORD '${password}'`,
    'CREATE DATABASE stepdown OWNER stepdown',
  ];
  for (const statement of statements) await until(statement, () => run(cluster.adminUrl('postgres'), statement));
  await until('HAProxy has checked all nodes', cluster.isProxyChecked);
  const variables = {
    DATABASE_URL: cluster.primaryUrl('stepdown', password, 'stepdown'),
    DATABASE_REPLICA_URL: cluster.replicaUrl('stepdown', password, 'stepdown'),
  };
  const services = [];
  for (let n = 0; n < processes; n += 1) services.push(await startService(folder, [], variables));
  const urls = services.map(({ url }) => url);
  const load = startWriters(urls, { writers, pauseMs: 20 });
  const subscriber = startSubscriber(urls[0]);
  const written = (count) => {
    const least = load.acknowledged.length + count;
    return until(`${count} more writes`, () => load.acknowledged.length >= least, 300);
  };
  await written(WRITES_BETWEEN);

  const rounds = [];
  for (let n = 1; n <= kills; n += 1) {
    const { node, killedAt } = await cluster.killPrimary();
    // What its server processes had begun can still be acknowledged.
    const isAfter = ({ begunAt }) => begunAt > killedAt + 1_000;
    const first = await until('a write after the kill', () => load.acknowledged.find(isAfter), 180);
    const recovery = (first.at - killedAt) / 1000;
    const next = await until('a primary', cluster.leader);
    const atOnce = load.acknowledged.length;
    await written(WRITES_BETWEEN);
    cluster.startNode(node);
    await cluster.whole();
    const whole = (performance.now() - killedAt) / 1000;
    rounds.push({ n, killed: node.name, next: next.name, recovery, whole, acknowledged: atOnce });
    say(
      `kill ${n}: ${node.name} → ${next.name}, first write after ${recovery.toFixed(1)} s, whole after ${whole.toFixed(0)} s`,
    );
  }
  await load.stop();
  const result = await checkHistory(cluster.adminUrl('stepdown'), load.acknowledged, subscriber);
  subscriber.close();
  for (const service of services) await service.stop();
  await cluster.stop();
  return { rounds, result, failures: load.failures };
}

if (missingPrograms() !== null) {
  say(missingPrograms());
  process.exit(2);
}
const folder = given.keep ?? (await mkdtemp(join(tmpdir(), 'stepdown-patroni-')));
mkdirSync(folder, { recursive: true });
try {
  const { rounds, result, failures } = await tryFailovers(folder);
  say('');
  say('| kill | killed | next primary | first write after, s |');
  say('| ---: | --- | --- | ---: |');
  for (const { n, killed, next, recovery } of rounds) say(`| ${n} | ${killed} | ${next} | ${recovery.toFixed(1)} |`);
  say('');
  for (const [what, value] of Object.entries(result)) say(`${what}: ${value}`);
  for (const [error, count] of failures) say(`attempts that failed (${error}): ${count}`);
  const isLate = rounds.some(({ recovery }) => recovery > LONGEST_RECOVERY_S);
  const isWrong = Object.entries(result).some(([what, value]) => what.startsWith('wrong') && value !== 0);
  if (isLate || isWrong) process.exitCode = 1;
} finally {
  if (given.keep === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
