import { constants, fstatSync, openSync, writeSync } from 'node:fs';

const STDERR = 2;
/** The most bytes that wait for the reader of a pipe. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** How long it waits until it tries again. A pipe takes 64 KiB each time, so 13 MB a second. */
const RETRY_MS = 5;
/** How long it waits for the reader when the process ends, and how long between two tries. */
const LAST_WAIT_MS = 1_000;
const LAST_RETRY_MS = 10;

/**
 * Standard error, as a log needs it: writing never ends the process and never makes it wait. Lines
 * wait while the reader of a pipe is slow. Those that it does not take in time are lost, and so are
 * those that a full disk does not take, or that no one reads any more.
 */
export class StandardError {
  private readonly file = openWithoutWaiting();
  private unread: Buffer[] = [];
  private unreadBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private lost = 0;
  /** Whether the last write may have ended within a line. */
  private isCut = false;

  /** @param onLost is called with the number of lost lines when lines can be written again */
  constructor(private readonly onLost: (lines: number) => void) {}

  write(lines: string): void {
    const bytes = Buffer.from(this.isCut ? `\n${lines}` : lines);
    if (this.unreadBytes + bytes.length > MOST_UNREAD_BYTES) {
      this.lost += countLines(lines);
      return;
    }
    this.isCut = false;
    this.unread.push(bytes);
    this.unreadBytes += bytes.length;
    if (this.timer === null) this.writeUnread();
  }

  /** To be called when the process ends. Waits a second at most. */
  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; this.unread.length > 0 && waited <= LAST_WAIT_MS; waited += LAST_RETRY_MS) {
      if (waited > 0) Atomics.wait(pause, 0, 0, LAST_RETRY_MS);
      this.writeUnread();
    }
  }

  private writeUnread(): void {
    this.timer = null;
    try {
      for (let [next] = this.unread; next !== undefined; [next] = this.unread) {
        const written = writeSync(this.file, next);
        this.unreadBytes -= written;
        if (written === next.length) this.unread.shift();
        else this.unread[0] = next.subarray(written);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        this.timer = setTimeout(() => this.writeUnread(), RETRY_MS).unref();
        return;
      }
      this.isCut = true;
      this.unread = [];
      this.unreadBytes = 0;
    }
    const { lost } = this;
    this.lost = 0;
    if (lost > 0) this.onLost(lost);
  }
}

const countLines = (lines: string): number => lines.split('\n').length - 1;

/**
 * A pipe is opened a second time, because other programs write to the one that this process was
 * given and rely on waiting. Where that cannot be done, writes wait for the reader.
 */
function openWithoutWaiting(): number {
  try {
    if (!fstatSync(STDERR).isFIFO()) return STDERR;
    return openSync(`/proc/self/fd/${STDERR}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return STDERR;
  }
}
