import type { ServerResponse } from 'node:http';

/** Sends a complete answer, unless the client has gone. */
export function send(response: ServerResponse, status: number, type: string | null, body: string | Buffer): void {
  if (response.destroyed) return;
  if (type !== null) response.setHeader('content-type', type);
  writeHead(response, status, Buffer.byteLength(body));
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Writes the status and the headers of an answer of so many bytes. */
export function writeHead(response: ServerResponse, status: number, bytes: number): void {
  response.writeHead(status, { 'content-length': bytes });
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(body));
