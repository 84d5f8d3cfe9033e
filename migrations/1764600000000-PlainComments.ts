import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PLAIN_COMMENTS } from './1764600000000-comments';

/** Rewrites the comments of all tables and columns in plain words. */
export class PlainComments1764600000000 implements MigrationInterface {
  readonly name = 'PlainComments1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(PLAIN_COMMENTS)) {
      for (const [column, comment] of Object.entries(columns)) {
        const target = column === '' ? `TABLE ${table}` : `COLUMN ${table}.${column}`;
        await runner.query(`COMMENT ON ${target} IS '${comment}'`);
      }
    }
  }

  async down(): Promise<void> {
    // The comments before said the same in other words, so they are not restored.
  }
}
