// Measures the recording of deadlines: many due at one instant, by one process and by three; a
// thousand due every second; and the cost of a million open tickets while nothing is due.
// Run: npm run bench -- --only deadlines
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inTemporaryFolder, processorSeconds, processorSecondsOfFamily } from './processes.mjs';
import { changeTicketsOn, openStore, postmasterOf, recordCommitTimes, startService } from './service.mjs';
import { median, ratiosOf, rounded, summaryOf, table, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const MINUTE = 60_000;
const BURST = 100_000;
const ROUNDS = 3;
/** How long before their due instant the benchmark starts to create the tickets. */
const AHEAD_MS = 45_000;
const RATE = 1_000;
const RATE_SECONDS = 20;
const OPEN = 1_000_000;
const IDLE_SECONDS = 30;
const AIMS = { burstSeconds: 10, lagP99: 250, idlePercent: 1 };
const BATCH = 500;
/** How long after the opening a SEV1 response is due, round the clock. */
const RESPONSE_MS = 15 * MINUTE;

/** A SEV1 ticket whose response is due at an instant; what is due before it is already recorded. */
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

/** Fills the table with copies of a ticket that is due at an instant. */
const fill = async (store, count, dueAt) => {
  const { WRITTEN_COLUMNS } = require('../dist/src/adapters/persistence/tickets/ticket-row.js');
  const client = await store.clients.ensureClient('Bench');
  const template = ticketDueAt(client, dueAt);
  await changeTicketsOn(store)([template]);
  const columns = WRITTEN_COLUMNS.map((column) => (column === 'id' ? 'uuidv7()' : `t.${column}`));
  const connection = await store.pool.connect();
  // A million tickets take longer than a statement of the service may run.
  await connection.query('SET statement_timeout = 0');
  await connection.query(
    `INSERT INTO tickets (${WRITTEN_COLUMNS.join(', ')}) SELECT ${columns.join(', ')}
       FROM tickets t, generate_series(2, $2) WHERE t.id = $1`,
    [template.ticketId, count],
  );
  await connection.query('VACUUM ANALYZE tickets');
  await connection.query('CHECKPOINT');
  connection.release(true);
};

const one = async (store, sql, values = []) => (await store.pool.query(sql, values)).rows[0];

/** Processor seconds of the services, and of all processes of the database; null if unknown. */
const spentBy = async (services, dataDir) => {
  const parts = services.map(({ pid }) => processorSeconds(pid));
  const service = parts.includes(null) ? null : parts.reduce((total, seconds) => total + seconds, 0);
  return { service, database: processorSecondsOfFamily(await postmasterOf(dataDir)) };
};
const difference = (after, before) => (after === null || before === null ? null : after - before);

/** Each ticket has one breach, and none was set aside. */
const isOnceEach = ({ recorded: { breaches, tickets, faults } }) =>
  breaches === BURST && tickets === BURST && faults === 0;

/** Seconds from the due instant until the last deadline is recorded, by a number of processes. */
const burst = (processes) =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    const services = [];
    try {
      const dueAt = Date.now() + AHEAD_MS;
      await fill(store, BURST, dueAt);
      for (let count = 0; count < processes; count += 1) services.push(await startService(dataDir));
      if (Date.now() > dueAt - 1_000) throw new Error('The tickets were not created in time');
      const before = await spentBy(services, dataDir);
      await sleep(dueAt - Date.now());
      const isLeft = 'SELECT EXISTS (SELECT FROM tickets WHERE next_deadline_at <= $1) AS left';
      while ((await one(store, isLeft, [new Date(dueAt)])).left) await sleep(25);
      const seconds = (Date.now() - dueAt) / 1000;
      const after = await spentBy(services, dataDir);
      const recorded = await one(
        store,
        `SELECT count(*)::int AS breaches, count(DISTINCT ticket_id)::int AS tickets,
                (SELECT count(*)::int FROM deadline_faults) AS faults
           FROM events WHERE type = 'COMMITMENT_BREACHED' AND at = $1`,
        [new Date(dueAt)],
      );
      return {
        seconds,
        recorded,
        service: difference(after.service, before.service),
        database: difference(after.database, before.database),
      };
    } finally {
      for (const service of services) await service.stop();
      await store.close();
    }
  });

