/** The number of the level `warn` in pino. */
const WARN = 40;
/** How a destination asks pino for the level of each line. */
const METADATA: unique symbol = Symbol.for('pino.metadata');
/** The longest time for which a line waits, in milliseconds. */
const LONGEST_WAIT_MS = 20;
/** The most characters that wait. */
const MOST_WAITING = 16_384;

/**
 * Collects the lines of a log and writes them together, because a write for each line would take
 * longer than the line. Warnings and errors are written at once, with all lines before them.
 *
 * `flushSync` must be called before the process ends; pino calls it after a fatal error.
 */
export class BufferedLines {
  /** Makes pino set `lastLevel` before each line. */
  readonly [METADATA] = true;
  lastLevel = 0;
  private waiting = '';
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly destination: { write(lines: string): unknown }) {}

  write(line: string): void {
    this.waiting += line;
    if (this.lastLevel >= WARN || this.waiting.length > MOST_WAITING) this.flushSync();
    else this.timer ??= setTimeout(() => this.flushSync(), LONGEST_WAIT_MS).unref();
  }

  /** Writes what waits. */
  readonly flushSync = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const lines = this.waiting;
    this.waiting = '';
    if (lines !== '') this.destination.write(lines);
  };
}
