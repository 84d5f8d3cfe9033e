import type { Caller } from '../../../application/ports/caller';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import type { Deadline, DeadlineQuery } from '../../../application/ports/ticket-reader';
import { isIsoInstant } from '../../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import { isUuid } from '../../../domain/text';
import { instantText, type Queryable, readRows } from '../database/sql';
import { compare, every, Parameters } from '../lists/conditions';
import { decodePosition, encodePosition } from '../lists/cursor';
import { pageOf } from '../lists/page';
import { visible } from './ticket-conditions';
import { type SelectedTicket, TICKET_COLUMNS, ticketOf } from './ticket-row';

const LIST = 'deadlines';

/** The columns of the due instants. Each has a partial index together with the id of the ticket. */
const DUE = { RESPONSE: 't.response_due_at', UPDATE: 't.update_due_at', RESOLUTION: 't.resolution_due_at' } as const;

interface DeadlineRow extends SelectedTicket {
  readonly sort_due: number;
  readonly sort_kind: number;
}

/**
 * A position in the list: the due instant, the ticket, and the position of the commitment among the
 * three.
 */
interface Place {
  readonly due: string;
  readonly id: string;
  readonly kind: number;
}

/**
 * A page of deadlines, ordered by due instant, ticket and commitment. The index of each commitment
 * is read only as far as needed.
 */
export async function deadlinesPage(
  on: Queryable,
  caller: Caller,
  query: DeadlineQuery,
  page: PageRequest,
): Promise<Page<Deadline>> {
  const rows = await readRows<DeadlineRow>(on, deadlinesStatement(caller, query, page));
  return pageOf(rows, page, (row) => {
    const kind = COMMITMENT_KINDS[row.sort_kind];
    if (kind === undefined) throw new Error(`There is no commitment ${row.sort_kind}`);
    const tie = `${row.id}/${row.sort_kind}`;
    return {
      node: { ticket: ticketOf(row), kind, dueAt: row.sort_due },
      cursor: encodePosition(LIST, { key: instantText(row.sort_due), tie }),
    };
  });
}

export function deadlinesStatement(caller: Caller, query: DeadlineQuery, page: PageRequest) {
  const to = new Parameters();
  const asked = conditions(caller, query, to);
  const after = page.after === null ? null : placeOf(page.after);
  const before = page.before === null ? null : placeOf(page.before);
  const direction = page.from === 'START' ? 'ASC' : 'DESC';
  const limit = to.add(page.count + 1, 'integer');
  const branches = kindsOf(query).map((kind) => {
    const bounds = [beyond(kind, after, '>', to), beyond(kind, before, '<', to)];
    return `(SELECT t.id, ${DUE[kind]} AS due, ${COMMITMENT_KINDS.indexOf(kind)} AS kind FROM tickets t
              WHERE ${DUE[kind]} IS NOT NULL AND ${every([asked(kind), ...bounds])}
              ORDER BY ${DUE[kind]} ${direction}, t.id ${direction} LIMIT ${limit})`;
  });
  const order = (of: string) => `${of}.due ${direction}, ${of}.id ${direction}, ${of}.kind ${direction}`;
  const text = `SELECT ${TICKET_COLUMNS}, d.due AS sort_due, d.kind AS sort_kind
      FROM (SELECT * FROM (${branches.join(' UNION ALL ')}) u ORDER BY ${order('u')} LIMIT ${limit}) d
      JOIN tickets t ON t.id = d.id ORDER BY ${order('d')}`;
  return to.statement(text);
}

export async function countDeadlines(on: Queryable, caller: Caller, query: DeadlineQuery): Promise<number> {
  const to = new Parameters();
  const asked = conditions(caller, query, to);
  const counts = kindsOf(query).map(
    (kind) => `(SELECT count(*) FROM tickets t WHERE ${DUE[kind]} IS NOT NULL AND ${asked(kind)})`,
  );
  const [row] = await readRows<{ count: string }>(on, to.statement(`SELECT ${counts.join(' + ')} AS count`));
  return Number(row?.count ?? 0);
}

const kindsOf = ({ kinds }: DeadlineQuery): readonly CommitmentKind[] =>
  kinds.length === 0 ? COMMITMENT_KINDS : COMMITMENT_KINDS.filter((kind) => kinds.includes(kind));

function conditions(caller: Caller, query: DeadlineQuery, to: Parameters): (kind: CommitmentKind) => string {
  const { until, since, severity, ticket, client, assignee } = query;
  const common = [
    visible(caller, to),
    // After the end of an imported history nothing is due until someone acts on the ticket.
    't.observed_until IS NULL',
    ...(severity === null ? [] : [compare('t.severity', 'text', severity, to)]),
    ...(ticket === null ? [] : [compare('t.id', 'uuid', ticket, to)]),
    ...(client === null ? [] : [compare('t.client_id', 'uuid', client, to)]),
    ...(assignee === null ? [] : [compare('t.assignee', 'name', assignee, to)]),
  ];
  return (kind) =>
    every([
      ...common,
      ...(until === null ? [] : [compare(DUE[kind], 'instant', { lte: until }, to)]),
      ...(since === null ? [] : [compare(DUE[kind], 'instant', { gte: since }, to)]),
    ]);
}

/**
 * The condition that a row of a commitment is after (`>`) or before (`<`) a position. For the same
 * instant and ticket, the order of the kinds decides.
 */
function beyond(kind: CommitmentKind, place: Place | null, side: '>' | '<', to: Parameters): string {
  if (place === null) return 'TRUE';
  const at = COMMITMENT_KINDS.indexOf(kind);
  const orSame = side === '>' ? at > place.kind : at < place.kind;
  const [due, id] = [to.add(place.due, 'timestamptz'), to.add(place.id, 'uuid')];
  return `(${DUE[kind]}, t.id) ${side}${orSame ? '=' : ''} (${due}, ${id})`;
}

function placeOf(cursor: string): Place {
  const { key, tie } = decodePosition(LIST, cursor, {
    isKey: isIsoInstant,
    isTie: (text) => /^[^/]+\/[0-2]$/.test(text) && isUuid(text.slice(0, -2)),
    nullable: false,
  });
  return { due: key ?? '', id: tie.slice(0, -2), kind: Number(tie.slice(-1)) };
}
