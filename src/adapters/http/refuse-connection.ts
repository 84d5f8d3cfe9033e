import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody } from './failed-request';
import type { RequestError } from './request-body';
import { SECURITY_HEADER_LINES } from './security-headers';

/**
 * Answers a request that Node gives no response for, such as an upgrade, and ends its connection.
 *
 * @param headers further lines, each with its end
 * @returns the length of the answer in bytes
 */
export function refuseConnection(
  socket: Socket,
  { status, code, message }: RequestError,
  requestId: string,
  headers = '',
): number {
  const body = JSON.stringify(errorBody(message, { code, requestId }));
  const bytes = Buffer.byteLength(body);
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\nx-request-id: ${requestId}\r\n`;
  const type = `content-type: application/json\r\ncontent-length: ${bytes}\r\n`;
  socket.end(`${start}${SECURITY_HEADER_LINES}${headers}${type}\r\n${body}`);
  // The client may leave its half of the connection open.
  socket.destroySoon();
  return bytes;
}
