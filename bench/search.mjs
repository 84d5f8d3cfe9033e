// Measures text search on 100,000 tickets with a message each: the time to build the index from the
// log, the size of its table, and each search with the index and by reading all texts. Needs `npm
// run build`. Run: node bench/search.mjs [TICKETS]
import { createRequire } from 'node:module';
import { inTemporaryFolder } from './processes.mjs';
import { openStore } from './service.mjs';

const require = createRequire(import.meta.url);
const TICKETS = Number(process.argv[2] ?? 100_000);
const BATCH = 2_000;

/** Words as frequent as those of a language: the n-th about 1/n as often as the first. */
const LETTERS = 'etaoinshrdlucmfwypvbgk';
const wordAt = (place) => {
  let word = '';
  for (let rest = place * 7919 + 104_729; rest > 0; rest = Math.floor(rest / 22)) word += LETTERS[rest % 22];
  return word;
};
const words = (count) => Array.from({ length: count }, () => wordAt(Math.floor(20_000 ** Math.random()))).join(' ');

await inTemporaryFolder(async (dataDir) => {
  const { createTicketReader } = require('../dist/src/adapters/persistence/tickets/postgres-ticket-reader.js');
  const { SearchTables } = require('../dist/src/adapters/persistence/search/search-tables.js');
  const { openTickets } = await import('./tickets.mjs');
  const opened = await openStore(dataDir);
  const { pool } = opened;
  const print = (line) => process.stdout.write(`${line}\n`);
  try {
    await openTickets(opened, 1);
    const { rows: columns } = await pool.query(`
      SELECT string_agg(CASE column_name WHEN 'id' THEN 'gen_random_uuid()' WHEN 'subject' THEN 'r.subject' ELSE 't.' || column_name END, ', ' ORDER BY ordinal_position) AS selected,
             string_agg(column_name, ', ' ORDER BY ordinal_position) AS names
        FROM information_schema.columns WHERE table_name = 'tickets' AND column_name <> 'number'`);
    for (let from = 0; from < TICKETS; from += BATCH) {
      const texts = Array.from({ length: BATCH }, (_, at) => ({
        subject: `${words(6)} ticket${from + at}`,
        description: words(60),
        body: words(50),
      }));
      await pool.query(
        `WITH texts AS MATERIALIZED (SELECT * FROM json_to_recordset($1) AS r (subject text, description text, body text)),
              made AS (INSERT INTO tickets (${columns[0].names})
                       SELECT ${columns[0].selected} FROM texts r, (SELECT * FROM tickets ORDER BY number LIMIT 1) t
                       RETURNING id, client_id, subject)
         INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
         SELECT m.id, m.client_id, e.number, e.type, now(), now(), '{}', e.data FROM made m JOIN texts r USING (subject),
           LATERAL (VALUES (1, 'SUBMITTED', jsonb_build_object('subject', r.subject, 'description', r.description)),
                           (2, 'COMMUNICATED', jsonb_build_object('body', r.body))) AS e (number, type, data)`,
        [JSON.stringify(texts)],
      );
    }
    const tables = new SearchTables(pool);
    const cpu = process.cpuUsage();
    const began = performance.now();
    while (!(await tables.advance()));
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    print(
      `index of ${2 * TICKETS} texts: ${seconds.toFixed(1)} s, of them ${((user + system) / 1e6).toFixed(1)} s CPU of the service`,
    );
    await pool.query('VACUUM ANALYZE search_texts, tickets');
    const { rows: sizes } = await pool.query(`
      SELECT pg_size_pretty(pg_table_size('search_texts')) AS texts, pg_size_pretty(pg_relation_size('search_texts_grams_idx')) AS index,
             pg_size_pretty(pg_total_relation_size('events')) AS events, pg_size_pretty(pg_total_relation_size('tickets')) AS tickets`);
    print(JSON.stringify(sizes[0]));
    const caller = { actor: { kind: 'AGENT', id: 'bench', name: 'Bench' }, sees: 'ALL' };
    const reader = createTicketReader({ pool });
    const page = { count: 20, from: 'START', after: null, before: null };
    const searches = [
      'ticket17171',
      'icket1717',
      wordAt(19_000),
      wordAt(300),
      wordAt(1),
      'ticket',
      `${wordAt(50)} ${wordAt(9_000)}`,
      'zzzzqq',
      'ti',
      'zq',
    ];
    for (const text of searches) {
      const time = async (work) => {
        await work();
        const start = performance.now();
        const result = await work();
        return [result, `${(performance.now() - start).toFixed(1)} ms`];
      };
      const [, list] = await time(() =>
        reader.tickets(caller, { text }, { by: 'NUMBER', direction: 'DESC' }, page, Date.now()),
      );
      const [found, counted] = await time(() => reader.countTickets(caller, { text }, Date.now()));
      const [, before] = await time(() =>
        pool.query(
          `SELECT t.id FROM tickets t WHERE t.subject ILIKE $1 OR t.description ILIKE $1 ORDER BY number DESC LIMIT 21`,
          [`%${text}%`],
        ),
      );
      print(`${text}: ${found} found; page ${list}, count ${counted}; ILIKE on subject and description ${before}`);
    }
    if (process.env.PLANS) {
      const { ticketsWhere } = require('../dist/src/adapters/persistence/tickets/ticket-conditions.js');
      const { Parameters } = require('../dist/src/adapters/persistence/lists/conditions.js');
      for (const text of searches) {
        const to = new Parameters();
        const where = ticketsWhere(caller, { text }, Date.now(), to);
        const { rows } = await pool.query({
          ...to.statement(`EXPLAIN ANALYZE SELECT t.id FROM tickets t WHERE ${where} ORDER BY t.number DESC LIMIT 21`),
        });
        print(
          `${text}\n${rows
            .map((row) => row['QUERY PLAN'])
            .join('\n')
            .replaceAll(/\{[-\d,]*\}/g, '{…}')}`,
        );
      }
    }
  } finally {
    await opened.close();
  }
});
