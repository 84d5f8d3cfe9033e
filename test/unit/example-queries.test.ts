import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, 'examples', 'queries');

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .sort();
const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

it('examples/queries has the GraphQL blocks of README.md, in its order', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, text]) => text);
  expect(files.map(textOf)).toEqual(blocks);
  expect(blocks.length).toBeGreaterThan(5);
});

it('variables.json has the value of each variable', () => {
  const names = files.flatMap((file) => [...textOf(file).matchAll(/\$(\w+):/g)].map(([, name]) => name));
  expect(Object.keys(JSON.parse(textOf('variables.json'))).sort()).toEqual([...new Set(names)].sort());
});

it.each(files)('%s has one operation with the name of the file', (file) => {
  const names = parse(textOf(file)).definitions.map((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? one.name?.value : one.kind,
  );
  const words = file.replace(/^\d\d-|\.graphql$/g, '').split('-');
  expect(names).toEqual([words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')]);
});
