import { createServer, type Server } from 'node:net';
import { ListenError } from './listen-error';

/** @throws ListenError */
export const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const onError = (error: unknown): void => reject(new ListenError(host, port, error));
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });

/**
 * Checks that the service will be able to listen on its address, before a database is started for
 * it. Another program can still take the port before it listens; then `listen` fails.
 *
 * @throws ListenError
 */
export async function requireAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
