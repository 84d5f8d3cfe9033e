import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SRC = join(__dirname, '../../src');

/** What each layer may import; a path is the start of a file's path below src. */
const MAY_IMPORT: readonly {
  readonly layer: string;
  readonly own: readonly string[];
  readonly packages: readonly string[];
}[] = [
  { layer: 'domain/', own: ['domain/'], packages: ['xstate'] },
  { layer: 'application/', own: ['domain/', 'application/'], packages: ['node:crypto', 'uuid'] },
  { layer: 'adapters/', own: ['domain/', 'application/', 'adapters/', 'config', '../migrations'], packages: ['*'] },
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const importsOf = (name: string): string[] =>
  [
    ...readFileSync(join(SRC, name), 'utf8').matchAll(
      /(?:^(?:import|export)[^;'"]*?from |import\(|require\(|^import )'([^']+)'/gm,
    ),
  ].flatMap((match) => match[1] ?? []);

describe('imports point downward', () => {
  it.each(files)('%s', (name) => {
    const rule = MAY_IMPORT.find(({ layer }) => name.startsWith(layer));
    if (rule === undefined) return;
    for (const imported of importsOf(name)) {
      if (imported.startsWith('.')) {
        const target = relative(SRC, normalize(join(SRC, dirname(name), imported)));
        expect([imported, rule.own.some((start) => target.startsWith(start))]).toEqual([imported, true]);
      } else {
        const allowed = rule.packages.includes('*') || rule.packages.includes(imported);
        expect([imported, allowed]).toEqual([imported, true]);
      }
    }
  });

  it('reads the clock in one file only', () => {
    const readers = files.filter((name) => /Date\.now\(|new Date\(\)/.test(readFileSync(join(SRC, name), 'utf8')));
    expect(readers).toEqual(['adapters/system-clock.ts']);
  });
});
