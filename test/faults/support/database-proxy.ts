import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to the database that can be cut, made slow, or made to lose the answer to a commit. */
export interface DatabaseProxy {
  readonly port: number;
  /** How many answers to commits it has lost. */
  readonly lostAnswers: number;
  /** Cuts all connections, and refuses others until it is mended. */
  cut(): void;
  /** Cuts the connections without refusing others. */
  reset(): void;
  /** Passes everything on so much later, in both directions. */
  delay(ms: number): void;
  mend(): void;
  /** Cuts the connection of the next change after its commit and before the answer, so often. */
  loseAnswers(count: number): void;
  close(): Promise<void>;
}

/** The statements that write for a mutation: within a transaction, and as one by themselves. */
const SAVE = Buffer.from('\0save-tickets\0');
const SUBMIT = Buffer.from('\0submit-with-key\0');
/** The end of the answer to each: CommandComplete, and ReadyForQuery outside a transaction. */
const COMMITTED = Buffer.from('COMMIT\0Z\0\0\0\x05I');
const SUBMITTED = Buffer.from('SELECT 1\0Z\0\0\0\x05I');

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export async function startDatabaseProxy(to: number): Promise<DatabaseProxy> {
  const pairs = new Set<Pair>();
  let isCut = false;
  let delayMs = 0;
  let toLose = 0;
  let lostAnswers = 0;

  const end = (pair: Pair) => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };
  const pass = (data: Buffer, target: Socket) => {
    if (delayMs === 0) target.write(data);
    else setTimeout(() => target.write(data), delayMs);
  };
  const proxy = createServer((client) => {
    const pair: Pair = { client, server: connect({ port: to, host: '127.0.0.1', noDelay: true }) };
    client.setNoDelay(true);
    pairs.add(pair);
    for (const socket of [pair.client, pair.server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => end(pair));
    }
    if (isCut) return end(pair);
    let writes: 'IN_TRANSACTION' | 'ALONE' | null = null;
    client.on('data', (data) => {
      if (data.includes(SAVE)) writes = 'IN_TRANSACTION';
      else if (data.includes(SUBMIT)) writes = 'ALONE';
      pass(data, pair.server);
    });
    pair.server.on('data', (data) => {
      const isCommitted = data.includes(writes === 'IN_TRANSACTION' ? COMMITTED : SUBMITTED);
      if (writes !== null && isCommitted) {
        writes = null;
        if (toLose > 0) {
          toLose -= 1;
          lostAnswers += 1;
          return end(pair);
        }
      }
      pass(data, client);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const reset = () => {
    for (const pair of [...pairs]) end(pair);
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    get lostAnswers() {
      return lostAnswers;
    },
    cut: () => {
      isCut = true;
      reset();
    },
    reset,
    delay: (ms) => {
      delayMs = ms;
    },
    mend: () => {
      isCut = false;
      delayMs = 0;
    },
    loseAnswers: (count) => {
      toLose = count;
    },
    close: async () => {
      reset();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
