// The event feed of a service, with its whole protocol: milliseconds from the commit of an event to
// a subscriber at a steady rate, events a second at full rate, and how fast a subscriber catches up
// from the log. With --other DIR, another checkout (built) does the same in alternating rounds.
// Needs `npm run build`. Run: node bench/feed.mjs [ROUNDS] [--other DIR]
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { inTemporaryFolder, ROOT } from './processes.mjs';
import { ask, openStore, recordCommitTimes, startService } from './service.mjs';
import { summaryOf, table, whole, withSpread } from './stats.mjs';
import { openTickets } from './tickets.mjs';

const require = createRequire(import.meta.url);

/** So many that each has few events, as in a real log. */
const TICKETS = 4_000;
const SECONDS = 4;
/** Events a second, and the mutations of one request. */
const RATE = 500;
const PER_REQUEST = 5;
const AT_FULL_RATE = 16;
/** Tickets whose events a subscriber catches up with. */
const LOGGED_TICKETS = 12_000;
const AIMS = { p99: 25, catchUp: 50_000 };

/** A subscriber that keeps when it received each event, by its ticket and number. */
async function subscribe(url, query) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const receivedAt = new Map();
  let count = 0;
  let last = 0;
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type !== 'next') return;
    count += 1;
    last = performance.now();
    const id = payload.data.ticketEvents.event?.id;
    if (id !== undefined) receivedAt.set(keyIn(id), performance.timeOrigin + last);
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await sleep(200);
  return {
    receivedAt,
    count: () => count,
    lastAt: () => last,
    close: () => socket.close(),
  };
}

const SUBMIT =
  'mutation { submitTicket(input: { subject: "Checkout is down", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { id } } }';
const RECORDED = 'subscription { ticketEvents { cursor event { id type recordedAt } } }';
/** What is in a global id after the type. */
const keyIn = (id) => Buffer.from(id, 'base64url').toString().split(':')[1];
const mutationOf = (ids, from) =>
  `mutation { ${Array.from({ length: PER_REQUEST }, (_, n) => `m${n}: communicate(input: { ticketId: "${ids[(from + n) % ids.length]}", direction: OUTBOUND, body: "We are on it." }) { clientMutationId }`).join(' ')} }`;

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

/** Milliseconds from the commit of each event to its subscriber. */
async function delaysOf(receivedAt, { pool }) {
  const keys = [...receivedAt.keys()].map((key) => key.split('/'));
  const { rows } = await pool.query(
    `SELECT e.ticket_id || '/' || e.number AS key, extract(epoch FROM pg_xact_commit_timestamp(e.xid::xid))::float8 * 1000 AS at
       FROM events e JOIN unnest($1::uuid[], $2::integer[]) AS received (ticket_id, number)
         ON e.ticket_id = received.ticket_id AND e.number = received.number`,
    [keys.map(([ticketId]) => ticketId), keys.map(([, number]) => number)],
  );
  return rows.map(({ key, at }) => receivedAt.get(key) - at);
}

async function prepare(root, dataDir) {
  await recordCommitTimes(dataDir);
  const service = await startService(dataDir, [], {}, root);
  const ids = [];
  const submit = async () => {
    while (ids.length < TICKETS) ids.push((await ask(service.url, SUBMIT)).submitTicket.ticket.id);
  };
  await Promise.all(Array.from({ length: AT_FULL_RATE }, submit));
  const store = await openStore(dataDir);
  const stop = async () => {
    await store.close();
    await service.stop();
  };
  return { service, ids, store, stop };
}

async function steady({ service, ids, store }) {
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
  const delays = await delaysOf(subscriber.receivedAt, store);
  return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
}

/** What this process records as a process of the service does that has no subscribers. */
async function openRecorder(store) {
  const { createTicketStore } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-store.js');
  const { createChangeTickets } = require('../dist/src/application/tickets/change-tickets.js');
  const { openFeed } = require('../dist/src/adapters/events/feed.js');
  const { servicePool: pool, url, policies } = store;
  const feed = await openFeed({ pool, url, now: Date.now });
  const tickets = createTicketStore({ pool, onCommitted: (commit) => feed.committed(commit) });
  const change = createChangeTickets({ store: tickets, clock: { now: Date.now }, policies });
  return { change, close: () => feed.close() };
}

