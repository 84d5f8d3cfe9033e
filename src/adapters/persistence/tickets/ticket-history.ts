import type { AsOf, StoredTicket } from '../../../application/ports/stored-ticket';
import { historyAsOf } from '../../../application/tickets/as-of';
import { fold, foldAll } from '../../../domain/ticket/fold';
import type { Ticket } from '../../../domain/ticket/ticket';
import { instantBound, type Queryable, readRows, rowsOf } from '../database/sql';
import { eventOf, loggedEventOf, type SelectedEvent } from './event-row';
import { TICKET_HISTORIES, TICKET_VERSIONS } from './statements/ticket-histories';

export interface TicketVersion {
  readonly id: string;
  readonly version: number;
}

/** An event with the number of its ticket. */
type HistoryRow = SelectedEvent & { readonly ticket_number: number };

/**
 * Tickets as they were after one of their events, folded from their histories, in the order of
 * `wanted`. Null if the ticket or the event does not exist.
 *
 * @throws UnreadableEvent if an event of one of them cannot be read
 */
export async function ticketsAtVersions(
  on: Queryable,
  wanted: readonly TicketVersion[],
): Promise<readonly (StoredTicket | null)[]> {
  return (await foldsAtVersions(on, wanted)).map((fold) => fold());
}

/**
 * Like `ticketsAtVersions`, but returns a function for each ticket that folds it when called. An
 * error affects only that ticket.
 */
export async function foldsAtVersions(
  on: Queryable,
  wanted: readonly TicketVersion[],
): Promise<readonly (() => StoredTicket | null)[]> {
  if (wanted.length === 0) return [];
  // If several versions of one ticket are wanted, the events of the latest version include those of
  // the others.
  const latest = new Map<string, number>();
  for (const { id, version } of wanted) latest.set(id, Math.max(version, latest.get(id) ?? 0));
  const rows = await rowsOf<HistoryRow>(on, {
    ...TICKET_VERSIONS,
    values: [[...latest.keys()], [...latest.values()]],
  });
  const histories = byTicket(rows);
  const folding = new Map([...histories].map(([id, history]) => [id, new FoldedHistory(history)]));
  return wanted.map(
    ({ id, version }) =>
      () =>
        folding.get(id)?.at(version) ?? null,
  );
}

/** The events of a ticket. Each is folded once for all versions that are asked for. */
class FoldedHistory {
  private readonly folded: Ticket[] = [];

  constructor(private readonly history: readonly HistoryRow[]) {}

  /** @throws UnreadableEvent if an event up to the version cannot be read */
  at(version: number): StoredTicket | null {
    const [first] = this.history;
    const last = this.history[version - 1];
    if (first === undefined || last?.number !== version) return null;
    for (let done = this.folded.length; done < version; done += 1) {
      const row = this.history[done];
      if (row === undefined) return null;
      this.folded.push(fold(this.folded.at(-1) ?? null, eventOf(row)));
    }
    const ticket = this.folded[version - 1];
    if (ticket === undefined) return null;
    return { ...ticket, number: first.ticket_number, createdAt: first.recorded_at, updatedAt: last.recorded_at };
  }
}

/**
 * Tickets as of an instant, by id. Tickets that were not yet opened or not yet recorded are left
 * out.
 */
export async function ticketsAsOf(
  on: Queryable,
  ids: readonly string[],
  asOf: AsOf,
): Promise<ReadonlyMap<string, StoredTicket>> {
  const rows = await readRows<HistoryRow>(on, { ...TICKET_HISTORIES, values: [ids, instantBound(asOf.at)] });
  const tickets = new Map<string, StoredTicket>();
  for (const [id, history] of byTicket(rows)) {
    const events = historyAsOf(history.map(loggedEventOf), asOf);
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) continue;
    tickets.set(id, {
      ...foldAll(events),
      number: history[0]?.ticket_number ?? 0,
      createdAt: first.recordedAt,
      updatedAt: last.recordedAt,
      asOf,
    });
  }
  return tickets;
}

function byTicket(rows: readonly HistoryRow[]): ReadonlyMap<string, readonly HistoryRow[]> {
  const histories = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const history = histories.get(row.ticket_id);
    if (history === undefined) histories.set(row.ticket_id, [row]);
    else history.push(row);
  }
  return histories;
}
