import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Resolves when a connection has ended, also by an error. */
export const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

/** Sends bytes to the service and returns what it answers until it closes the connection. */
export async function exchange(url: string, text: string): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data));
  socket.on('error', () => undefined);
  socket.write(text);
  await closeOf(socket);
  return answer;
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

/** An initialised WebSocket by hand, whose client reads only if the test lets it. */
export async function rawWebSocket(url: string): Promise<Socket> {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  await once(socket, 'data');
  socket.write(textFrame({ type: 'connection_init' }));
  await once(socket, 'data');
  socket.pause();
  return socket;
}

const TEXT = 1;
const PING = 9;
const PONG = 10;

/** A frame of a client. The mask is zero, so that the content stays as it is. */
function frame(opcode: number, content: string): Buffer {
  const length = Buffer.byteLength(content);
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), Buffer.from(content)]);
}

export const textFrame = (message: unknown): Buffer => frame(TEXT, JSON.stringify(message));
export const pingFrame = (content: string): Buffer => frame(PING, content);
export const pongFrame = (): Buffer => frame(PONG, '');

/**
 * Sends bytes again and again until `isDone`, until the service closes the connection, or until
 * `limit` bytes were sent.
 * @returns the number of bytes that were sent
 */
export async function flood(socket: Socket, next: () => Buffer, isDone: () => boolean, limit: number): Promise<number> {
  let sent = 0;
  while (!isDone() && !socket.destroyed && sent < limit) {
    const bytes = next();
    sent += bytes.length;
    socket.write(bytes);
    do await turn();
    while (socket.writableNeedDrain && !isDone() && !socket.destroyed);
  }
  return sent;
}
