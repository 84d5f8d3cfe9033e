import { ImportFileError } from './import-file-error';
import { byteOrderMark, type Codec, codecOf, ENCODINGS, type Encoding } from './text-encoding';

/** One line of a file, without its line end. */
export interface Line {
  /** The number of the line; the first is 1. */
  readonly line: number;
  /** Null if the line is longer than `MAX_LINE_BYTES`. */
  readonly text: string | null;
}

/** The longest line, in bytes. The rest of a longer one is skipped, so that memory is bounded. */
export const MAX_LINE_BYTES = 1_048_576;

const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads the lines of a file, many at a time; memory does not grow with the file. Lines end with LF
 * or CRLF. If the first line of the file ends with CR alone, all lines end with CR.
 *
 * @throws ImportFileError that names the first line whose bytes are not in the encoding
 */
export async function* fileLines(
  file: AsyncIterable<Buffer>,
  encoding: Encoding,
  path: string,
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(encoding, path);
  for await (const chunk of file) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  yield splitter.end();
}

/**
 * Cuts at line ends before it decodes: so no character is cut in half, and a line that is not in
 * the encoding is known by its number.
 */
class LineSplitter {
  private readonly codec: Codec;
  private lineEnd: typeof CR | typeof LF | null = null;
  /** The bytes since the last line end. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Whether bytes of the current line were dropped. */
  private isTooLong = false;
  private line = 1;

  constructor(
    private readonly encoding: Encoding,
    private readonly path: string,
  ) {
    this.codec = codecOf(encoding);
  }

  push(chunk: Buffer): readonly Line[] {
    let bytes = chunk;
    if (this.lineEnd === null || this.heldBytes % this.codec.width !== 0) bytes = this.takeHeld(chunk);
    if (this.lineEnd === null) {
      this.lineEnd = this.firstLineEnd(bytes);
      if (this.lineEnd === null) {
        this.hold(bytes);
        return [];
      }
      bytes = this.withoutMark(bytes);
    }
    const last = this.codec.lastIndexOf(bytes, this.lineEnd);
    if (last < 0) {
      this.hold(bytes);
      return [];
    }
    const end = last + this.codec.width;
    const lines = this.linesOf(this.takeHeld(bytes.subarray(0, end)), this.lineEnd);
    this.hold(bytes.subarray(end));
    return lines;
  }

  end(): readonly Line[] {
    let bytes = this.takeHeld(Buffer.alloc(0));
    if (this.lineEnd === null) bytes = this.withoutMark(bytes);
    if (bytes.length === 0 && !this.isTooLong) return [];
    return this.linesOf(bytes, this.lineEnd ?? (this.codec.indexOf(bytes, CR, 0) < 0 ? LF : CR));
  }

  private takeHeld(more: Buffer): Buffer {
    const bytes = this.held.length === 0 ? more : Buffer.concat([...this.held, more]);
    this.held = [];
    this.heldBytes = 0;
    return bytes;
  }

  private hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.heldBytes <= MAX_LINE_BYTES) return;
    const odd = this.heldBytes % this.codec.width;
    const rest = Buffer.from(bytes.subarray(bytes.length - odd));
    this.held = odd === 0 ? [] : [rest];
    this.heldBytes = odd;
    this.isTooLong = true;
  }

  /** Null if the bytes do not show it yet. */
  private firstLineEnd(bytes: Buffer): typeof CR | typeof LF | null {
    if (this.isTooLong) return LF;
    const [cr, lf] = [this.codec.indexOf(bytes, CR, 0), this.codec.indexOf(bytes, LF, 0)];
    if (cr < 0) return lf < 0 ? null : LF;
    if (lf >= 0) return lf < cr || lf === cr + this.codec.width ? LF : CR;
    return cr + this.codec.width >= bytes.length - (this.codec.width - 1) ? null : CR;
  }

  private withoutMark(bytes: Buffer): Buffer {
    const mark = byteOrderMark(bytes);
    if (mark === null || this.isTooLong) return bytes;
    if (mark.encoding === this.encoding) return bytes.subarray(mark.length);
    throw new ImportFileError(
      `${this.path} begins with the byte order mark of ${mark.encoding}, not of ${this.encoding}; ` +
        `set \`file.encoding: ${mark.encoding}\` in the mapping.`,
    );
  }

  /** The lines of bytes that end with a line end, or with the file. */
  private linesOf(bytes: Buffer, lineEnd: typeof CR | typeof LF): readonly Line[] {
    const lines: Line[] = [];
    let whole = bytes;
    if (this.isTooLong) {
      const end = this.codec.indexOf(bytes, lineEnd, 0);
      whole = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + this.codec.width);
      lines.push({ line: this.line++, text: null });
      this.isTooLong = false;
    }
    if (whole.length === 0) return lines;
    const texts = this.decode(whole, lineEnd).split(lineEnd === CR ? '\r' : '\n');
    if (texts.at(-1) === '') texts.pop();
    for (const text of texts) lines.push({ line: this.line++, text: withoutOtherEnd(text, lineEnd) });
    return lines;
  }

  private decode(bytes: Buffer, lineEnd: typeof CR | typeof LF): string {
    try {
      return this.codec.decode(bytes);
    } catch {
      let line = this.line;
      for (let from = 0; from < bytes.length; line += 1) {
        const end = this.codec.indexOf(bytes, lineEnd, from);
        const to = end < 0 ? bytes.length : end + this.codec.width;
        const bad = this.firstBadByte(bytes.subarray(from, to));
        if (bad !== null) throw this.notInEncoding(line, bytes.subarray(from, to), bad);
        from = to;
      }
      throw this.notInEncoding(this.line, bytes, 0);
    }
  }

  /** The offset of the first character that is not in the encoding; null if all are. */
  private firstBadByte(bytes: Buffer): number | null {
    const isGood = (length: number, isCut = false): boolean => {
      try {
        this.codec.decode(bytes.subarray(0, length), isCut);
        return true;
      } catch {
        return false;
      }
    };
    if (isGood(bytes.length)) return null;
    let [good, bad] = [0, bytes.length];
    while (bad - good > 1) {
      const middle = good + Math.floor((bad - good) / 2);
      if (isGood(middle, true)) good = middle;
      else bad = middle;
    }
    // The beginning up to here may end with the first bytes of the character that is wrong.
    while (good > 0 && !isGood(good)) good -= 1;
    return good;
  }

  private notInEncoding(line: number, bytes: Buffer, at: number): ImportFileError {
    const from = Math.max(0, at - 20);
    const shown = [...bytes.subarray(from, at + 20)]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hex(byte)))
      .join('');
    return new ImportFileError(
      `Line ${line} of ${this.path} is not ${this.encoding}: the byte ${hex(bytes[at] ?? 0)} in "${shown}". ` +
        `Set \`file.encoding\` in the mapping to the encoding of the file: ${ENCODINGS.join(', ')}.`,
    );
  }
}

const hex = (byte: number): string => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const withoutOtherEnd = (text: string, lineEnd: typeof CR | typeof LF): string => {
  if (lineEnd === LF) return text.endsWith('\r') ? text.slice(0, -1) : text;
  return text.startsWith('\n') ? text.slice(1) : text;
};
