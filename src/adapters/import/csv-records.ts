import type { ReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** One record of a file, or a line that could not be read as one. */
export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: string };

/**
 * The longest record, in UTF-16 code units and in lines. The first line of a longer one is reported
 * as damaged.
 */
const MAX_RECORD_LENGTH = 1_048_576;
const MAX_RECORD_LINES = 500;

interface Line {
  readonly line: number;
  /** Null if the line is longer than the longest record. */
  readonly text: string | null;
}

/**
 * Reads CSV (RFC 4180) record by record; memory does not grow with the file. A damaged line affects
 * no other line: after a quote that is never closed, reading continues with the next line.
 */
export async function* csvRecords(file: ReadStream, delimiter: string): AsyncGenerator<CsvRecord> {
  const lines = linesOf(file);
  const ahead: Line[] = [];
  const next = async (): Promise<Line | undefined> => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };

  for (;;) {
    const first = ahead.shift() ?? (await next());
    if (first === undefined) return;
    const { line, text } = first;
    if (text === null) {
      yield { line, problem: `is longer than ${MAX_RECORD_LENGTH} characters` };
    } else if (!text.includes('"')) {
      // A shortcut for most lines of most files.
      if (text !== '') yield { line, cells: text.split(delimiter) };
    } else {
      let record = text;
      let used = 0;
      while (endsInsideQuotes(record, delimiter) && used < MAX_RECORD_LINES && record.length < MAX_RECORD_LENGTH) {
        const more = ahead[used] ?? (await next());
        if (more === undefined || more.text === null) break;
        if (ahead[used] === undefined) ahead.push(more);
        used += 1;
        record += `\n${more.text}`;
      }
      if (endsInsideQuotes(record, delimiter)) {
        yield { line, problem: 'opens a quote that is not closed' };
      } else {
        ahead.splice(0, used);
        yield { line, ...cellsOf(record, delimiter) };
      }
    }
  }
}

/** Whether the text ends inside a quoted cell. Quotes within an unquoted cell are literal. */
function endsInsideQuotes(text: string, delimiter: string): boolean {
  for (let at = 0; at <= text.length; ) {
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return true;
        at = quote + 2;
        if (text[quote + 1] !== '"') break;
      }
      at -= 1;
    }
    const end = text.indexOf(delimiter, at);
    if (end < 0) return false;
    at = end + delimiter.length;
  }
  return false;
}

function cellsOf(
  record: string,
  delimiter: string,
): { readonly cells: readonly string[] } | { readonly problem: string } {
  try {
    const [cells] = parse(record, { delimiter, relax_column_count: true, relax_quotes: true });
    return { cells: cells ?? [] };
  } catch (error) {
    return { problem: `is not CSV: ${(error as Error).message}` };
  }
}

async function* linesOf(file: ReadStream): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8');
  let line = 1;
  let rest = '';
  let isTooLong = false;
  const take = (text: string): Line => {
    const taken = { line, text: isTooLong ? null : text.endsWith('\r') ? text.slice(0, -1) : text };
    isTooLong = false;
    line += 1;
    return taken;
  };
  for await (const chunk of file as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield take(part);
    if (rest.length > MAX_RECORD_LENGTH) {
      isTooLong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (rest !== '' || isTooLong) yield take(rest);
}