const changeOf = (globalId) => ({
  ticketId: keyIn(globalId),
  submit: null,
  steps: [{ command: { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' } }],
  actor: { kind: 'AGENT', id: 'bench', name: 'Bench' },
  sees: 'ALL',
  expectedVersion: null,
  idempotency: null,
});

/** The same, of events that another process has recorded. */
async function fromOther({ service, ids, store }) {
  const recorder = await openRecorder(store);
  const subscriber = await subscribe(service.url, RECORDED);
  const sent = [];
  const began = performance.now();
  const transactions = (RATE / PER_REQUEST) * SECONDS;
  for (let n = 0; n < transactions; n += 1) {
    const chosen = Array.from({ length: PER_REQUEST }, (_, place) => ids[(n * PER_REQUEST + place) % ids.length]);
    sent.push(recorder.change(chosen.map(changeOf)));
    const due = began + ((n + 1) * 1000 * PER_REQUEST) / RATE;
    await sleep(Math.max(0, due - performance.now()));
  }
  await Promise.all(sent);
  while (subscriber.count() < transactions * PER_REQUEST) await sleep(10);
  subscriber.close();
  await recorder.close();
  const delays = await delaysOf(subscriber.receivedAt, store);
  return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
}

async function fullRate({ service, ids }) {
  const subscriber = await subscribe(service.url, RECORDED);
  const began = performance.now();
  const end = began + SECONDS * 1000;
  let recorded = 0;
  const lane = async (_, at) => {
    for (let n = (at * TICKETS) / AT_FULL_RATE; performance.now() < end; n += PER_REQUEST) {
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

export async function run(rounds = 7, other = null) {
  const roots = [['this', ROOT], ...(other === null ? [] : [['other', other]])];
  const results = Object.fromEntries(
    roots.map(([name]) => [name, { p50: [], p99: [], otherP50: [], otherP99: [], rate: [] }]),
  );
  await inTemporaryFolder(async (dataDir) => {
    const prepared = [];
    try {
      for (const [name, root] of roots) prepared.push([name, await prepare(root, `${dataDir}/${name}`)]);
      for (let round = 0; round <= rounds; round += 1) {
        for (const [name, on] of prepared) {
          const { p50, p99 } = await steady(on);
          // It records with the modules of this checkout.
          const recorded = name === 'this' ? await fromOther(on) : { p50: Number.NaN, p99: Number.NaN };
          const rate = await fullRate(on);
          // The first round warms up.
          if (round === 0) continue;
          results[name].p50.push(p50);
          results[name].p99.push(p99);
          results[name].otherP50.push(recorded.p50);
          results[name].otherP99.push(recorded.p99);
          results[name].rate.push(rate);
        }
      }
    } finally {
      for (const [, { stop }] of prepared) await stop();
    }
  });
  const caughtUp = await inTemporaryFolder((dataDir) => catchUp(dataDir));
  const sides = Object.entries(results).map(([name, figures]) => [
    name,
    Object.fromEntries(Object.entries(figures).map(([figure, values]) => [figure, summaryOf(values)])),
  ]);
  return { name: 'feed', aims: AIMS, rounds, sides: Object.fromEntries(sides), caughtUp };
}

export const report = ({ aims, rounds, sides, caughtUp }) => ({
  title: 'The event feed',
  figures: [
    {
      figure: `Commit to subscriber at ${RATE} events a second, p99, milliseconds`,
      measured: withSpread(sides.this.p99),
      aim: `< ${aims.p99} ms`,
      isMet: sides.this.p99.median < aims.p99,
    },
    {
      figure: 'The same of events that another process has recorded, five in a transaction',
      measured: withSpread(sides.this.otherP99),
      aim: `< ${aims.p99} ms`,
      isMet: sides.this.otherP99.median < aims.p99,
    },
    {
      figure: 'A subscriber catches up from the log, events a second',
      measured: whole(caughtUp.measured['the cursor']),
      aim: `≥ ${whole(aims.catchUp)}`,
      isMet: caughtUp.measured['the cursor'] >= aims.catchUp,
    },
  ],
  text: `One subscriber over WebSocket. At ${RATE} events a second, each event is a mutation over HTTP on one of ${TICKETS} tickets; measured from PostgreSQL's commit timestamp, \
which it takes before it waits for the disk, until the subscriber has the message. The other process records \
${PER_REQUEST} events in a transaction, without HTTP. Rounds of ${SECONDS} s, median of ${rounds} (least–greatest).

${table(
  ['', ...Object.keys(sides)],
  [
    [`ms from commit to subscriber at ${RATE} events a second, p50`, 'p50'],
    ['the same, p99', 'p99'],
    ['the same, of events that another process has recorded, p50', 'otherP50'],
    ['the same, p99', 'otherP99'],
    [`events a second, ${AT_FULL_RATE} connections, until the last is received`, 'rate'],
  ].map(([what, key]) => [what, ...Object.values(sides).map((side) => withSpread(side[key]))]),
)}

A subscriber catches up with ${whole(caughtUp.events)} events of the log, which one process reads, executes, writes and sends:

${table(
  ['the payload has', 'events a second'],
  Object.entries(caughtUp.measured).map(([what, rate]) => [what, whole(rate)]),
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  const otherAt = given.indexOf('--other');
  const rounds = given.find((one) => /^\d+$/.test(one));
  const measured = await run(
    rounds === undefined ? undefined : Number(rounds),
    otherAt < 0 ? null : given[otherAt + 1],
  );
  process.stdout.write(`${report(measured).text}\n`);
}
