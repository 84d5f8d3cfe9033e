import type { StoredTicket } from '../../application/ports';
import { foldAll } from '../../domain/fold';
import { EVENT_COLUMNS, eventOf, type SelectedEvent } from './event-row';
import { type Queryable, rowsOf } from './wire';

export interface TicketVersion {
  readonly id: string;
  readonly version: number;
}

const STATEMENT = {
  name: 'ticket-versions',
  text: `SELECT ${EVENT_COLUMNS}, t.number AS ticket_number
           FROM unnest($1::uuid[], $2::integer[]) AS wanted (id, version)
           JOIN tickets t ON t.id = wanted.id
           JOIN events e ON e.ticket_id = wanted.id AND e.number <= wanted.version
          ORDER BY wanted.id, wanted.version, e.number`,
};

/** Tickets as they stood after an event of theirs, from their histories. In the order asked; null where there is none. */
export async function ticketsAtVersions(
  on: Queryable,
  wanted: readonly TicketVersion[],
): Promise<readonly (StoredTicket | null)[]> {
  if (wanted.length === 0) return [];
  // Of several versions of one ticket the latest brings all events.
  const latest = new Map<string, number>();
  for (const { id, version } of wanted) latest.set(id, Math.max(version, latest.get(id) ?? 0));
  const rows = await rowsOf<SelectedEvent & { ticket_number: number }>(on, {
    ...STATEMENT,
    values: [[...latest.keys()], [...latest.values()]],
  });
  const histories = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) {
    const history = histories.get(row.ticket_id);
    if (history === undefined) histories.set(row.ticket_id, [row]);
    else history.push(row);
  }
  return wanted.map(({ id, version }) => {
    const history = (histories.get(id) ?? []).filter((row) => row.number <= version);
    const [first] = history;
    const last = history.at(-1);
    if (first === undefined || last === undefined || last.number !== version) return null;
    return {
      ...foldAll(history.map(eventOf)),
      number: first.ticket_number,
      createdAt: first.recorded_at,
      updatedAt: last.recorded_at,
    };
  });
}
