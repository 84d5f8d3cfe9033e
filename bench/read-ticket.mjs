// Measures reads of one ticket with all its SLA fields over HTTP, chosen at random from more than
// 10,000, over 32 connections. The peer is a hand-written node:http and pg service with one
// prepared statement that returns the same (read-ticket-peer.mjs). Needs `npm run build` and
// `npm ci` in bench/. Run: node bench/read-ticket.mjs

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { load } from './load.mjs';
import { inTemporaryFolder, processorSeconds, ROOT, start } from './processes.mjs';
import { ask, openStore, startService } from './service.mjs';
import { median, ratiosOf, rounded, summaryOf, table, whole, withSpread } from './stats.mjs';
import { openTickets } from './tickets.mjs';

const TICKETS = 12_000;
const CONNECTIONS = 32;
const POOL = 10;
const ROUNDS = 5;
/** Number of rounds to discard while Node.js compiles the code. */
const WARM_UP = 2;
const SECONDS = 3;
const COMPARED = 300;
const AIM = 0.7;

const TARGET = 'target { basis text amount unit calendar }';
const CYCLES = `cycles {
  number severity status bestEffort ${TARGET} startedAt appliesFrom total dueAt atRiskAt fulfilledAt endedAt breachedAt
  elapsed remaining percentElapsed missedBeats
}`;
const queryOf = (cycles) => `query Ticket($id: ID!) {
  ticket(id: $id) {
    id number subject state severity isBreached nextDeadline { kind dueAt }
    sla { response { ...Standing } update { ...Standing } resolution { ...Standing } }
  }
}
fragment Standing on Commitment {
  kind status severity ${TARGET} bestEffort startedAt dueAt atRiskAt fulfilledAt breachedAt
  elapsed remaining percentElapsed missedBeats cycle ${cycles}
}`;

/** What both services return: each current commitment, and the same with all its cycles. */
export const QUESTIONS = {
  standing: { query: queryOf(''), path: '' },
  'with every cycle': { query: queryOf(CYCLES), path: '/cycles' },
};

const globalId = (uuid) => Buffer.from(`Ticket:${uuid}`).toString('base64url');

/** Fields that depend on the millisecond of the request. All others must be equal. */
const MOVING = ['elapsed', 'remaining', 'percentElapsed'];
const settled = (value) =>
  JSON.parse(JSON.stringify(value), (key, inner) => (MOVING.includes(key) && inner !== null ? 'moving' : inner));

const compare = async (service, peer, ids) => {
  for (const [name, { query, path }] of Object.entries(QUESTIONS)) {
    for (const id of ids) {
      const ours = await ask(service.url, query, { id: globalId(id) });
      const { data } = await (await fetch(`${peer.url}/${id}${path}`)).json();
      if (ours.ticket === null || !isDeepStrictEqual(settled(ours), settled(data))) {
        throw new Error(`The two services return different answers (${name}): ${JSON.stringify({ ours, data })}`);
      }
    }
  }
};

const startPeer = async (databaseUrl) => {
  const child = start(process.execPath, ['bench/read-ticket-peer.mjs', databaseUrl, String(POOL)], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [{ url }] = await once(child, 'message');
  return { url, pid: child.pid, stop: () => child.kill() };
};

const jobsOf = (service, peer, ids, { query, path }) => ({
  stepdown: {
    process: service.pid,
    url: service.url.replace('/graphql', ''),
    method: 'POST',
    path: '/graphql',
    body: JSON.stringify({ query, variables: { id: '{id}' } }),
    ids: ids.map(globalId),
  },
  peer: { process: peer.pid, url: peer.url, method: 'GET', path: `/{id}${path}`, ids },
});

const round = async ({ process: pid, ...job }, seed) => {
  const before = processorSeconds(pid);
  const { perSecond, requests, p50, p99 } = await load({ ...job, connections: CONNECTIONS, seconds: SECONDS, seed });
  const spent = before === null ? null : processorSeconds(pid) - before;
  return { perSecond, p50, p99, processorMicros: spent === null ? null : (spent * 1e6) / requests };
};

const measure = async (service, peer, ids, question) => {
  const jobs = jobsOf(service, peer, ids, question);
  const rounds = { stepdown: [], peer: [] };
  for (let turn = 0; turn < WARM_UP + ROUNDS; turn += 1) {
    for (const [name, job] of Object.entries(jobs)) {
      const answered = await round(job, 1 + turn);
      if (turn >= WARM_UP) rounds[name].push(answered);
    }
  }
  const side = (name) => {
    const micros = rounds[name].map(({ processorMicros }) => processorMicros);
    return {
      perSecond: summaryOf(rounds[name].map(({ perSecond }) => perSecond)),
      p50: median(rounds[name].map(({ p50 }) => p50)),
      p99: median(rounds[name].map(({ p99 }) => p99)),
      processorMicros: micros.includes(null) ? null : rounded(median(micros)),
    };
  };
  const rates = (name) => rounds[name].map(({ perSecond }) => perSecond);
  return { stepdown: side('stepdown'), peer: side('peer'), ratio: ratiosOf(rates('stepdown'), rates('peer')) };
};

export async function run() {
  return inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    try {
      const ids = await openTickets(store, TICKETS);
      const service = await startService(dataDir);
      const peer = await startPeer(store.url);
      try {
        await compare(service, peer, ids.slice(0, COMPARED));
        const questions = {};
        for (const [name, question] of Object.entries(QUESTIONS)) {
          questions[name] = await measure(service, peer, ids, question);
        }
        const { length: tickets } = ids;
        return { name: 'read-ticket', unit: 'requests/s', aim: AIM, tickets, connections: CONNECTIONS, questions };
      } finally {
        peer.stop();
        await service.stop();
      }
    } finally {
      await store.close();
    }
  });
}

export const report = ({ tickets, connections, aim, questions }) => ({
  title: 'One ticket with all SLA fields, over HTTP',
  figures: Object.entries(questions).map(([name, { ratio }]) => ({
    figure: `One ticket over HTTP, ${name}: Stepdown / hand-written service`,
    measured: withSpread(ratio),
    aim: name === 'standing' ? `≥ ${aim}` : '–',
    isMet: name === 'standing' ? ratio.median >= aim : null,
  })),
  text: `${whole(tickets)} tickets in all stages, random ids, ${connections} connections that stay open, alternating rounds of ${SECONDS} s, median of ${ROUNDS} (least–greatest). \
The peer is \`bench/read-ticket-peer.mjs\`: \`node:http\` and \`pg\`, a pool of ${POOL}, one prepared statement for each request, no GraphQL. \
Before the rounds, the benchmark reads ${COMPARED} tickets from both and compares every field. Of elapsed, remaining and percentElapsed, which change every millisecond, it compares only whether they are null.

${table(
  ['', 'requests/s', 'CPU µs/request', 'p50 ms', 'p99 ms'],
  Object.entries(questions).flatMap(([question, sides]) =>
    ['stepdown', 'peer'].map((name) => [
      `${name === 'peer' ? 'hand-written' : 'Stepdown'}, ${question}`,
      withSpread(sides[name].perSecond, whole),
      sides[name].processorMicros ?? '–',
      sides[name].p50,
      sides[name].p99,
    ]),
  ),
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
