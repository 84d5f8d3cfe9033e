// Measures `slaReport` over 100,000 tickets and their whole period, by each grouping. The peer is
// the statement for a database without tables of facts: it expands the cycles in the rows of the
// tickets and counts them, without percentiles or anything else. Needs `npm run build`. Run: node
// bench/report.mjs
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inTemporaryFolder } from './processes.mjs';
import { ticketsToReport } from './report-tickets.mjs';
import { openStore } from './service.mjs';
import { ratiosOf, summaryOf, table, whole, withSpread } from './stats.mjs';

const require = createRequire(import.meta.url);
const TICKETS = 100_000;
const ROUNDS = 7;
const AIM_MS = 1_000;
const GROUPINGS = ['SEVERITY', 'CLIENT', 'MONTH', 'CLAUSE', 'ASSIGNEE'];

const PEER = `
  SELECT c ->> 'severity' AS severity, c ->> 'kind' AS kind,
         count(*) FILTER (WHERE c ->> 'breach' IS NULL) AS met, count(*) FILTER (WHERE c ->> 'breach' IS NOT NULL) AS breached
    FROM tickets t CROSS JOIN LATERAL jsonb_array_elements(t.cycles) c
   WHERE c ->> 'breach' IS NOT NULL OR (c #>> '{end,outcome}' = 'FULFILLED' AND c ->> 'totalMs' IS NOT NULL)
   GROUP BY GROUPING SETS ((1, 2), (2))`;

const timed = async (work) => {
  const began = performance.now();
  const answer = await work();
  return { ms: performance.now() - began, answer };
};

export async function run() {
  return inTemporaryFolder(async (folder) => {
    const store = await openStore(folder);
    try {
      const { createTicketReader } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-reader.js');
      await ticketsToReport(store, TICKETS);
      const reader = createTicketReader({ pool: store.servicePool });
      const caller = { actor: { kind: 'AGENT', id: 'bench', name: 'Bench' }, sees: 'ALL' };
      const now = Date.now();
      const query = { from: 0, to: now, timeZone: 'America/New_York', client: null, severities: null };
      const report = (groupBy) => reader.slaReport(caller, { ...query, groupBy }, now);
      const peer = () => store.pool.query(PEER);

      const counted = await report('SEVERITY');
      same(counted, (await peer()).rows);
      const times = Object.fromEntries(GROUPINGS.map((groupBy) => [groupBy, []]));
      const peerTimes = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const groupBy of GROUPINGS) times[groupBy].push((await timed(() => report(groupBy))).ms);
        peerTimes.push((await timed(peer)).ms);
      }
      const sizes = await store.pool.query(
        'SELECT (SELECT count(*) FROM tickets)::int AS tickets, (SELECT count(*) FROM commitment_outcomes)::int AS outcomes',
      );
      return {
        name: 'report',
        aim: AIM_MS,
        ...sizes.rows[0],
        groups: Object.fromEntries(
          await Promise.all(GROUPINGS.map(async (by) => [by, (await report(by)).groups.length])),
        ),
        ms: Object.fromEntries(GROUPINGS.map((groupBy) => [groupBy, summaryOf(times[groupBy])])),
        peerMs: summaryOf(peerTimes),
        ratio: ratiosOf(peerTimes, times.SEVERITY),
      };
    } finally {
      await store.close();
    }
  });
}

/** Throws unless both count the same, because their times would not be comparable. */
const same = ({ groups }, rows) => {
  for (const { severity, kind, met, breached } of rows) {
    if (severity === null) continue;
    const figures = groups.find(({ key }) => key === severity)?.commitments[kind];
    if (figures?.met !== Number(met) || figures.breached !== Number(breached)) {
      throw new Error(`${severity} ${kind}: ${JSON.stringify(figures)} is not ${met} met, ${breached} breached`);
    }
  }
};

export const report = ({ aim, tickets, outcomes, groups, ms, peerMs, ratio }) => ({
  title: '`slaReport` over all tickets',
  figures: Object.entries(ms).map(([groupBy, summary]) => ({
    figure: `Report on ${whole(tickets)} tickets by ${groupBy.toLowerCase()}, ms`,
    measured: withSpread(summary),
    aim: `< ${whole(aim)} ms`,
    isMet: summary.median < aim,
  })),
  text: `${whole(tickets)} tickets of thirteen months with ${whole(outcomes)} cycles kept or breached. The report covers the whole period, so an index excludes no row. A tenth of \
the tickets were created through the service; the others are copies under other clients and assignees. Median of ${ROUNDS} alternating rounds (least–greatest), from the \
request to the answer within one process. The peer expands the JSON of the tickets' cycles and counts met and breached by severity, without percentiles, \
milestones or filters. Before the rounds, the benchmark checks that both count the same.

${table(
  ['', 'ms', 'groups'],
  [
    ...Object.entries(ms).map(([groupBy, summary]) => [groupBy, withSpread(summary), groups[groupBy]]),
    ["the peer: the tickets' JSON expanded, by severity", withSpread(peerMs), '–'],
  ],
)}

Peer / report by severity: ${withSpread(ratio)}.`,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), null, 2)}\n`);
}
