import { OperatorError } from '../../application/operator-error';
/** The service cannot listen on its address. The message names PORT or HOST and the remedy. */
export class ListenError extends OperatorError {
  override readonly name = 'ListenError';
  constructor(
    readonly host: string,
    readonly port: number,
    cause: unknown,
  ) {
    super(sentenceFor(host, port, cause), { cause });
  }
}

function sentenceFor(host: string, port: number, cause: unknown): string {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${port} on ${host} is taken by another program: stop that program, or set PORT to another number (0 picks any free port).`;
    case 'EACCES':
      return `PORT ${port} on ${host} cannot be used by this user: set PORT to a number above 1023.`;
    case 'EADDRNOTAVAIL':
      return `HOST ${host} is not an address of this machine: set HOST to an address of this machine, such as 127.0.0.1.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} cannot be resolved: set HOST to an address of this machine, such as 127.0.0.1.`;
    default:
      return `The service cannot listen on HOST ${host}, PORT ${port}: ${String(message ?? cause)}.`;
  }
}
