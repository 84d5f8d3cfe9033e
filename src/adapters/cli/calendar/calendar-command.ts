import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { printableJson } from '../printable';
import { type CalendarAnswer, CalendarRequestHandler } from './calendar-request-handler';

/** The maximum length of a line, in characters: enough for ten thousand special dates. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024;

/**
 * `stepdown calendar`: computes business time. Reads the JSON lines that docs/BUSINESS-TIME.md
 * describes, and writes one line for each line that is not blank, in the same order, as soon as it
 * is read.
 *
 * An invalid line is answered with its error, and the command continues. Rejects if the input
 * cannot be read or the output cannot be written. If the reader closes the pipe (EPIPE), the
 * command stops without an error. Does not end the output.
 */
export async function runCalendar(input: Readable, output: Writable): Promise<void> {
  const handler = new CalendarRequestHandler();
  let failure: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    failure = error;
  };
  output.on('error', onError);
  const isClosed = (): boolean => failure !== undefined || output.destroyed || output.writableEnded;
  try {
    for await (const answers of answersTo(input, handler)) {
      if (isClosed()) break;
      if (!output.write(answers)) await drained(output);
    }
    // The last write can still fail; its error event comes after the callback.
    if (!isClosed()) await new Promise((resolve) => output.write('', () => setImmediate(resolve)));
  } finally {
    output.off('error', onError);
  }
  if (failure !== undefined && failure.code !== 'EPIPE') throw failure;
}

/** For each chunk of input, the answers to its lines as one text. */
async function* answersTo(input: Readable, handler: CalendarRequestHandler): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  const answerTo = (line: string): string => {
    if (tooLong || line.length > MAX_LINE_LENGTH) {
      tooLong = false;
      return asLine(TOO_LONG);
    }
    // `trim` also removes a byte order mark and the carriage return of CRLF.
    const trimmed = line.trim();
    return trimmed === '' ? '' : asLine(handler.answer(trimmed));
  };
  for await (const chunk of input) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) {
      tooLong = true;
      rest = '';
    }
    const answers = lines.map(answerTo).join('');
    if (answers !== '') yield answers;
  }
  const answers = answerTo(rest + decoder.decode());
  if (answers !== '') yield answers;
}

const TOO_LONG: CalendarAnswer = {
  id: null,
  error: { code: 'LINE_TOO_LONG', message: `A line has at most ${MAX_LINE_LENGTH} characters; send a shorter one.` },
};

const asLine = (answer: CalendarAnswer): string => printableJson(`${JSON.stringify(answer)}\n`);

/** Waits until the output accepts more data, closes or fails. */
const drained = async (output: Writable): Promise<void> => {
  const stop = new AbortController();
  const settled = ['drain', 'close', 'error'].map((event) => once(output, event, { signal: stop.signal }));
  await Promise.race(settled).catch(() => undefined);
  stop.abort();
  await Promise.allSettled(settled);
};
