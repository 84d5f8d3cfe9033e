// The event feed of a service, with its whole protocol: milliseconds from the record of an event to
// a subscriber at a steady rate, events a second at full rate, and how fast a subscriber catches up
// from the log. With --other DIR, another checkout (built) does the same in alternating rounds.
// Needs `npm run build`. Run: node bench/feed.mjs [ROUNDS] [--other DIR]
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { inTemporaryFolder, ROOT } from './processes.mjs';
import { ask, openStore, startService } from './service.mjs';
import { summaryOf, table, withSpread } from './stats.mjs';
import { openTickets } from './tickets.mjs';

const require = createRequire(import.meta.url);
const rounds = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 7);
const otherAt = process.argv.indexOf('--other');
const other = otherAt < 0 ? null : process.argv[otherAt + 1];

const TICKETS = 100;
const SECONDS = 4;
/** Events a second, and the mutations of one request. */
const RATE = 500;
const PER_REQUEST = 5;
const AT_FULL_RATE = 16;
/** Tickets whose events a subscriber catches up with. */
const LOGGED_TICKETS = 12_000;

/** A subscriber that keeps the delay of each event. */
async function subscribe(url, query) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const delays = [];
  let count = 0;
  let last = 0;
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type !== 'next') return;
    count += 1;
    last = performance.now();
    const recordedAt = payload.data?.ticketEvents?.event?.recordedAt;
    if (recordedAt !== undefined) delays.push(Date.now() - Date.parse(recordedAt));
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await sleep(200);
  return {
    delays,
    count: () => count,
    lastAt: () => last,
    close: () => socket.close(),
  };
}

const RECORDED = 'subscription { ticketEvents { cursor event { type recordedAt } } }';
const mutationOf = (ids, from) =>
  `mutation { ${Array.from({ length: PER_REQUEST }, (_, n) => `m${n}: communicate(input: { ticketId: "${ids[(from + n) % ids.length]}", direction: OUTBOUND, body: "We are on it." }) { clientMutationId }`).join(' ')} }`;

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

async function prepare(root, dataDir) {
  const service = await startService(dataDir, [], {}, root);
  const ids = [];
  for (let n = 0; n < TICKETS; n += 1) {
    const { submitTicket } = await ask(
      service.url,
      'mutation { submitTicket(input: { subject: "Checkout is down", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { id } } }',
    );
    ids.push(submitTicket.ticket.id);
  }
  return { service, ids };
}

async function steady({ service, ids }) {
  const subscriber = await subscribe(service.url, RECORDED);
  const sent = [];
  const began = performance.now();
  const requests = (RATE / PER_REQUEST) * SECONDS;
  for (let n = 0; n < requests; n += 1) {
    sent.push(ask(service.url, mutationOf(ids, n * PER_REQUEST)));
    const due = began + ((n + 1) * 1000 * PER_REQUEST) / RATE;
    await sleep(Math.max(0, due - performance.now()));
  }
  await Promise.all(sent);
  const expected = requests * PER_REQUEST;
  while (subscriber.count() < expected) await sleep(10);
  subscriber.close();
  return { p50: percentile(subscriber.delays, 0.5), p99: percentile(subscriber.delays, 0.99) };
}

async function fullRate({ service, ids }) {
  const subscriber = await subscribe(service.url, RECORDED);
  const began = performance.now();
  const end = began + SECONDS * 1000;
  let recorded = 0;
  const lane = async (_, at) => {
    for (let n = at * 7; performance.now() < end; n += PER_REQUEST) {
      await ask(service.url, mutationOf(ids, n));
      recorded += PER_REQUEST;
    }
  };
  await Promise.all(Array.from({ length: AT_FULL_RATE }, lane));
  while (subscriber.count() < recorded) await sleep(10);
  subscriber.close();
  return recorded / ((subscriber.lastAt() - began) / 1000);
}

/** Events a second from the log to one socket. */
async function catchUp(dataDir) {
  const store = await openStore(dataDir);
  await openTickets(store, LOGGED_TICKETS);
  const { createEventLog } = require('../dist/src/adapters/persistence/log/postgres-event-log.js');
  const events = await createEventLog(store.pool).place();
  await store.close();
  const service = await startService(dataDir);
  const measured = {};
  for (const [name, fields] of [
    ['the cursor', 'cursor'],
    ['the cursor and the type', 'cursor event { type }'],
    ['the ticket with its severity and state', 'cursor event { type } ticket { id severity state }'],
  ]) {
    const began = performance.now();
    const subscriber = await subscribe(
      service.url,
      `subscription { ticketEvents(after: "e0000000000000000") { ${fields} } }`,
    );
    while (subscriber.count() < events) await sleep(10);
    measured[name] = (events / (subscriber.lastAt() - began)) * 1000;
    subscriber.close();
  }
  await service.stop();
  return { events, measured };
}

const roots = [['this', ROOT], ...(other === null ? [] : [['other', other]])];
const results = Object.fromEntries(roots.map(([name]) => [name, { p50: [], p99: [], rate: [] }]));

await inTemporaryFolder(async (dataDir) => {
  const prepared = [];
  try {
    for (const [name, root] of roots) prepared.push([name, await prepare(root, `${dataDir}/${name}`)]);
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, on] of prepared) {
        const { p50, p99 } = await steady(on);
        const rate = await fullRate(on);
        // The first round warms up.
        if (round === 0) continue;
        results[name].p50.push(p50);
        results[name].p99.push(p99);
        results[name].rate.push(rate);
      }
    }
  } finally {
    for (const [, { service }] of prepared) await service.stop();
  }
});
const caughtUp = await inTemporaryFolder((dataDir) => catchUp(dataDir));

process.stdout.write(
  `${table(
    ['', ...roots.map(([name]) => name)],
    [
      [`ms from record to subscriber at ${RATE} events a second, p50`, 'p50'],
      ['the same, p99', 'p99'],
      [`events a second, ${AT_FULL_RATE} connections, until the last is received`, 'rate'],
    ].map(([what, key]) => [what, ...roots.map(([name]) => withSpread(summaryOf(results[name][key])))]),
  )}\n`,
);
const lines = Object.entries(caughtUp.measured).map(([what, rate]) => `- ${what}: ${Math.round(rate)}\n`);
process.stdout.write(
  `\nA subscriber catches up with ${caughtUp.events} events of the log, events a second:\n${lines.join('')}`,
);