// The limit: one statement takes, changes and logs each batch; no program reads or decides
// anything.
const BY_SQL = `
  WITH taken AS (
    SELECT id, client_id, version FROM tickets WHERE next_deadline_at < clock_timestamp()
     ORDER BY next_deadline_at, id LIMIT ${BATCH} FOR NO KEY UPDATE SKIP LOCKED
  ), changed AS (
    UPDATE tickets t SET version = t.version + 1, cycles = t.cycles || '[]', last_event_at = t.next_deadline_at,
           updated_at = clock_timestamp(), response_status = 'BREACHED', breached = true,
           next_deadline_at = t.next_deadline_at + interval '1 day'
      FROM taken WHERE t.id = taken.id
  )
  INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data, once_key)
  SELECT id, client_id, version + 1, 'COMMITMENT_BREACHED', $1, clock_timestamp(),
         '{"kind": "SYSTEM", "id": "system", "name": "System"}',
         '{"kind": "RESPONSE", "cycle": 1, "severity": "SEV1", "breach": {"at": 0, "detectedAt": 0, "cause": "DUE"}}',
         'RESPONSE/1/breach'
    FROM taken`;

const burstBySql = () =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    try {
      const dueAt = Date.now() - 1_000;
      await fill(store, BURST, dueAt);
      const began = performance.now();
      const lane = async () => {
        const statement = { name: 'by-sql', text: BY_SQL, values: [new Date(dueAt)] };
        while ((await store.pool.query(statement)).rowCount > 0);
      };
      await Promise.all([lane(), lane()]);
      const seconds = (performance.now() - began) / 1000;
      const { logged } = await one(store, `SELECT count(*)::int AS logged FROM events WHERE once_key LIKE '%breach'`);
      if (logged !== BURST) throw new Error(`${logged} of ${BURST} were logged`);
      return seconds;
    } finally {
      await store.close();
    }
  });

/**
 * Milliseconds from each due instant until its breach was committed; one is due every millisecond.
 */
const lag = () =>
  inTemporaryFolder(async (dataDir) => {
    await recordCommitTimes(dataDir);
    const store = await openStore(dataDir);
    let service = null;
    try {
      const count = RATE * RATE_SECONDS;
      const began = Date.now() + AHEAD_MS;
      const client = await store.clients.ensureClient('Bench');
      const changeTickets = changeTicketsOn(store);
      for (let from = 0; from < count; from += BATCH) {
        const part = Array.from({ length: BATCH }, (_, place) =>
          ticketDueAt(client, began + ((from + place) * 1000) / RATE),
        );
        await changeTickets(part);
      }
      await store.pool.query('VACUUM ANALYZE tickets');
      service = await startService(dataDir);
      if (Date.now() > began - 1_000) throw new Error('The tickets were not created in time');
      await sleep(began + RATE_SECONDS * 1000 - Date.now());
      const recorded = `SELECT count(*)::int AS count FROM events WHERE type = 'COMMITMENT_BREACHED' AND at >= $1`;
      while ((await one(store, recorded, [new Date(began)])).count < count) await sleep(100);
      return await one(
        store,
        `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99,
                max(ms)::float8 AS max
           FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xid::xid) - at)::float8 * 1000 AS ms
                   FROM events WHERE type = 'COMMITMENT_BREACHED' AND at >= $1) lags`,
        [new Date(began)],
      );
    } finally {
      await service?.stop();
      await store.close();
    }
  });

/**
 * Processor time of the service and of the database while nothing is due, in percent of one core.
 */
const idle = (tickets) =>
  inTemporaryFolder(async (dataDir) => {
    const store = await openStore(dataDir);
    let service = null;
    try {
      // No ticket is due during the measurement.
      await fill(store, tickets, Date.now() + 120 * MINUTE);
      service = await startService(dataDir);
      await sleep(3_000);
      const scans = `SELECT seq_scan::int AS count FROM pg_stat_user_tables WHERE relname = 'tickets'`;
      const [before, scanned] = [await spentBy([service], dataDir), (await one(store, scans)).count];
      await sleep(IDLE_SECONDS * 1000);
      const after = await spentBy([service], dataDir);
      const percent = (part) => {
        const seconds = difference(after[part], before[part]);
        return seconds === null ? null : rounded((100 * seconds) / IDLE_SECONDS);
      };
      return {
        service: percent('service'),
        database: percent('database'),
        sequentialScans: (await one(store, scans)).count - scanned,
      };
    } finally {
      await service?.stop();
      await store.close();
    }
  });

