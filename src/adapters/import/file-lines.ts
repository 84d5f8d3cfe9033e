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
 * Reads the lines of a file, many at a time; memory does not grow with the file. Lines end with LF,
 * CRLF or CR, also in one file.
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
  /** Whether no line was read yet, so that the bytes may begin with a byte order mark. */
  private isAtStart = true;
  /** Whether the bytes since the last line end, which are held, end with CR. */
  private endsWithCr = false;
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
    const isCut = this.isAtStart || this.endsWithCr || this.heldBytes % this.codec.width !== 0;
    const bytes = isCut ? this.takeHeld(chunk) : chunk;
    const { width } = this.codec;
    // A CR at the end may be the first half of a CRLF.
    const units = bytes.length - (bytes.length % width);
    this.endsWithCr = units > 0 && this.codec.indexOf(bytes.subarray(0, units), CR, units - width) >= 0;
    const searched = bytes.subarray(0, this.endsWithCr ? units - width : units);
    const last = Math.max(this.codec.lastIndexOf(searched, CR), this.codec.lastIndexOf(searched, LF));
    if (last < 0) {
      this.hold(bytes);
      return [];
    }
    const lines = this.linesOf(this.takeHeld(bytes.subarray(0, last + width)));
    this.hold(bytes.subarray(last + width));
    return lines;
  }

  end(): readonly Line[] {
    const bytes = this.takeHeld(Buffer.alloc(0));
    return bytes.length === 0 && !this.isTooLong ? [] : this.linesOf(bytes);
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
    const kept = (this.heldBytes % this.codec.width) + (this.endsWithCr ? this.codec.width : 0);
    this.held = kept === 0 ? [] : [Buffer.from(bytes.subarray(bytes.length - kept))];
    this.heldBytes = kept;
    this.isTooLong = true;
  }

  private withoutMark(bytes: Buffer): Buffer {
    const mark = byteOrderMark(bytes);
    if (mark === null) return bytes;
    if (mark.encoding === this.encoding) return bytes.subarray(mark.length);
    throw new ImportFileError(
      `${this.path} begins with the byte order mark of ${mark.encoding}, not of ${this.encoding}; ` +
        `set \`file.encoding: ${mark.encoding}\` in the mapping.`,
    );
  }

  /** The lines of bytes that end with a line end, or with the file. */
  private linesOf(bytes: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let whole = bytes;
    if (this.isTooLong) {
      whole = bytes.subarray(this.lineEndFrom(bytes, 0));
      lines.push({ line: this.line++, text: null });
      this.isTooLong = false;
    } else if (this.isAtStart) whole = this.withoutMark(bytes);
    this.isAtStart = false;
    if (whole.length === 0) return lines;
    const texts = splitLines(this.decode(whole));
    if (texts.at(-1) === '') texts.pop();
    for (const text of texts) lines.push({ line: this.line++, text });
    return lines;
  }

  /** The offset after the next line end; the length if there is none. */
  private lineEndFrom(bytes: Buffer, from: number): number {
    const { indexOf, width } = this.codec;
    const [cr, lf] = [indexOf(bytes, CR, from), indexOf(bytes, LF, from)];
    if (cr < 0) return lf < 0 ? bytes.length : lf + width;
    return lf < 0 || lf > cr + width ? cr + width : lf + width;
  }

  private decode(bytes: Buffer): string {
    try {
      return this.codec.decode(bytes);
    } catch {
      let line = this.line;
      for (let from = 0; from < bytes.length; line += 1) {
        const to = this.lineEndFrom(bytes, from);
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

const splitLines = (text: string): string[] =>
  (text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text).split('\n');
