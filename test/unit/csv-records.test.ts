import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { csvRecords } from '../../src/adapters/import/csv-records';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string, delimiter = ','): Promise<readonly unknown[]> {
  const path = join(folder, 'file.csv');
  await writeFile(path, text);
  const found: unknown[] = [];
  // Small pieces, so that lines and letters are cut anywhere.
  for await (const record of csvRecords(createReadStream(path, { highWaterMark: 3 }), delimiter)) {
    found.push([record.line, 'cells' in record ? record.cells : record.problem]);
  }
  return found;
}

const UNCLOSED = 'opens a quote that is not closed';

test.each<[string, string, readonly unknown[]]>([
  [
    'plain lines',
    'a,b\nc,d\n',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'no newline at the end, CRLF, empty lines, umlauts',
    'a,ä\r\n\r\nc,€',
    [
      [1, ['a', 'ä']],
      [3, ['c', '€']],
    ],
  ],
  ['a byte order mark', '\uFEFFa,b\n', [[1, ['a', 'b']]]],
  [
    'quoted delimiters and quotes',
    '"a,1","say ""x"""\nb,c\n',
    [
      [1, ['a,1', 'say "x"']],
      [2, ['b', 'c']],
    ],
  ],
  [
    'a cell over two lines',
    '"a\nb",c\nd,e\n',
    [
      [1, ['a\nb', 'c']],
      [3, ['d', 'e']],
    ],
  ],
  [
    'a quote within an unquoted cell',
    '5" pipe,a\nb,c\n',
    [
      [1, ['5" pipe', 'a']],
      [2, ['b', 'c']],
    ],
  ],
  [
    'a quote that is never closed',
    'a,b\nc,"d\ne,f\ng,h\n',
    [
      [1, ['a', 'b']],
      [2, UNCLOSED],
      [3, ['e', 'f']],
      [4, ['g', 'h']],
    ],
  ],
  ['nothing', '', []],
])('%s', async (_, text, expected) => {
  expect(await read(text)).toEqual(expected);
});

test('a line that is too long is lost, and no other line', async () => {
  const path = join(folder, 'long.csv');
  await writeFile(path, `a,b\n${'x'.repeat(3_000_000)}\nc,d\n`);
  const found: unknown[] = [];
  for await (const record of csvRecords(createReadStream(path), ',')) found.push([record.line, 'cells' in record]);
  expect(found).toEqual([
    [1, true],
    [2, false],
    [3, true],
  ]);
});

test('another delimiter is used when it is given', async () => {
  expect(await read('a;"b;c"\n', ';')).toEqual([[1, ['a', 'b;c']]]);
});
