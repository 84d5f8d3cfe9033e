// The peer of the reading benchmark, a service written by hand: node:http, pg, one prepared
// statement for each request, no GraphQL. `GET /<uuid>` returns what the benchmark's query returns;
// `GET /<uuid>/cycles` adds every cycle. It derives the commitments with the functions of Stepdown.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Pool } = require('pg');
const { createDataSource } = require('../dist/src/adapters/persistence/database/data-source.js');
const { createPolicies } = require('../dist/src/adapters/persistence/policies/postgres-policies.js');
const { TICKET_COLUMNS, ticketOf } = require('../dist/src/adapters/persistence/tickets/ticket-row.js');
const { rowsOf } = require('../dist/src/adapters/persistence/database/sql.js');
const { formatDuration } = require('../dist/src/domain/iso-duration.js');
const { toGlobalId } = require('../dist/src/adapters/graphql/base/global-id.js');
const { toIso } = require('../dist/src/domain/instant.js');
const { targetOf } = require('../dist/src/domain/policy/policy.js');
const { breachedCycles, judgedAt, nextDue, seenAt, viewCycle } = require('../dist/src/domain/commitment/view.js');

const STATEMENT = { name: 'ticket', text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = $1::uuid` };

const STATES = { open: 'OPEN', workaroundApplied: 'WORKAROUND_APPLIED', resolved: 'RESOLVED', closed: 'CLOSED' };

const instant = (at) => (at === null ? null : toIso(at));
const duration = (ms) => (ms === null ? null : formatDuration(ms));

const target = (policy, { severity, kind }) => {
  const { basis, text, span } = targetOf(policy, severity, kind);
  return {
    basis,
    text,
    amount: span?.amount ?? null,
    unit: span?.unit ?? null,
    calendar: span?.calendar ?? null,
  };
};

const percent = ({ elapsedMs, cycle: { totalMs } }) =>
  totalMs === null || totalMs === 0 ? null : Math.round((elapsedMs / totalMs) * 10_000) / 100;

const fulfilled = ({ end }) => (end?.outcome === 'FULFILLED' ? toIso(end.at) : null);

const cycleOf = (policy, view) => ({
  number: view.cycle.number,
  severity: view.cycle.severity,
  status: view.status,
  bestEffort: view.bestEffort,
  target: target(policy, view.cycle),
  startedAt: toIso(view.cycle.startedAt),
  appliesFrom: toIso(view.cycle.appliesFrom),
  total: duration(view.cycle.totalMs),
  dueAt: instant(view.dueAt),
  atRiskAt: instant(view.atRiskAt),
  fulfilledAt: fulfilled(view.cycle),
  endedAt: instant(view.cycle.end?.at ?? null),
  breachedAt: instant(view.breach?.at ?? null),
  elapsed: formatDuration(view.elapsedMs),
  remaining: duration(view.remainingMs),
  percentElapsed: percent(view),
  missedBeats: view.missedBeats,
});

const UNMEASURED = {
  status: 'NOT_MEASURED',
  severity: null,
  target: null,
  bestEffort: null,
  startedAt: null,
  dueAt: null,
  atRiskAt: null,
  fulfilledAt: null,
  breachedAt: null,
  elapsed: null,
  remaining: null,
  percentElapsed: null,
  missedBeats: null,
  cycle: null,
};

const latestOf = (policy, view) => ({
  status: view.status,
  severity: view.cycle.severity,
  target: target(policy, view.cycle),
  bestEffort: view.bestEffort,
  startedAt: toIso(view.cycle.startedAt),
  dueAt: instant(view.dueAt),
  atRiskAt: instant(view.atRiskAt),
  fulfilledAt: fulfilled(view.cycle),
  breachedAt: instant(view.breach?.at ?? null),
  elapsed: formatDuration(view.elapsedMs),
  remaining: duration(view.remainingMs),
  percentElapsed: percent(view),
  missedBeats: view.missedBeats,
  cycle: view.cycle.number,
});

/** The current commitment, with all its cycles if requested. */
const commitmentOf = (ticket, policy, kind, at, withCycles) => {
  const cycles = ticket.cycles.filter((cycle) => cycle.kind === kind);
  const latest = cycles.at(-1);
  const stands = latest === undefined ? UNMEASURED : latestOf(policy, viewCycle(ticket, policy, latest, at));
  if (!withCycles) return { kind, ...stands };
  return { kind, ...stands, cycles: cycles.map((cycle) => cycleOf(policy, viewCycle(ticket, policy, cycle, at))) };
};

const answerOf = (ticket, policy, withCycles) => {
  const at = judgedAt(ticket, Date.now());
  const next = nextDue(ticket, policy, at);
  return {
    data: {
      ticket: {
        id: toGlobalId('Ticket', ticket.id),
        number: ticket.number,
        subject: ticket.subject,
        state: STATES[seenAt(ticket, policy, at).state],
        severity: ticket.severity,
        isBreached: breachedCycles(ticket, policy, at).length > 0,
        nextDeadline: next === null || next.dueAt === null ? null : { kind: next.cycle.kind, dueAt: toIso(next.dueAt) },
        sla: {
          response: commitmentOf(ticket, policy, 'RESPONSE', at, withCycles),
          update: commitmentOf(ticket, policy, 'UPDATE', at, withCycles),
          resolution: commitmentOf(ticket, policy, 'RESOLUTION', at, withCycles),
        },
      },
    },
  };
};

const [, , connectionString, connections] = process.argv;
const pool = new Pool({ connectionString, max: Number(connections) });
const dataSource = await createDataSource({ url: connectionString, poolSize: 1 }).initialize();
const policies = createPolicies({ dataSource, clock: { now: () => Date.now() }, policyId: '' });

const answer = async (path) => {
  const [, id, cycles] = path.split('/');
  const [row] = await rowsOf(pool, { ...STATEMENT, values: [id] });
  if (row === undefined) return { data: { ticket: null } };
  const ticket = ticketOf(row);
  const policy = await policies.pinned(ticket.policyId, ticket.policyVersion);
  return answerOf(ticket, policy, cycles !== undefined);
};

const server = createServer((request, response) => {
  answer(request.url).then(
    (data) => {
      const body = JSON.stringify(data);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    },
    (error) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.once('disconnect', () => process.exit());
