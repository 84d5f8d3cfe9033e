// The files of src/ whose functions run on the way of a submission, of a deadline that fires and
// reaches a subscriber, and of `ticket(id)`: the list behind the reading order of
// docs/ARCHITECTURE.md. Needs `npm run build`. Run: node bench/walk.mjs [submission|deadline|read]
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inTemporaryFolder, ROOT } from './processes.mjs';
import { ask, changeTicketsOn, openStore } from './service.mjs';

const require = createRequire(import.meta.url);
const DIST = join(ROOT, process.env.WALK_DIST ?? 'dist', 'src');

const SUBMIT = `mutation ($input: SubmitTicketInput!) {
  submitTicket(input: $input) { ticket { id severity } userErrors { message } }
}`;
const INPUT = {
  subject: 'Checkout is down',
  impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }],
};
const TICKET = `query ($id: ID!) {
  ticket(id: $id) { id severity state sla { response { dueAt } resolution { status } } }
}`;

const BREACHES = 'subscription { commitmentBreached { ticket { number } kind breachedAt } }';
/** A SEV1 response is due so long after the opening, round the clock. */
const RESPONSE_MS = 15 * 60_000;

const ROUNDS = 5;

const session = new Session();
session.connect();

/** The files in which a function was called since the last look. */
const calledFiles = async () => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return (
    result
      .filter(({ url }) => url.startsWith('file://') && fileURLToPath(url).startsWith(DIST))
      // Looks after the database every half second.
      .filter(({ url }) => !url.includes('/embedded-postgres/'))
      .filter(({ functions }) =>
        functions.some(({ functionName, ranges }) => functionName !== '' && ranges[0].count > 0),
      )
      .map(({ url }) =>
        fileURLToPath(url)
          .slice(DIST.length + 1)
          .replace(/\.js$/, '.ts'),
      )
  );
};

/**
 * The files that `act` calls each time, once everything is loaded and compiled. Files that only
 * some rounds call belong to work that runs anyway: the polls of the feed and of the engine.
 */
const walk = async (act) => {
  await act();
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await sleep(700);
    await calledFiles();
    await act();
    rounds.push(new Set(await calledFiles()));
  }
  const [first, ...others] = rounds;
  return [...first].filter((file) => others.every((round) => round.has(file))).sort();
};

const WALKS = {
  submission: async (url) => walk(() => ask(url, SUBMIT, { input: INPUT })),
  read: async (url) => {
    const { submitTicket } = await ask(url, SUBMIT, { input: INPUT });
    return walk(() => ask(url, TICKET, { id: submitTicket.ticket.id }));
  },
  deadline: async (url, dataDir) => {
    const { createClient } = require('graphql-ws');
    const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: require('ws') });
    const breaches = client.iterate({ query: BREACHES });
    const store = await openStore(dataDir);
    try {
      const next = breaches.next();
      await sleep(500);
      await submitDueAt(store, Date.now() + 2_000);
      // Until shortly before it falls due.
      await sleep(1_800);
      await calledFiles();
      const { value } = await next;
      if (value?.data?.commitmentBreached === undefined) throw new Error(JSON.stringify(value));
      return (await calledFiles()).sort();
    } finally {
      await store.close();
      await client.dispose();
    }
  },
};

/** Submits a ticket in the past, so that its response is due at an instant. */
const submitDueAt = async (store, dueAt) => {
  const { id: clientId } = await store.clients.ensureClient('Default client');
  const nothing = { description: null, reporter: null, assignee: null, externalId: null, externalUrl: null };
  const impacts = INPUT.impacts.map((pair) => ({ ...pair, note: null }));
  const input = { ...INPUT, ...nothing, clientId, impacts, channel: 'EXTRANET', tags: [], followUpOf: null };
  await changeTicketsOn(store)([
    {
      ticketId: require('uuid').v7(),
      submit: { input, at: dueAt - RESPONSE_MS, evidence: null },
      steps: [{ command: 'LET_PASS', at: dueAt }],
      actor: { kind: 'AGENT', id: 'bench', name: 'Bench' },
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    },
  ]);
};

const [only] = process.argv.slice(2);
await inTemporaryFolder(async (dataDir) => {
  const { startService } = require(join(DIST, 'compose/start-service.js'));
  const { loadConfig } = require(join(DIST, 'config.js'));
  // With its lines, which are written nowhere.
  const log = require('pino')({ level: 'info' }, { write() {} });
  const service = await startService(loadConfig({ STEPDOWN_DATA_DIR: dataDir, PORT: '0' }), log);
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  try {
    for (const [name, run] of Object.entries(WALKS)) {
      if (only !== undefined && only !== name) continue;
      const files = await run(service.url, dataDir);
      process.stdout.write(`${name}: ${files.length} files\n${files.map((file) => `  src/${file}\n`).join('')}`);
    }
  } finally {
    await service.close();
  }
});
