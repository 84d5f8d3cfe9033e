import type { EpochMs } from '../../domain/instant';
import type { CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import type { EventType, RecordedAct, TicketEvent } from '../../domain/ticket/ticket-events';
import type { SlaReport, SlaReportQuery } from '../reports/sla-report';
import type { Caller } from './caller';
import type { Client } from './clients';
import type { LoggedEvent } from './logged-event';
import type { Page, PageRequest } from './pagination';
import type { AsOf, StoredTicket } from './stored-ticket';
import type { Comparator, TicketFilter, TicketOrder } from './ticket-filter';
import type { WorkItem, WorkQuery } from './work-list';

/** A running commitment with its due instant. */
export interface Deadline {
  readonly ticket: StoredTicket;
  readonly kind: CommitmentKind;
  readonly dueAt: EpochMs;
}

export interface DeadlineQuery {
  /** Due at this instant or earlier; null for no limit. */
  readonly until: EpochMs | null;
  /** Due at this instant or later; null for no limit. */
  readonly since: EpochMs | null;
  /** All kinds if empty. */
  readonly kinds: readonly CommitmentKind[];
  /** The conditions on the ticket; null for none. */
  readonly severity: Comparator<Severity> | null;
  readonly ticket: Comparator<string> | null;
  readonly client: Comparator<string> | null;
  readonly assignee: Comparator<string> | null;
}

/** The end of a history: its last event by number, and the instant by which events happened. */
export interface HistoryEnd {
  readonly number: number;
  readonly at: EpochMs;
}

/**
 * The reads of tickets. Tickets that the caller may not see are not found.
 *
 * An operation whose signal is aborted starts no statement, and the statements that run for it
 * alone are cancelled; the reads then throw the reason of the signal. The events of a ticket, and a
 * ticket as it was, are those of a ticket that the caller has read.
 *
 * @throws StoreBusyError, StatementTimedOut, DataLockedError
 */
export interface TicketReader {
  /**
   * Null if there is no such ticket. Calls in one turn of the event loop share one statement, also
   * across requests.
   */
  ticketById(caller: Caller, id: string): Promise<StoredTicket | null>;
  ticketByNumber(caller: Caller, number: number): Promise<StoredTicket | null>;
  /** The tickets with that external id: at most one per client. */
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
  /**
   * The tickets that ask for work, the most urgent first. The pages of a list are as of one
   * instant, for some minutes after its first page.
   */
  workList(caller: Caller, query: WorkQuery, page: PageRequest, now: EpochMs): Promise<Page<WorkItem>>;
  countWork(caller: Caller, query: WorkQuery, now: EpochMs): Promise<number>;
  /** With `asOf`, the follow-ups that existed then, as they were. */
  followUps(caller: Caller, ticketId: string, page: PageRequest, asOf?: AsOf | null): Promise<Page<StoredTicket>>;
  countFollowUps(caller: Caller, ticketId: string, asOf?: AsOf | null): Promise<number>;
  /** The events of a ticket by number, of all types or of some; with an end, those before it. */
  events(
    caller: Caller,
    ticketId: string,
    types: readonly EventType[] | null,
    page: PageRequest,
    upTo?: HistoryEnd | null,
  ): Promise<Page<LoggedEvent>>;
  /** The last event of a ticket that was not caused by time; null if there is no such ticket. */
  lastAct(caller: Caller, ticketId: string): Promise<RecordedAct | null>;
  /** An event of a ticket by its number. Batched as `ticketById` is. */
  eventByNumber(caller: Caller, ticketId: string, number: number): Promise<LoggedEvent | null>;
  countEvents(
    caller: Caller,
    ticketId: string,
    types: readonly EventType[] | null,
    upTo?: HistoryEnd | null,
  ): Promise<number>;
  /** Counts what fell due by `now`, also if it is not recorded yet. */
  slaReport(caller: Caller, query: SlaReportQuery, now: EpochMs): Promise<SlaReport>;
  clientById(caller: Caller, id: string): Promise<Client | null>;
  /**
   * The histories of tickets to replay under a policy, in any order; their descriptions, messages,
   * notes of calls and resolutions are empty. Other work can run between two of them.
   */
  histories(caller: Caller, filter: TicketFilter, now: EpochMs): AsyncIterable<readonly TicketEvent[]>;
  /** The ticket as of an instant, folded from its events; null if it did not exist then. */
  ticketAsOf(caller: Caller, ticket: StoredTicket, asOf: AsOf): Promise<StoredTicket | null>;
  /** The ticket after its event of that number; null if there is no such event. */
  ticketAtVersion(caller: Caller, id: string, version: number): Promise<StoredTicket | null>;
}
