import type { WebSocket } from 'ws';

/** A client that has not answered a ping for so long is cut off; others get the next one. */
const PONG_TIMEOUT_MS = 15_000;

/**
 * Terminates a socket whose client does not answer a ping before the next ping. While something
 * waits to be sent, a ping would wait too: then `watchStalledClient` judges the client.
 *
 * @returns stops it
 */
export function keepAlive(socket: WebSocket): () => void {
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
  return () => clearInterval(pinging);
}
