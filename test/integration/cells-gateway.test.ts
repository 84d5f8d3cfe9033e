import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Haproxy, noHaproxy, replaced, runHaproxy } from '../support/haproxy';

const withHaproxy = noHaproxy === null ? describe : describe.skip;
if (noHaproxy !== null) process.stderr.write(`The tests of the gateway are skipped: ${noHaproxy}\n`);

const FILES = join(__dirname, '../../deploy/cells');

withHaproxy('the gateway in front of two cells', () => {
  const cells: Server[] = [];
  let gateway: Haproxy;
  beforeAll(async () => {
    for (const name of ['cell1', 'cell2']) {
      const cell = createServer((_, response) => response.end(name)).listen(0, '127.0.0.1');
      await once(cell, 'listening');
      cells.push(cell);
    }
    const addresses = cells.map(
      (cell, index) => [`cell${index + 1}.internal:4000`, `127.0.0.1:${(cell.address() as AddressInfo).port}`] as const,
    );
    gateway = await runHaproxy((port) =>
      replaced(readFileSync(join(FILES, 'haproxy.cfg'), 'utf8'), [
        ['bind :4000', `bind 127.0.0.1:${port}`],
        ['/etc/haproxy/cells.map', join(FILES, 'cells.map')],
        ...addresses,
      ]),
    );
  });
  afterAll(async () => {
    await gateway?.close();
    for (const cell of cells) {
      cell.closeAllConnections();
      cell.close();
    }
  });

  /** The answer to a request for a host, with its status. */
  const ask = async (host: string): Promise<string> => {
    const sent = request(gateway.url, { method: 'POST', headers: { host } }).end('{}');
    const [response] = await once(sent, 'response');
    return `${response.statusCode} ${await text(response)}`;
  };

  it.each([
    ['acme.desk.example.com', '200 cell2'],
    ['ACME.desk.example.com', '200 cell2'],
    ['acme.desk.example.com:443', '200 cell2'],
    ['globex.desk.example.com:8443', '200 cell1'],
    ['other.desk.example.com', '421 No cell has this host name.'],
    ['desk.example.com', '421 No cell has this host name.'],
    ['[::1]:4000', '421 No cell has this host name.'],
  ])('sends a request for %s: %s', async (host, answer) => {
    expect(await ask(host)).toBe(answer);
  });
});
