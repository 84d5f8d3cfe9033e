import { createConnection, type Socket } from 'node:net';
import type { ClientBase, QueryConfig, QueryResult, QueryResultRow } from 'pg';

/** A connection that is given back when its statement has ended. */
interface Borrowed {
  readonly client: ClientBase;
  /** A lost connection is not used again. */
  release(): void;
}

/**
 * Runs a statement and gives the connection back. When the signal is aborted, the server cancels
 * the statement, and the connection is given back in working order.
 *
 * @throws the reason of the signal if it was aborted before the statement ended
 */
export async function queryUntilAborted<Row extends QueryResultRow>(
  { client, release }: Borrowed,
  config: QueryConfig,
  signal: AbortSignal,
): Promise<QueryResult<Row>> {
  let cancelling: Promise<void> = Promise.resolve();
  const cancel = (): void => {
    cancelling = sendCancelRequest(client);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    return await client.query<Row>(config);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    // A request that is still on its way would cancel the next statement of the connection.
    void cancelling.then(() => release());
  }
}

/** What pg knows of a connection; its types leave it out. */
interface Session {
  readonly host?: string;
  readonly port?: number;
  readonly processID?: number | null;
  readonly secretKey?: number | null;
}

const CANCEL_REQUEST = 80_877_102;
/** A server that does not answer in this time does not cancel either; its time limit ends it. */
const CANCEL_TIMEOUT_MS = 2_000;

/**
 * Asks the server to cancel the statement that runs on a connection, over a connection of its own,
 * which the server does not count. Resolves when the server has done so, or cannot be asked; then
 * the time limit of statements ends it.
 */
function sendCancelRequest(client: ClientBase): Promise<void> {
  const { host = '', port = 5432, processID, secretKey } = client as Session;
  if (processID == null || secretKey == null) return Promise.resolve();
  const request = Buffer.alloc(16);
  request.writeInt32BE(request.length, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket: Socket = host.startsWith('/')
    ? createConnection(`${host}/.s.PGSQL.${port}`)
    : createConnection(port, host);
  return new Promise((resolve) => {
    // The server closes the connection once it has sent the signal.
    socket.on('close', () => resolve());
    socket.on('error', () => socket.destroy());
    socket.setTimeout(CANCEL_TIMEOUT_MS, () => socket.destroy());
    socket.end(request);
    socket.resume();
  });
}
