// What the ways of events to others cost the mutations that record them: mutations a second, and
// processor time for each, with nothing on, with the feed and one subscriber, with a webhook, with
// an event bus, and with all of them, in alternating rounds of the same run. The limit is the
// service with nothing on that sends each event the same ways by bare libraries, and keeps nothing.
// The bus is a `nats-server`, which Debian has as a package; without it, the rows of the bus are
// left out. Needs `npm run build` and `npm ci` in bench/.
// Run: node bench/event-ways.mjs [ROUNDS]
import { execFileSync, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import WebSocket from 'ws';
import { load } from './load.mjs';
import { inTemporaryFolder, processorSeconds, processorSecondsOfFamily, ROOT, start } from './processes.mjs';
import { ask, postmasterOf, startService } from './service.mjs';
import { ratiosOf, summaryOf, table, whole, withSpread } from './stats.mjs';

const CONNECTIONS = 16;
const SECONDS = 3;
const TICKETS = 500;
const AIM = 0.9;
/** How long the endpoint takes to answer, as one in another network does. */
const ENDPOINT_MS = 20;
/** How long events may take to arrive after a round. */
const DRAIN_MS = 120_000;

const SUBMIT =
  'mutation { submitTicket(input: { subject: "Checkout is down", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { id } } }';
const CHANGE =
  'mutation ($id: ID!) { communicate(input: { ticketId: $id, direction: OUTBOUND, body: "We are on it." }) { ticket { version } userErrors { message } } }';
const SUBSCRIBE = 'subscription { ticketEvents { cursor event { type recordedAt } } }';

/** The services that are compared, and what is on in each. */
const SIDES = {
  nothing: [],
  'feed, one subscriber': ['feed'],
  'feed, a webhook': ['webhook'],
  'feed, NATS': ['bus'],
  'all of these': ['feed', 'webhook', 'bus'],
  'bare libraries': ['bare'],
};
const [NOTHING, , , , ALL, BARE] = Object.keys(SIDES);

const hasNats = () => {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

const startNats = async (folder) => {
  const port = await freePort();
  const child = start('nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', folder], { stdio: 'ignore' });
  return { url: `nats://127.0.0.1:${port}`, stop: () => child.kill() };
};

const bareSubscriber = async (port) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  let count = 0;
  socket.on('message', () => {
    count += 1;
  });
  await once(socket, 'open');
  return { count: () => count, close: () => socket.close() };
};

/** A stream for what bench/bare-event-ways.cjs publishes. */
const addStream = async (url) => {
  // The server takes a moment to listen.
  const connection = await connect({ servers: url, waitOnFirstConnect: true, reconnectTimeWait: 50 });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'bare', subjects: ['stepdown.bare'] });
  await connection.close();
};

/** A subscriber in this process, which counts its events. */
const subscribe = async (url) => {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  let count = 0;
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.on('message', () => {
    count += 1;
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIBE } }));
  return { count: () => count, close: () => socket.close() };
};

