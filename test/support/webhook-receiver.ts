import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EncryptionKey } from '../../src/adapters/webhooks/encryption-keys';
import type { Network } from '../../src/adapters/webhooks/reachable-addresses';
import type { Json } from './graphql-service';

/** A request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Json;
}

/** How a receiver answers a request; null never answers. */
export type AnswerTo = (
  received: Received,
  index: number,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | null;

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers with this from now on. */
  answer(to: AnswerTo): void;
  close(): Promise<void>;
}

/** A server on this machine that notes what it gets, and answers 200 unless it is set otherwise. */
export async function startReceiver(first: AnswerTo = () => ({ status: 200, body: 'ok' })): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let answer = first;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const got: Received = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
      received.push(got);
      const said = answer(got, received.length - 1);
      if (said !== null) response.writeHead(said.status, said.headers).end(said.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (to) => {
      answer = to;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The settings of a service that may reach a receiver. */
export const FOR_RECEIVERS: { encryptionKeys: readonly EncryptionKey[]; webhookNetworks: readonly Network[] } = {
  encryptionKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
  webhookNetworks: [{ address: '127.0.0.1', prefix: 32, family: 'ipv4' }],
};
