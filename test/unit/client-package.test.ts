import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type DocumentNode, Kind, parse, print, validate } from 'graphql';
import * as client from '../../packages/client/src';

const ROOT = join(__dirname, '../..');
const PACKAGE = join(ROOT, 'packages/client');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const jsonOf = (path: string) => JSON.parse(textOf(path));

const queries = readdirSync(join(ROOT, 'examples/queries'))
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => parse(textOf(`examples/queries/${file}`)));
const nameOf = (document: DocumentNode): string => {
  const [first] = document.definitions;
  return first?.kind === Kind.OPERATION_DEFINITION ? (first.name?.value ?? '') : '';
};
const documents = Object.entries(client).filter(([name]) =>
  name.endsWith('Document'),
) as unknown as readonly (readonly [
  name: string,
  document: DocumentNode & { readonly __meta__: { readonly hash: string } },
])[];

/** The tokens of a document, because the generator sorts the fields. */
const tokensOf = (text: string): readonly string[] => (text.match(/"[^"]*"|[\w$]+|[^\s,]/g) ?? []).sort();

describe('the documents of the client', () => {
  it('are the queries of README.md', () => {
    expect(documents.length).toBeGreaterThan(5);
    expect(Object.fromEntries(documents.map(([name, document]) => [name, print(document)]))).toEqual(
      Object.fromEntries(queries.map((document) => [`${nameOf(document)}Document`, print(document)])),
    );
  });

  it('are listed by their hashes, as trusted documents', () => {
    const listed: Record<string, string> = jsonOf('packages/client/persisted-documents.json');
    expect(Object.keys(listed).sort()).toEqual(documents.map(([, { __meta__ }]) => __meta__.hash).sort());
    const schema = buildSchema(textOf('schema.graphql'));
    for (const [, document] of documents) {
      const text = listed[document.__meta__.hash] ?? '';
      expect(validate(schema, parse(text))).toEqual([]);
      expect(tokensOf(text)).toEqual(tokensOf(print(document)));
      expect(document.__meta__.hash).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
  });
});

describe('the package of the client', () => {
  it('has the version and the licence of the service, and needs no newer Node.js', () => {
    const { version, license, engines } = jsonOf('package.json');
    expect(jsonOf('packages/client/package.json')).toMatchObject({ version, license, engines });
    expect(textOf('packages/client/LICENSE')).toBe(textOf('LICENSE'));
  });

  it('is compiled with the versions that it allows', () => {
    const own = jsonOf('packages/client/package.json');
    const root = jsonOf('package.json');
    const core = jsonOf('node_modules/@graphql-typed-document-node/core/package.json');
    const used: Record<string, string> = { ...root.dependencies, '@graphql-typed-document-node/core': core.version };
    const partsOf = (version: string): number[] => version.replace(/^\^/, '').split('.').map(Number);
    for (const [name, allowed] of Object.entries<string>({ ...own.dependencies, ...own.peerDependencies })) {
      const [lowest, actual] = [partsOf(allowed), partsOf(used[name] ?? '')];
      expect(allowed).toMatch(/^\^[1-9]/);
      expect([name, actual[0]]).toEqual([name, lowest[0]]);
      expect([name, (actual[1] ?? 0) >= (lowest[1] ?? 0)]).toEqual([name, true]);
    }
  });
});

const hasCodegen = existsSync(join(PACKAGE, 'node_modules/@graphql-codegen'));

(hasCodegen ? describe : describe.skip)(
  `what is generated${hasCodegen ? '' : ' (not here: `npm ci --prefix packages/client` installs the generator)'}`,
  () => {
    it('is what the schema and the queries say; `npm run generate --prefix packages/client` writes it', () => {
      // In a process of its own, because Jest does not load modules of ES.
      const script = `import(${JSON.stringify(pathToFileURL(join(PACKAGE, 'codegen.mjs')).href)}).then(({ generate }) => generate()).then((files) => console.log(JSON.stringify(files)))`;
      const files: Record<string, string> = JSON.parse(
        execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
      );
      const stale = Object.entries(files).filter(([path, text]) => textOf(`packages/client/${path}`) !== text);
      expect(stale.map(([path]) => path)).toEqual([]);
      expect(Object.keys(files)).toHaveLength(4);
    });
  },
);
