import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { csvRecords } from '../../src/adapters/import/csv-records';
import { fileLines } from '../../src/adapters/import/file-lines';
import type { Encoding } from '../../src/adapters/import/text-encoding';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pathOf = async (content: string | Buffer): Promise<string> => {
  const path = join(folder, 'file.csv');
  await writeFile(path, content);
  return path;
};

/** Cells that look like those of a row: a name and a year. */
const isRow = ([name, year]: readonly string[]): boolean => name !== '' && /^\d{4}$/.test(year ?? '');

async function readBytes(
  content: string | Buffer,
  { delimiter = ',', encoding = 'utf-8' as Encoding, highWaterMark = 3 } = {},
): Promise<readonly unknown[]> {
  const path = await pathOf(content);
  const found: unknown[] = [];
  const lines = fileLines(createReadStream(path, { highWaterMark }), encoding, 'file.csv');
  for await (const { line, cells, problem } of csvRecords(lines, delimiter, isRow))
    found.push([line, problem ?? cells]);
  return found;
}

// Small pieces, so that lines and letters are cut anywhere.
const read = (text: string, delimiter = ',') => readBytes(text, { delimiter });

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
      [2, 'opens a quote that is not closed'],
      [3, ['e', 'f']],
      [4, ['g', 'h']],
    ],
  ],
  ['nothing', '', []],
])('%s', async (_, text, expected) => {
  expect(await read(text)).toEqual(expected);
});

test.each<[string, string, readonly unknown[]]>([
  [
    'a stray quote gives up its line only',
    'id,year,text\nA,2026,"open\nA,2026,x\nB,2026,"b, quoted"\nB,2026,x\n',
    [
      [1, ['id', 'year', 'text']],
      [2, 'opens a quote that is not closed before line 3, which is a row itself'],
      [3, ['A', '2026', 'x']],
      [4, ['B', '2026', 'b, quoted']],
      [5, ['B', '2026', 'x']],
    ],
  ],
  [
    'a stray quote, although the number of cells fits',
    'id,year,text\nA,2026,"open\nB,2026,12 inch"\n',
    [
      [1, ['id', 'year', 'text']],
      [2, 'opens a quote that is not closed before line 3, which is a row itself'],
      [3, ['B', '2026', '12 inch"']],
    ],
  ],
  [
    'a stray quote before a cell of several lines',
    'id,year,text\nA,2026,"open\nB,2026,"one\ntwo"\nC,2026,x\n',
    [
      [1, ['id', 'year', 'text']],
      [2, 'opens a quote that is not closed before line 3, which is a row itself'],
      [3, ['B', '2026', 'one\ntwo']],
      [5, ['C', '2026', 'x']],
    ],
  ],
  [
    'a stray quote near the end, with lines that are no rows',
    'id,year,text\nA,2026,x\nB,2026,"open\n?,?\n',
    [
      [1, ['id', 'year', 'text']],
      [2, ['A', '2026', 'x']],
      [3, 'opens a quote that is not closed'],
      [4, 'has 2 cells where the header has 3'],
    ],
  ],
  [
    'text after a quote that closes on a later line',
    'id,text\nA,"open\nB,"x"\n',
    [
      [1, ['id', 'text']],
      [2, 'opens a quote that would be closed in the middle of line 3'],
      [3, ['B', 'x']],
    ],
  ],
  [
    'too many and too few cells',
    'a,b\n1\n1,2,3\n"1",2,3\n1,2\n"x\ny",2,3\n"x\ny"\n',
    [
      [1, ['a', 'b']],
      [2, 'has 1 cells where the header has 2'],
      [3, 'has 3 cells where the header has 2'],
      [4, 'has 3 cells where the header has 2'],
      [5, ['1', '2']],
      [6, 'opens a quote that would be closed on line 7, with too many cells'],
      [7, 'has 3 cells where the header has 2'],
      [8, 'opens a quote that would be closed on line 9, with 1 cells where the header has 2'],
      [9, 'has 1 cells where the header has 2'],
    ],
  ],
  [
    'a cell of several lines with quotes, commas, an empty line and CRLF',
    'a,b\r\n"say ""x"",\r\n\r\nbye",2\r\n3,4\r\n',
    [
      [1, ['a', 'b']],
      [2, ['say "x",\n\nbye', '2']],
      [5, ['3', '4']],
    ],
  ],
  [
    'text after a quote that closes on its line',
    'a,b\n"x" y,2\n',
    [
      [1, ['a', 'b']],
      [2, ['"x" y', '2']],
    ],
  ],
  [
    'a NUL character',
    'a,b\nx\0,2\n"x\0",2\n3,4\n',
    [
      [1, ['a', 'b']],
      [2, 'has a NUL character'],
      [3, 'has a NUL character'],
      [4, ['3', '4']],
    ],
  ],
  [
    'line ends of CR alone',
    'a,b\r1,"x\ry"\r3,4',
    [
      [1, ['a', 'b']],
      [2, ['1', 'x\ny']],
      [4, ['3', '4']],
    ],
  ],
])('%s', async (_, text, expected) => {
  expect(await read(text)).toEqual(expected);
});

