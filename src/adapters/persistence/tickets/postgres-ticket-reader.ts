import type { Pool } from 'pg';
import { type Caller, forFolding } from '../../../application/ports/caller';
import type { Client } from '../../../application/ports/clients';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { Page, PageRequest } from '../../../application/ports/pagination';
import type { AsOf, StoredTicket } from '../../../application/ports/stored-ticket';
import { isScan } from '../../../application/ports/ticket-filter';
import type { HistoryEnd, TicketReader } from '../../../application/ports/ticket-reader';
import { sees, seesEvent, seesInternal } from '../../../application/visibility';
import type { EpochMs } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import { INTERNAL_EVENTS } from '../../../domain/ticket/internal-events';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { clientFromRow } from '../clients/postgres-clients';
import { CLIENTS_BY_ID } from '../clients/statements/clients-by-id';
import { batched } from '../database/batched';
import { lanesOf } from '../database/lanes';
import { instantBound, type Queryable, readRows } from '../database/sql';
import { compare, every, Parameters } from '../lists/conditions';
import { ownedLists } from '../lists/owned-lists';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import { slaReport } from '../reports/sla-report-statement';
import { comparisonKey } from '../search/comparison-key';
import { mentions, readsSearchTables, SearchTables } from '../search/search-tables';
import type { ClientRow } from '../tables';
import { countDeadlines, deadlinesPage } from './deadlines';
import { EVENT_COLUMNS, loggedEventOf, type SelectedEvent } from './event-row';
import { lastActsOf } from './last-acts';
import { EVENTS_BY_NUMBER, TICKET_BY_NUMBER, TICKETS_BY_EXTERNAL_ID, TICKETS_BY_ID } from './statements/find-tickets';
import { historiesOf } from './stream-histories';
import { ticketsWhere, visible } from './ticket-conditions';
import { ticketsAsOf, ticketsAtVersions } from './ticket-history';
import { EVENTS, FOLLOW_UPS, ticketOrdering } from './ticket-orderings';
import { type SelectedTicket, TICKET_COLUMNS, ticketOf } from './ticket-row';
import { countWork, workPage } from './work-pages';

/**
 * Reads tickets from the tables. Tickets that the caller may not see are treated as absent.
 *
 * A statement is cancelled with its operation, or with the last of those whose look-ups it serves.
 */
