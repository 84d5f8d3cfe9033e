import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { printable } from '../adapters/cli/printable';
import { withoutCredentials } from '../application/access/without-credentials';
import type { LogFormat } from '../config/environment-variables';
import { BufferedLines } from './buffered-lines';
import { loggedError } from './logged-error';
import { StandardError } from './standard-error';

/** The log goes to standard error. */
const STDERR = 2;

/**
 * How lines are made, wherever they go. Credentials are removed from the whole line, so no part of
 * the service has to remember that a text can have one.
 */
export const LINE_OPTIONS = {
  timestamp: stdTimeFunctions.isoTime,
  serializers: { err: loggedError },
  hooks: { streamWrite: withoutCredentials },
};

/**
 * Opens the log of this process: lines of JSON, or lines for people if it goes to a terminal.
 *
 * @param format null for the one that suits standard error
 */
export async function openLog(level: string, format: LogFormat | null): Promise<Logger> {
  const isPretty = (format ?? (isatty(STDERR) ? 'pretty' : 'json')) === 'pretty';
  const out = new StandardError((lines) => log.warn({ lines }, 'lines of the log were lost, because no one read them'));
  const pretty = isPretty ? await prettyLines(out) : null;
  const log = pino({ ...LINE_OPTIONS, level }, pretty ?? jsonLines(out));
  process.on('exit', () => out.end());
  if (isPretty && pretty === null) {
    log[format === 'pretty' ? 'warn' : 'info'](
      'the log is JSON, because the optional package pino-pretty is not installed',
    );
  }
  return log;
}

function jsonLines(out: StandardError): DestinationStream {
  const lines = new BufferedLines(out);
  process.on('exit', lines.flushSync);
  return lines;
}

/** Null if the optional package is not installed. */
async function prettyLines(out: StandardError): Promise<DestinationStream | null> {
  const found = await import('pino-pretty').catch(() => null);
  if (found === null) return null;
  const textOf = found.prettyFactory({
    // Not with NO_COLOR or TERM=dumb.
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: false,
  });
  return { write: (line) => out.write(textOf(withoutControls(line)) ?? '') };
}

/** An escaped control character in JSON; not a backslash that is followed by such a text. */
const ESCAPED_CONTROL = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u00[01][0-9a-f]|[bf])/g;

/** A line of JSON without the characters that a terminal obeys, since errors quote foreign text. */
const withoutControls = (line: string): string => printable(line.replace(ESCAPED_CONTROL, ' '));
