import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '../..');

/**
 * Packages that the domain and the application may use; adapters and the composition may use any.
 */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  domain: ['xstate'],
  application: ['node:crypto', 'uuid'],
};

/**
 * From the bottom up: a file may import from its own layer and from those before it in this list.
 */
const LAYERS = ['domain', 'application', 'adapters', 'config', 'compose', 'cli'] as const;
type Layer = (typeof LAYERS)[number];

/**
 * The only imports between adapters. Everything else that two adapters share belongs in a lower
 * layer.
 */
const ADAPTER_EDGES: readonly string[] = [
  'cli -> documents',
  'cli -> graphql',
  'cli -> import',
  'cli -> policy-files',
  'graphql -> lifecycle-diagram',
  'events -> persistence',
  'http -> graphql',
  'import -> documents',
  'policy-files -> documents',
];

const files = [
  ...readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`),
  'ormconfig.ts',
  ...readdirSync(join(ROOT, 'migrations')).map((name) => `migrations/${name}`),
];

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/**
 * What a file imports, types included: files of this project by their path from the root, packages
 * by name.
 */
function importsOf(file: string): readonly string[] {
  const found = textOf(file).matchAll(/(?:^(?:import|export)[^;'"]*?from |import\(|require\(|^import )'([^']+)'/gm);
  return [...found].flatMap(([, specifier = '']) => {
    if (!specifier.startsWith('.')) return [specifier];
    const path = relative(ROOT, normalize(join(ROOT, dirname(file), specifier)));
    const target = [`${path}.ts`, path.replace(/\.js$/, '.ts'), `${path}/index.ts`].find(
      (candidate) => candidate.endsWith('.ts') && existsSync(join(ROOT, candidate)),
    );
    return target === undefined ? [] : [target];
  });
}

const imports = new Map(files.map((file) => [file, importsOf(file)] as const));
const ownImportsOf = (file: string): readonly string[] =>
  (imports.get(file) ?? []).filter((target) => imports.has(target));

/** The layer of a file; the migrations and `ormconfig.ts` belong to the adapter of the database. */
function layerOf(file: string): Layer {
  if (!file.startsWith('src/')) return 'adapters';
  const [, first = ''] = file.split('/');
  const layer = LAYERS.find((name) => first === name || first === `${name}.ts`);
  if (layer === undefined) throw new Error(`${file} belongs to no layer`);
  return layer;
}

const adapterOf = (file: string): string | null => /^src\/adapters\/([^/]+)\//.exec(file)?.[1] ?? null;

/** The strongly connected parts of the import graph that have more than one file (Tarjan). */
function cycles(): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const target of ownImportsOf(file)) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const part = stack.splice(stack.indexOf(file));
    if (part.length > 1) found.push(part.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

/** Values that stand more than once, each with what carries it. */
function repeated(pairs: readonly (readonly [value: string, carrier: string])[]): readonly string[] {
  const carriers = new Map<string, string[]>();
  for (const [value, carrier] of pairs) carriers.set(value, [...(carriers.get(value) ?? []), carrier]);
  return [...carriers].filter(([, all]) => all.length > 1).map(([value, all]) => `${value}: ${all.join(', ')}`);
}

describe('the layers', () => {
  it('contain every file of src', () => {
    expect(() => files.map(layerOf)).not.toThrow();
  });

  it('import only from their own level or from one below', () => {
    const upward = files.flatMap((file) =>
      ownImportsOf(file)
        .filter((target) => LAYERS.indexOf(layerOf(target)) > LAYERS.indexOf(layerOf(file)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('use only the packages that they are allowed', () => {
    const foreign = files.flatMap((file) => {
      const allowed = PACKAGES[layerOf(file)];
      if (allowed === undefined) return [];
      return (imports.get(file) ?? [])
        .filter((name) => !imports.has(name) && !name.endsWith('.ts') && !allowed.includes(name))
        .map((name) => `${file} -> ${name}`);
    });
    expect(foreign).toEqual([]);
  });

  it('import nothing of this repository from outside src, but the command line its client', () => {
    const outside = files.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((target) => target.endsWith('.ts') && !imports.has(target))
        .map((target) => `${file} -> ${target}`),
    );
    expect(outside.sort()).toEqual([
      'src/adapters/cli/desk/service-client.ts -> packages/client/src/index.ts',
      'src/adapters/cli/ticket/demo.ts -> packages/client/src/index.ts',
    ]);
  });

  it('have no import cycle, not even of types', () => {
    expect(cycles()).toEqual([]);
  });

  it('keep adapters apart but for the edges that are listed', () => {
    const edges = new Map<string, string>();
    for (const file of files) {
      for (const target of ownImportsOf(file)) {
        const [from, to] = [adapterOf(file), adapterOf(target)];
        if (from !== null && to !== null && from !== to) edges.set(`${from} -> ${to}`, `${file} -> ${target}`);
      }
    }
    const unlisted = [...edges].filter(([edge]) => !ADAPTER_EDGES.includes(edge)).map(([, example]) => example);
    expect(unlisted).toEqual([]);
    expect(ADAPTER_EDGES.filter((edge) => !edges.has(edge))).toEqual([]);
  });
});

describe('names', () => {
  it('of files are unique across all folders', () => {
    const named = files.filter((file) => basename(file) !== 'index.ts').map((file) => [basename(file), file] as const);
    expect(repeated(named)).toEqual([]);
  });

  it('of exported things are used once', () => {
    const declaration =
      /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm;
    const exported = files.flatMap((file) =>
      [...new Set([...textOf(file).matchAll(declaration)].map(([, name = '']) => name))].map(
        (name) => [name, file] as const,
      ),
    );
    expect(repeated(exported)).toEqual([]);
  });
});

describe('named statements', () => {
  it('stand in a folder statements', () => {
    const outside = files.filter(
      (file) =>
        file.includes('/persistence/') &&
        !file.includes('/statements/') &&
        /\bname: '[a-z-]+',\s+text:/.test(textOf(file)),
    );
    expect(outside).toEqual([]);
  });
});

describe('the clock', () => {
  it('is read in one file only', () => {
    const readers = files.filter((file) => /Date\.now\(|new Date\(\)/.test(textOf(file)));
    expect(readers).toEqual(['src/adapters/clock/database-clock.ts']);
  });
});

describe('the tests', () => {
  it('have no time limits of their own, because a loaded machine takes ten times as long', () => {
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `test/${name}`);
    expect(tests.filter((file) => /^ *\}\)?, \d+_000\);$|^ +\d+_000,\n *\);$/m.test(textOf(file)))).toEqual([]);
  });
});
