import type { DataSource } from 'typeorm';
import type { Reading } from '../../../application/ports/caller';
import type { ClientDirectory, ClientFilter, ClientOrder, NameFilter } from '../../../application/ports/clients';
import { sees } from '../../../application/visibility';
import { folded } from '../../../domain/folded-text';
import { poolOf } from '../database/data-source';
import { lanesOf } from '../database/lanes';
import { readRows } from '../database/sql';
import { transact } from '../database/transact';
import { compare, contains, every, opposite, Parameters, startsWith } from '../lists/conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import { comparisonKey } from '../search/comparison-key';
import type { ClientRow } from '../tables';
import { addMissingKeys, clientFromRow } from './postgres-clients';

const COLUMNS = 'c.id, c.name, c.created_at, c.policy, c.calendars';

const BY = {
  NAME: {
    key: 'c.name_folded',
    type: 'text',
    keyOfTie: (tie: string) => `(SELECT n.name_folded FROM clients n WHERE n.id = ${tie})`,
  },
  CREATED_AT: { key: 'c.created_at', type: 'timestamptz' },
} as const satisfies Record<ClientOrder['by'], Pick<Ordering, 'key' | 'type' | 'keyOfTie'>>;

const orderingOf = ({ by, direction }: ClientOrder): Ordering => ({
  ...BY[by],
  list: `clients/${by}/${direction}`,
  nullable: false,
  tie: 'c.id',
  descending: direction === 'DESC',
});

/** The client accounts that a caller may see, in the table `clients`. */
export function createClientDirectory(dataSource: DataSource): ClientDirectory {
  const pool = poolOf(dataSource);
  const { lookups, lists } = lanesOf(pool);

  /** Completes the names that an older process has written, which no list would find otherwise. */
  const complete = async (): Promise<void> => {
    const text = 'SELECT FROM clients WHERE name_folded IS NULL LIMIT 1';
    if ((await readRows(lookups.ownWork, { text })).length > 0) {
      await transact(pool, (tx) => addMissingKeys(dataSource, tx));
    }
  };
  // Only a part of a name that is not its beginning is compared with each name.
  const laneOf = ({ name }: ClientFilter) => (name?.contains === undefined ? lookups : lists);

  return {
    named: async (reading, name) => {
      const rows = await readRows<ClientRow>(lookups.under(reading), {
        text: `SELECT ${COLUMNS} FROM clients c WHERE c.name_key = $1 OR c.name = $2`,
        values: [comparisonKey(name), name],
      });
      const row = rows.find((one) => one.name === name) ?? rows[0];
      return row === undefined || !sees(reading, row.id) ? null : clientFromRow(row);
    },
    page: async (reading, filter, order, page) => {
      await complete();
      const to = new Parameters();
      const ordering = orderingOf(order);
      const parts = { select: COLUMNS, from: 'clients c', where: whereOf(reading, filter, to) };
      const statement = to.statement(pageStatement(parts, ordering, page, to));
      const rows = await readRows<ClientRow & Placed>(laneOf(filter).under(reading), statement);
      return pageOf(rows, page, (row) => ({ node: clientFromRow(row), cursor: cursorOf(ordering, row) }));
    },
    count: async (reading, filter) => {
      await complete();
      const to = new Parameters();
      const text = `SELECT count(*) AS count FROM clients c WHERE ${whereOf(reading, filter, to)}`;
      const [row] = await readRows<{ count: string }>(lists.under(reading), to.statement(text));
      return Number(row?.count ?? 0);
    },
  };
}

/** The clients that match a filter and that are seen. @throws InvalidFilter */
function whereOf({ sees: clients }: Reading, { id, name, createdAt, policy }: ClientFilter, to: Parameters): string {
  return every([
    ...(clients === 'ALL' ? [] : [compare('c.id', 'uuid', { in: clients }, to)]),
    ...(id === undefined ? [] : [compare('c.id', 'uuid', id, to)]),
    ...(name === undefined ? [] : namedAs(name, to)),
    ...(createdAt === undefined ? [] : [compare('c.created_at', 'instant', createdAt, to)]),
    ...(policy === undefined ? [] : [compare('c.policy', 'text', policy, to)]),
  ]);
}

function namedAs({ eq, in: among, nin, startsWith: beginning, contains: part }: NameFilter, to: Parameters) {
  const oneOf = (names: readonly string[]): string => compare('c.name_folded', 'text', { in: names.map(folded) }, to);
  return [
    ...(eq === undefined ? [] : [oneOf([eq])]),
    ...(among === undefined ? [] : [oneOf(among)]),
    ...(nin === undefined ? [] : [opposite(oneOf(nin))]),
    ...(beginning === undefined ? [] : [startsWith('c.name_folded', beginning, to)]),
    ...(part === undefined ? [] : [contains('c.name_folded', part, to)]),
  ];
}
