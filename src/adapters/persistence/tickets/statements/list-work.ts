import { TICKET_COLUMNS } from '../ticket-row';
import { IS_LISTED, listedPlace, ticketPlace } from '../work-places';

/** Which tickets are listed for a caller who sees all clients, each with an index of its own. */
export type Dimension = 'ALL' | 'CLIENT' | 'ASSIGNEE' | 'UNASSIGNED';

// $1 instant of the list, also as milliseconds ($2); $3 most rows; after the place $4, $5 and
// before the place $6, $7.
const NOW = '$1::timestamptz';
const NOW_MS = '$2::bigint';
const MOST = '$3::int';
const AFTER = '($4::bigint, $5::uuid)';
const BEFORE = '($6::bigint, $7::uuid)';
// The ranges of the index, after the places $8, $9 and before the places $10, $11, with what is
// added to them ($12); $13 what the dimension takes.
const RANGES = 'unnest($8::bigint[], $9::uuid[], $10::bigint[], $11::uuid[], $12::bigint[])';
const OWN = '$13';
// For a caller who sees some clients: these ($8), the keys of names of an assignee or null ($9),
// and whether there must be no assignee ($10).
const CLIENTS = '$8::uuid[]';
const NAMES = '$9::uuid[]';
const UNASSIGNED = '$10::boolean';

interface Restriction {
  /** Joins `k.key`. The index is read for each of the keys; once if this is empty. */
  readonly keys: string;
  /** The condition on the leading column of the index. */
  readonly leading: string;
  /** The leading column, where the order of the index needs it. */
  readonly orderedBy: string;
  /** The condition on tickets that other indexes find. */
  readonly where: string;
}

const spelled = (keys: string): string => `SELECT s FROM spellings_of(${keys}) s`;

/** @param own the parameter of the dimension */
function restriction(dimension: Dimension, own: string): Restriction {
  switch (dimension) {
    case 'ALL':
      return { keys: '', leading: 'true', orderedBy: '', where: 'true' };
    case 'CLIENT': {
      const where = `t.client_id = ${own}::uuid`;
      return { keys: '', leading: where, orderedBy: '', where };
    }
    case 'ASSIGNEE': {
      const names = spelled(`${own}::uuid[]`);
      return {
        keys: `CROSS JOIN (${names}) AS k (key)`,
        leading: 't.assignee = k.key',
        orderedBy: '',
        where: `t.assignee = ANY (ARRAY (${names}))`,
      };
    }
    case 'UNASSIGNED': {
      const where = 't.assignee IS NULL';
      return { keys: '', leading: where, orderedBy: 't.assignee', where };
    }
  }
}

/**
 * A page of the work list. Reads at most as many rows of each range of an index as the page has,
 * and besides the tickets whose stored place may not be that of the instant: those with a deadline
 * that the engine has yet to record, and those that were changed since.
 */
export function workStatement(dimension: Dimension | 'SEEN', backwards: boolean) {
  const known = STATEMENTS.get(`${dimension}/${backwards}`);
  if (known !== undefined) return known;
  const name = `work-${dimension.toLowerCase()}${backwards ? '-back' : ''}`;
  const made = { name, text: dimension === 'SEEN' ? textOfSeen(backwards) : textOf(dimension, backwards) };
  STATEMENTS.set(`${dimension}/${backwards}`, made);
  return made;
}

const STATEMENTS = new Map<string, { readonly name: string; readonly text: string }>();

const STORED = ticketPlace();

function textOf(dimension: Dimension, backwards: boolean): string {
  const direction = backwards ? 'DESC' : 'ASC';
  const { keys, leading, orderedBy, where } = restriction(dimension, OWN);
  const leadingOrder = orderedBy === '' ? '' : `${orderedBy} ${direction}, `;
  // OFFSET 0, so that these tickets are found first, by their own index.
  const changed = (found: string): string => `(SELECT t.id, l.place
      FROM (SELECT d.id FROM tickets d WHERE ${found} OFFSET 0) f JOIN tickets t ON t.id = f.id ${PLACED}
     WHERE ${where} AND ${IS_BETWEEN} ORDER BY l.place ${direction}, t.id ${direction} LIMIT ${MOST})`;
  return `SELECT ${TICKET_COLUMNS}, w.place AS work_place
    FROM (SELECT a.id, a.place FROM (
      SELECT u.id, u.place + r.shift AS place
        FROM ${RANGES} AS r (after, after_id, before, before_id, shift) ${keys}
       CROSS JOIN LATERAL (
         SELECT t.id, ${STORED} AS place FROM tickets t
          WHERE ${IS_LISTED} AND ${leading}
            AND (${STORED}, t.id) > (r.after, r.after_id) AND (${STORED}, t.id) < (r.before, r.before_id)
            AND (t.next_deadline_at > ${NOW} OR t.next_deadline_at IS NULL) AND t.updated_at <= ${NOW}
          ORDER BY ${leadingOrder}${STORED} ${direction}, t.id ${direction} LIMIT ${MOST}) u
      UNION ALL ${changed(`d.next_deadline_at <= ${NOW}`)}
      UNION ALL ${changed(`d.updated_at > ${NOW} AND (d.next_deadline_at > ${NOW} OR d.next_deadline_at IS NULL)`)}
    ) a ORDER BY ${order('a', direction)} LIMIT ${MOST}) w
    JOIN tickets t ON t.id = w.id ORDER BY ${order('w', direction)}`;
}

/** The place `l.place` of the ticket `t` at the instant, computed from its columns. */
const PLACED = `
     CROSS JOIN LATERAL (SELECT ${ticketPlace(NOW)} AS stored OFFSET 0) p
     CROSS JOIN LATERAL (SELECT ${listedPlace('p.stored', NOW_MS)} AS place OFFSET 0) l`;
const IS_BETWEEN = `(l.place, t.id) > ${AFTER} AND (l.place, t.id) < ${BEFORE}`;

const order = (of: string, direction: string) => `${of}.place ${direction}, ${of}.id ${direction}`;

const isSeen = (clients: string, names: string, unassigned: string): string => `t.client_id = ANY (${clients})
  AND (${names} IS NULL OR t.assignee = ANY (ARRAY (${spelled(names)}))) AND (NOT ${unassigned} OR t.assignee IS NULL)`;

/**
 * The same for a caller who sees some clients. Row security lets no condition on the places precede
 * its own, because their function could tell of rows that are not seen. So the places of all open
 * tickets of these clients are computed.
 */
function textOfSeen(backwards: boolean): string {
  const direction = backwards ? 'DESC' : 'ASC';
  return `SELECT ${TICKET_COLUMNS}, w.place AS work_place
    FROM (SELECT t.id, l.place FROM tickets t ${PLACED}
           WHERE ${IS_LISTED} AND ${isSeen(CLIENTS, NAMES, UNASSIGNED)} AND ${IS_BETWEEN}
           ORDER BY l.place ${direction}, t.id ${direction} LIMIT ${MOST}) w
    JOIN tickets t ON t.id = w.id ORDER BY ${order('w', direction)}`;
}

/** The number of tickets in the list at an instant ($1). */
export function countWorkStatement(dimension: Dimension | 'SEEN'): string {
  const where =
    dimension === 'SEEN' ? isSeen('$2::uuid[]', '$3::uuid[]', '$4::boolean') : restriction(dimension, '$2').where;
  return `SELECT count(*) AS count FROM tickets t
    WHERE ${IS_LISTED} AND ${where} AND ${ticketPlace(NOW)} IS NOT NULL`;
}
