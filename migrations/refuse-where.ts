import type { QueryRunner } from 'typeorm';

/** Refuses to undo a migration where there are rows that it would lose for good. */
export async function refuseWhere(runner: QueryRunner, rows: string, what: string): Promise<void> {
  const [{ found }] = await runner.query(`SELECT EXISTS (${rows}) AS found`);
  if (found) throw new Error(`Not undone, for it would be lost that ${what}. Restore a backup from before instead.`);
}
