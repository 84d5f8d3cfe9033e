import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The answers that have not ended. Once this process is to stop, their connections are closed after
 * them, so that no client sends a further request over a connection that is about to go.
 */
export class OpenAnswers {
  private readonly open = new Map<ServerResponse, IncomingMessage>();
  private isRetired = false;

  add(request: IncomingMessage, response: ServerResponse): void {
    this.open.set(response, request);
    response.once('close', () => this.open.delete(response));
    if (this.isRetired) closeAfter(request, response);
  }

  /** Closes the connection of each answer, open now or later, when it has ended. */
  retire(): void {
    this.isRetired = true;
    for (const [response, request] of this.open) closeAfter(request, response);
  }
}

function closeAfter(request: IncomingMessage, response: ServerResponse): void {
  // Node.js writes `connection: close` by it.
  if (!response.headersSent) response.shouldKeepAlive = false;
  else response.once('finish', () => request.socket.end());
}
