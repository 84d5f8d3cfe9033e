// Measures tickets submitted per second over HTTP with 32 connections. The peer is pgbench with the
// statement that the service sends, 32 clients in prepared mode, on the same server. Both wait for
// the disk at every commit. Needs `npm run build`, `npm ci` in bench/ and pgbench (Debian:
// postgresql-contrib). Run: node bench/submit-ticket.mjs
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { execute, inTemporaryFolder, processorSeconds } from './processes.mjs';
import { ask, changeTicketsOn, indexTexts, openStore, socketOf, startService } from './service.mjs';
import { median, ratiosOf, rounded, summaryOf, table, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const CONNECTIONS = 32;
const ROUNDS = 5;
/** Number of rounds to discard while Node.js compiles the code of the service. */
const WARM_UP = 2;
const SECONDS = 4;

const SUBMIT = `mutation Submit($input: SubmitTicketInput!) {
  submitTicket(input: $input) {
    ticket { id number severity sla { response { dueAt } update { dueAt } resolution { dueAt } } }
    userErrors { message }
  }
}`;
const INPUT = {
  subject: 'Checkout is down',
  description: 'Since this morning the checkout answers with an error after the address was entered.',
  channel: 'EXTRANET',
  impacts: [{ audience: 'SOME_END_USERS', consequence: 'ORDERING_BLOCKED' }],
};

/** Finds pgbench. Null if it is not installed. */
const findPgbench = async () => {
  const debian = '/usr/lib/postgresql';
  let versions = [];
  try {
    versions = readdirSync(debian);
  } catch {
    // Not a Debian system.
  }
  for (const path of ['pgbench', ...versions.map((version) => join(debian, version, 'bin/pgbench'))]) {
    try {
      const { stdout } = await execute(path, ['--version']);
      return { path, version: stdout.trim() };
    } catch {
      // Tries the next path.
    }
  }
  return null;
};

/**
 * Submits one ticket as the service does and returns the statement that it sent, with parameters.
 */
const captureStatement = async (store) => {
  const { runAsOwner } = require('../dist/src/adapters/persistence/database/lanes.js');
  const { v7: newId } = require('uuid');
  const sent = [];
  const pool = {
    options: store.pool.options,
    query: (statement) => {
      if (/INSERT INTO tickets/.test(statement.text)) sent.push(statement);
      return store.pool.query(statement);
    },
  };
  runAsOwner(pool);
  const changeTickets = changeTicketsOn(store, pool);
  const client = await store.clients.ensureClient('Default client');
  const impacts = INPUT.impacts.map((pair) => ({ ...pair, note: null }));
  const nothing = { reporter: null, assignee: null, externalId: null, externalUrl: null, tags: [], followUpOf: null };
  const ticketId = newId();
  const [{ ticket }] = await changeTickets([
    {
      ticketId,
      submit: { input: { ...INPUT, ...nothing, impacts, clientId: client.id }, at: null, evidence: null },
      steps: [],
      actor: { kind: 'AGENT', id: 'local-operator', name: 'local operator' },
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    },
  ]);
  if (ticket === null || sent.length !== 1) throw new Error(`Expected one statement, not ${sent.length}`);
  return { text: sent[0].text, values: sent[0].values, ticketId };
};

const parameterOf = (value) => (Array.isArray(value) ? `{${value.join(',')}}` : String(value));

/**
 * The statement as a pgbench script. Parameters stay parameters, with two exceptions: NULL, which
 * pgbench cannot pass, and the id of the ticket, which must be new each time and increases with
 * time as in the service.
 */
const scriptOf = ({ text, values, ticketId }) => {
  const id = `(lpad(to_hex(:n::bigint), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid`;
  const sql = text.replaceAll(/\$(\d+)/g, (_, number) => {
    const value = values[number - 1];
    if (value === null || value === undefined) return 'NULL';
    return value === ticketId ? id : `:p${number}`;
  });
  const defined = values.flatMap((value, index) =>
    value === null || value === undefined || value === ticketId ? [] : ['-D', `p${index + 1}=${parameterOf(value)}`],
  );
  return { script: `\\set n :n + 1\n${sql.replaceAll(/\s+/g, ' ')};\n`, defined };
};

const tpsOf = (said) => {
  const [, tps] = /^tps = ([\d.]+)/m.exec(said) ?? [];
  const [, failed] = /^number of failed transactions: (\d+)/m.exec(said) ?? [];
  if (tps === undefined || (failed ?? '0') !== '0') throw new Error(`pgbench failed: ${said}`);
  return Number(tps);
};

const countTickets = async (store) => {
  const { rows } = await store.pool.query('SELECT count(*)::int AS count FROM tickets');
  return rows[0].count;
};

const serviceRound = async (service, store) => {
  const [before, spent] = [await countTickets(store), processorSeconds(service.pid)];
  const body = JSON.stringify({ query: SUBMIT, variables: { input: INPUT } });
  const url = service.url.replace('/graphql', '');
  const job = { url, method: 'POST', path: '/graphql', body, connections: CONNECTIONS, seconds: SECONDS };
  const { perSecond, requests, p50, p99 } = await load(job);
  const micros = spent === null ? null : ((processorSeconds(service.pid) - spent) * 1e6) / requests;
  const saved = (await countTickets(store)) - before;
  if (saved < requests) throw new Error(`${requests} submissions were answered but only ${saved} tickets were saved`);
  return { perSecond, p50, p99, micros };
};

const pgbenchRound = async (pgbench, store, { file, defined }, turn) => {
  const settings = ['-n', '-M', 'prepared', '-c', CONNECTIONS, '-T', SECONDS, '-D', `n=${(turn + 1) * 10_000_000}`];
  const where = ['-h', socketOf(store), '-U', 'stepdown', 'stepdown'];
  const { stdout } = await execute(pgbench.path, [...settings.map(String), ...defined, '-f', file, ...where]);
  return tpsOf(stdout);
};

export async function run() {
  const pgbench = await findPgbench();
  return inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    try {
      const { script, defined } = scriptOf(await captureStatement(store));
      const file = join(dataDir, 'submit.sql');
      await writeFile(file, script);
      const service = await startService(dataDir);
      try {
        const { submitTicket } = await ask(service.url, SUBMIT, { input: INPUT });
        if (submitTicket.ticket === null) throw new Error(JSON.stringify(submitTicket.userErrors));
        const [answers, tps] = [[], []];
        for (let turn = 0; turn < WARM_UP + ROUNDS; turn += 1) {
          const answer = await serviceRound(service, store);
          const peer = pgbench === null ? null : await pgbenchRound(pgbench, store, { file, defined }, turn);
          await indexTexts(service.url);
          if (turn < WARM_UP) continue;
          answers.push(answer);
          if (peer !== null) tps.push(peer);
        }
        const rates = answers.map(({ perSecond }) => perSecond);
        const micros = answers.map((answer) => answer.micros);
        return {
          name: 'submit-ticket',
          unit: 'submissions/s',
          connections: CONNECTIONS,
          stepdown: {
            perSecond: summaryOf(rates),
            p50: median(answers.map(({ p50 }) => p50)),
            p99: median(answers.map(({ p99 }) => p99)),
            processorMicros: micros.includes(null) ? null : rounded(median(micros)),
          },
          peer: pgbench === null ? null : { name: pgbench.version, perSecond: summaryOf(tps) },
          ratio: pgbench === null ? null : ratiosOf(rates, tps),
          skipped: pgbench === null ? 'pgbench is not installed (Debian: apt-get install postgresql-contrib)' : null,
        };
      } finally {
        await service.stop();
      }
    } finally {
      await store.close();
    }
  });
}

