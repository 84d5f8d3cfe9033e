import { expect, test } from '@jest/globals';
import { fileLines, MAX_LINE_BYTES } from '../../src/adapters/import/file-lines';
import type { Encoding } from '../../src/adapters/import/text-encoding';

async function linesOf(bytes: Buffer, chunkBytes: number, encoding: Encoding): Promise<readonly (string | null)[]> {
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes);
  }
  const lines: (string | null)[] = [];
  for await (const batch of fileLines(chunks(), encoding, 'log.csv')) {
    for (const { line, text } of batch) {
      expect(line).toBe(lines.length + 1);
      lines.push(text);
    }
  }
  return lines;
}

const MIXED = 'head\r\none\rtwo\nthree\r\rfive\n\rseven\r\n\r\nnine\r';
const EXPECTED = ['head', 'one', 'two', 'three', '', 'five', '', 'seven', '', 'nine'];

test.each([
  ['utf-8', Buffer.from(MIXED)],
  ['utf-16le', Buffer.from(MIXED, 'utf16le')],
  ['utf-16be', Buffer.from(MIXED, 'utf16le').swap16()],
] as const)('line ends of every kind in one %s file, wherever it is cut', async (encoding, bytes) => {
  for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes += 1) {
    expect(await linesOf(bytes, chunkBytes, encoding)).toEqual(EXPECTED);
  }
});

test('a line that is too long takes no other with it, whatever ends it', async () => {
  const chunkBytes = 65_536;
  for (const end of ['\n', '\r', '\r\n']) {
    // The line ends before, at and after the end of a chunk.
    for (const more of [-2, -1, 0, 1]) {
      const long = 'x'.repeat(MAX_LINE_BYTES + 2 * chunkBytes - 1 - end.length + more);
      const bytes = Buffer.from(['a', long, 'b', ''].join(end));
      const lines = await linesOf(bytes, chunkBytes, 'utf-8');
      expect(lines.map((line) => line?.length ?? null)).toEqual([1, null, 1]);
    }
  }
});
