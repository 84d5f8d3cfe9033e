import type { Pool, QueryResultRow } from 'pg';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import { batched } from '../database/batched';
import { isUuid, readRows } from '../database/sql';
import { every, Parameters } from './conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from './page';

/** A list that every ticket has one of: its events, its follow-ups. */
export interface OwnedList<Asked, Row, T> {
  readonly select: string;
  readonly from: string;
  /** The column that says whose row it is; a `uuid`. */
  readonly owner: string;
  readonly order: Ordering;
  /** What besides belongs to the list, for what is asked. */
  readonly where: (asked: Asked, to: Parameters) => string;
  readonly nodeOf: (row: Row) => T;
}

type Owned = Placed & { readonly page_owner: string };

/**
 * Pages and counts of lists that have an owner each. What is asked in one turn of the event loop, alike but for the owner,
 * is one statement: a list of tickets with the events of each costs two, not a hundred.
 *
 * @throws InvalidCursor
 */
export function ownedLists<Asked, Row extends QueryResultRow, T>(pool: Pool, list: OwnedList<Asked, Row, T>) {
  const { select, from, order } = list;

  const pagesOf = async (owners: readonly string[], asked: Asked, page: PageRequest) => {
    const to = new Parameters();
    const wanted = to.add(owners, 'uuid[]');
    const where = every([`${list.owner} = wanted.owner`, list.where(asked, to)]);
    const one = pageStatement({ select, from, where }, order, page, to);
    const direction = order.descending === (page.from === 'END') ? 'ASC' : 'DESC';
    const text = `SELECT wanted.owner AS page_owner, paged.* FROM unnest(${wanted}) AS wanted (owner)
      CROSS JOIN LATERAL (${one}) paged ORDER BY paged.sort_key ${direction}`;
    const rows = await readRows<Row & Owned>(pool, { text, values: to.values });
    const byOwner = new Map<string, (Row & Owned)[]>(owners.map((owner) => [owner, []]));
    for (const row of rows) byOwner.get(row.page_owner)?.push(row);
    const edgeOf = (row: Row & Owned) => ({ node: list.nodeOf(row), cursor: cursorOf(order, row) });
    return new Map([...byOwner].map(([owner, own]) => [owner, pageOf(own, page, edgeOf)] as const));
  };

  const countsOf = async (owners: readonly string[], asked: Asked) => {
    const to = new Parameters();
    const wanted = to.add(owners, 'uuid[]');
    const where = every([`${list.owner} = wanted.owner`, list.where(asked, to)]);
    const text = `SELECT wanted.owner AS page_owner, (SELECT count(*) FROM ${from} WHERE ${where}) AS count
      FROM unnest(${wanted}) AS wanted (owner)`;
    const rows = await readRows<{ page_owner: string; count: string }>(pool, { text, values: to.values });
    return new Map(rows.map(({ page_owner, count }) => [page_owner, Number(count)] as const));
  };

  const page = joined<readonly [Asked, PageRequest], Page<T>>((owners, [asked, request]) =>
    pagesOf(owners, asked, request),
  );
  const count = joined<Asked, number>(countsOf);
  return {
    page: async (owner: string, asked: Asked, request: PageRequest): Promise<Page<T>> => {
      // A cursor that is none is refused here, where it harms no other request.
      pageStatement({ select, from, where: 'TRUE' }, order, request, new Parameters());
      const found = isUuid(owner) ? await page(owner, [asked, request]) : null;
      return found ?? { edges: [], hasNextPage: false, hasPreviousPage: false };
    },
    count: async (owner: string, asked: Asked): Promise<number> =>
      (isUuid(owner) ? await count(owner, asked) : null) ?? 0,
  };
}

/** Joins look-ups that differ in the owner only; `load` is called once for each way of asking. */
function joined<How, V>(load: (owners: readonly string[], how: How) => Promise<ReadonlyMap<string, V>>) {
  const look = batched<V>(async (keys) => {
    const byHow = new Map<string, string[]>();
    for (const key of keys) {
      const [owner = '', how = ''] = splitKey(key);
      byHow.set(how, [...(byHow.get(how) ?? []), owner]);
    }
    const found = new Map<string, V>();
    await Promise.all(
      [...byHow].map(async ([how, owners]) => {
        for (const [owner, value] of await load(owners, JSON.parse(how) as How)) found.set(`${owner} ${how}`, value);
      }),
    );
    return found;
  });
  return (owner: string, how: How): Promise<V | null> => look(`${owner} ${JSON.stringify(how)}`);
}

const splitKey = (key: string): readonly [string, string] => {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
};
