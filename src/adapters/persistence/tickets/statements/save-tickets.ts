import type { EntitySchema } from 'typeorm';
import type { EventType } from '../../../../domain/ticket/ticket-events';
import { commitmentOutcomes, ticketMilestones, tickets } from '../../tables';
import { EVENT_WRITTEN_COLUMNS } from '../event-row';
import { type timeRowOf, WRITTEN_COLUMNS } from '../ticket-row';

export const list = (columns: readonly string[], of = ''): string =>
  columns.map((column) => `${of}${column}`).join(', ');

// One JSON parameter for all rows. It is as fast as an array for each column, and the server reads
// the columns by name.
export const recordsOf = (table: string, parameter: string): string =>
  `json_populate_recordset(NULL::${table}, ${parameter}::json) r`;

/**
 * Inserts new tickets ($1) and their external ids ($2), each as JSON. Tickets whose id or external
 * id another transaction has taken are left out. A ticket without a reserved number gets the next.
 */
export const INSERT_TICKETS = {
  name: 'insert-tickets',
  text: `WITH named AS (
           INSERT INTO external_ids (folded, client_id, written)
           SELECT r.folded, r.client_id, r.written
             FROM json_to_recordset($2::json) AS r (folded uuid, client_id uuid, written text)
           ON CONFLICT DO NOTHING RETURNING client_id, written
         )
         INSERT INTO tickets (number, ${list(WRITTEN_COLUMNS)})
         SELECT coalesce(r.number, nextval('tickets_number_seq')), ${list(WRITTEN_COLUMNS, 'r.')} FROM ${recordsOf('tickets', '$1')}
          WHERE r.external_id IS NULL OR (r.client_id, r.external_id) IN (SELECT client_id, written FROM named)
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
  'call_severities',
];
const CHANGING = WRITTEN_COLUMNS.filter((column) => !FIXED.includes(column));

/** The columns of `timeRowOf`, without the key. */
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

/**
 * The events that only the passing of time causes. They change no columns other than
 * `TIME_COLUMNS`.
 */
export const TIME_EVENTS: readonly EventType[] = ['MARK_REACHED', 'COMMITMENT_BREACHED'];

/** Only the needed columns, by name. A record of the whole table would read nested JSON twice. */
const columnsOf = (columns: readonly string[], parameter: string): string => {
  const types: Readonly<Record<string, { readonly type?: unknown } | undefined>> = tickets.options.columns;
  return `jsonb_to_recordset(${parameter}::jsonb) AS r (${columns.map((name) => `${name} ${types[name]?.type}`).join(', ')})`;
};

/** Replaces the rows with the same key. Each statement writes a row only once. */
const upsert = ({ options: { name, columns } }: EntitySchema, parameter: string): string => {
  const all = Object.entries(columns);
  const key = all.filter(([, column]) => column?.primary === true).map(([column]) => column);
  const others = all
    .filter(([, column]) => column?.primary !== true)
    .map(([column]) => `${column} = EXCLUDED.${column}`);
  return `INSERT INTO ${name} SELECT r.* FROM ${recordsOf(name, parameter)}
            ON CONFLICT (${list(key)}) DO UPDATE SET ${list(others)}`;
};

/**
 * Saves tickets ($1), events ($2), answers to keys ($3), decided cycles ($4) and milestones ($5),
 * each as JSON, and removes the tickets ($6) from `deadline_faults`.
 */
const save = (name: string, columns: readonly string[], records: string) => ({
  name,
  text: `WITH changed AS (
           UPDATE tickets t SET ${columns.map((column) => `${column} = r.${column}`).join(', ')}
             FROM ${records} WHERE t.id = r.id
         ), answered AS (
           UPDATE idempotency_keys k SET version = r.version, refused = r.refused, refusals = r.refusals
             FROM (SELECT r.* FROM ${recordsOf('idempotency_keys', '$3')}) r WHERE k.caller = r.caller AND k.key = r.key
         ), healed AS (
           DELETE FROM deadline_faults WHERE ticket_id = ANY ($6::uuid[])
         ), logged AS (
           INSERT INTO events (${list(EVENT_WRITTEN_COLUMNS)})
           SELECT ${list(EVENT_WRITTEN_COLUMNS, 'r.')} FROM ${recordsOf('events', '$2')}
         ), decided AS (
           ${upsert(commitmentOutcomes, '$4')}
         ), reached AS (
           ${upsert(ticketMilestones, '$5')}
         )
         SELECT pg_current_xact_id()::text AS xid`,
});
export const SAVE_TICKETS = save('save-tickets', CHANGING, recordsOf('tickets', '$1'));
/**
 * The same for tickets that only have marks and breaches to record. It does not read whole rows,
 * because that costs as much as writing them.
 */
export const SAVE_TIME = save('save-time', TIME_COLUMNS, columnsOf(['id', ...TIME_COLUMNS], '$1'));
