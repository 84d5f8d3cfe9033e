import type { Page, PageRequest } from '../../../application/ports/pagination';
import { isIsoInstant } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import { instantText } from '../database/sql';
import type { Parameters } from './conditions';
import { decodePosition, encodePosition, type Position } from './cursor';

type KeyType = 'integer' | 'timestamptz' | 'severity' | 'text';

/** The order of a list. Nulls come last in both directions; equal keys are ordered by the tie. */
export interface Ordering {
  /** Part of each cursor, so that a cursor of another list or order is refused. */
  readonly list: string;
  readonly key: string;
  readonly type: KeyType;
  readonly nullable: boolean;
  /** A `uuid` expression; null if keys are unique. */
  readonly tie: string | null;
  readonly descending: boolean;
  /**
   * The key of the row with a tie, as SQL. For keys that are too long for a cursor, which then has
   * the tie only. Nothing follows a row that is gone.
   */
  readonly keyOfTie?: (tie: string) => string;
}

export interface KeysetParts {
  /** The columns of the SELECT. */
  readonly select: string;
  readonly from: string;
  readonly where: string;
}

const SQL_TYPES = { integer: 'integer', timestamptz: 'timestamptz', severity: 'text', text: 'text' } as const;

const KEYS: Readonly<Record<KeyType, (key: string) => boolean>> = {
  integer: (key) => /^\d{1,10}$/.test(key) && Number(key) < 2 ** 31,
  timestamptz: isIsoInstant,
  severity: (key) => /^SEV[1-9]$/.test(key),
  // No cursor has one: `keyOfTie`.
  text: () => false,
};

/** The columns by which the rows of a list are ordered. */
export interface Placed {
  readonly sort_key: number | string | null;
  readonly sort_tie: string;
}

/**
 * The statement of a page. It returns one row more than requested, to show whether there are
 * further rows; from the END, the rows are in reverse order. If keys can be null, the rows without
 * a key are a second SELECT after the others, so that each SELECT can follow an index from the
 * cursor on.
 *
 * @throws InvalidCursor
 */
export function pageStatement(parts: KeysetParts, order: Ordering, page: PageRequest, to: Parameters): string {
  const backwards = page.from === 'END';
  const direction = order.descending === backwards ? 'ASC' : 'DESC';
  const after = page.after === null ? null : positionIn(order, page.after);
  const before = page.before === null ? null : positionIn(order, page.before);
  const limit = to.add(page.count + 1, 'integer');
  const tie = order.tie ?? 'NULL::uuid';
  const columns = `${parts.select}, ${order.key} AS sort_key, ${tie} AS sort_tie`;

  const part = (ofNulls: boolean): string | null => {
    const bounds = [bound(order, after, '>', ofNulls, to), bound(order, before, '<', ofNulls, to)];
    if (bounds.includes('FALSE')) return null;
    const isNull = order.nullable ? [`${order.key} IS ${ofNulls ? '' : 'NOT '}NULL`] : [];
    const where = [parts.where, ...isNull, ...bounds].filter((condition) => condition !== 'TRUE');
    const by = [...(ofNulls ? [] : [order.key]), ...(order.tie === null ? [] : [order.tie])];
    return `(SELECT ${columns}, ${ofNulls ? 1 : 0} AS sort_part FROM ${parts.from}
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
      ORDER BY ${by.map((expression) => `${expression} ${direction}`).join(', ')} LIMIT ${limit})`;
  };
  const unions = (order.nullable ? [part(false), part(true)] : [part(false)]).filter((one) => one !== null);
  if (unions.length <= 1) return unions[0] ?? `SELECT ${columns} FROM ${parts.from} WHERE FALSE`;
  return `${unions.join(' UNION ALL ')}
    ORDER BY sort_part ${backwards ? 'DESC' : 'ASC'}, sort_key ${direction}, sort_tie ${direction} LIMIT ${limit}`;
}

/** The condition that a row is after (`>`) or before (`<`) a position, in the order of the list. */
function bound(order: Ordering, at: Position | null, side: '>' | '<', ofNulls: boolean, to: Parameters): string {
  if (at === null) return 'TRUE';
  const operator = (side === '>') === order.descending ? '<' : '>';
  if (order.keyOfTie !== undefined) {
    const tie = to.add(at.tie, 'uuid');
    return `(${order.key}, ${order.tie}) ${operator} (${order.keyOfTie(tie)}, ${tie})`;
  }
  if (at.key === null) {
    if (!ofNulls) return side === '>' ? 'FALSE' : 'TRUE';
    return `${order.tie} ${operator} ${to.add(at.tie, 'uuid')}`;
  }
  if (ofNulls) return side === '>' ? 'TRUE' : 'FALSE';
  const key = to.add(at.key, SQL_TYPES[order.type]);
  if (order.tie === null) return `${order.key} ${operator} ${key}`;
  return `(${order.key}, ${order.tie}) ${operator} (${key}, ${to.add(at.tie, 'uuid')})`;
}

const positionIn = (order: Ordering, cursor: string): Position =>
  decodePosition(order.list, cursor, {
    isKey: KEYS[order.type],
    isTie: order.tie === null ? (tie) => tie === '' : isUuid,
    nullable: order.nullable || order.keyOfTie !== undefined,
  });

/** The cursor of a row. */
export function cursorOf(order: Ordering, { sort_key, sort_tie }: Placed): string {
  const key =
    sort_key === null || order.keyOfTie !== undefined
      ? null
      : order.type === 'timestamptz' && typeof sort_key === 'number'
        ? instantText(sort_key)
        : `${sort_key}`;
  return encodePosition(order.list, { key, tie: sort_tie ?? '' });
}

/** Makes a page, in the order of the list, of the rows of `pageStatement`. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  page: PageRequest,
  edgeOf: (row: Row) => { readonly node: T; readonly cursor: string },
): Page<T> {
  const hasMore = rows.length > page.count;
  const edges = rows.slice(0, page.count).map(edgeOf);
  return page.from === 'START'
    ? { edges, hasNextPage: hasMore || page.before !== null, hasPreviousPage: page.after !== null }
    : { edges: edges.reverse(), hasNextPage: page.before !== null, hasPreviousPage: hasMore || page.after !== null };
}
