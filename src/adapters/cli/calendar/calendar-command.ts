import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { type Answer, CalendarRequestHandler } from './calendar-request-handler';

/** In characters; ten thousand special dates fit in. A longer line is not kept in memory. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * `stepdown calendar`: business time from the command line. Reads JSON lines
 *
 *     {"id", "calendar": {"timeZone", "week", "holidays", "special", "knownYears"}, "op", "start", "amount" | "end"}
 *
 * with `op` one of `addMinutes`, `addBusinessDays` (with `mode` `sameTime` or `closeOfBusiness`) and
 * `businessMinutesBetween`; `week`, `holidays`, `special`, `knownYears` and `mode` may be left out. Instants are
 * RFC 3339. Writes one line for each that is not blank, in their order, as soon as they are read:
 * `{"id","result"}` with an instant in UTC or with minutes, or `{"id","error":{"code","message"}}`.
 *
 * A bad line is answered with its error and stops nothing, so that the command's exit code is 0 whenever its input
 * could be read. Rejects with the error of the input or output; a reader that has gone away (EPIPE) is no error, the
 * rest is left undone. Does not end the output.
 */
export async function runCalendar(input: Readable, output: Writable): Promise<void> {
  const desk = new CalendarRequestHandler();
  let failure: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    failure = error;
  };
  output.on('error', onError);
  const isOver = (): boolean => failure !== undefined || output.destroyed || output.writableEnded;
  try {
    for await (const answers of answersTo(input, desk)) {
      if (isOver()) break;
      if (!output.write(answers)) await roomIn(output);
    }
    // What was written last may still fail, and its error event comes after the callback.
    if (!isOver()) await new Promise((resolve) => output.write('', () => setImmediate(resolve)));
  } finally {
    output.off('error', onError);
  }
  if (failure !== undefined && failure.code !== 'EPIPE') throw failure;
}

/** The answers to the lines of each chunk of input, in one text. */
async function* answersTo(input: Readable, desk: CalendarRequestHandler): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  const answerTo = (line: string): string => {
    if (tooLong || line.length > LONGEST_LINE) {
      tooLong = false;
      return asLine(TOO_LONG);
    }
    // `trim` also takes the byte order mark and the return of CRLF.
    const trimmed = line.trim();
    return trimmed === '' ? '' : asLine(desk.answer(trimmed));
  };
  for await (const chunk of input) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      tooLong = true;
      rest = '';
    }
    const answers = lines.map(answerTo).join('');
    if (answers !== '') yield answers;
  }
  const answers = answerTo(rest + decoder.decode());
  if (answers !== '') yield answers;
}

const TOO_LONG: Answer = {
  id: null,
  error: { code: 'LINE_TOO_LONG', message: `A line has ${LONGEST_LINE} characters at most; split it up.` },
};

const asLine = (answer: Answer): string => `${JSON.stringify(answer)}\n`;

/** Waits until the output takes more, or never will. */
const roomIn = async (output: Writable): Promise<void> => {
  const stop = new AbortController();
  const settled = ['drain', 'close', 'error'].map((event) => once(output, event, { signal: stop.signal }));
  await Promise.race(settled).catch(() => undefined);
  stop.abort();
  await Promise.allSettled(settled);
};
