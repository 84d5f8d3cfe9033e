// Delivers each event to many sockets, with the whole protocol on: subscriptions of one document,
// and the same with a variable of their own each, against `ws` alone sending one prepared buffer of
// the same length. The sockets are in two processes. Needs `npm run build`.
// Run: node bench/fan-out.mjs [ROUNDS] [SOCKETS]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTemporaryFolder, processorSeconds } from './processes.mjs';
import { ask, startService } from './service.mjs';
import { ratiosOf, summaryOf, table, whole, withSpread } from './stats.mjs';

const [rounds = 5, sockets = 5_000] = process.argv.slice(2).map(Number);
const EVENTS = 20;
const CLIENTS = 2;
const LIMITS = {
  STEPDOWN_MAX_SOCKETS: '20000',
  STEPDOWN_MAX_SOCKETS_PER_ADDRESS: '20000',
  STEPDOWN_MAX_SUBSCRIPTIONS: '20000',
  STEPDOWN_OPERATION_MEMORY_MB: '1024',
};
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Processes that hold the sockets together, and what they have received. */
async function openClients(url, kind) {
  const children = [];
  const counts = Array.from({ length: CLIENTS }, () => ({ received: 0, characters: 0 }));
  for (let n = 0; n < CLIENTS; n += 1) {
    const share = sockets / CLIENTS;
    const child = fork(fileOf('fan-out-clients.mjs'), [url, share, kind, n * share]);
    await once(child, 'message');
    child.on('message', (count) => Object.assign(counts[n], count));
    children.push(child);
  }
  return {
    received: () => counts.reduce((sum, { received }) => sum + received, 0),
    characters: () => counts[0].characters,
    close: async () => {
      const ended = children.map((child) => once(child, 'exit'));
      for (const child of children) child.disconnect();
      await Promise.all(ended);
    },
  };
}

/** Deliveries a second, and the processor time of the server for each, in microseconds. */
async function measure(clients, pid, sendAll) {
  const before = clients.received();
  const wanted = before + EVENTS * sockets;
  const processor = processorSeconds(pid);
  const began = performance.now();
  await sendAll();
  while (clients.received() < wanted) {
    if (performance.now() - began > 120_000) throw new Error(`${clients.received() - before} of ${wanted - before}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const seconds = (performance.now() - began) / 1_000;
  return {
    perSecond: (EVENTS * sockets) / seconds,
    microseconds: ((processorSeconds(pid) - processor) * 1e6) / (EVENTS * sockets),
  };
}

await inTemporaryFolder(async (folder) => {
  const service = await startService(folder, [], LIMITS);
  const impacts = [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }];
  const input = { subject: 'Checkout is down', impacts };
  const { submitTicket } = await ask(
    service.url,
    'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }',
    { input },
  );
  const one = (n) =>
    `m${n}: communicate(input: { ticketId: "${submitTicket.ticket.id}", direction: OUTBOUND, body: "On it." }) { clientMutationId }`;
  const changes = `mutation { ${Array.from({ length: EVENTS }, (_, n) => one(n)).join(' ')} }`;
  const results = { bare: [], same: [], different: [] };
  for (let round = 0; round < rounds; round += 1) {
    const same = await openClients(service.url.replace('http', 'ws'), 'same');
    results.same.push(await measure(same, service.pid, () => ask(service.url, changes)));
    const length = same.characters();
    await same.close();
    const peer = fork(fileOf('fan-out-peer.mjs'));
    const [{ url }] = await once(peer, 'message');
    const bare = await openClients(url, 'bare');
    results.bare.push(await measure(bare, peer.pid, async () => peer.send({ messages: EVENTS, length })));
    await bare.close();
    peer.disconnect();
    const different = await openClients(service.url.replace('http', 'ws'), 'different');
    results.different.push(await measure(different, service.pid, () => ask(service.url, changes)));
    await different.close();
  }
  const of = (kind, figure) => results[kind].map((result) => result[figure]);
  const rows = Object.keys(results).map((kind) => [
    { bare: '`ws` alone', same: 'one document', different: 'a variable of its own each' }[kind],
    withSpread(summaryOf(of(kind, 'perSecond')), whole),
    withSpread(summaryOf(of(kind, 'microseconds'))),
    withSpread(ratiosOf(of(kind, 'perSecond'), of('bare', 'perSecond'))),
  ]);
  process.stdout.write(
    `${table(['', 'deliveries a second', 'processor time each, in µs', 'against `ws` alone'], rows)}\n`,
  );
  await service.stop();
});
