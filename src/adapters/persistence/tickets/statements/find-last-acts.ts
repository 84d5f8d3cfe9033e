import type { RecordedAct } from '../../../../domain/ticket/ticket-events';

export type LastActRow = RecordedAct & { readonly ticket_id: string };

/** The last event of each ticket ($1) that was not caused by time. */
export const LAST_ACTS = {
  name: 'last-acts',
  text: `SELECT wanted.id AS ticket_id, e.number, e.type, e.at, e.actor
           FROM unnest($1::uuid[]) AS wanted (id)
          CROSS JOIN LATERAL (
            SELECT number, type, at, actor FROM events
             WHERE ticket_id = wanted.id AND actor ->> 'kind' <> 'SYSTEM' ORDER BY number DESC LIMIT 1
          ) e`,
};
