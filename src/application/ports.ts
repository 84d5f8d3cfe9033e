import type { Actor } from '../domain/actor';
import type { Channel } from '../domain/commands';
import type { EventType, TicketEvent } from '../domain/events';
import type { EpochMs } from '../domain/instant';
import type { CalendarReplacements, CommitmentKind } from '../domain/policy';
import type { Refusal } from '../domain/refusals';
import type { Severity } from '../domain/severity';
import type { Ticket, TicketState } from '../domain/ticket';
import type { CommitmentStatus } from '../domain/view';
import type { SlaReport, SlaReportQuery } from './sla-report';

export type { Policies } from './policy-ports';

/** The only way to ask for the time. */
export interface Clock {
  now(): EpochMs;
}

/** A ticket with what only the store knows of it. */
export interface StoredTicket extends Ticket {
  /** Counts up through the whole service; for people. */
  readonly number: number;
  /** When the first and the last event were recorded; later than they happened for an imported history. */
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Present where the ticket is not shown as it is now: everything about it is judged then. */
  readonly asOf?: AsOf;
}

/** Where a view of a ticket ends: nothing is in it that happened later, or that was recorded later. */
export interface AsOf {
  readonly at: EpochMs;
  /** Null for whatever was recorded since. */
  readonly knownAt: EpochMs | null;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly createdAt: EpochMs;
  /** The name of the policy that its new tickets are opened under; null for that of the service. */
  readonly policy: string | null;
  /** Calendars of that policy that stand in for others on its new tickets. */
  readonly calendars: CalendarReplacements;
}

/** An event with its place in the log. */
export type LoggedEvent = TicketEvent & {
  /** The client of its ticket. */
  readonly clientId: string;
  readonly id: string;
  readonly recordedAt: EpochMs;
  /** Opaque, and in the order in which events became visible. */
  readonly cursor: string;
  /** Present where it is shown as part of a ticket's history as of an instant. */
  readonly asOf?: AsOf;
};

/** Who asks. Real authentication will fill the same; until then it is the configured local operator. */
export interface Caller {
  readonly actor: Actor;
  /** The client accounts whose tickets the caller may see. */
  readonly sees: 'ALL' | readonly string[];
}

export interface Comparator<T> {
  readonly eq?: T | null;
  readonly in?: readonly T[];
  readonly nin?: readonly T[];
  readonly lt?: T;
  readonly lte?: T;
  readonly gt?: T;
  readonly gte?: T;
  readonly isNull?: boolean;
}

/** All that is given must hold; instants are epoch milliseconds. */
export interface TicketFilter {
  readonly and?: readonly TicketFilter[];
  readonly or?: readonly TicketFilter[];
  readonly not?: TicketFilter;
  readonly client?: Comparator<string>;
  readonly number?: Comparator<number>;
  readonly externalId?: Comparator<string>;
  readonly state?: Comparator<TicketState>;
  readonly severity?: Comparator<Severity>;
  readonly initialSeverity?: Comparator<Severity>;
  readonly clause?: Comparator<string>;
  readonly channel?: Comparator<Channel>;
  readonly assignee?: Comparator<string>;
  readonly reporter?: Comparator<string>;
  /** Holds when any of the ticket's tags satisfies it; `isNull: true` for a ticket without tags. */
  readonly tag?: Comparator<string>;
  /** Words that the subject or the description contains, whatever their case. */
  readonly text?: string;
  readonly openedAt?: Comparator<EpochMs>;
  readonly acknowledgedAt?: Comparator<EpochMs>;
  readonly respondedAt?: Comparator<EpochMs>;
  readonly workaroundAppliedAt?: Comparator<EpochMs>;
  readonly callRecordedAt?: Comparator<EpochMs>;
  readonly resolvedAt?: Comparator<EpochMs>;
  readonly closedAt?: Comparator<EpochMs>;
  readonly createdAt?: Comparator<EpochMs>;
  readonly updatedAt?: Comparator<EpochMs>;
  /** The earliest due instant of the running commitments. */
  readonly nextDeadlineAt?: Comparator<EpochMs>;
  /** Holds when the status of any of the kinds (all where none is named) satisfies it, judged at the instant asked. */
  readonly slaStatus?: { readonly kind?: CommitmentKind; readonly status: Comparator<CommitmentStatus> };
  readonly isBreached?: boolean;
}

export const TICKET_ORDERS = [
  'NUMBER',
  'OPENED_AT',
  'UPDATED_AT',
  'RESOLVED_AT',
  'CLOSED_AT',
  'SEVERITY',
  'NEXT_DEADLINE_AT',
] as const;

export interface TicketOrder {
  readonly by: (typeof TICKET_ORDERS)[number];
  readonly direction: 'ASC' | 'DESC';
}

/** A page of a list by keyset: `count` rows after (or before) a cursor. Cursors are opaque to the caller. */
export interface PageRequest {
  readonly count: number;
  readonly from: 'START' | 'END';
  readonly after: string | null;
  readonly before: string | null;
}

export interface Page<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

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

/** Subscribes to what is recorded from now on, by any process on the same database, in the order of the log. */
export interface EventFeed {
  /** Ends when `return` is called; throws a `SlowSubscriber` error when the subscriber cannot keep up. */
  subscribe(accepts: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent>;
}

/** The answer to one change. */
export interface Changed {
  /** The ticket after the change; as it stands where the change was refused; null where there is none. */
  readonly ticket: StoredTicket | null;
  /** Why nothing of the change was tried: the ticket not found, the submission refused, the version another … */
  readonly refused: Refusal | null;
  /** One per step that was tried: null where it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
  /** The first answer to the same request, given again. */
  readonly replayed: boolean;
}

/** A cursor that the list asked did not give out. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor() {
    super('The cursor is not one of this list in this order; use an endCursor or startCursor of the same query.');
  }
}

/** A filter that cannot be asked of the store: nested too deep, or a value out of range. */
export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter';
}

/** A subscriber did not take its events in time; it must subscribe anew and read what it missed. */
export class SlowSubscriber extends Error {
  override readonly name = 'SlowSubscriber';
  constructor(
    /** How many events may wait for a subscriber. */
    readonly limit: number,
  ) {
    super(`The subscriber left more than ${limit} events unread and was ended; subscribe anew.`);
  }
}

/** Some changes of a set met an unexpected fault; the others were carried out. In the order of the set. */
export class SomeChangesFailed extends Error {
  override readonly name = 'SomeChangesFailed';
  constructor(readonly outcomes: readonly PromiseSettledResult<Changed>[]) {
    const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    super(`${faults.length} of ${outcomes.length} changes failed`, { cause: faults[0] });
  }
}
