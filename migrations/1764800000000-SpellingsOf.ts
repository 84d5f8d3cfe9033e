import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The spellings of names whose keys are known. Those who may not read all names of all clients can
 * look up the spellings of a name that they have (ADR 029).
 */
export class SpellingsOf1764800000000 implements MigrationInterface {
  readonly name = 'SpellingsOf1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION spellings_of(keys uuid[]) RETURNS SETOF text
      LANGUAGE sql STABLE SECURITY DEFINER ROWS 2
      BEGIN ATOMIC SELECT s.written FROM spellings s WHERE s.folded = ANY (keys); END`);
    await runner.query(
      `COMMENT ON FUNCTION spellings_of(uuid[]) IS 'How the names with these keys are written; also for roles that may not read all names'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION spellings_of(uuid[])');
  }
}
