import type { QueryRunner } from 'typeorm';

/**
 * Refuses to undo a migration if that would lose data; `rows` is a SELECT of the rows that would be
 * lost.
 */
export async function refuseWhere(runner: QueryRunner, rows: string, what: string): Promise<void> {
  const [{ found }] = await runner.query(`SELECT EXISTS (${rows}) AS found`);
  if (found)
    throw new Error(
      `The migration was not undone, because data would be lost: ${what}. Restore a backup from before the migration instead.`,
    );
}
