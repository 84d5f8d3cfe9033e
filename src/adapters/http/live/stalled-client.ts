import type { Socket } from 'node:net';

/** A client that takes nothing of what waits to be sent for so long is closed. */
const STALLED_MS = 30_000;
/** How many times within it the progress is measured. The end is at most one of these late. */
const LOOKS = 6;

/**
 * Calls `onStalled` when a client has taken nothing of what waits for it for a time. What the
 * client sends counts for nothing.
 *
 * @param hasWaiting whether anything waits to be sent
 * @param stream its connection
 * @returns stops watching
 */
export function watchStalledClient(
  hasWaiting: () => boolean,
  stream: Socket,
  onStalled: () => void,
  stalledMs = STALLED_MS,
): () => void {
  let before: string | null = null;
  let looksWithoutProgress = 0;
  // Counted instead of timed, so that no client is closed after a pause of this process.
  const looking = setInterval(() => {
    const taken = hasWaiting() ? takenFrom(stream) : null;
    looksWithoutProgress = taken !== null && taken === before ? looksWithoutProgress + 1 : 0;
    before = taken;
    if (looksWithoutProgress === LOOKS) onStalled();
  }, stalledMs / LOOKS);
  return () => clearInterval(looking);
}

/**
 * Changes whenever the operating system has taken something: the bytes of all writes that have
 * ended, and what is left of the one under way, which can be a message of many megabytes. Node.js
 * measures the timeout of a socket in the same way; its types lack the second number.
 */
function takenFrom(stream: Socket): string {
  const { _handle } = stream as Socket & { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return `${stream.bytesWritten - stream.writableLength}/${_handle?.writeQueueSize ?? 0}`;
}