/** The bytes of a text in each encoding. */
const BYTES: Readonly<Record<Encoding, (text: string) => Buffer>> = {
  'utf-8': (text) => Buffer.from(text),
  'latin-1': (text) => Buffer.from(text, 'latin1'),
  'windows-1252': (text) => Buffer.from(text, 'latin1'),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
};
const CELLS = [0, 1, 2];

test.each(Object.keys(BYTES) as Encoding[])(
  'a NUL in any cell of a line in %s is named, and costs no other row',
  async (encoding) => {
    const nulIn = (at: number, written: (cell: string) => string) =>
      ['x', '2026', 'y'].map((cell, index) => (index === at ? written(cell) : cell)).join(',');
    const rows = [
      ...CELLS.map((at) => nulIn(at, (cell) => `${cell}\0`)),
      ...CELLS.map((at) => nulIn(at, (cell) => `"\0${cell}"`)),
      '\0',
      '"a\0',
    ];
    const text = `name,year,text\n${rows.flatMap((row) => [row, 'ok,2026,é']).join('\n')}\n`;
    const problems = rows.flatMap((_, index) => [
      [2 + 2 * index, 'has a NUL character'],
      [3 + 2 * index, ['ok', '2026', 'é']],
    ]);
    expect(await readBytes(BYTES[encoding](text), { encoding })).toEqual([[1, ['name', 'year', 'text']], ...problems]);
  },
);

test('a NUL in a later line of a quoted cell gives up each of its lines', async () => {
  expect(await read('a,b\n"one\ntwo\0\nthree",2\n3,4\n')).toEqual([
    [1, ['a', 'b']],
    [2, 'opens a quote that is not closed before line 3, which has a NUL character'],
    [3, 'has a NUL character'],
    [4, ['three"', '2']],
    [5, ['3', '4']],
  ]);
});

test('a line that is too long is lost, and no other line', async () => {
  const found = await readBytes(`a,b\n${'x'.repeat(3_000_000)}\nc,d\n`, { highWaterMark: 65_536 });
  expect(found).toEqual([
    [1, ['a', 'b']],
    [2, 'is longer than 1048576 bytes'],
    [3, ['c', 'd']],
  ]);
});

