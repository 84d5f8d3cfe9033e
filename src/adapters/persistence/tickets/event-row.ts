import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { EpochMs } from '../../../domain/instant';
import type { EventBody, EventType, TicketEvent } from '../../../domain/ticket/ticket-events';
import { type RecordedEvent, readEvent, schemaVersionOf } from '../../../domain/ticket/upcast';
import { instantText } from '../database/sql';
import { type EventRow, events } from '../tables';

/** The columns of an event, for a statement that selects from `events e`. */
export const EVENT_COLUMNS = Object.keys(events.options.columns)
  .filter((column) => column !== 'once_key')
  .map((column) => `e.${column}`)
  .join(', ');

/** The same with an empty text instead of some, which would be read and not used. */
const columnsWithout = (texts: readonly (readonly [type: EventType, field: string])[]): string => {
  const cases = texts.map(
    ([type, field]) => `WHEN e.type = '${type}' AND jsonb_typeof(e.data->'${field}') = 'string'
                        THEN jsonb_set(e.data, '{${field}}', '""')`,
  );
  return EVENT_COLUMNS.replace('e.data', `CASE ${cases.join(' ')} ELSE e.data END AS data`);
};

const NOT_FOLDED = [
  ['COMMUNICATED', 'body'],
  ['CALL_RECORDED', 'note'],
  ['NOTE_ADDED', 'body'],
] as const;

/**
 * For events that are only folded: messages, notes and notes of calls are not part of the ticket.
 */
export const FOLDED_COLUMNS = columnsWithout(NOT_FOLDED);

/** For events that are only replayed under a policy, which has no use for long texts. */
export const REPLAYED_COLUMNS = columnsWithout([
  ...NOT_FOLDED,
  ['SUBMITTED', 'description'],
  ['RESOLVED', 'resolution'],
]);

/** A row of a statement that selects `EVENT_COLUMNS`, or those with fewer texts. */
export type SelectedEvent = Omit<EventRow, 'once_key'>;

/**
 * The event of a row, in the newest shape of its type. Every event that is read from the database
 * passes through this function.
 *
 * @throws UnreadableEvent if its type, its version or its shape is unknown
 */
export const eventOf = (row: Omit<SelectedEvent, 'xid' | 'client_id' | 'recorded_at'>): TicketEvent =>
  readEvent({
    id: row.id,
    ticketId: row.ticket_id,
    number: row.number,
    type: row.type,
    schemaVersion: row.schema_version,
    at: row.at,
    actor: row.actor,
    data: row.data,
  });

/** The event with what the log says of it. Throws the same errors as `eventOf`. */
export const loggedEventOf = (row: SelectedEvent): LoggedEvent => ({
  ...eventOf(row),
  clientId: row.client_id,
  id: row.id,
  recordedAt: row.recorded_at,
});

type WrittenColumn = Exclude<keyof EventRow, 'id' | 'xid'>;

export const EVENT_WRITTEN_COLUMNS: readonly string[] = Object.keys(events.options.columns).filter(
  (column) => column !== 'id' && column !== 'xid',
);

/** The event's row as JSON that the database reads: instants as text. */
export function eventRowOf(event: TicketEvent, clientId: string, recordedAt: EpochMs): WrittenRow {
  const { type, ticketId, number, at, actor, ...data } = event;
  const recorded = { ticketId, number, type, schemaVersion: schemaVersionOf(type), at, actor, data };
  return recordedEventRow(recorded, onceKey(event), clientId, recordedAt);
}

type WrittenRow = Readonly<Record<WrittenColumn, unknown>>;

/** The same for an event in the shape in which it was stored before. */
export const recordedEventRow = (
  { ticketId, number, type, schemaVersion, at, actor, data }: Omit<RecordedEvent, 'id'>,
  once: string | null,
  clientId: string,
  recordedAt: EpochMs,
): WrittenRow => ({
  ticket_id: ticketId,
  client_id: clientId,
  number,
  type,
  at: instantText(at),
  recorded_at: instantText(recordedAt),
  actor,
  data,
  once_key: once,
  schema_version: schemaVersion,
});

/**
 * The key that makes an event unique within its ticket: a breach or a mark of one cycle. Null for
 * events that can repeat.
 */
export function onceKey(event: EventBody): string | null {
  if (event.type === 'COMMITMENT_BREACHED') return `${event.kind}/${event.cycle}/breach`;
  if (event.type === 'MARK_REACHED') return `${event.kind}/${event.cycle}/${event.mark}`;
  return null;
}
