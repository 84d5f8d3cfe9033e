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

const SOCKETS = 5_000;
const EVENTS = 20;
const CLIENTS = 2;
const AIM = 0.85;
const LIMITS = {
  STEPDOWN_MAX_SOCKETS: '20000',
  STEPDOWN_MAX_SOCKETS_PER_ADDRESS: '20000',
  STEPDOWN_MAX_SUBSCRIPTIONS: '20000',
  STEPDOWN_OPERATION_MEMORY_MB: '1024',
  STEPDOWN_OPERATION_TIMEOUT_SECONDS: '120',
};
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Processes that hold the sockets together, and what they have received. */
async function openClients(url, kind, sockets) {
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
async function measure(clients, pid, sockets, sendAll) {
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

async function measureRounds(service, changes, rounds, sockets) {
  const results = { bare: [], same: [], different: [] };
  const url = service.url.replace('http', 'ws');
  for (let round = 0; round < rounds; round += 1) {
    const same = await openClients(url, 'same', sockets);
    results.same.push(await measure(same, service.pid, sockets, () => ask(service.url, changes)));
    const length = same.characters();
    await same.close();
    const peer = fork(fileOf('fan-out-peer.mjs'));
    const [opened] = await once(peer, 'message');
    const bare = await openClients(opened.url, 'bare', sockets);
    const sendAll = async () => peer.send({ messages: EVENTS, length });
    results.bare.push(await measure(bare, peer.pid, sockets, sendAll));
    await bare.close();
    peer.disconnect();
    const different = await openClients(url, 'different', sockets);
    results.different.push(await measure(different, service.pid, sockets, () => ask(service.url, changes)));
    await different.close();
  }
  return results;
}

export const run = (rounds = 5, sockets = SOCKETS) =>
  inTemporaryFolder(async (folder) => {
    const service = await startService(folder, [], LIMITS);
    try {
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
      const results = await measureRounds(service, changes, rounds, sockets);
      const of = (kind, figure) => results[kind].map((result) => result[figure]);
      return {
        name: 'fan-out',
        aim: AIM,
        rounds,
        sockets,
        kinds: Object.fromEntries(
          Object.keys(results).map((kind) => [
            kind,
            {
              perSecond: summaryOf(of(kind, 'perSecond')),
              microseconds: summaryOf(of(kind, 'microseconds')),
              ratio: ratiosOf(of(kind, 'perSecond'), of('bare', 'perSecond')),
            },
          ]),
        ),
      };
    } finally {
      await service.stop();
    }
  });

const KINDS = { bare: '`ws` alone', same: 'one document', different: 'a variable of its own each' };

export const report = ({ aim, rounds, sockets, kinds }) => ({
  title: 'One event to thousands of subscribers',
  figures: [
    {
      figure: `${whole(sockets)} subscribers with one document: deliveries a second, Stepdown / \`ws\` alone`,
      measured: withSpread(kinds.same.ratio),
      aim: `≥ ${aim}`,
      isMet: kinds.same.ratio.median >= aim,
    },
    {
      figure: 'The same with a variable of its own for each subscriber',
      measured: withSpread(kinds.different.ratio),
      aim: '–',
      isMet: null,
    },
  ],
  text: `${whole(sockets)} sockets in ${CLIENTS} processes on the same machine; ${EVENTS} events each time, from the request that records them until the last socket has \
received the last of them; alternating rounds, median of ${rounds} (least–greatest). The peer is \`ws\`, which sends one prepared buffer of the same length to all its sockets and \
records nothing. All clients give their operation the same id; for others, the message is copied once more. With a variable of its own, each subscription has its own filter and its own execution of each event.

${table(
  ['', 'deliveries a second', 'processor time each, in µs', 'against `ws` alone'],
  Object.entries(kinds).map(([kind, { perSecond, microseconds, ratio }]) => [
    KINDS[kind],
    withSpread(perSecond, whole),
    withSpread(microseconds),
    withSpread(ratio),
  ]),
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await run(...process.argv.slice(2).map(Number));
  process.stdout.write(`${report(measured).text}\n`);
}
