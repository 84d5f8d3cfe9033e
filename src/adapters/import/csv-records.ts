import { type Line, MAX_LINE_BYTES } from './file-lines';

/** One record of a file, or a line that could not be read as one. */
export interface CsvRecord {
  readonly line: number;
  /** Of a damaged line, what is between its delimiters. */
  readonly cells: readonly string[];
  /** Why the line is given up; null for a record. */
  readonly problem: string | null;
}

/** The longest record, in UTF-16 code units. A quote still open there counts as unclosed. */
const MAX_RECORD_LENGTH = MAX_LINE_BYTES;

/**
 * Reads CSV (RFC 4180) record by record; memory does not grow with the file. The first record is
 * the header. Empty lines are skipped.
 *
 * Where a record is damaged, only its first line is given up and reading goes on with the next
 * line, so that a stray quote takes no other row with it. A record is damaged if
 *
 * - it does not have as many cells as the header,
 * - a quote is never closed, or is closed in the middle of the text of a later line,
 * - a quote would swallow a line that is a row itself, even where the number of cells fits.
 *
 * Reading takes linear time: a record that goes on over lines is given up as soon as it has too
 * many cells, and each line that can open such a record adds a cell to those before it.
 *
 * @param isRow whether cells, with those after an open quote missing, are those of a row
 */
export async function* csvRecords(
  batches: AsyncIterable<readonly Line[]>,
  delimiter: string,
  isRow: (cells: readonly string[]) => boolean,
): AsyncGenerator<CsvRecord> {
  const lines = new LinesAhead(batches);
  let width: number | null = null;
  for (;;) {
    const first = lines.ready(0) ?? (await lines.at(0));
    if (first === undefined) return;
    const record = first.text?.includes('"')
      ? await quoted(first.line, first.text)
      : { ...plain(first.line, first.text), lines: 1 };
    lines.drop(record.lines);
    if (first.text === '') continue;
    const { line, cells, problem } = record;
    yield { line, cells, problem: problem ?? widthProblem(cells) };
    if (problem === null) width ??= cells.length;
  }

  function plain(line: number, text: string | null): CsvRecord {
    if (text === null) return { line, cells: [], problem: `is longer than ${MAX_LINE_BYTES} bytes` };
    return { line, cells: text.split(delimiter), problem: text.includes('\0') ? NUL_PROBLEM : null };
  }

  function widthProblem({ length }: readonly string[]): string | null {
    return width === null || length === width ? null : `has ${length} cells where the header has ${width}`;
  }

  /** A record that starts with a line that has a quote, and the number of its lines. */
  async function quoted(line: number, text: string): Promise<CsvRecord & { readonly lines: number }> {
    const record = new OpenRecord(delimiter);
    const givenUp = (problem: string) => ({ line, cells: text.split(delimiter), problem, lines: 1 });
    if (text.includes('\0')) return givenUp(NUL_PROBLEM);
    record.add(text);
    let count = 1;
    for (let length = text.length; record.isOpen; count += 1) {
      const next = lines.ready(count) ?? (await lines.at(count));
      length += next?.text?.length ?? 0;
      if (next?.text?.includes('\0')) {
        return givenUp(`opens a quote that is not closed before line ${next.line}, which has a NUL character`);
      }
      if (next === undefined || next.text === null || length > MAX_RECORD_LENGTH) {
        return givenUp('opens a quote that is not closed');
      }
      if (isRowItself(next.text)) {
        return givenUp(`opens a quote that is not closed before line ${next.line}, which is a row itself`);
      }
      record.add(next.text);
      if (record.isMalformed) {
        return givenUp(`opens a quote that would be closed in the middle of line ${next.line}`);
      }
      if (width !== null && record.cells.length + (record.isOpen ? 1 : 0) > width) {
        return givenUp(`opens a quote that would be closed on line ${next.line}, with too many cells`);
      }
    }
    if (count > 1 && width !== null && record.cells.length !== width) {
      return givenUp(
        `opens a quote that would be closed on line ${line + count - 1}, with ${record.cells.length} cells where the ` +
          `header has ${width}`,
      );
    }
    return { line, cells: record.cells, problem: null, lines: count };
  }

  function isRowItself(text: string): boolean {
    if (width === null) return false;
    const record = new OpenRecord(delimiter);
    record.add(text);
    const { length } = record.cells;
    return (record.isOpen ? length < width : length === width) && isRow(record.cells);
  }
}

const NUL_PROBLEM = 'has a NUL character';

/** The cells of a record that is read line by line. */
class OpenRecord {
  readonly cells: string[] = [];
  /** Whether text follows a quote that closes a cell of several lines. */
  isMalformed = false;
  /** The quoted cell that the last line left open. */
  private open: string | null = null;
  private isFirstLine = true;

  constructor(private readonly delimiter: string) {}

  get isOpen(): boolean {
    return this.open !== null;
  }

  add(text: string): void {
    const { delimiter, cells } = this;
    let at = 0;
    if (this.open !== null) this.open += '\n';
    for (;;) {
      const start = at;
      if (this.open === null && text[at] !== '"') {
        const end = text.indexOf(delimiter, at);
        cells.push(end < 0 ? text.slice(at) : text.slice(at, end));
        if (end < 0) break;
        at = end + delimiter.length;
        continue;
      }
      if (this.open === null) at += 1;
      const close = closingQuote(text, at);
      const content = (this.open ?? '') + text.slice(at, close < 0 ? undefined : close).replaceAll('""', '"');
      if (close < 0) {
        this.open = content;
        break;
      }
      this.open = null;
      at = close + 1;
      if (at === text.length || text.startsWith(delimiter, at)) {
        cells.push(content);
      } else if (this.isFirstLine) {
        // Text after the closing quote: within one line the cell is taken as it is written.
        const end = text.indexOf(delimiter, at);
        at = end < 0 ? text.length : end;
        cells.push(text.slice(start, at));
      } else {
        this.isMalformed = true;
        break;
      }
      if (at === text.length) break;
      at += delimiter.length;
    }
    this.isFirstLine = false;
  }
}

/** The quote that closes a cell whose content begins at an offset; -1 if the text ends first. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0 || text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}

/** Lines that were read ahead of the record that is being read. */
class LinesAhead {
  private readonly batches: AsyncIterator<readonly Line[]>;
  private lines: readonly Line[] = [];
  private from = 0;

  constructor(batches: AsyncIterable<readonly Line[]>) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  /** The line at a place from here on, if it has been read already. */
  ready(place: number): Line | undefined {
    return this.lines[this.from + place];
  }

  /** The line at a place from here on; undefined after the last. */
  async at(place: number): Promise<Line | undefined> {
    while (this.from + place >= this.lines.length) {
      const { value, done } = await this.batches.next();
      if (done === true) return undefined;
      this.lines = this.from === this.lines.length ? value : [...this.lines.slice(this.from), ...value];
      this.from = 0;
    }
    return this.lines[this.from + place];
  }

  drop(count: number): void {
    this.from += count;
  }
}
