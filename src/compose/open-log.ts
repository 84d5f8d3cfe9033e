import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { printable } from '../adapters/cli/printable';
import type { LogFormat } from '../config';
import { BufferedLines } from './buffered-lines';
import { loggedError } from './logged-error';

/** The log goes to standard error. */
const STDERR = 2;

/** How lines are made, wherever they go. */
export const LINE_OPTIONS = { timestamp: stdTimeFunctions.isoTime, serializers: { err: loggedError } };

/**
 * Opens the log of this process: lines of JSON, or lines for people if it goes to a terminal.
 *
 * @param format null for the one that suits standard error
 */
export async function openLog(level: string, format: LogFormat | null): Promise<Logger> {
  const isPretty = (format ?? (isatty(STDERR) ? 'pretty' : 'json')) === 'pretty';
  const pretty = isPretty ? await prettyLines() : null;
  const log = pino({ ...LINE_OPTIONS, level }, pretty ?? jsonLines());
  if (isPretty && pretty === null) {
    log[format === 'pretty' ? 'warn' : 'info'](
      'the log is JSON, because the optional package pino-pretty is not installed',
    );
  }
  return log;
}

/**
 * Standard error. What it does not take is lost, such as on a full disk or when no one reads the
 * pipe any more: the log does not end the service.
 */
class StandardError implements DestinationStream {
  private stream = this.open();
  /** Whether the last write may have ended within a line. */
  private isCut = false;

  write(lines: string): void {
    const start = this.isCut ? '\n' : '';
    this.isCut = false;
    this.stream.write(start + lines);
  }

  private open() {
    const stream = pino.destination({ dest: STDERR, sync: true });
    // A stream keeps what it could not write, without end.
    stream.on('error', () => {
      this.isCut = true;
      this.stream = this.open();
    });
    return stream;
  }
}

function jsonLines(): DestinationStream {
  const lines = new BufferedLines(new StandardError());
  process.on('exit', lines.flushSync);
  return lines;
}

/** Null if the optional package is not installed. */
async function prettyLines(): Promise<DestinationStream | null> {
  const found = await import('pino-pretty').catch(() => null);
  if (found === null) return null;
  const textOf = found.prettyFactory({
    // Not with NO_COLOR or TERM=dumb.
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: false,
  });
  const terminal = new StandardError();
  return { write: (line) => terminal.write(textOf(withoutControls(line)) ?? '') };
}

/** An escaped control character in JSON; not a backslash that is followed by such a text. */
const ESCAPED_CONTROL = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u00[01][0-9a-f]|[bf])/g;

/** A line of JSON without the characters that a terminal obeys, since errors quote foreign text. */
const withoutControls = (line: string): string => printable(line.replace(ESCAPED_CONTROL, ' '));
