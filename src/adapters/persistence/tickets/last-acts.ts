import type { RecordedAct } from '../../../domain/ticket/ticket-events';
import { type Queryable, rowsOf } from '../database/sql';
import { LAST_ACTS, type LastActRow } from './statements/find-last-acts';

/** The last event of each ticket that was not caused by time, by the id of the ticket. */
export async function lastActsOf(on: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, RecordedAct>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf<LastActRow>(on, { ...LAST_ACTS, values: [[...new Set(ids)]] });
  return new Map(rows.map(({ ticket_id, ...act }) => [ticket_id, act]));
}