export function createTicketReader({ pool }: { readonly pool: Pool }): TicketReader {
  const searchTables = new SearchTables(pool);
  const { lookups, lists, heavy } = lanesOf(pool);
  const findTicket = batched<StoredTicket>(lookups, async (ids, on) => {
    const rows = await readRows<SelectedTicket>(on, { ...TICKETS_BY_ID, values: [ids] });
    return new Map(rows.map((row) => [row.id, ticketOf(row)]));
  });
  const findClient = batched<Client>(lookups, async (ids, on) => {
    const rows = await readRows<ClientRow>(on, { ...CLIENTS_BY_ID, values: [ids] });
    return new Map(rows.map((row) => [row.id, clientFromRow(row)]));
  });

  const findEvent = batched<SelectedEvent>(lookups, async (keys, on) => {
    const wanted = keys.map((key) => key.split('/'));
    const values = [wanted.map(([ticketId]) => ticketId), wanted.map(([, number]) => Number(number))];
    const rows = await readRows<SelectedEvent>(on, { ...EVENTS_BY_NUMBER, values });
    return new Map(rows.map((row) => [`${row.ticket_id}/${row.number}`, row]));
  });

  const events = ownedLists<EventsAsked, SelectedEvent, LoggedEvent>(lookups, {
    select: EVENT_COLUMNS,
    from: 'events e',
    owner: 'e.ticket_id',
    order: EVENTS,
    where: ({ types, upTo, hidesInternal }, to) =>
      every([
        ...(hidesInternal ? [compare('e.type', 'text', { nin: INTERNAL_EVENTS }, to)] : []),
        ...(types === null ? [] : [compare('e.type', 'text', { in: types }, to)]),
        ...(upTo === null ? [] : [compare('e.number', 'integer', { lte: upTo.number }, to), happenedBy(upTo.at, to)]),
      ]),
    nodeOf: loggedEventOf,
  });
  const followUps = ownedLists<FollowUpsAsked, SelectedTicket, StoredTicket>(lookups, {
    select: TICKET_COLUMNS,
    from: 'tickets t',
    owner: 't.follow_up_of',
    order: FOLLOW_UPS,
    where: followUpsWhere,
    nodeOf: ticketOf,
  });
  /** The same for those of an instant, whose other columns come from their histories. */
  const followUpIds = ownedLists<FollowUpsAsked, { readonly id: string }, string>(lookups, {
    select: 't.id',
    from: 'tickets t',
    owner: 't.follow_up_of',
    order: FOLLOW_UPS,
    where: followUpsWhere,
    nodeOf: ({ id }) => id,
  });

  return {
    ticketById: async (caller, id) => {
      if (!isUuid(id)) return null;
      const ticket = await findTicket(caller, id);
      return ticket !== null && sees(caller, ticket.clientId) ? ticket : null;
    },
    ticketByNumber: async (caller, number) => {
      if (!isNumber(number)) return null;
      const [row] = await readRows<SelectedTicket>(lookups.under(caller), {
        ...TICKET_BY_NUMBER,
        values: [number],
      });
      return row !== undefined && sees(caller, row.client_id) ? ticketOf(row) : null;
    },
    ticketsByExternalId: async (caller, externalId, client) => {
      if (externalId.includes('\0')) return [];
      const rows = await readRows<SelectedTicket>(lookups.under(caller), {
        ...TICKETS_BY_EXTERNAL_ID,
        values: [comparisonKey(externalId), externalId],
      });
      return rows
        .filter(({ client_id }) => (client === null || client_id === client) && sees(caller, client_id))
        .map(ticketOf);
    },
    tickets: async (caller, filter, order, page, now) => {
      await searchTables.prepare(filter);
      const to = new Parameters();
      const byIndex = isScan(Object.keys(filter).length > 0, order.by) ? lists : lookups;
      const lane = mentions(filter, ['text']) ? heavy : byIndex;
      // The search tables are completed on the primary.
      const on = readsSearchTables(filter) ? lane.under(caller) : lane.underReplica(caller);
      return ticketsPage(on, ticketsWhere(caller, filter, now, to), ticketOrdering(order), page, to);
    },
    countTickets: async (caller, filter, now) => {
      await searchTables.prepare(filter);
      const to = new Parameters();
      const on = readsSearchTables(filter) ? heavy.under(caller) : heavy.underReplica(caller);
      return count(on, 'tickets t', ticketsWhere(caller, filter, now, to), to);
    },
    deadlines: async (caller, query, page) => {
      if (query.assignee !== null) await searchTables.prepareNames();
      const isFiltered = [query.severity, query.ticket, query.client, query.assignee].some((one) => one !== null);
      const lane = isFiltered ? lists : lookups;
      const on = query.assignee === null ? lane.underReplica(caller) : lane.under(caller);
      return deadlinesPage(on, caller, query, page);
    },
    countDeadlines: async (caller, query) => {
      if (query.assignee !== null) await searchTables.prepareNames();
      const on = query.assignee === null ? heavy.underReplica(caller) : heavy.under(caller);
      return countDeadlines(on, caller, query);
    },
    workList: async (caller, query, page, now) => {
      if (query.assignee !== null) await searchTables.prepareNames();
      return workPage(lookups.under(caller), caller, query, page, now);
    },
    countWork: async (caller, query, now) => {
      if (query.assignee !== null) await searchTables.prepareNames();
      return countWork(heavy.under(caller), caller, query, now);
    },
    followUps: async (caller, ticketId, page, asOf = null) => {
      const asked = { sees: caller.sees, asOf };
      if (asOf === null) return followUps.page(caller, ticketId, asked, page);
      return shownAsOf(heavy.under(forFolding(caller)), await followUpIds.page(caller, ticketId, asked, page), asOf);
    },
    countFollowUps: async (caller, ticketId, asOf = null) => {
      return followUps.count(caller, ticketId, { sees: caller.sees, asOf });
    },
    events: async (caller, ticketId, types, page, upTo = null) => {
      return events.page(caller, ticketId, { types, upTo, hidesInternal: !seesInternal(caller) }, page);
    },
    eventByNumber: async (caller, ticketId, number) => {
      if (!isUuid(ticketId) || !isNumber(number)) return null;
      const row = await findEvent(caller, `${ticketId}/${number}`);
      if (row === null || !sees(caller, row.client_id)) return null;
      const event = loggedEventOf(row);
      return seesEvent(caller, row.client_id, event.type) ? event : null;
    },
    lastAct: async (caller, ticketId) => {
      return isUuid(ticketId) ? ((await lastActsOf(lookups.under(caller), [ticketId])).get(ticketId) ?? null) : null;
    },
    countEvents: async (caller, ticketId, types, upTo = null) => {
      return events.count(caller, ticketId, { types, upTo, hidesInternal: !seesInternal(caller) });
    },
    slaReport: async (caller, query, now) => slaReport(heavy.underReplica(caller), caller, query, now),
    clientById: async (caller, id) => {
      return isUuid(id) && sees(caller, id) ? findClient(caller, id) : null;
    },
    async *histories(caller, filter, now) {
      await searchTables.prepare(filter);
      const reading = forFolding(caller);
      yield* historiesOf((texts) => heavy.under(reading, texts), caller, filter, now);
    },
    ticketAsOf: async (caller, { id }, asOf) =>
      (await ticketsAsOf(heavy.under(forFolding(caller)), [id], asOf)).get(id) ?? null,
    ticketAtVersion: async (caller, id, version) => {
      if (!isUuid(id)) return null;
      const [ticket] = await ticketsAtVersions(heavy.under(forFolding(caller)), [{ id, version }]);
      return ticket ?? null;
    },
  };
}

