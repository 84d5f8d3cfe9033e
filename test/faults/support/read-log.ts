import { toGlobalId } from '../../../src/adapters/graphql/base/global-id';
import type { FaultDatabase } from './fault-database';
import type { LogEntry } from './history';
import { KEY_FORM } from './ticket-work';

interface Row {
  readonly position: string;
  readonly ticket_id: string;
  readonly number: number;
  readonly type: string;
  readonly key: string | null;
  readonly kind: string | null;
  readonly cycle: string | null;
  readonly mark: string | null;
  readonly cause: string | null;
  readonly at: Date;
  readonly recorded_at: Date;
  readonly severity: string | null;
  readonly settles: boolean;
}

/** The fields in which a mutation leaves its key. Later events can repeat other texts. */
const KEYED = ['subject', 'note', 'body', 'assignee', 'resolution', 'reason'].map((field) => `e.data->>'${field}'`);

/** Events that have no position would be missed by an inner join. */
const LOG = `
  SELECT p.position, e.ticket_id, e.number, e.type, e.at, e.recorded_at,
         substring(coalesce(${KEYED.join(', ')}, e.data->'workaround'->>'description') FROM '${KEY_FORM}') AS key,
         e.data->>'kind' AS kind, e.data->>'cycle' AS cycle, e.data->>'mark' AS mark,
         coalesce(e.data->'breach'->>'cause', e.data->>'cause') AS cause,
         e.data->>'severity' AS severity,
         coalesce(e.data->'effects'->'ended' @> '[{"kind": "RESPONSE"}]', false)
           OR e.data->'effects' ? 'severityChange' AS settles
    FROM events e LEFT JOIN event_positions p ON p.event_id = e.id
   ORDER BY p.position NULLS LAST`;

/** The whole log, read from the tables and not by the service. */
export async function readLog(database: FaultDatabase): Promise<readonly LogEntry[]> {
  const rows = await database.query<Row>(LOG);
  return rows.map((row) => ({
    position: row.position === null ? Number.NaN : Number(row.position),
    id: toGlobalId('TicketEvent', `${row.ticket_id}/${row.number}`),
    ticketId: toGlobalId('Ticket', row.ticket_id),
    number: row.number,
    key: row.key,
    deadline: deadlineOf(row),
    sets: row.type === 'SUBMITTED' && row.severity === 'SEV1' ? deadlinesOfUrgent(row.at.getTime()) : [],
    settledAt: row.settles ? row.at.getTime() : null,
  }));
}

/** A breach that a change of the severity caused was never due. */
function deadlineOf({ type, kind, cycle, mark, cause, at, recorded_at }: Row): LogEntry['deadline'] {
  if (type !== 'MARK_REACHED' && (type !== 'COMMITMENT_BREACHED' || cause !== 'DUE')) return null;
  return { name: `${kind} ${cycle} ${mark ?? 'breach'}`, dueAt: at.getTime(), recordedAt: recorded_at.getTime() };
}

/** Those of short-deadlines.yaml, computed without the service. */
const deadlinesOfUrgent = (openedAt: number): LogEntry['sets'] => [
  { name: 'RESPONSE 1 atRisk', dueAt: openedAt + 3_000 },
  { name: 'RESPONSE 1 breach', dueAt: openedAt + 6_000 },
];
