import type { Pool } from 'pg';
import type { EntitySchema } from 'typeorm';
import type { ErasedRows } from '../../../application/ports/erasure-store';
import type { Actor } from '../../../domain/actor';
import { folded } from '../../../domain/folded-text';
import type { Person } from '../../../domain/ticket/erasure';
import { lanesOf } from '../database/lanes';
import { readRows, rowsOf } from '../database/sql';
import { transact } from '../database/transact';
import { comparisonKey } from '../search/comparison-key';
import { idempotencyKeys, TABLES } from '../tables';
import { spellings } from '../tables/spellings.table';
import { columnsWith, PERSONAL_COLUMNS, type Treatment } from './personal-columns';
import { LOCK_LOG } from './statements/erase-tickets';

interface Task {
  readonly person: Person;
  readonly pseudonym: string;
  readonly isDryRun: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** The rows that are read at a time where one can have a policy of a megabyte. */
const LONG_ROWS = 20;
const SHORT_ROWS = 5_000;

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

const IN_ROWS = ['ACTOR', 'ADDRESS', 'NAME', 'EMAIL', 'NAME_KEY', 'FOLDED_NAME', 'LABEL', 'TEXT'] as const;

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

/** The columns of the primary key, with their types. */
const keyOf = ({ options: { columns } }: EntitySchema): readonly (readonly [name: string, type: string])[] =>
  Object.entries(columns).flatMap(([name, column]) =>
    column?.primary === true ? [[name, String(column.type)] as const] : [],
  );

/** All rows of a table, a part at a time, in the order of the primary key. */
async function* rowsIn(
  pool: Pool,
  table: EntitySchema,
  columns: readonly string[],
): AsyncGenerator<{ readonly key: readonly string[]; readonly row: Row }> {
  const key = keyOf(table);
  const names = key.map(([name]) => name).join(', ');
  const { name } = table.options;
  const most = columnsWith(name, 'KEPT').length > 0 ? LONG_ROWS : SHORT_ROWS;
  const selected = [...key.map(([column], index) => `${column}::text AS key_${index}`), ...columns];
  const next = `(${names}) > (${key.map(([, type], index) => `$${index + 2}::${type}`).join(', ')})`;
  for (let last: readonly string[] = []; ; ) {
    const rows = await readRows<Row>(lanesOf(pool).heavy.ownWork, {
      text: `SELECT ${selected.join(', ')} FROM ${name} ${last.length === 0 ? '' : `WHERE ${next}`}
              ORDER BY ${names} LIMIT $1`,
      values: [most, ...last],
    });
    for (const row of rows) {
      last = key.map((_, index) => String(row[`key_${index}`]));
      yield { key: last, row };
    }
    if (rows.length < most) return;
  }
}

function changesOf(table: string, columns: readonly string[], row: Row, { person, pseudonym }: Task): Row {
  const isTheirs = columnsWith(table, 'NAME', 'EMAIL').some((column) => person.isNamed(String(row[column] ?? '')));
  const isActing = ({ kind, id, name }: Actor): boolean =>
    kind !== 'SYSTEM' && (person.isNamed(id) || person.isNamed(name));
  const hasActed = columnsWith(table, 'ACTOR').some((column) => row[column] != null && isActing(row[column] as Actor));
  const replacement = (treatment: Treatment | undefined, value: unknown): unknown => {
    switch (treatment) {
      case 'NAME':
        return isTheirs ? pseudonym : value;
      case 'NAME_KEY':
        return isTheirs ? comparisonKey(pseudonym) : value;
      case 'FOLDED_NAME':
        return isTheirs ? folded(pseudonym) : value;
      case 'EMAIL':
        return isTheirs ? null : value;
      case 'LABEL':
        return mentions(person, value) ? pseudonym : value;
      case 'TEXT':
        return mentions(person, value) ? null : value;
      case 'ACTOR': {
        const { kind } = value as Actor;
        return isActing(value as Actor) ? JSON.stringify({ kind, id: pseudonym, name: pseudonym }) : value;
      }
      case 'ADDRESS':
        return hasActed ? null : value;
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
    const where = keyOf(table).map(([name, type], index) => `${name} = $${from + index + 1}::${type}`);
    await rowsOf(tx, {
      text: `UPDATE ${table.options.name} SET ${columns.join(', ')} WHERE ${where.join(' AND ')}`,
      values: [...Object.values(changed), ...key],
    });
  });

/** Removes the answers to idempotency keys of the person, and those that name them. */
export async function removeKeys(pool: Pool, person: Person, isDryRun: boolean): Promise<number> {
  const columns = columnsWith('idempotency_keys', 'REMOVED').filter((column) => column !== 'fingerprint');
  let removed = 0;
  for await (const { key, row } of rowsIn(pool, idempotencyKeys as EntitySchema, columns)) {
    const [caller = ''] = key;
    const isTheirs = person.isNamed(caller.slice(caller.indexOf('/') + 1));
    if (!isTheirs && !columns.some((column) => mentions(person, row[column]))) continue;
    removed += 1;
    if (isDryRun) continue;
    const { heavy } = lanesOf(pool);
    await rowsOf(heavy.ownWork, { text: 'DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2', values: key });
  }
  return removed;
}

/** Removes the spellings of names and tags that name the person. No ticket has them any more. */
export async function eraseSpellings(pool: Pool, person: Person): Promise<void> {
  for await (const { key, row } of rowsIn(pool, spellings as EntitySchema, ['written'])) {
    if (!mentions(person, row.written)) continue;
    await transact(pool, async (tx) => {
      await rowsOf(tx, { text: LOCK_LOG });
      await rowsOf(tx, { text: 'DELETE FROM spellings WHERE folded = $1 AND written_hash = $2', values: key });
    });
  }
}