/** Whether it can be the number of a ticket or of an event. */
const isNumber = (number: number): boolean => Number.isInteger(number) && number >= 1 && number < 2 ** 31;

interface EventsAsked {
  readonly types: readonly EventType[] | null;
  /** Null for all events. */
  readonly upTo: HistoryEnd | null;
  readonly hidesInternal: boolean;
}

/** A breach exists from the millisecond after its due instant on, and so does a closing by time. */
const happenedBy = (at: EpochMs, to: Parameters): string => {
  const instant = to.add(instantBound(at), 'timestamptz');
  const isInstant = `(e.type = 'MARK_REACHED' OR e.actor ->> 'kind' <> 'SYSTEM')`;
  return `(e.at < ${instant} OR (e.at = ${instant} AND ${isInstant}))`;
};

interface FollowUpsAsked extends Pick<Caller, 'sees'> {
  /** Only the follow-ups that existed at this instant; null for the current ones. */
  readonly asOf: AsOf | null;
}

const followUpsWhere = ({ sees: clients, asOf }: FollowUpsAsked, to: Parameters): string =>
  every([visible({ sees: clients }, to), ...(asOf === null ? [] : openedBy(asOf, to))]);

const openedBy = ({ at, knownAt }: AsOf, to: Parameters): readonly string[] => [
  compare('t.opened_at', 'instant', { lte: at }, to),
  ...(knownAt === null ? [] : [compare('t.created_at', 'instant', { lte: knownAt }, to)]),
];

/** The page with these tickets as of the instant. */
async function shownAsOf(on: Queryable, page: Page<string>, asOf: AsOf): Promise<Page<StoredTicket>> {
  const ids = page.edges.map(({ node }) => node);
  const tickets = await ticketsAsOf(on, ids, asOf);
  const edges = page.edges.map(({ node: id, cursor }) => {
    const node = tickets.get(id);
    if (node === undefined) throw new Error(`Ticket ${id} existed at that instant but has no history up to it`);
    return { node, cursor };
  });
  return { ...page, edges };
}

async function ticketsPage(
  on: Queryable,
  where: string,
  order: Ordering,
  page: PageRequest,
  to: Parameters,
): Promise<Page<StoredTicket>> {
  const text = pageStatement({ select: TICKET_COLUMNS, from: 'tickets t', where }, order, page, to);
  const rows = await readRows<SelectedTicket & Placed>(on, to.statement(text));
  return pageOf(rows, page, (row) => ({ node: ticketOf(row), cursor: cursorOf(order, row) }));
}

async function count(on: Queryable, from: string, where: string, to: Parameters): Promise<number> {
  const text = `SELECT count(*) AS count FROM ${from} WHERE ${where}`;
  const [row] = await readRows<{ count: string }>(on, to.statement(text));
  return Number(row?.count ?? 0);
}
