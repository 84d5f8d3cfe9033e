// Measures pages of the work list among many tickets: for all, for an assignee, for no assignee and
// for a client, the first page and one from the middle, also with a backlog of the deadline engine;
// how long the migration builds the indexes; and, with CHANGES=1, what they add to a change. Needs
// `npm run build`. Run: node bench/work-list.mjs [TICKETS]
import { createRequire } from 'node:module';
import { randomFrom } from './calendar-questions.mjs';
import { inTemporaryFolder, processorSecondsOfFamily } from './processes.mjs';
import { changeTicketsOn, openStore, postmasterOf } from './service.mjs';

const require = createRequire(import.meta.url);
const TICKETS = Number(process.argv[2] ?? 1_000_000);
const TEMPLATES = 2_000;
const CLIENTS = 500;
const ASSIGNEES = 200;
const CALLS = Number(process.env.CALLS ?? 200);
const BACKLOG = 5_000;
const [MINUTE, HOUR] = [60_000, 3_600_000];

const impact = (audience, consequence) => [{ audience, consequence, note: null }];
const IMPACTS = [
  impact('ALL_END_USERS', 'ORDERING_BLOCKED'),
  impact('SOME_END_USERS', 'ORDERING_BLOCKED'),
  impact('ADMINISTRATORS', 'DEGRADED'),
  impact('NOBODY', 'QUESTION'),
];
const said = (direction) => ({ type: 'communicate', direction, channel: 'EMAIL', body: 'We are on it.' });
const LIVES = [
  [said('OUTBOUND')],
  [said('OUTBOUND'), said('INBOUND')],
  [{ type: 'acknowledge' }, { type: 'startWaiting', reason: 'CLIENT' }],
  [{ type: 'acknowledge' }],
  [said('OUTBOUND'), { type: 'resolve', resolution: 'Fixed' }],
  [
    { type: 'resolve', resolution: 'Fixed' },
    { type: 'close', reason: null },
  ],
  [
    { type: 'resolve', resolution: 'Fixed' },
    { type: 'close', reason: null },
  ],
  [{ type: 'close', reason: 'Sent twice' }],
  [{ type: 'close', reason: 'Sent twice' }],
  [{ type: 'close', reason: 'Sent twice' }],
];

const actor = { kind: 'AGENT', id: 'bench', name: 'Bench' };
const changeOf = (ticketId, submit, steps) => ({
  ticketId,
  submit,
  steps,
  actor,
  sees: 'ALL',
  expectedVersion: null,
  idempotency: null,
});

/** A ticket of the last days in a random stage, with everything recorded that was due by now. */
const template = (random, clientId, now) => {
  const openedAt = now - random(6 * 24 * 60) * MINUTE;
  const life = LIVES[random(LIVES.length)];
  const last = [...life.keys()].map(
    (place) => openedAt + (place + 1) * random(Math.max(1, (now - openedAt) / MINUTE / 4)) * MINUTE,
  );
  const steps = life.map((command, place) => ({ command, at: Math.max(...last.slice(0, place + 1)) }));
  const isOpen = life.every(({ type }) => type !== 'resolve' && type !== 'close');
  if (isOpen) steps.push({ command: 'LET_PASS', at: now });
  const input = {
    clientId,
    subject: 'Checkout is down',
    description: 'Since this morning the checkout answers with an error after the address was entered.',
    reporter: 'Caller',
    assignee: null,
    channel: 'EXTRANET',
    externalId: null,
    externalUrl: null,
    tags: ['checkout'],
    followUpOf: null,
    impacts: IMPACTS[random(IMPACTS.length)],
  };
  return changeOf(require('uuid').v7(), { input, at: openedAt, evidence: null }, steps);
};

const print = (line) => process.stdout.write(`${line}\n`);
const milliseconds = (value) => `${value.toFixed(1)} ms`;

