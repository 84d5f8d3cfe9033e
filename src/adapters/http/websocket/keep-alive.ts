import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** A client that has not answered a ping for so long is cut off; others get the next one. */
const PONG_TIMEOUT_MS = 15_000;
/** A client that takes nothing of what waits to be sent for so long is cut off. */
const STALLED_MS = 30_000;
/** How many times within it the progress is measured. The cut is at most one of these late. */
const LOOKS = 6;

/**
 * Terminates a socket whose client does not answer a ping before the next ping. While something
 * waits to be sent, a ping would wait too: then the client has to take a part of it in time. What
 * the client sends counts for nothing there.
 *
 * @returns stops both
 */
export function keepAlive(socket: WebSocket, stream: Socket, stalledMs = STALLED_MS): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const pinging = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > 0) {
      isAlive = true;
      return;
    }
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PONG_TIMEOUT_MS);
  let before: string | null = null;
  let looksWithoutProgress = 0;
  // Counted instead of timed, so that no client is cut off after a pause of this process.
  const looking = setInterval(() => {
    const taken = socket.bufferedAmount > 0 ? takenFrom(stream) : null;
    looksWithoutProgress = taken !== null && taken === before ? looksWithoutProgress + 1 : 0;
    before = taken;
    if (looksWithoutProgress === LOOKS) socket.terminate();
  }, stalledMs / LOOKS);
  return () => {
    clearInterval(pinging);
    clearInterval(looking);
  };
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
