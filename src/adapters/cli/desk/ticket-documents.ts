import type { EventFacts, ProposedSeverity } from './event-sentence';
import type { Schema } from './service-client';

/** What a line on a ticket needs. */
const BRIEF = `
fragment Brief on Ticket {
  id number subject severity state isBreached assignee version
  client { id name }
  waiting { reason since }
  nextDeadline { kind dueAt remaining status }
}`;

/** Some fields of a type; an answer has all of them, and null where there is nothing. */
type Fields<Type, Names extends keyof Type> = Required<Pick<Type, Names>>;

export type BriefTicket = Fields<
  Schema.Ticket,
  'id' | 'number' | 'subject' | 'severity' | 'state' | 'isBreached' | 'assignee' | 'version'
> & {
  readonly client: Fields<Schema.Client, 'id' | 'name'>;
  readonly waiting: readonly Fields<Schema.Waiting, 'reason' | 'since'>[];
  readonly nextDeadline: Fields<Schema.Deadline, 'kind' | 'dueAt' | 'remaining' | 'status'> | null;
};

/** The fields of an event that its sentence needs, of every type. */
export const EVENT_PARTS = `
fragment EventParts on TicketEvent {
  __typename id cursor number type at recordedAt lateReason
  actor { kind id name }
  ... on SubmittedEvent { severity clause }
  ... on ReclassifiedEvent { severity reason override { severity } }
  ... on OverrideProposedEvent { proposal { severity reason } }
  ... on OverrideApprovedEvent { proposal { severity reason } reason }
  ... on OverrideRejectedEvent { proposal { severity reason } reason }
  ... on WorkaroundAppliedEvent { workaround { description severityBefore severityAfter } }
  ... on WorkaroundWithdrawnEvent { severity reason }
  ... on WaitingStartedEvent { waitingReason }
  ... on WaitingStoppedEvent { waitingReason }
  ... on Communication { direction channel body isAutomatic }
  ... on NoteAddedEvent { note }
  ... on TicketUpdatedEvent { changed }
  ... on ResolvedEvent { resolution }
  ... on ReopenedEvent { reason }
  ... on ClosedEvent { cause reason }
  ... on AssignedEvent { assignee }
  ... on BreachWaivedEvent { kind cycle reason }
  ... on WaiverApprovedEvent { kind cycle reason }
  ... on WaiverRejectedEvent { kind cycle reason }
  ... on MarkReachedEvent { kind cycle mark }
  ... on CommitmentBreachedEvent { kind cycle severity }
}`;

/** An event of the log, with the facts of its type. */
export type EventParts = EventFacts & Fields<Schema.TicketEvent, 'id' | 'cursor' | 'number'>;

/** A ticket by its number, its id, or its externalId, with only the id. */
export const FIND_TICKET = `query FindTicket($id: ID, $number: Int, $externalId: String) {
  ticket(id: $id, number: $number, externalId: $externalId) { id number }
}`;

const COMMITMENT = 'kind status bestEffort dueAt remaining cycle';

export const SHOW_TICKET = `query ShowTicket($id: ID, $number: Int, $externalId: String, $events: Int!) {
  ticket(id: $id, number: $number, externalId: $externalId) {
    ...Brief
    description reporter channel externalId externalUrl tags openedAt resolvedAt closedAt resolution
    classification { clause text basis override { reason by { name } } proposal { severity reason by { name } } }
    impacts { audience consequence note }
    clientActionsOutstanding
    workaround { description appliedAt by { name } }
    sla { response { ${COMMITMENT} } update { ${COMMITMENT} } resolution { ${COMMITMENT} } }
    breaches { kind cycle severityAtBreach breachedAt waiver { reason by { name } } }
    followUpOf { number subject }
    events(last: $events) { totalCount nodes { ...EventParts } }
  }
}
${BRIEF}
${EVENT_PARTS}`;

type ShownCommitment = Fields<
  Schema.Commitment,
  'kind' | 'status' | 'bestEffort' | 'dueAt' | 'remaining' | 'cycle'
> | null;
interface Named {
  readonly name: string;
}

export type ShownTicket = BriefTicket &
  Fields<
    Schema.Ticket,
    | 'description'
    | 'reporter'
    | 'channel'
    | 'externalId'
    | 'externalUrl'
    | 'tags'
    | 'openedAt'
    | 'resolvedAt'
    | 'closedAt'
    | 'resolution'
    | 'clientActionsOutstanding'
  > & {
    readonly classification: Fields<Schema.Classification, 'clause' | 'text' | 'basis'> & {
      readonly override: { readonly reason: string; readonly by: Named } | null;
      readonly proposal: (ProposedSeverity & { readonly by: Named }) | null;
    };
    readonly impacts: readonly Fields<Schema.Impact, 'audience' | 'consequence' | 'note'>[];
    readonly workaround: (Fields<Schema.Workaround, 'description' | 'appliedAt'> & { readonly by: Named }) | null;
    readonly sla: Readonly<Record<'response' | 'update' | 'resolution', ShownCommitment>>;
    readonly breaches: readonly (Fields<Schema.Breach, 'kind' | 'cycle' | 'severityAtBreach' | 'breachedAt'> & {
      readonly waiver: { readonly reason: string; readonly by: Named } | null;
    })[];
    readonly followUpOf: { readonly number: number; readonly subject: string } | null;
    readonly events: { readonly totalCount: number; readonly nodes: readonly EventParts[] };
  };

export const FIND_TICKETS = `query FindTickets($filter: TicketFilter!, $first: Int!, $after: String) {
  tickets(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { ...Brief }
  }
}
${BRIEF}`;

export interface FoundTickets {
  readonly tickets: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly BriefTicket[];
  };
}

/**
 * The latest events of all. A watch begins after them, so that it misses none if its connection
 * breaks before the first event.
 */
export const LATEST_EVENTS = `query LatestEvents {
  tickets(first: 5, orderBy: { field: UPDATED_AT, direction: DESC }) {
    nodes { events(last: 1) { nodes { cursor } } }
  }
}`;

export interface LatestEvents {
  readonly tickets: {
    readonly nodes: readonly { readonly events: { readonly nodes: readonly { readonly cursor: string }[] } }[];
  };
}

export const WATCH_EVENTS = `subscription WatchEvents($after: EventCursor, $filter: TicketEventFilter) {
  ticketEvents(after: $after, filter: $filter) {
    cursor
    event { ...EventParts }
    ticket { id number subject severity state client { id name } }
  }
}
${EVENT_PARTS}`;

export interface WatchedEvent {
  readonly ticketEvents: {
    readonly cursor: string;
    readonly event: EventParts;
    readonly ticket: Fields<Schema.Ticket, 'id' | 'number' | 'subject' | 'severity' | 'state'>;
  };
}

export const WORK_LIST = `query WorkList($client: ID, $assignee: String, $unassigned: Boolean!, $first: Int!, $after: String) {
  workList(client: $client, assignee: $assignee, unassigned: $unassigned, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { reason at ticket { ...Brief } }
  }
}
${BRIEF}`;

export type ShownWorkItem = Fields<Schema.WorkItem, 'reason' | 'at'> & { readonly ticket: BriefTicket };

export interface ShownWorkList {
  readonly workList: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly ShownWorkItem[];
  };
}

/** A mutation of one ticket; its payload is `{ ticket, userErrors }`. */
export const mutationOf = (name: string): string => `mutation Change($input: ${inputTypeOf(name)}!) {
  ${name}(input: $input) {
    ticket { ...Brief }
    userErrors { __typename code message path }
  }
}
${BRIEF}`;

const inputTypeOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
