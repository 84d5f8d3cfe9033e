import type { QueryRunner } from 'typeorm';

/**
 * Refuses to undo a migration if that would lose data; `rows` is a SELECT of the rows that would be
 * lost.
 */
export async function refuseWhere(runner: QueryRunner, rows: string, what: string): Promise<void> {
  const [{ found }] = await runner.query(`SELECT EXISTS (${rows}) AS found`);
  if (found) throw new Error(`Not undone, for it would be lost that ${what}. Restore a backup from before instead.`);
}