test('a line without an end takes no memory', async () => {
  const chunk = Buffer.alloc(1_048_576, 'x');
  let most = 0;
  async function* endless() {
    yield Buffer.from('a,b\n');
    for (let count = 0; count < 512; count += 1) {
      yield chunk;
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  const found: unknown[] = [];
  for await (const record of csvRecords(fileLines(endless(), 'utf-8', 'x'), ',', isRow)) found.push(record.problem);
  expect(found).toEqual([null, 'is longer than 1048576 bytes']);
  expect(most - before).toBeLessThan(100 * 1_048_576);
});

// Each of these lines opens a quote, and each is a part of the quoted cell of the one before it.
test.each([
  ['a",","x', 50_000],
  ['a,"b', 50_000],
  ['a","', 100_000],
  ['"', 100_001],
])('many stray quotes take linear time: %s', async (line, count) => {
  const before = process.cpuUsage();
  const found = await readBytes(`a,b,c,d,e,f\n${`${line}\n`.repeat(count)}`, { highWaterMark: 65_536 });
  const { user, system } = process.cpuUsage(before);
  expect(found.length).toBeGreaterThan(count / 2);
  // About 0.1 s; reading on from each line to the longest record takes minutes.
  expect((user + system) / 1_000_000).toBeLessThan(5);
});

test('another delimiter is used when it is given', async () => {
  expect(await read('a;"b;c"\n', ';')).toEqual([[1, ['a', 'b;c']]]);
});

describe('the encoding', () => {
  const utf16 = (text: string, isBigEndian: boolean) => {
    const bytes = Buffer.from(text, 'utf16le');
    return isBigEndian ? bytes.swap16() : bytes;
  };
  const expected = [
    [1, ['a', 'b']],
    [2, ['Mü€ller 😀', 'x\nਊ']],
    [4, ['3', '4']],
  ];
  // The letter U+0A0A has the bytes of two line ends in UTF-16.
  const text = 'a,b\nMü€ller 😀,"x\nਊ"\n3,4\n';

  test.each<[Encoding, Buffer]>([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', utf16(text, false)],
    ['utf-16le', utf16(`\uFEFF${text}`, false)],
    ['utf-16be', utf16(`\uFEFF${text.replaceAll('\n', '\r\n')}`, true)],
  ])('%s is read in pieces of any size', async (encoding, bytes) => {
    for (const highWaterMark of [1, 3, 7, 65_536]) {
      expect(await readBytes(bytes, { encoding, highWaterMark })).toEqual(expected);
    }
  });

  test.each<Encoding>(['latin-1', 'windows-1252'])('%s has the letters of windows-1252', async (encoding) => {
    const bytes = Buffer.from([0x61, 0x0a, 0x80, 0x92, 0xe9, 0xff, 0x0a]);
    expect(await readBytes(bytes, { encoding })).toEqual([
      [1, ['a']],
      [2, ['€’éÿ']],
    ]);
  });

  test.each<[string, Encoding, Buffer, RegExp]>([
    [
      'latin-1 read as utf-8',
      'utf-8',
      Buffer.from('a\nb\nMüller-1\n', 'latin1'),
      /^Line 3 of file\.csv is not utf-8: the byte \\xFC in "M\\xFCller-1/,
    ],
    [
      'a letter cut at the end',
      'utf-8',
      Buffer.from([0x61, 0x0a, 0x62, 0xc3]),
      /^Line 2 .* the byte \\xC3 in "b\\xC3"/,
    ],
    [
      'half a surrogate pair',
      'utf-16le',
      Buffer.from([0x61, 0, 0x0a, 0, 0x3d, 0xd8, 0x0a, 0]),
      /^Line 2 .* is not utf-16le/,
    ],
    ['an odd number of bytes', 'utf-16be', Buffer.from([0, 0x61, 0, 0x0a, 0]), /^Line 2 .* is not utf-16be/],
    [
      'a byte that windows-1252 lacks',
      'latin-1',
      Buffer.from([0x61, 0x0a, 0x81]),
      /^Line 2 .* is not latin-1: the byte \\x81/,
    ],
    [
      'the mark of another encoding',
      'utf-8',
      utf16('\uFEFFa\n', false),
      /byte order mark of utf-16le, not of utf-8; set `file\.encoding: utf-16le`/,
    ],
  ])('%s is refused', async (_, encoding, bytes, sentence) => {
    for (const highWaterMark of [1, 65_536]) {
      await expect(readBytes(bytes, { encoding, highWaterMark })).rejects.toThrow(sentence);
    }
  });
});
