import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../../application/ports/caller';
import { type TextsRead, TooMuchText } from '../../../application/ports/texts-read';
import type { TicketFilter } from '../../../application/ports/ticket-filter';
import type { EpochMs } from '../../../domain/instant';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { type Queryable, readRows } from '../database/sql';
import { every, Parameters } from '../lists/conditions';
import { eventOf, REPLAYED_COLUMNS, type SelectedEvent } from './event-row';
import { ticketsWhere } from './ticket-conditions';

/** The most tickets that one statement reads. */
const MAX_TICKETS = 200;
/** The characters that one statement for several tickets reads. */
const MAX_CHARACTERS = 4_000_000;

/**
 * The histories of all tickets that match a filter, in the order of their ids, without long texts.
 * Those of one statement are in memory at a time: where texts are long, fewer tickets.
 *
 * @param under runs statements whose texts are charged to what is given
 */
export async function* historiesOf(
  under: (texts: TextsRead) => Queryable,
  caller: Caller,
  filter: TicketFilter,
  now: EpochMs,
): AsyncGenerator<readonly TicketEvent[]> {
  let last: string | null = null;
  let tickets = MAX_TICKETS;
  for (;;) {
    const read = { characters: 0, most: tickets === 1 ? Number.POSITIVE_INFINITY : MAX_CHARACTERS };
    let rows: readonly SelectedEvent[];
    try {
      rows = await readRows<SelectedEvent>(under(read), statement(caller, filter, now, last, tickets));
    } catch (error) {
      if (!(error instanceof TooMuchText) || tickets === 1) throw error;
      tickets = Math.ceil(tickets / 4);
      continue;
    }
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
    if (histories.size < tickets) return;
    last = rows.at(-1)?.ticket_id ?? null;
    if (read.characters < MAX_CHARACTERS / 4) tickets = Math.min(MAX_TICKETS, tickets * 2);
  }
}

function statement(caller: Caller, filter: TicketFilter, now: EpochMs, last: string | null, tickets: number) {
  const to = new Parameters();
  const after = last === null ? [] : [`t.id > ${to.add(last, 'uuid')}`];
  const where = every([ticketsWhere(caller, filter, now, to), ...after]);
  return to.statement(
    `SELECT e.* FROM (SELECT t.id FROM tickets t WHERE ${where} ORDER BY t.id LIMIT ${tickets}) t
       JOIN LATERAL (SELECT ${REPLAYED_COLUMNS} FROM events e WHERE e.ticket_id = t.id ORDER BY e.number) e ON true
      ORDER BY e.ticket_id, e.number`,
  );
}
