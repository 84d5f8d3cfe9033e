import type { MigrationInterface, QueryRunner } from 'typeorm';
import { comparisonKey, hashOf } from '../src/adapters/persistence/search/comparison-key';

/**
 * The tables by which texts are compared and found (ADR 013).
 *
 * Names and external ids are filled in here. Of tickets of one client whose external ids become
 * equal, the first keeps the id, and all of them are found by it; of clients whose names become
 * equal, the oldest is found by every spelling and the others only by their own. The texts of the
 * log are indexed afterwards, while the service runs.
 *
 * Not breaking: what an older process writes is in the log, from which these tables are derived.
 */
export class ComparedTexts1764720000000 implements MigrationInterface {
  readonly name = 'ComparedTexts1764720000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
    // Events that commit later are followed from here on.
    await runner.query(`
      INSERT INTO log_followers VALUES ('names', pg_snapshot_xmin(pg_current_snapshot())), ('texts', '0')`);
    await fillClients(runner);
    await fillSpellings(runner);
    await fillExternalIds(runner);
    for (const [table, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON TABLE ${table} IS '${comment}'`);
    }
    for (const [column, comment] of Object.entries(COLUMN_COMMENTS)) {
      await runner.query(`COMMENT ON COLUMN ${column} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE spellings, external_ids, search_texts, log_followers');
    await runner.query('ALTER TABLE clients DROP COLUMN name_key');
    await runner.query(`COMMENT ON COLUMN clients.name IS 'Name of the client; unique, case-sensitive'`);
  }
}

const BATCH = 5_000;

async function fillClients(runner: QueryRunner): Promise<void> {
  const rows: { id: string; name: string }[] = await runner.query(
    'SELECT id, name FROM clients ORDER BY created_at, id',
  );
  const taken = new Set<string>();
  for (let from = 0; from < rows.length; from += BATCH) {
    const keyed = rows.slice(from, from + BATCH).flatMap(({ id, name }) => {
      const key = comparisonKey(name);
      if (taken.has(key)) return [];
      taken.add(key);
      return [{ id, key }];
    });
    await runner.query(
      `UPDATE clients c SET name_key = r.key FROM json_to_recordset($1::json) AS r (id uuid, key uuid) WHERE c.id = r.id`,
      [JSON.stringify(keyed)],
    );
  }
}

async function fillSpellings(runner: QueryRunner): Promise<void> {
  for (const column of ['t.assignee', 't.reporter', 'tag']) {
    const rows: { written: string }[] = await runner.query(`
      SELECT DISTINCT ${column} AS written FROM tickets t${column === 'tag' ? ', unnest(t.tags) AS tag' : ''}
       WHERE ${column} IS NOT NULL`);
    for (let from = 0; from < rows.length; from += BATCH) {
      const spellings = rows
        .slice(from, from + BATCH)
        .map(({ written }) => ({ folded: comparisonKey(written), written_hash: hashOf(written), written }));
      await runner.query(
        `INSERT INTO spellings (folded, written_hash, written)
         SELECT r.* FROM json_to_recordset($1::json) AS r (folded uuid, written_hash uuid, written text)
         ON CONFLICT DO NOTHING`,
        [JSON.stringify(spellings)],
      );
    }
  }
}

async function fillExternalIds(runner: QueryRunner): Promise<void> {
  for (let after = 0; ; ) {
    const rows: { number: number; client_id: string; written: string }[] = await runner.query(
      `SELECT number, client_id, external_id AS written FROM tickets
        WHERE number > $1 AND external_id IS NOT NULL ORDER BY number LIMIT ${BATCH}`,
      [after],
    );
    const ids = rows.map((row) => ({ ...row, folded: comparisonKey(row.written) }));
    await runner.query(
      `INSERT INTO external_ids (folded, client_id, duplicate, written)
       SELECT r.folded, r.client_id,
              CASE WHEN row_number() OVER same = 1 AND x.folded IS NULL THEN 0 ELSE r.number END, r.written
         FROM json_to_recordset($1::json) AS r (number int, client_id uuid, written text, folded uuid)
         LEFT JOIN external_ids x ON x.folded = r.folded AND x.client_id = r.client_id AND x.duplicate = 0
       WINDOW same AS (PARTITION BY r.folded, r.client_id ORDER BY r.number)`,
      [JSON.stringify(ids)],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
}

const TABLES = [
  `CREATE TABLE spellings (
     folded       uuid NOT NULL,
     written_hash uuid NOT NULL,
     written      text NOT NULL,
     PRIMARY KEY (folded, written_hash)
   )`,
  `CREATE TABLE external_ids (
     folded    uuid    NOT NULL,
     client_id uuid    NOT NULL,
     duplicate integer NOT NULL DEFAULT 0,
     written   text    NOT NULL,
     PRIMARY KEY (folded, client_id, duplicate)
   )`,
  `CREATE TABLE search_texts (
     ticket_id uuid      NOT NULL,
     number    integer   NOT NULL,
     folded    text      COLLATE "C" NOT NULL,
     grams     integer[] NOT NULL,
     PRIMARY KEY (ticket_id, number)
   )`,
  'CREATE INDEX search_texts_grams_idx ON search_texts USING gin (grams)',
  `CREATE TABLE log_followers (
     name        text NOT NULL PRIMARY KEY,
     done_before xid8 NOT NULL
   )`,
  'ALTER TABLE clients ADD COLUMN name_key uuid CONSTRAINT clients_name_key_key UNIQUE',
];

const COMMENTS = {
  spellings: 'How names of assignees and reporters and tags are written; derived from the event log',
  external_ids: 'External ids of tickets; within a client they are unique as they are compared',
  search_texts: 'Texts of events for searches; derived from the event log',
  log_followers: 'How far the tables that are derived from the event log are',
};

const COLUMN_COMMENTS = {
  'clients.name': 'Name of the client; unique',
  'clients.name_key':
    'Key by which the name is compared; null if an older process wrote the row, or if another client has the key',
  'spellings.folded': 'Key by which the text is compared',
  'spellings.written_hash': 'Hash of the text as it is written',
  'spellings.written': 'The text as it is written in tickets',
  'external_ids.folded': 'Key by which the external id is compared',
  'external_ids.client_id': 'Client of the ticket',
  'external_ids.duplicate':
    '0; for a further ticket whose external id became equal to that of another, the number of the ticket',
  'external_ids.written': 'The external id as it is written in the ticket',
  'search_texts.ticket_id': 'Ticket of the event',
  'search_texts.number': 'Number of the event in its ticket',
  'search_texts.folded': 'Texts of the event, folded for comparison, a line for each',
  'search_texts.grams': 'Numbers for the sequences of three characters that the words of the texts contain',
  'log_followers.name': 'What is derived from the log: names (spellings and external_ids) or texts (search_texts)',
  'log_followers.done_before': 'The events of all transactions before this one are done',
};
