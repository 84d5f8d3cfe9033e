import type { EpochMs } from '../../domain/instant';
import type { CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import type { EventType, TicketEvent } from '../../domain/ticket/ticket-events';
import type { SlaReport, SlaReportQuery } from '../reports/sla-report';
import type { Caller } from './caller';
import type { Client } from './clients';
import type { LoggedEvent } from './events';
import type { Page, PageRequest } from './pagination';
import type { AsOf, StoredTicket } from './stored-ticket';
import type { Comparator, TicketFilter, TicketOrder } from './ticket-filter';

/** A commitment that is due next. */
export interface Deadline {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly dueAt: EpochMs;
}

export interface DeadlineQuery {
  /** Due at this instant or before it. */
  readonly until: EpochMs | null;
  /** Without those that are overdue at this instant. */
  readonly since: EpochMs | null;
  /** All where empty. */
  readonly kinds: readonly CommitmentKind[];
  /** Of the ticket; null for any. */
  readonly severity: Comparator<Severity> | null;
  readonly ticket: Comparator<string> | null;
  readonly client: Comparator<string> | null;
  readonly assignee: Comparator<string> | null;
}

/** Reads. Whatever the caller may not see is not there. */
export interface TicketReader {
  /** Null where there is none. Tickets asked for in one turn of the event loop are read by one statement. */
  ticketById(caller: Caller, id: string): Promise<StoredTicket | null>;
  ticketByNumber(caller: Caller, number: number): Promise<StoredTicket | null>;
  /** All clients' tickets of that name: one per client at the most. */
  ticketsByExternalId(caller: Caller, externalId: string, client: string | null): Promise<readonly StoredTicket[]>;
  tickets(
    caller: Caller,
    filter: TicketFilter,
    order: TicketOrder,
    page: PageRequest,
    now: EpochMs,
  ): Promise<Page<StoredTicket>>;
  countTickets(caller: Caller, filter: TicketFilter, now: EpochMs): Promise<number>;
  deadlines(caller: Caller, query: DeadlineQuery, page: PageRequest): Promise<Page<Deadline>>;
  countDeadlines(caller: Caller, query: DeadlineQuery): Promise<number>;
  /** As of an instant: those that were there then, as they were. */
  followUps(caller: Caller, ticketId: string, page: PageRequest, asOf?: AsOf | null): Promise<Page<StoredTicket>>;
  countFollowUps(caller: Caller, ticketId: string, asOf?: AsOf | null): Promise<number>;
  /** The ticket's events by number, of all types or of some, up to a number where one is given. */
  events(
    ticketId: string,
    types: readonly EventType[] | null,
    page: PageRequest,
    upTo?: number | null,
  ): Promise<Page<LoggedEvent>>;
  countEvents(ticketId: string, types: readonly EventType[] | null, upTo?: number | null): Promise<number>;
  /** Of the tickets that the caller may see; what has fallen due by `now` counts, whether it is recorded or not. */
  slaReport(caller: Caller, query: SlaReportQuery, now: EpochMs): Promise<SlaReport>;
  clientById(caller: Caller, id: string): Promise<Client | null>;
  /** The histories of tickets, in no order that means anything; others have their turn between one and the next. */
  histories(caller: Caller, filter: TicketFilter, now: EpochMs): AsyncIterable<readonly TicketEvent[]>;
  /** The ticket as of an instant, by folding its events; null where it was not there then, or not known. */
  ticketAsOf(ticket: StoredTicket, asOf: AsOf): Promise<StoredTicket | null>;
  /** The ticket as it stood after its event of that number: what a repeated request is answered with. */
  ticketAtVersion(id: string, version: number): Promise<StoredTicket | null>;
}
