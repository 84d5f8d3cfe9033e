// What a statement costs by each way of sending it: a named prepared statement on the pg driver,
// `dataSource.query`, and a repository or EntityManager. Prints a Markdown table for
// docs/adr/009-typeorm-for-cold-paths.md. Starts a database of its own. Needs `npm run build`.
// Run: node bench/typeorm.mjs
import { createRequire } from 'node:module';
import { inTemporaryFolder } from './processes.mjs';
import { openStore } from './service.mjs';
import { median, ratiosOf, summaryOf, table, whole, withSpread } from './stats.mjs';
import { openTickets } from './tickets.mjs';

const require = createRequire(import.meta.url);
const { v7: newId } = require('uuid');
const { entityManager } = require('../dist/src/adapters/persistence/database/entity-manager.js');
const { rowsOf } = require('../dist/src/adapters/persistence/database/sql.js');
const { lanesOf } = require('../dist/src/adapters/persistence/database/lanes.js');
const { clients, tickets } = require('../dist/src/adapters/persistence/tables/index.js');
const { TICKET_COLUMNS } = require('../dist/src/adapters/persistence/tickets/ticket-row.js');

const TICKETS = 1_000;
const CONCURRENT = 32;
const ROUNDS = 7;
/** Rounds that are not counted, in which V8 compiles the code. */
const WARM_UP = 2;
const MILLISECONDS = 700;

const READ_TICKET = `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = $1::uuid`;
const READ_CLIENT = 'SELECT id, name, created_at, policy, calendars FROM clients WHERE id = $1::uuid';
const INSERT_CLIENT = 'INSERT INTO clients (id, name, created_at) VALUES ($1, $2, $3)';

/**
 * For each operation, the ways of doing it once; the first is the one that the others are compared
 * with.
 */
const operationsOf = ({ pool, dataSource }, ids, clientId) => {
  const manager = entityManager(dataSource, lanesOf(pool).lookups.ownWork);
  const ticketRepository = manager.getRepository(tickets);
  const clientRepository = manager.getRepository(clients);
  let next = 0;
  const id = () => ids[next++ % ids.length];
  const row = () => {
    const made = newId();
    return [made, `Client ${made}`, new Date().toISOString()];
  };
  const ways = (name, text, valuesOf, repository) => ({
    'named statement': () => rowsOf(lanesOf(pool).lookups.ownWork, { name, text, values: valuesOf() }),
    'dataSource.query': () => dataSource.query(text, valuesOf()),
    ...repository,
  });
  return {
    [`read a ticket by id (${TICKET_COLUMNS.split(',').length} columns)`]: ways(
      'bench-ticket',
      READ_TICKET,
      () => [id()],
      {
        'repository.findOneBy': () => ticketRepository.findOneBy({ id: id() }),
      },
    ),
    'read a client by id (5 columns)': ways('bench-client', READ_CLIENT, () => [clientId], {
      'repository.findOneBy': () => clientRepository.findOneBy({ id: clientId }),
    }),
    'insert a client': ways('bench-insert', INSERT_CLIENT, row, {
      'manager.insert': () => {
        const [made, name] = row();
        return manager.insert(clients, { id: made, name, created_at: Date.now() });
      },
    }),
  };
};

/**
 * Runs one way for a while: operations a second, and microseconds of this process's CPU for each.
 */
const roundOf = async (once) => {
  const began = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  const lane = async () => {
    while (performance.now() - began < MILLISECONDS) {
      await once();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (count / (performance.now() - began)) * 1000, micros: (user + system) / count };
};

const rowsFor = async (operation, ways) => {
  const rounds = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let turn = 0; turn < WARM_UP + ROUNDS; turn += 1) {
    for (const [way, once] of Object.entries(ways)) {
      const round = await roundOf(once);
      if (turn >= WARM_UP) rounds[way].push(round);
    }
  }
  const [[, first]] = Object.entries(rounds);
  const valuesOf = (all, what) => all.map((round) => round[what]);
  return Object.entries(rounds).map(([way, all]) => [
    `${operation}: ${way.includes('.') ? `\`${way}\`` : way}`,
    whole(median(valuesOf(all, 'rate'))),
    withSpread(ratiosOf(valuesOf(all, 'rate'), valuesOf(first, 'rate'))),
    whole(median(valuesOf(all, 'micros'))),
    withSpread(ratiosOf(valuesOf(all, 'micros'), valuesOf(first, 'micros'))),
  ]);
};

/** Microseconds to make an EntityManager, which a transaction without repositories does not pay. */
const managerMicros = ({ pool, dataSource }) => {
  const times = 20_000;
  const samples = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    for (let i = 0; i < times; i += 1) entityManager(dataSource, lanesOf(pool).lookups.ownWork);
    return ((performance.now() - began) * 1000) / times;
  });
  return summaryOf(samples);
};

await inTemporaryFolder(async (dataDir) => {
  const store = await openStore(dataDir);
  try {
    const ids = await openTickets(store, TICKETS);
    const client = await store.clients.ensureClient('Bench');
    const rows = [];
    for (const [operation, ways] of Object.entries(operationsOf(store, ids, client.id))) {
      rows.push(...(await rowsFor(operation, ways)));
    }
    const head = ['', 'a second', 'ratio', 'CPU µs each', 'ratio'];
    process.stdout.write(
      `${CONCURRENT} concurrent, pool of 10, medians of ${ROUNDS} interleaved rounds of ${MILLISECONDS} ms ` +
        `(least–greatest).\n\n${table(head, rows)}\n\n` +
        `Making an EntityManager takes ${withSpread(managerMicros(store))} µs.\n`,
    );
  } finally {
    await store.close();
  }
});
