import type { Pool } from 'pg';
import type { EntitySchema } from 'typeorm';
import type { ErasedRows } from '../../../application/ports/erasure-store';
import type { Actor } from '../../../domain/actor';
import type { Person } from '../../../domain/ticket/erasure';
import { lanesOf } from '../database/lanes';
import { readRows, rowsOf } from '../database/sql';
import { transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { TABLES } from '../tables';
import { columnsWith, PERSONAL_COLUMNS, type Treatment } from './personal-columns';
import { LOCK_LOG } from './statements/erase-tickets';

interface Task {
  readonly person: Person;
  readonly pseudonym: string;
  readonly isDryRun: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** The rows that are read at a time. A policy can have a document of a megabyte. */
const AT_A_TIME = 20;
const SPELLINGS_AT_A_TIME = 5_000;

/** Replaces a person in the columns that name them and are not written with a ticket. */
export async function eraseRows(pool: Pool, task: Task): Promise<Pick<ErasedRows, 'rows' | 'remaining'>> {
  let rows = 0;
  const remaining: ErasedRows['remaining'][number][] = [];
  for (const table of TABLES as readonly EntitySchema[]) {
    const { name } = table.options;
    const columns = columnsWith(name, ...IN_ROWS, 'KEPT');
    if (columns.length === 0) continue;
    for await (const { key, row } of rowsIn(pool, table, columns)) {
      const changed = changesOf(name, columns, row, task);
      const names = Object.keys(changed);
      if (names.length > 0) {
        rows += 1;
        if (!task.isDryRun) await update(pool, table, key, changed);
      }
      for (const column of columnsWith(name, 'KEPT')) {
        if (mentions(task.person, row[column])) remaining.push({ table: name, column, row: key.join('/') });
      }
    }
  }
  return { rows, remaining };
}

const IN_ROWS = ['ACTOR', 'NAME', 'EMAIL', 'NAME_KEY', 'LABEL', 'TEXT'] as const;

/** All names and addresses of a person, from the tables that identify people. */
export async function namesOfPeople(pool: Pool, isNamed: (text: string) => boolean): Promise<readonly string[]> {
  const names: string[] = [];
  for (const table of TABLES as readonly EntitySchema[]) {
    const columns = columnsWith(table.options.name, 'NAME', 'EMAIL');
    if (columns.length === 0) continue;
    for await (const { row } of rowsIn(pool, table, columns)) {
      const all = columns.map((column) => row[column]).filter((text) => typeof text === 'string');
      if (all.some(isNamed)) names.push(...all);
    }
  }
  return names;
}

const keyOf = ({ options: { columns } }: EntitySchema): readonly string[] =>
  Object.entries(columns).flatMap(([name, column]) => (column?.primary === true ? [name] : []));

async function* rowsIn(
  pool: Pool,
  table: EntitySchema,
  columns: readonly string[],
): AsyncGenerator<{ readonly key: readonly string[]; readonly row: Row }> {
  const key = keyOf(table);
  const { heavy } = lanesOf(pool);
  const selected = [...key.map((name, index) => `${name}::text AS key_${index}`), ...columns];
  for (let offset = 0; ; offset += AT_A_TIME) {
    const rows = await readRows<Row>(heavy.ownWork, {
      text: `SELECT ${selected.join(', ')} FROM ${table.options.name} ORDER BY ${key.join(', ')} LIMIT $1 OFFSET $2`,
      values: [AT_A_TIME, offset],
    });
    for (const row of rows) yield { key: key.map((_, index) => String(row[`key_${index}`])), row };
    if (rows.length < AT_A_TIME) return;
  }
}

function changesOf(table: string, columns: readonly string[], row: Row, { person, pseudonym }: Task): Row {
  const isTheirs = columnsWith(table, 'NAME', 'EMAIL').some((column) => person.isNamed(String(row[column] ?? '')));
  const replacement = (treatment: Treatment | undefined, value: unknown): unknown => {
    switch (treatment) {
      case 'NAME':
        return isTheirs ? pseudonym : value;
      case 'NAME_KEY':
        return isTheirs ? comparisonKey(pseudonym) : value;
      case 'EMAIL':
        return isTheirs ? null : value;
      case 'LABEL':
        return mentions(person, value) ? pseudonym : value;
      case 'TEXT':
        return mentions(person, value) ? null : value;
      case 'ACTOR': {
        const { kind, id, name } = value as Actor;
        const isActing = kind !== 'SYSTEM' && (person.isNamed(id) || person.isNamed(name));
        return isActing ? JSON.stringify({ kind, id: pseudonym, name: pseudonym }) : value;
      }
      default:
        return value;
    }
  };
  const replaced = columns.map((column) => {
    const value = row[column];
    return [column, value === null ? value : replacement(PERSONAL_COLUMNS[table]?.[column], value)] as const;
  });
  return Object.fromEntries(replaced.filter(([column, value]) => value !== row[column]));
}

const mentions = (person: Person, value: unknown): boolean => {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return person.isNamed(text) || person.isMentioned(text);
};

const update = (pool: Pool, table: EntitySchema, key: readonly string[], changed: Row): Promise<void> =>
  transact(pool, async (tx) => {
    const columns = Object.keys(changed).map((column, index) => `${column} = $${index + 1}`);
    const from = columns.length;
    const where = keyOf(table).map((name, index) => `${name}::text = $${from + index + 1}`);
    await rowsOf(tx, {
      text: `UPDATE ${table.options.name} SET ${columns.join(', ')} WHERE ${where.join(' AND ')}`,
      values: [...Object.values(changed), ...key],
    });
  });

/** Removes the answers to idempotency keys of the person, and those that name them. */
export async function removeKeys(pool: Pool, person: Person, isDryRun: boolean): Promise<number> {
  const columns = columnsWith('idempotency_keys', 'REMOVED').filter((column) => column !== 'fingerprint');
  const rows = await readRows<Row & { readonly place: string; readonly caller: string }>(lanesOf(pool).heavy.ownWork, {
    text: `SELECT ctid::text AS place, ${columns.join(', ')} FROM idempotency_keys`,
  });
  const theirs = rows.filter(
    (row) =>
      person.isNamed(row.caller.slice(row.caller.indexOf('/') + 1)) ||
      columns.some((column) => mentions(person, row[column])),
  );
  if (!isDryRun && theirs.length > 0) {
    await rowsOf(lanesOf(pool).heavy.ownWork, {
      text: `DELETE FROM idempotency_keys WHERE (caller, key) IN (
               SELECT r.caller, r.key FROM json_to_recordset($1::json) AS r (caller text, key text))`,
      values: [JSON.stringify(theirs)],
    });
  }
  return theirs.length;
}

/** Removes the spellings of names and tags that name the person. No ticket has them any more. */
export async function eraseSpellings(pool: Pool, person: Person): Promise<void> {
  let after: readonly string[] = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const rows = await readRows<{ folded: string; written_hash: string; written: string }>(
      lanesOf(pool).heavy.ownWork,
      {
        text: `SELECT folded, written_hash, written FROM spellings WHERE (folded, written_hash) > ($1::uuid, $2::uuid)
              ORDER BY folded, written_hash LIMIT $3`,
        values: [...after, SPELLINGS_AT_A_TIME],
      },
    );
    const theirs = rows.filter(({ written }) => mentions(person, written)).map(({ written_hash }) => written_hash);
    if (theirs.length > 0) {
      await transact(pool, async (tx) => {
        await rowsOf(tx, { text: LOCK_LOG });
        await rowsOf(tx, { text: 'DELETE FROM spellings WHERE written_hash = ANY ($1::uuid[])', values: [theirs] });
      });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SPELLINGS_AT_A_TIME) return;
    after = [last.folded, last.written_hash];
  }
}
