import type { MigrationInterface, QueryRunner } from 'typeorm';
import { folded } from '../src/domain/folded-text';

/**
 * The names of clients and people as they are compared, in order of their characters, so that an
 * index finds those that begin with a text.
 *
 * Not breaking: an older process leaves the columns as they are. The names of clients that it
 * creates are completed before they are listed; that of a person with the next token.
 */
export class FoldedNames1764920000000 implements MigrationInterface {
  readonly name = 'FoldedNames1764920000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['clients', 'people']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN name_folded text COLLATE "C"`);
      await runner.query(
        `COMMENT ON COLUMN ${table}.name_folded IS
           'Name as it is compared and ordered; null if an older process wrote the row'`,
      );
      await fill(runner, table);
      await runner.query(`CREATE INDEX ${table}_name_folded_idx ON ${table} (name_folded, id)`);
    }
    await runner.query('CREATE INDEX clients_created_at_idx ON clients (created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX clients_created_at_idx');
    await runner.query('ALTER TABLE clients DROP COLUMN name_folded');
    await runner.query('ALTER TABLE people DROP COLUMN name_folded');
  }
}

const BATCH = 5_000;

async function fill(runner: QueryRunner, table: string): Promise<void> {
  const rows: { id: string; name: string }[] = await runner.query(`SELECT id, name FROM ${table}`);
  for (let from = 0; from < rows.length; from += BATCH) {
    const part = rows.slice(from, from + BATCH).map(({ id, name }) => ({ id, folded: folded(name) }));
    await runner.query(
      `UPDATE ${table} t SET name_folded = r.folded
         FROM json_to_recordset($1::json) AS r (id uuid, folded text) WHERE t.id = r.id`,
      [JSON.stringify(part)],
    );
  }
}
