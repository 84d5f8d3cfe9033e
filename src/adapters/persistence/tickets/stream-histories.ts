import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../../application/ports/caller';
import type { TicketFilter } from '../../../application/ports/ticket-filter';
import type { EpochMs } from '../../../domain/instant';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { type Queryable, readRows } from '../database/sql';
import { every, Parameters } from '../lists/conditions';
import { EVENT_COLUMNS, eventOf, type SelectedEvent } from './event-row';
import { ticketsWhere } from './ticket-conditions';

/** The number of tickets that one statement reads. */
const BATCH = 200;

/** The histories of all tickets that match a filter, in the order of their ids. */
export async function* historiesOf(
  on: Queryable,
  caller: Caller,
  filter: TicketFilter,
  now: EpochMs,
): AsyncGenerator<readonly TicketEvent[]> {
  let last: string | null = null;
  for (;;) {
    const to = new Parameters();
    const after = last === null ? [] : [`t.id > ${to.add(last, 'uuid')}`];
    const where = every([ticketsWhere(caller, filter, now, to), ...after]);
    const statement = to.statement(
      `SELECT e.* FROM (SELECT t.id FROM tickets t WHERE ${where} ORDER BY t.id LIMIT ${BATCH}) t
               JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM events e WHERE e.ticket_id = t.id ORDER BY e.number) e ON true
              ORDER BY e.ticket_id, e.number`,
    );
    const rows: SelectedEvent[] = await readRows<SelectedEvent>(on, statement);
    const histories = new Map<string, TicketEvent[]>();
    for (const row of rows) {
      const history = histories.get(row.ticket_id);
      if (history === undefined) histories.set(row.ticket_id, [eventOf(row)]);
      else history.push(eventOf(row));
    }
    for (const history of histories.values()) {
      // The caller computes something for each history, so other requests must be able to run in
      // between.
      await nextTurn();
      yield history;
    }
    if (histories.size < BATCH) return;
    last = rows.at(-1)?.ticket_id ?? null;
  }
}