export const report = ({ connections, stepdown, peer, ratio, skipped }) => ({
  title: '`submitTicket` over HTTP',
  figures: [
    {
      figure: `\`submitTicket\` over HTTP, ${connections} connections: Stepdown / pgbench with the same statement`,
      measured: ratio === null ? `skipped: ${skipped}` : withSpread(ratio),
      aim: '–',
      isMet: null,
    },
  ],
  text: `${connections} connections that stay open, alternating rounds of ${SECONDS} s, median of ${ROUNDS} (least–greatest). Each submission is one transaction of one \
statement (ticket and event) and waits for the disk. The peer ${
    peer === null
      ? `was left out: ${skipped}`
      : `is ${peer.name} with that statement, taken from \
the service itself, in prepared mode with ${connections} clients on the same server: no HTTP, no GraphQL, no classification, no commitments. NULLs are part of its text, instants are the same each time, and it has one connection for each client, while the service has 7 for changes`
  }. After each round the \
tickets are counted, and the texts of the peer's tickets are indexed before the next round.

${table(
  ['', 'per second', 'CPU µs each', 'p50 ms', 'p99 ms'],
  [
    ['Stepdown', withSpread(stepdown.perSecond, whole), stepdown.processorMicros ?? '–', stepdown.p50, stepdown.p99],
    ...(peer === null ? [] : [['pgbench', withSpread(peer.perSecond, whole), '–', '–', '–']]),
  ],
)}`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