export async function run() {
  const [singles, limits] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    singles.push(await burst(1));
    limits.push(await burstBySql());
  }
  const three = await burst(3);
  const lags = [];
  for (let round = 0; round < ROUNDS; round += 1) lags.push(await lag());
  const seconds = singles.map((single) => single.seconds);
  const of = (part) => (singles.some((single) => single[part] === null) ? null : median(singles.map((it) => it[part])));
  return {
    name: 'deadlines',
    aims: AIMS,
    burst: {
      seconds: summaryOf(seconds),
      service: of('service'),
      database: of('database'),
      limit: summaryOf(limits),
      ratio: ratiosOf(limits, seconds),
      isOnceEach: singles.every(isOnceEach),
      three: { seconds: three.seconds, isOnceEach: isOnceEach(three) },
    },
    lag: {
      p50: summaryOf(lags.map(({ p50 }) => p50)),
      p99: summaryOf(lags.map(({ p99 }) => p99)),
      max: summaryOf(lags.map(({ max }) => max)),
    },
    idle: { empty: await idle(1), full: await idle(OPEN) },
  };
}

const shown = (value, digits = 1) => (value === null ? '–' : value.toFixed(digits));

export const report = ({
  aims,
  burst: { seconds, service, database, limit, ratio, isOnceEach: isRight, three },
  lag: lags,
  idle: idles,
}) => {
  const { empty, full } = idles;
  const more = full.service === null ? null : full.service + full.database - empty.service - empty.database;
  return {
    title: 'Deadlines recorded',
    figures: [
      {
        figure: `${whole(BURST)} tickets due at one instant, all recorded by one process, seconds`,
        measured: withSpread(seconds),
        aim: `< ${aims.burstSeconds} s`,
        isMet: seconds.median < aims.burstSeconds && isRight,
      },
      {
        figure: 'The same by three processes, seconds',
        measured: shown(three.seconds),
        aim: 'each recorded once',
        isMet: three.isOnceEach,
      },
      {
        figure: `${whole(RATE)} deadlines per second: p99 of the lag, milliseconds`,
        measured: withSpread(lags.p99),
        aim: `< ${aims.lagP99} ms`,
        isMet: lags.p99.median < aims.lagP99,
      },
      {
        figure: `${whole(OPEN)} open tickets, nothing due: additional processor time compared with one ticket, percent of a core`,
        measured: shown(more, 2),
        aim: `< ${aims.idlePercent}`,
        isMet: more === null ? null : more < aims.idlePercent && full.sequentialScans === 0,
      },
    ],
    text: `**At one instant**: ${whole(BURST)} SEV1 tickets whose response falls due together, on the calendar that never closes, each with an update due later; the service is already running. Measured from the due instant until the last breach can be read, median of ${ROUNDS} (least–greatest). Then the breaches are counted: if there is not exactly one for each ticket, the aim is not met. Processor seconds: service ${shown(service)}, database ${shown(database)}. The limit is the same work in SQL alone on two connections, one statement for each ${BATCH} tickets, where no program reads or decides anything: ${withSpread(limit)} s; limit / Stepdown ${withSpread(ratio)}. Three processes share the same ${whole(BURST)} (once): ${shown(three.seconds)} s.

**One after the other**: one response is due every millisecond, for ${RATE_SECONDS} s. The lag \
is the time from the due instant to PostgreSQL's commit timestamp, which it takes before it waits for the disk; median of ${ROUNDS} rounds (least–greatest): p50 ${withSpread(lags.p50)} ms, p99 ${withSpread(lags.p99)} ms, longest ${withSpread(lags.max)} ms.

**Idle**: processor time over ${IDLE_SECONDS} s in which nothing is due, in percent of one core, \
and the sequential scans of \`tickets\` in that time.

${table(
  ['open tickets', 'service', 'database', 'sequential scans'],
  [
    ['1', shown(empty.service, 2), shown(empty.database, 2), empty.sequentialScans],
    [whole(OPEN), shown(full.service, 2), shown(full.database, 2), full.sequentialScans],
  ],
)}`,
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
