import type { Caller, Visibility } from '../../../application/ports/caller';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import { WORK_REASONS, type WorkItem, type WorkQuery } from '../../../application/ports/work-list';
import { type EpochMs, isIsoInstant, MINUTE_MS } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import { instantText, type Queryable, readRows, type Statement } from '../database/sql';
import { decodePosition, encodePosition } from '../lists/cursor';
import { pageOf } from '../lists/page';
import { comparisonKey } from '../search/comparison-key';
import { countWorkStatement, type Dimension, workStatement } from './statements/list-work';
import { type SelectedTicket, ticketOf } from './ticket-row';
import { type Place, placeOf, rangesAt, reasonAndInstant } from './work-places';

const LIST = 'work';

/**
 * The pages of a list show it as of the request for its first page, for so long. Later, a page is
 * as of its own request. The tickets that were changed since then are read for each page.
 */
const SAME_INSTANT_MS = 10 * MINUTE_MS;

interface WorkRow extends SelectedTicket {
  /** A decimal string, as all 64-bit integers. */
  readonly work_place: string;
}

/** A ticket at its place, in the list as of an instant. */
interface Position {
  readonly place: Place;
  readonly id: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const BEGIN: Position = { place: 0n, id: NIL };
const END: Position = { place: placeOf(WORK_REASONS.length + 1, 0), id: NIL };

/** @throws InvalidCursor */
export async function workPage(
  on: Queryable,
  caller: Caller,
  query: WorkQuery,
  page: PageRequest,
  now: EpochMs,
): Promise<Page<WorkItem>> {
  const after = page.after === null ? null : positionIn(page.after);
  const before = page.before === null ? null : positionIn(page.before);
  const begun = after?.now ?? before?.now ?? now;
  const at = begun > now - SAME_INSTANT_MS ? Math.min(begun, now) : now;
  const scope = scopeOf(caller.sees, query);
  if (scope === null) return { edges: [], hasNextPage: false, hasPreviousPage: false };
  const [from, to] = [after ?? BEGIN, before ?? END];
  const ends = [from.place, from.id, to.place, to.id];
  const ranges = scope.dimension === 'SEEN' ? [] : columnsOf(rangesBetween(from, to, at));
  const rows = await readRows<WorkRow>(on, {
    ...workStatement(scope.dimension, page.from === 'END'),
    values: [instantText(at), at, page.count + 1, ...ends, ...ranges, ...scope.values],
  });
  return pageOf(rows, page, (row) => {
    const place = BigInt(row.work_place);
    const { rank, at: orderedBy } = reasonAndInstant(place);
    const reason = WORK_REASONS[rank - 1];
    if (reason === undefined) throw new Error(`There is no reason ${rank}`);
    return {
      node: { ticket: ticketOf(row), reason, at: orderedBy },
      cursor: encodePosition(LIST, { key: `${place}/${instantText(at)}`, tie: row.id }),
    };
  });
}

interface Range {
  readonly after: Position;
  readonly before: Position;
  readonly shift: bigint;
}

/** The ranges of an index that can have tickets between two positions of the list. */
const rangesBetween = (from: Position, to: Position, at: EpochMs): readonly Range[] =>
  rangesAt(at).flatMap(({ after, before, shift }) => {
    const [first, last] = [from.place - shift, to.place - shift];
    if (first >= before || last <= after) return [];
    return [
      {
        after: first > after ? { place: first, id: from.id } : { place: after, id: GREATEST },
        before: last < before ? { place: last, id: to.id } : { place: before, id: NIL },
        shift,
      },
    ];
  });

/** After every ticket of a place. */
const GREATEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const columnsOf = (ranges: readonly Range[]): readonly unknown[] => [
  ranges.map(({ after }) => after.place),
  ranges.map(({ after }) => after.id),
  ranges.map(({ before }) => before.place),
  ranges.map(({ before }) => before.id),
  ranges.map(({ shift }) => shift),
];

export async function countWork(on: Queryable, caller: Caller, query: WorkQuery, now: EpochMs): Promise<number> {
  const scope = scopeOf(caller.sees, query);
  if (scope === null) return 0;
  const statement: Statement = {
    text: countWorkStatement(scope.dimension),
    values: [instantText(now), ...scope.values],
  };
  const [row] = await readRows<{ count: string }>(on, statement);
  return Number(row?.count ?? 0);
}

/** Whose tickets are listed; null if those of no one. */
function scopeOf(
  visible: Visibility,
  { assignee, unassigned, client }: WorkQuery,
): { readonly dimension: Dimension | 'SEEN'; readonly values: readonly unknown[] } | null {
  const names = assignee === null ? null : [comparisonKey(assignee)];
  if (visible !== 'ALL') {
    const clients = visible.filter((id) => isUuid(id) && (client === null || client === id));
    return clients.length === 0 ? null : { dimension: 'SEEN', values: [clients, names, unassigned] };
  }
  if (client !== null) return { dimension: 'CLIENT', values: [client] };
  if (names !== null) return { dimension: 'ASSIGNEE', values: [names] };
  return { dimension: unassigned ? 'UNASSIGNED' : 'ALL', values: [] };
}

const KEY = /^(\d{1,19})\/([^/]+)$/;

function positionIn(cursor: string): Position & { readonly now: EpochMs } {
  const { key, tie } = decodePosition(LIST, cursor, {
    isKey: (text) => {
      const [, place = '0', now = ''] = KEY.exec(text) ?? [];
      return BigInt(place) < END.place && isIsoInstant(now);
    },
    isTie: isUuid,
    nullable: false,
  });
  const [, place = '', now = ''] = KEY.exec(key ?? '') ?? [];
  return { place: BigInt(place), id: tie, now: Date.parse(now) };
}
