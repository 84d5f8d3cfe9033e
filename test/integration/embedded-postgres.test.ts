import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect } from '@jest/globals';
import {
  eventually,
  hold,
  home,
  isGone,
  notAsOrdinaryUser,
  ordinaryUser,
  postmasterOf,
  query,
  self,
  testUnless,
  urlOf,
} from '../support/postgres-holders';

describe.each([self, ordinaryUser])('as $who, in a home of mode 700', (user) => {
  const unless = user === ordinaryUser ? notAsOrdinaryUser : null;
  let dataDir: string;
  beforeAll(() => {
    dataDir = home(`home of ${user.who}`, user);
  });

  testUnless(
    unless,
    'two first starts at once share one server, and the first to go leaves it to the other',
    async () => {
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

  testUnless(
    unless,
    'killed with SIGKILL, its holder takes the server along, and what was committed is there again',
    async () => {
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

  testUnless(unless, 'of two holders one is killed with SIGKILL: the other keeps the server', async () => {
    const [one, two] = [hold(dataDir, user), hold(dataDir, user)];
    const [url] = await Promise.all([urlOf(one), urlOf(two)]);
    const server = postmasterOf(dataDir);
    await one.kill();
    await eventually('its lease is gone', async () => readdirSync(join(dataDir, 'leases')).length === 1);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(postmasterOf(dataDir)).toBe(server);
  });

  testUnless(unless, 'a start wins that falls into the end of the one before', async () => {
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

  testUnless(unless, 'a server killed with SIGKILL is started again for its holder', async () => {
    const url = await urlOf(hold(dataDir, user));
    const server = postmasterOf(dataDir);
    process.kill(server, 'SIGKILL');
    await eventually(
      'it answers again',
      () =>
        query(url, 'select 1').then(
          () => true,
          () => false,
        ),
      15_000,
    );
    expect(await query(url, 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
    expect(postmasterOf(dataDir)).not.toBe(server);
  });

  testUnless(unless, 'server and holder both killed with SIGKILL: the next start works', async () => {
    const holder = hold(dataDir, user);
    await urlOf(holder);
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    await holder.kill();
    expect(await query(await urlOf(hold(dataDir, user)), 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
  });

  testUnless(unless, 'a holder killed while it starts leaves no server', async () => {
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

  testUnless(unless, 'a stranger with the number of a server that was killed does not hinder the start', async () => {
    const lockFile = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(lockFile, `${process.pid}\n${join(dataDir, 'postgres')}\n0\n5432\n\n\n\n`, { mode: 0o600 });
    if (user.uid !== undefined) chownSync(lockFile, user.uid, user.uid);
    expect(await query(await urlOf(hold(dataDir, user)), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  testUnless(unless, 'a watchdog killed with SIGKILL is replaced', async () => {
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
});