async function fill(store, now) {
  const { WRITTEN_COLUMNS } = require('../dist/src/adapters/persistence/tickets/ticket-row.js');
  const client = await store.clients.ensureClient('Bench');
  const random = randomFrom(7);
  const changeTickets = changeTicketsOn(store);
  const templates = Array.from({ length: TEMPLATES }, () => template(random, client.id, now));
  for (let from = 0; from < TEMPLATES; from += 250) await changeTickets(templates.slice(from, from + 250));
  const columns = WRITTEN_COLUMNS.map((column) => {
    if (column === 'id') return 'uuidv7()';
    if (column === 'client_id')
      return `(ARRAY (SELECT id FROM clients ORDER BY id))[1 + (hashint8(n * 31 + t.number) & 32767) % ${CLIENTS}]`;
    if (column === 'assignee') {
      return `CASE WHEN (n + t.number) % 10 > 0 THEN 'Agent ' || (hashint8(n * 17 + t.number) & 32767) % ${ASSIGNEES} END`;
    }
    return `t.${column}`;
  });
  const connection = await store.pool.connect();
  await connection.query('SET statement_timeout = 0');
  await connection.query(
    `INSERT INTO clients (id, name, created_at) SELECT gen_random_uuid(), 'Client ' || n, now() FROM generate_series(2, ${CLIENTS}) n`,
  );
  const { rows } = await connection.query(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tickets' AND indexname LIKE 'tickets_work%'`,
  );
  for (const { indexname } of rows) await connection.query(`DROP INDEX ${indexname}`);
  await connection.query(
    `INSERT INTO tickets (${WRITTEN_COLUMNS.join(', ')}) SELECT ${columns.join(', ')}
       FROM generate_series(2, $1) n, (SELECT * FROM tickets ORDER BY number LIMIT ${TEMPLATES}) t`,
    [Math.ceil(TICKETS / TEMPLATES)],
  );
  await connection.query('VACUUM ANALYZE tickets');
  const began = performance.now();
  for (const { indexdef } of rows) await connection.query(indexdef);
  print(`the indexes were built in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  const { comparisonKey, hashOf } = require('../dist/src/adapters/persistence/search/comparison-key.js');
  const names = Array.from({ length: ASSIGNEES }, (_, at) => `Agent ${at}`);
  await connection.query(
    'INSERT INTO spellings SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING',
    [names.map(comparisonKey), names.map(hashOf), names],
  );
  await connection.query('VACUUM ANALYZE');
  await connection.query('CHECKPOINT');
  connection.release(true);
  return { indexes: rows, client };
}

const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];

async function pages(reader, label, query, now, sees = 'ALL') {
  const caller = { actor, sees, needsLatest: true };
  const read = (after, at = now) =>
    reader.workList(caller, query, { count: 20, from: 'START', after, before: null }, at);
  const count = await reader.countWork(caller, query, now);
  let cursor = null;
  for (let page = 0; page < 30; page += 1) {
    const { edges, hasNextPage } = await read(cursor);
    if (!hasNextPage) break;
    cursor = edges.at(-1).cursor;
  }
  for (const [which, after] of [
    ['first page', null],
    ['page 31', cursor],
  ]) {
    const times = [];
    for (let call = 0; call < CALLS; call += 1) {
      const began = performance.now();
      await read(after);
      times.push(performance.now() - began);
    }
    print(
      `${label}, ${count} tickets, ${which}: p50 ${milliseconds(quantile(times, 0.5))}, p95 ${milliseconds(quantile(times, 0.95))}`,
    );
  }
}

/** Processor milliseconds of the service and the database for a change of one ticket. */
async function costOfChanges(store, dataDir, clientId) {
  const changeTickets = changeTicketsOn(store);
  const postmaster = await postmasterOf(dataDir);
  const cpu = process.cpuUsage();
  const before = processorSecondsOfFamily(postmaster);
  const count = 1_500;
  for (let at = 0; at < count; at += 1) {
    const ticketId = require('uuid').v7();
    const input = { ...template(randomFrom(at + 1), clientId, Date.now()).submit.input, assignee: 'Agent 1' };
    await changeTickets([changeOf(ticketId, { input, at: null, evidence: null }, [])]);
    await changeTickets([changeOf(ticketId, null, [{ command: said('OUTBOUND'), at: null }])]);
  }
  const { user, system } = process.cpuUsage(cpu);
  const database = processorSecondsOfFamily(postmaster) - before;
  return { service: (user + system) / 1_000 / count / 2, database: (database * 1_000) / count / 2 };
}

await inTemporaryFolder(async (dataDir) => {
  const { createTicketReader } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-reader.js');
  const store = await openStore(dataDir);
  try {
    const now = Date.now() - HOUR;
    const { indexes, client } = await fill(store, now);
    const { rows: counted } = await store.pool.query(
      `SELECT state, count(*)::int AS count FROM tickets GROUP BY 1 ORDER BY 1`,
    );
    print(counted.map(({ state, count }) => `${count} ${state}`).join(', '));
    const reader = createTicketReader({ pool: store.servicePool });
    const all = { assignee: null, unassigned: false, client: null };
    const { rows: some } = await store.pool.query('SELECT id FROM clients ORDER BY id LIMIT 3');
    // Every row is as of then, as if nothing had been due or changed since.
    await store.pool.query('UPDATE tickets SET updated_at = $1 WHERE updated_at > $1 AND number <= 2000', [
      new Date(now),
    ]);
    const measure = async (at) => {
      await pages(reader, 'all', all, at);
      await pages(reader, 'an assignee', { ...all, assignee: 'agent 7' }, at);
      await pages(reader, 'no assignee', { ...all, unassigned: true }, at);
      await pages(reader, 'a client', { ...all, client: some[0].id }, at);
      await pages(
        reader,
        'a caller of three clients',
        all,
        at,
        some.map(({ id }) => id),
      );
    };
    const present = Date.now();
    print('as of the last record of each ticket:');
    await measure(present);
    const { rows: due } = await store.pool.query(
      'SELECT next_deadline_at AS at FROM tickets WHERE next_deadline_at > $1 ORDER BY 1 OFFSET $2 LIMIT 1',
      [new Date(present), BACKLOG],
    );
    const { rows: behind } = await store.pool.query(
      'SELECT count(*)::int AS n FROM tickets WHERE next_deadline_at <= $1',
      [due[0].at],
    );
    print(`while the engine has ${behind[0].n} tickets to record:`);
    await measure(due[0].at.getTime());
    if (process.env.CHANGES) {
      const rounds = [];
      for (let round = 0; round < 5; round += 1) {
        const withIndexes = await costOfChanges(store, dataDir, client.id);
        for (const { indexname } of indexes) await store.pool.query(`DROP INDEX ${indexname}`);
        const without = await costOfChanges(store, dataDir, client.id);
        for (const { indexdef } of indexes) await store.pool.query(indexdef);
        rounds.push([withIndexes, without]);
        print(JSON.stringify({ withIndexes, without }));
      }
      const ratio = ([a, b]) => (a.service + a.database) / (b.service + b.database);
      const ratios = rounds.map(ratio);
      print(
        `a change with the indexes costs ${quantile(ratios, 0.5).toFixed(3)} of one without (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`,
      );
    }
  } finally {
    await store.close();
  }
});
