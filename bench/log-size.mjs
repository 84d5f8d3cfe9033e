// Measures how many bytes an event, a ticket and what belongs to them take in the database, with
// all indexes, after an import of a whole log and after every text is indexed. Needs `npm run
// build`. Run: node bench/log-size.mjs [COPIES]
import { join } from 'node:path';
import { COPIES, writeBigLog } from './big-log.mjs';
import { importFile } from './import.mjs';
import { inTemporaryFolder } from './processes.mjs';
import { indexTexts, openStore, startService } from './service.mjs';
import { table, whole } from './stats.mjs';

const copies = Number(process.argv[2] ?? COPIES);

/** Tables whose size grows with the events; those of the others grow with the tickets. */
const PER_EVENT = ['events', 'event_positions', 'search_texts'];

const COUNTS = 'SELECT (SELECT count(*)::int FROM events) AS events, (SELECT count(*)::int FROM tickets) AS tickets';
const SIZES = `
  SELECT c.relname AS name, pg_relation_size(c.oid)::float AS heap, pg_indexes_size(c.oid)::float AS indexes,
         pg_total_relation_size(c.oid)::float AS total
    FROM pg_class c
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND pg_total_relation_size(c.oid) > 1000000
   ORDER BY total DESC`;

await inTemporaryFolder(async (dataDir) => {
  const file = join(dataDir, 'log.csv');
  await writeBigLog(file, copies);
  const store = await openStore(join(dataDir, 'data'));
  await importFile(join(dataDir, 'data'), file);
  const service = await startService(join(dataDir, 'data'));
  await indexTexts(service.url);
  await service.stop();
  const { events, tickets, rows } = await store.asOwner(async ({ pool }) => {
    await pool.query('VACUUM ANALYZE');
    const { rows: sizes } = await pool.query(SIZES);
    return { ...(await pool.query(COUNTS)).rows[0], rows: sizes };
  });
  const lines = rows.map(({ name, heap, indexes, total }) => [
    name,
    whole(total / 1_000_000),
    whole(heap / 1_000_000),
    whole(indexes / 1_000_000),
    PER_EVENT.includes(name) ? `${whole(total / events)} an event` : `${whole(total / tickets)} a ticket`,
  ]);
  const all = rows.reduce((sum, { total }) => sum + total, 0);
  process.stdout.write(`${whole(events)} events of ${whole(tickets)} tickets\n\n`);
  process.stdout.write(`${table(['table', 'MB', 'of it rows', 'indexes', 'bytes'], lines)}\n\n`);
  process.stdout.write(`all: ${whole(all / 1_000_000)} MB, ${whole(all / tickets)} bytes a ticket\n`);
  await store.close();
});
