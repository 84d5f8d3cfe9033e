import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sharesOf } from '../../src/adapters/persistence/database/lanes';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/GROWING.md');

describe('the page on growing', () => {
  it('shows the statements that archive a month as they are', () => {
    expect(page).toContain(read('deploy/partitioning/archive-month.sql'));
  });

  it('gives the settings of Patroni as they are', () => {
    const patroni = read('deploy/patroni/patroni.yml');
    for (const name of ['ttl', 'loop_wait', 'retry_timeout', 'synchronous_mode', 'synchronous_mode_strict']) {
      const [, value] = new RegExp(`^ +${name}: (\\S+)$`, 'm').exec(patroni) ?? [];
      const [, given] = new RegExp(`^\\| \`${name}\` +\\| +(\\S+)`, 'm').exec(page) ?? [];
      expect([name, given]).toEqual([name, value]);
    }
  });

  it('has the addresses that the configuration of HAProxy for Patroni takes', () => {
    const taken = [...read('deploy/patroni/haproxy.cfg').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const given = [...read('deploy/patroni/haproxy.env').matchAll(/^(\w+)=\S+$/gm)].map(([, name]) => name);
    expect([...given].sort()).toEqual([...new Set(taken)].sort());
  });

  it('gives the shares of the lanes as they are', () => {
    for (const size of [10, 20, 40]) {
      const { changes, lookups, lists, heavy, engine, feed, health } = sharesOf(size);
      const row = [changes, lookups, lists, heavy, engine, feed, health].map((count) => `\\| +${count} `).join('');
      expect(page).toMatch(new RegExp(`^\\| +${size}( \\(minimum\\))? ${row}`, 'm'));
    }
  });

  it('names files that there are', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path]) => join('docs', path ?? ''));
    const named = [...page.matchAll(/`((?:test|deploy)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    expect([...links, ...named].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(links.length).toBeGreaterThan(5);
  });
});
