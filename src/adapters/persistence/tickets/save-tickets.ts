import type { EntitySchema } from 'typeorm';
import { actorKey } from '../../../application/ports/idempotency';
import type { Change } from '../../../application/tickets/change-tickets';
import { type EpochMs, least } from '../../../domain/instant';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { instantText, rowsOf } from '../database/sql';
import type { Transaction } from '../database/transact';
import { commitmentOutcomes, ticketMilestones, tickets } from '../tables';
import type { ChangeSet, Decided } from './change-set';
import { EVENT_WRITTEN_COLUMNS, eventRowOf } from './event-row';
import { milestoneRowsOf, outcomeRowsOf } from './report-facts';
import { slaOf } from './sla-columns-of';
import { rowOf, timeRowOf, WRITTEN_COLUMNS } from './ticket-row';
import type { Commit } from './ticket-store';

/** What is written of one ticket. */
export type WrittenTicket = ChangeSet['written'][number];

export const list = (columns: readonly string[], of = ''): string =>
  columns.map((column) => `${of}${column}`).join(', ');

// One parameter of JSON for all rows: as fast as an array for each column, and read by the server by name.
const TICKETS_FROM_JSON = (parameter: string) =>
  `SELECT ${list(WRITTEN_COLUMNS, 'r.')} FROM json_populate_recordset(NULL::tickets, ${parameter}::json) r`;
const EVENTS_FROM_JSON = (parameter: string) =>
  `SELECT ${list(EVENT_WRITTEN_COLUMNS, 'r.')} FROM json_populate_recordset(NULL::events, ${parameter}::json) r`;
const KEYS_FROM_JSON = (parameter: string) =>
  `SELECT r.* FROM json_populate_recordset(NULL::idempotency_keys, ${parameter}::json) r`;

/** Puts rows in the place of those of the same key; each statement writes a row once. */
const upsert = ({ options: { name, columns } }: EntitySchema, parameter: string): string => {
  const all = Object.entries(columns);
  const key = all.filter(([, column]) => column?.primary === true).map(([column]) => column);
  const others = all
    .filter(([, column]) => column?.primary !== true)
    .map(([column]) => `${column} = EXCLUDED.${column}`);
  return `INSERT INTO ${name} SELECT r.* FROM json_populate_recordset(NULL::${name}, ${parameter}::json) r
            ON CONFLICT (${list(key)}) DO UPDATE SET ${list(others)}`;
};

const INSERT_TICKETS = {
  name: 'insert-tickets',
  text: `INSERT INTO tickets (${list(WRITTEN_COLUMNS)}) ${TICKETS_FROM_JSON('$1')}
         ON CONFLICT DO NOTHING RETURNING id, number`,
};

const FIXED = [
  'id',
  'client_id',
  'opened_at',
  'created_at',
  'policy_id',
  'policy_version',
  'calendars',
  'initial_severity',
];
const CHANGING = WRITTEN_COLUMNS.filter((column) => !FIXED.includes(column));

/** The columns of `timeRowOf`. */
const TIME_COLUMNS = [
  'cycles',
  'version',
  'last_event_at',
  'updated_at',
  'response_status',
  'update_status',
  'resolution_status',
  'next_deadline_at',
  'breached',
] as const satisfies readonly (keyof ReturnType<typeof timeRowOf>)[];
const TIME_EVENTS: readonly unknown[] = ['MARK_REACHED', 'COMMITMENT_BREACHED'] satisfies readonly EventType[];

/** Of few columns: read once, where a record of the whole table would read what is within them twice. */
const recordsOf = (columns: readonly string[], parameter: string): string => {
  const types: Readonly<Record<string, { readonly type?: unknown } | undefined>> = tickets.options.columns;
  return `jsonb_to_recordset(${parameter}::jsonb) AS r (${columns.map((name) => `${name} ${types[name]?.type}`).join(', ')})`;
};

const write = (name: string, columns: readonly string[], records: string) => ({
  name,
  text: `WITH changed AS (
           UPDATE tickets t SET ${columns.map((column) => `${column} = r.${column}`).join(', ')}
             FROM ${records} WHERE t.id = r.id
         ), answered AS (
           UPDATE idempotency_keys k SET version = r.version, refused = r.refused, refusals = r.refusals
             FROM (${KEYS_FROM_JSON('$3')}) r WHERE k.caller = r.caller AND k.key = r.key
         ), healed AS (
           DELETE FROM deadline_faults WHERE ticket_id = ANY ($6::uuid[])
         ), logged AS (
           INSERT INTO events (${list(EVENT_WRITTEN_COLUMNS)}) ${EVENTS_FROM_JSON('$2')}
         ), decided AS (
           ${upsert(commitmentOutcomes, '$4')}
         ), reached AS (
           ${upsert(ticketMilestones, '$5')}
         )
         SELECT pg_current_xact_id()::text AS xid`,
});
export const WRITE = write('write-changes', CHANGING, 'json_populate_recordset(NULL::tickets, $1::json) r');
export const WRITE_TIME = write('write-time', TIME_COLUMNS, recordsOf(['id', ...TIME_COLUMNS], '$1'));

