import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import {
  eventually,
  hold,
  home,
  isGone,
  notAsUnprivileged,
  postmasterOf,
  query,
  self,
  type User,
  unprivileged,
  urlOf,
} from '../support/postgres-holders';

interface Home {
  readonly user: User;
  readonly dataDir: string;
}

const users = notAsUnprivileged === null ? [self, unprivileged] : [self];
let homes: readonly Home[];
beforeAll(() => {
  homes = users.map((user) => ({ user, dataDir: home(`home of ${user.who}`, user) }));
});

/**
 * Every user tries it in a home of mode 700, all at the same time: most of it is waiting for
 * processes to end.
 */
const forEachUser = (name: string, work: (home: Home) => Promise<void>): void => {
  test(`as ${users.map(({ who }) => who).join(' and as ')}: ${name}`, async () => {
    const tried = await Promise.allSettled(homes.map(work));
    const failures = tried.flatMap((result, index) =>
      result.status === 'rejected' ? [new Error(`As ${users[index]?.who}`, { cause: result.reason })] : [],
    );
    if (failures.length > 1) throw new AggregateError(failures, 'Every user failed');
    if (failures.length > 0) throw failures[0];
  });
  if (notAsUnprivileged !== null) {
    test.skip(`as ${unprivileged.who}: ${name} (not here: ${notAsUnprivileged})`, () => undefined);
  }
};

forEachUser(
  'two first starts at once share one server, and the first to go leaves it to the other',
  async ({ user, dataDir }) => {
    const [one, two] = [hold(dataDir, user), hold(dataDir, user)];
    const [url, same] = await Promise.all([urlOf(one), urlOf(two)]);
    expect(same).toBe(url);
    await query(url, 'create table kept (n int)');
    const server = postmasterOf(dataDir);

    await one.close();
    await query(url, 'insert into kept values (1)');
    expect(postmasterOf(dataDir)).toBe(server);

    await two.close();
    expect(await isGone(server)).toBe(true);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres.init'))).toEqual([]);
    expect(readdirSync(join(dataDir, 'leases'))).toEqual([]);
  },
);

forEachUser(
  'killed with SIGKILL, its holder takes the server along, and what was committed is there again',
  async ({ user, dataDir }) => {
    const holder = hold(dataDir, user, [], true);
    const url = await urlOf(holder);
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    await query(url, 'insert into kept values (2)');
    const server = postmasterOf(dataDir);
    await holder.kill();
    await eventually('the server is gone', () => isGone(server));

    expect(await query(await urlOf(hold(dataDir, user)), 'select n from kept order by n')).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  },
);

forEachUser('of two holders one is killed with SIGKILL: the other keeps the server', async ({ user, dataDir }) => {
  const [one, two] = [hold(dataDir, user), hold(dataDir, user)];
  const [url] = await Promise.all([urlOf(one), urlOf(two)]);
  const server = postmasterOf(dataDir);
  await one.kill();
  await eventually('its lease is gone', async () => readdirSync(join(dataDir, 'leases')).length === 1);
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  expect(postmasterOf(dataDir)).toBe(server);
});

forEachUser('a start wins that falls into the end of the one before', async ({ user, dataDir }) => {
  for (const pauseMs of [0, 20, 80]) {
    const before = hold(dataDir, user);
    await urlOf(before);
    await before.kill();
    await sleep(pauseMs);
    const after = hold(dataDir, user);
    expect(await query(await urlOf(after), 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
    await after.kill();
  }
});

forEachUser('a server killed with SIGKILL is started again for its holder', async ({ user, dataDir }) => {
  const url = await urlOf(hold(dataDir, user));
  const server = postmasterOf(dataDir);
  process.kill(server, 'SIGKILL');
  await eventually('it answers again', () =>
    query(url, 'select 1').then(
      () => true,
      () => false,
    ),
  );
  expect(await query(url, 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
  expect(postmasterOf(dataDir)).not.toBe(server);
});

forEachUser('server and holder both killed with SIGKILL: the next start works', async ({ user, dataDir }) => {
  const holder = hold(dataDir, user);
  await urlOf(holder);
  process.kill(postmasterOf(dataDir), 'SIGKILL');
  await holder.kill();
  expect(await query(await urlOf(hold(dataDir, user)), 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
});

forEachUser('a holder killed while it starts leaves no server', async ({ user, dataDir }) => {
  for (const pauseMs of [150, 220, 300, 380]) {
    const holder = hold(dataDir, user);
    await sleep(pauseMs);
    await holder.kill();
    await eventually('leases, marks and server are gone', async () => {
      const hasServer = existsSync(join(dataDir, 'postgres', 'postmaster.pid'));
      return !hasServer && readdirSync(join(dataDir, 'leases')).length === 0;
    });
  }
});

forEachUser(
  'a stranger with the number of a server that was killed does not hinder the start',
  async ({ user, dataDir }) => {
    const lockFile = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(lockFile, `${process.pid}\n${join(dataDir, 'postgres')}\n0\n5432\n\n\n\n`, { mode: 0o600 });
    if (user.uid !== undefined) chownSync(lockFile, user.uid, user.uid);
    expect(await query(await urlOf(hold(dataDir, user)), 'select 1 as n')).toEqual([{ n: 1 }]);
  },
);

forEachUser('a watchdog killed with SIGKILL is replaced', async ({ user, dataDir }) => {
  const holder = hold(dataDir, user);
  await urlOf(holder);
  const server = postmasterOf(dataDir);
  const watchdogs = () =>
    spawnSync('ps', ['-o', 'pid=', '--ppid', String(holder.child.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .flatMap((pid) => Number(pid) || []);
  const [watchdog = 0] = watchdogs();
  process.kill(watchdog, 'SIGKILL');
  await eventually('there is another', async () => watchdogs().some((pid) => pid !== watchdog));
  await holder.kill();
  await eventually('the server is gone', () => isGone(server));
});
