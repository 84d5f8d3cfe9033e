import type { QueryResultRow } from 'pg';
import type { Reading } from '../../../application/ports/caller';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import { isUuid } from '../../../domain/text';
import { batched } from '../database/batched';
import type { Lane } from '../database/lanes';
import { type Queryable, readRows } from '../database/sql';
import { every, Parameters } from './conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from './page';

/** A kind of list that each ticket has: its events, its follow-ups. */
export interface OwnedList<Query, Row, T> {
  readonly select: string;
  readonly from: string;
  /** The `uuid` column with the owner of a row. */
  readonly owner: string;
  readonly order: Ordering;
  /** The condition of a query, besides the owner. */
  readonly where: (query: Query, to: Parameters) => string;
  readonly nodeOf: (row: Row) => T;
}

type Owned = Placed & { readonly page_owner: string };

/**
 * Pages and counts of owned lists. Look-ups of one turn of the event loop that differ only in the
 * owner are one statement: a list of tickets with the events of each takes two statements, not a
 * hundred.
 *
 * @throws InvalidCursor
 */
export function ownedLists<Query, Row extends QueryResultRow, T>(lane: Lane, list: OwnedList<Query, Row, T>) {
  const { select, from, order } = list;

  const pagesOf = async (owners: readonly string[], query: Query, page: PageRequest, on: Queryable) => {
    const to = new Parameters();
    const wanted = to.add(owners, 'uuid[]');
    const where = every([`${list.owner} = wanted.owner`, list.where(query, to)]);
    const one = pageStatement({ select, from, where }, order, page, to);
    const direction = order.descending === (page.from === 'END') ? 'ASC' : 'DESC';
    const text = `SELECT wanted.owner AS page_owner, paged.* FROM unnest(${wanted}) AS wanted (owner)
      CROSS JOIN LATERAL (${one}) paged ORDER BY paged.sort_key ${direction}`;
    const rows = await readRows<Row & Owned>(on, to.statement(text));
    const byOwner = new Map<string, (Row & Owned)[]>(owners.map((owner) => [owner, []]));
    for (const row of rows) byOwner.get(row.page_owner)?.push(row);
    return byOwner;
  };

  const countsOf = async (owners: readonly string[], query: Query, on: Queryable) => {
    const to = new Parameters();
    const wanted = to.add(owners, 'uuid[]');
    const where = every([`${list.owner} = wanted.owner`, list.where(query, to)]);
    const text = `SELECT wanted.owner AS page_owner, (SELECT count(*) FROM ${from} WHERE ${where}) AS count
      FROM unnest(${wanted}) AS wanted (owner)`;
    const rows = await readRows<{ page_owner: string; count: string }>(on, to.statement(text));
    return new Map(rows.map(({ page_owner, count }) => [page_owner, Number(count)] as const));
  };

  const rows = joined<readonly [Query, PageRequest], readonly (Row & Owned)[]>(lane, (owners, [query, request], on) =>
    pagesOf(owners, query, request, on),
  );
  const count = joined<Query, number>(lane, countsOf);
  const edgeOf = (row: Row & Owned) => ({ node: list.nodeOf(row), cursor: cursorOf(order, row) });
  return {
    page: async (reading: Reading, owner: string, query: Query, request: PageRequest): Promise<Page<T>> => {
      // Refuses an invalid cursor here, before it can fail the statement of other requests.
      pageStatement({ select, from, where: 'TRUE' }, order, request, new Parameters());
      const own = isUuid(owner) ? await rows(reading, owner, [query, request]) : null;
      // A row that cannot be read is an error of its owner only.
      return own === null ? { edges: [], hasNextPage: false, hasPreviousPage: false } : pageOf(own, request, edgeOf);
    },
    count: async (reading: Reading, owner: string, query: Query): Promise<number> =>
      (isUuid(owner) ? await count(reading, owner, query) : null) ?? 0,
  };
}

/** Batches look-ups that differ only in the owner. */
function joined<Query, V>(
  lane: Lane,
  load: (owners: readonly string[], query: Query, on: Queryable) => Promise<ReadonlyMap<string, V>>,
) {
  const look = batched<V>(lane, (owners, on, query) => load(owners, JSON.parse(query) as Query, on));
  return (reading: Reading, owner: string, query: Query): Promise<V | null> =>
    look(reading, owner, JSON.stringify(query));
}
