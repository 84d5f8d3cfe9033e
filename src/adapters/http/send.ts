import type { ServerResponse } from 'node:http';

/** Sends a complete answer, unless the client has gone. */
export function send(response: ServerResponse, status: number, type: string | null, body: string): void {
  if (response.destroyed) return;
  if (type !== null) response.setHeader('content-type', type);
  response.setHeader('x-content-type-options', 'nosniff');
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(body));