/** A ticket and what happened to it, as rows. */
export interface TicketRows {
  readonly id: string;
  /** Only time has passed, so `ticket` has only the columns that this changes. */
  readonly isTimeOnly: boolean;
  readonly ticket: ReturnType<typeof rowOf> | ReturnType<typeof timeRowOf>;
  readonly events: readonly ReturnType<typeof eventRowOf>[];
  readonly outcomes: ReturnType<typeof outcomeRowsOf>;
  readonly milestones: ReturnType<typeof milestoneRowsOf>;
  readonly nextDeadlineAt: EpochMs | null;
}

/** Makes the rows; reckons what falls due next, so what cannot be reckoned is thrown here. */
export function rowsOfTicket(written: WrittenTicket, now: EpochMs): TicketRows {
  const { ticket, stored, policy, events } = written;
  const sla = slaOf(ticket, policy);
  const updatedAt = events.length > 0 ? now : (stored?.updatedAt ?? now);
  const after = { ...ticket, createdAt: stored?.createdAt ?? now, updatedAt };
  // Reading a whole row of JSON costs the server as much as writing it; where only time has passed, few columns will do.
  const isTimeOnly = stored !== null && events.every(({ type }) => TIME_EVENTS.includes(type));
  return {
    id: ticket.id,
    isTimeOnly,
    ticket: isTimeOnly ? timeRowOf(after, sla) : rowOf(after, sla),
    events: events.map((event) => eventRowOf(event, ticket.clientId, now)),
    outcomes: outcomeRowsOf(written),
    milestones: milestoneRowsOf(written),
    nextDeadlineAt: sla.next_deadline_at,
  };
}

/** Inserts the new tickets. Those whose id or external id another transaction has taken meanwhile are left out. */
export async function insertTickets(
  tx: Transaction,
  opened: readonly TicketRows[],
): Promise<ReadonlyMap<string, number>> {
  if (opened.length === 0) return new Map();
  const inserted = await rowsOf<{ id: string; number: number }>(tx, {
    ...INSERT_TICKETS,
    values: [JSON.stringify(opened.map(({ ticket }) => ticket))],
  });
  return new Map(inserted.map(({ id, number }) => [id, number]));
}

/** The answer to a change that has a key, to be kept. */
export interface Answer {
  readonly change: Change;
  readonly outcome: Decided;
}

export interface WriteSet {
  /** Tickets that were there before. */
  readonly changed: readonly TicketRows[];
  /** Tickets that this transaction has inserted. */
  readonly opened: readonly TicketRows[];
  readonly answers: readonly Answer[];
  readonly now: EpochMs;
}

/** Saves changed tickets, all events, what reports count of them, and the answers: in one statement, or in two. */
export async function writeChanges(tx: Transaction, { changed, opened, answers, now }: WriteSet): Promise<Commit> {
  const timely = changed.filter(({ isTimeOnly }) => isTimeOnly);
  const others = changed.filter(({ isTimeOnly }) => !isTimeOnly);
  const keys = answers.map((answer) => keyRowOf(answer, now));
  let xid: string | undefined;
  if (timely.length > 0) xid = await save(tx, WRITE_TIME, timely, [], []);
  if (others.length + opened.length + keys.length > 0) xid = await save(tx, WRITE, others, opened, keys);
  if (xid === undefined) throw new Error('There is nothing to write');
  tx.identify(xid);
  return { xid, nextDeadlineAt: least([...opened, ...changed].map(({ nextDeadlineAt }) => nextDeadlineAt)) };
}

/** @returns the number of the transaction */
async function save(
  tx: Transaction,
  statement: typeof WRITE,
  changed: readonly TicketRows[],
  opened: readonly TicketRows[],
  keys: readonly unknown[],
): Promise<string> {
  const logged = [...opened, ...changed];
  const [row] = await rowsOf<{ xid: string }>(tx, {
    ...statement,
    values: [
      JSON.stringify(changed.map(({ ticket }) => ticket)),
      JSON.stringify(logged.flatMap(({ events }) => events)),
      JSON.stringify(keys),
      JSON.stringify(logged.flatMap(({ outcomes }) => outcomes)),
      JSON.stringify(logged.flatMap(({ milestones }) => milestones)),
      changed.map(({ id }) => id),
    ],
  });
  if (row === undefined) throw new Error('The database did not number the transaction');
  return row.xid;
}

export const keyRowOf = ({ change, outcome }: Answer, now: EpochMs) => ({
  caller: actorKey(change.actor),
  key: change.idempotency?.key,
  fingerprint: change.idempotency?.fingerprint,
  ticket_id: change.ticketId,
  version: outcome.ticket?.version ?? null,
  refused: outcome.refused,
  refusals: outcome.refusals,
  created_at: instantText(now),
});