const metricOf = (text, name) => Number(new RegExp(`^\\S*${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);

const WITHOUT_WAYS = ['-r', join(ROOT, 'bench/without-event-ways.cjs')];
const WITH_BARE_WAYS = [...WITHOUT_WAYS, '-r', join(ROOT, 'bench/bare-event-ways.cjs')];

const openSide = async (folder, ways) => {
  const [subscribed, posted, published, isBare] = ['feed', 'webhook', 'bus', 'bare'].map((way) => ways.includes(way));
  const receiver =
    posted || isBare
      ? fork(fileURLToPath(new URL('event-ways-receiver.mjs', import.meta.url)), [`${ENDPOINT_MS}`])
      : null;
  const [message] = receiver === null ? [] : await once(receiver, 'message');
  const nats = published || (isBare && hasNats()) ? await startNats(join(folder, 'nats')) : null;
  const socketPort = isBare ? await freePort() : 0;
  const options = isBare ? WITH_BARE_WAYS : ways.length === 0 ? WITHOUT_WAYS : [];
  if (isBare && nats !== null) await addStream(nats.url);
  const service = await startService(folder, options, {
    ...(isBare ? { BARE_WEBHOOK_URL: message.url, BARE_SOCKET_PORT: `${socketPort}` } : {}),
    ...(isBare && nats !== null ? { BARE_NATS_URL: nats.url } : {}),
    ...(posted
      ? {
          STEPDOWN_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
          STEPDOWN_WEBHOOK_NETWORKS: '127.0.0.0/8',
        }
      : {}),
    ...(published ? { EVENT_BUS: 'nats', NATS_URL: nats.url, EVENT_BUS_START: 'now' } : {}),
  });
  const { url } = service;
  const ids = [];
  for (let n = 0; n < TICKETS; n += 1) ids.push((await ask(url, SUBMIT)).submitTicket.ticket.id);
  if (posted) await ask(url, 'mutation ($url: String!) { createWebhook(input: { url: $url }) { secret } }', message);
  const subscriber = subscribed ? await subscribe(url) : isBare ? await bareSubscriber(socketPort) : null;
  const metrics = async () => (await fetch(url.replace('/graphql', '/metrics'))).text();
  /** How many events have arrived wherever they are sent. */
  const arrived = async () => {
    const text = posted || published ? await metrics() : '';
    return [
      ...(subscriber === null ? [] : [subscriber.count()]),
      ...(posted ? [metricOf(text, 'webhook_delivered_total')] : []),
      ...(published ? [metricOf(text, 'event_bus_published_total')] : []),
    ];
  };
  return {
    url,
    ids,
    service,
    arrived,
    postmaster: await postmasterOf(folder),
    close: async () => {
      subscriber?.close();
      await service.stop();
      receiver?.disconnect();
      nats?.stop();
    },
  };
};

const JOB = { connections: CONNECTIONS, seconds: SECONDS, method: 'POST', path: '/graphql' };

/** A round: the mutations of some seconds, and the wait until their events have arrived. */
const round = async (side, seed) => {
  const before = await side.arrived();
  const spent = () => [processorSeconds(side.service.pid), processorSecondsOfFamily(side.postmaster)];
  const [serviceBefore, databaseBefore] = spent();
  const began = performance.now();
  const body = JSON.stringify({ query: CHANGE, variables: { id: '{id}' } });
  const { requests, perSecond } = await load({
    ...JOB,
    url: side.url.replace('/graphql', ''),
    ids: side.ids,
    body,
    seed,
  });
  const arrivedAtEnd = await side.arrived();
  const isComplete = (counts) => counts.every((count, way) => count - before[way] >= requests);
  while (!isComplete(await side.arrived())) {
    if (performance.now() - began > SECONDS * 1_000 + DRAIN_MS) throw new Error('Events of a round did not arrive');
    // Answering takes the service some milliseconds.
    await sleep(250);
  }
  const [service, database] = spent();
  const micros = (seconds) => (seconds * 1e6) / requests;
  return {
    perSecond,
    service: micros(service - serviceBefore),
    database: micros(database - databaseBefore),
    behind: Math.max(0, ...arrivedAtEnd.map((count, way) => 1 - (count - before[way]) / requests)),
    drain: performance.now() - began - SECONDS * 1_000,
  };
};

const withSides = async (names, sides, work) => {
  const [name, ...others] = names;
  if (name === undefined) return work(sides);
  return inTemporaryFolder(async (folder) => {
    const side = await openSide(folder, SIDES[name]);
    try {
      return await withSides(others, { ...sides, [name]: side }, work);
    } finally {
      await side.close();
    }
  });
};

export const run = async (rounds = 5) => {
  const names = Object.keys(SIDES).filter((name) => hasNats() || !SIDES[name].includes('bus'));
  const results = Object.fromEntries(names.map((name) => [name, []]));
  await withSides(names, {}, async (sides) => {
    // The first round warms up.
    for (let turn = 0; turn <= rounds; turn += 1) {
      for (let place = 0; place < names.length; place += 1) {
        const name = names[(place + turn) % names.length];
        const measured = await round(sides[name], turn);
        if (turn > 0) results[name].push(measured);
      }
    }
  });
  const of = (name, figure) => results[name].map((one) => one[figure]);
  return {
    name: 'event-ways',
    aim: AIM,
    rounds,
    sides: Object.fromEntries(
      names.map((name) => [
        name,
        {
          perSecond: summaryOf(of(name, 'perSecond')),
          ratio: ratiosOf(of(name, 'perSecond'), of(NOTHING, 'perSecond')),
          service: summaryOf(of(name, 'service')),
          database: summaryOf(of(name, 'database')),
          behind: summaryOf(of(name, 'behind').map((share) => share * 100)),
        },
      ]),
    ),
  };
};

export const report = ({ aim, rounds, sides }) => ({
  title: 'What the ways of events cost mutations',
  figures: [
    {
      figure: 'Mutations a second with feed, webhook, NATS and engine on / with all of them off',
      measured: sides[ALL] === undefined ? 'not measured, without `nats-server`' : withSpread(sides[ALL].ratio),
      aim: `≥ ${aim}`,
      isMet: sides[ALL] === undefined ? null : sides[ALL].ratio.median >= aim,
    },
    {
      figure: 'The limit: sent the same ways by bare libraries, nothing kept / with all of them off',
      measured: withSpread(sides[BARE].ratio),
      aim: 'for comparison',
      isMet: null,
    },
  ],
  text: `\`communicate\` over HTTP on ${TICKETS} tickets, ${CONNECTIONS} connections, alternating rounds of ${SECONDS} s, median of ${rounds} (least–greatest). \
The webhook gets every event and its endpoint answers after ${ENDPOINT_MS} ms; the bus is a \`nats-server\` with JetStream; both run on the same machine, as do the database, the subscriber and the \
load. With nothing on, no event gets a position and no deadline is recorded. Bare libraries send each event the same ways right after its commit, and keep, order, repeat and record nothing. The processor time is counted until the last event of the round has arrived; in the last column is what had \
not arrived yet when the mutations ended.

${table(
  ['', 'mutations/s', 'against nothing', 'CPU µs each, service', 'CPU µs each, database', 'not arrived at the end, %'],
  Object.entries(sides).map(([name, { perSecond, ratio, service, database, behind }]) => [
    name,
    withSpread(perSecond, whole),
    withSpread(ratio),
    withSpread(service, whole),
    withSpread(database, whole),
    withSpread(behind, whole),
  ]),
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await run(process.argv[2] === undefined ? undefined : Number(process.argv[2]));
  process.stdout.write(`${report(measured).text}\n`);
}
