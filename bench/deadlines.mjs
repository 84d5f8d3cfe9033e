// Deadlines recorded: many due at one instant, by one process and by three; a thousand due every second; and what a million
// open tickets cost while nothing is due. Run: node bench/deadlines.mjs
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf, inTemporaryFolder, processorSeconds } from './processes.mjs';
import { openStore, postmasterOf, startService } from './service.mjs';
import { summaryOf, table, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const MINUTE = 60_000;
const BURST = 100_000;
const BURST_ROUNDS = 3;
const RATE = 1_000;
const RATE_SECONDS = 20;
const OPEN = 1_000_000;
const IDLE_SECONDS = 30;
const AIMS = { burstSeconds: 10, lagP99: 250, idlePercent: 1 };
/** A SEV1 response is due so long after the opening, round the clock. */
const RESPONSE_MS = 15 * MINUTE;

const changing = (store) => {
  const { createChangeTickets } = require('../dist/src/adapters/persistence/change-tickets.js');
  const clock = { now: () => Date.now() };
  return createChangeTickets({ pool: store.pool, clock, policies: store.policies, onCommitted: () => undefined });
};

/** A SEV1 ticket whose response is due at an instant; what falls due before it is recorded already. */
const ticketDueAt = (client, dueAt) => ({
  ticketId: require('uuid').v7(),
  submit: {
    input: {
      clientId: client.id,
      subject: 'Checkout is down',
      description: 'Since this morning the checkout answers with an error after the address was entered.',
      reporter: 'Caller',
      assignee: null,
      channel: 'EXTRANET',
      externalId: null,
      externalUrl: null,
      tags: ['checkout'],
      followUpOf: null,
      impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED', note: null }],
    },
    at: dueAt - RESPONSE_MS,
    evidence: null,
  },
  steps: [{ command: 'LET_PASS', at: dueAt }],
  actor: { kind: 'AGENT', id: 'bench', name: 'Bench' },
  sees: 'ALL',
  expectedVersion: null,
  idempotency: null,
});

/** Fills the table with tickets like one that is due then. */
const fill = async (store, count, dueAt) => {
  const { WRITTEN_COLUMNS } = require('../dist/src/adapters/persistence/ticket-row.js');
  const client = await store.clients.ensureClient('Bench');
  const template = ticketDueAt(client, dueAt);
  await changing(store)([template]);
  const columns = WRITTEN_COLUMNS.map((column) => (column === 'id' ? 'uuidv7()' : `t.${column}`));
  await store.pool.query(
    `INSERT INTO tickets (${WRITTEN_COLUMNS.join(', ')}) SELECT ${columns.join(', ')}
       FROM tickets t, generate_series(2, $2) WHERE t.id = $1`,
    [template.ticketId, count],
  );
  await store.pool.query('VACUUM ANALYZE tickets');
  await store.pool.query('CHECKPOINT');
};

const one = async (store, sql, values = []) => (await store.pool.query(sql, values)).rows[0];

/** Seconds from the instant at which all are due until the last is recorded. */
const burst = (processes) =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    const services = [];
    try {
      const dueAt = Date.now() + 45_000;
      await fill(store, BURST, dueAt);
      for (let count = 0; count < processes; count += 1) services.push(await startService(dataDir));
      const loaded = Date.now();
      if (loaded > dueAt - 1_000) throw new Error('The tickets were not there in time');
      const postmaster = await postmasterOf(dataDir);
      const cpuOf = () => [services.reduce((sum, { pid }) => sum + processorSeconds(pid), 0), [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + (processorSeconds(pid) ?? 0), 0)];
      const before = cpuOf();
      await sleep(dueAt - Date.now());
      const isLeft = 'SELECT EXISTS (SELECT FROM tickets WHERE next_deadline_at <= $1) AS left';
      while ((await one(store, isLeft, [new Date(dueAt)])).left) await sleep(25);
      const seconds = (Date.now() - dueAt) / 1000;
      const { breaches, tickets, faults } = await one(
        store,
        `SELECT count(*)::int AS breaches, count(DISTINCT ticket_id)::int AS tickets,
                (SELECT count(*)::int FROM deadline_faults) AS faults
           FROM events WHERE type = 'COMMITMENT_BREACHED' AND at = $1`,
        [new Date(dueAt)],
      );
      if (breaches !== BURST || tickets !== BURST || faults > 0) {
        throw new Error(`${breaches} breaches of ${tickets} tickets, ${faults} set aside, where ${BURST} were due`);
      }
      const processor = cpuOf().map((v, index) => v - before[index]);
      return { seconds, processor };
    } finally {
      for (const service of services) await service.stop();
      await store.close();
    }
  });
process.stdout.write(JSON.stringify(await burst(Number(process.argv[2] ?? 1))) + '\n');
