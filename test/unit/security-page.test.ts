import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const page = readFileSync(join(__dirname, '../../docs/SECURITY.md'), 'utf8');
const attacks = page.slice(page.indexOf('## Attacks and answers'), page.indexOf('## What it costs'));
const rows = [...attacks.matchAll(/^\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)]
  .map(([, attack = '', , tests = '']) => ({ attack, tests: tests.split(', ') }))
  .filter(({ attack }) => attack !== 'attack' && !attack.startsWith('---'));

it('every answer to an attack names what holds it, and those tests exist', () => {
  expect(rows.length).toBeGreaterThan(40);
  const missing = rows.flatMap(({ attack, tests }) =>
    tests
      .filter((name) => !name.startsWith('by reading '))
      .map((name) => /^`([a-z0-9]+\/[a-z-]+)`$/.exec(name)?.[1])
      .filter((name) => name === undefined || !existsSync(join(__dirname, '..', `${name}.test.ts`)))
      .map((name) => `${attack}: ${name}`),
  );
  expect(missing).toEqual([]);
});
