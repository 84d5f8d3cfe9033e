import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { buildSchema, isAbstractType, parse } from 'graphql';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');

/** All scalars are strings in JSON; `strictScalars` fails for one that is missing here. */
const config = {
  strictScalars: true,
  scalars: {
    DateTime: 'string',
    Duration: 'string',
    EventCursor: 'string',
    Audience: 'string',
    Consequence: 'string',
    ID: 'string',
  },
  immutableTypes: true,
  useTypeImports: true,
};

/**
 * What GraphQL Code Generator makes of `schema.graphql` and `examples/queries/`. Its command line
 * is not used, because it brings 270 more packages.
 *
 * @returns the text of each file by its path from this folder
 */
export async function generate() {
  const sdl = await readFile(join(ROOT, 'schema.graphql'), 'utf8');
  const queries = join(ROOT, 'examples/queries');
  const names = (await readdir(queries)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (location) => {
      const rawSDL = await readFile(join(queries, location), 'utf8');
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
  const shared = { schema: parse(sdl), schemaAst: buildSchema(sdl), pluginMap: {}, documentTransforms: [] };
  const sections = await preset.buildGeneratesSection({
    ...shared,
    baseOutputDir: 'preset/',
    documents,
    config,
    presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
    plugins: [],
  });
  const textOf = async (name) => {
    const section = sections.find(({ filename }) => filename === `preset/${name}`);
    return `${(await codegen({ ...section, schemaAst: shared.schemaAst })).trimEnd()}\n`;
  };
  const schemaTypes = await codegen({
    ...shared,
    filename: 'schema.ts',
    documents: [],
    config: { ...config, enumsAsTypes: true, disableDescriptions: true },
    plugins: [{ typescript: {} }],
    pluginMap: { typescript },
  });
  const possibleTypes = Object.values(shared.schemaAst.getTypeMap())
    .filter((type) => isAbstractType(type) && !type.name.startsWith('__'))
    .map((type) => [
      type.name,
      shared.schemaAst
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .sort(),
    ]);
  return {
    'src/generated/documents.ts': await textOf('graphql.ts'),
    'src/generated/schema.ts': `${schemaTypes.trimEnd()}\n`,
    'src/generated/possible-types.ts': [
      '/** The types of each interface of the schema, for the cache of Apollo Client. */',
      `export const possibleTypes: Readonly<Record<string, string[]>> = ${JSON.stringify(Object.fromEntries(possibleTypes), null, 2)};`,
      '',
    ].join('\n'),
    'persisted-documents.json': await textOf('persisted-documents.json'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(join(HERE, 'src/generated'), { recursive: true });
  for (const [path, text] of Object.entries(await generate())) await writeFile(join(HERE, path), text);
}
