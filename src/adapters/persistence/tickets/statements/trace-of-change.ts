import type { Statement } from '../../database/sql';
import type { eventRowOf } from '../event-row';
import type { keyRowOf } from '../idempotency-keys';

/**
 * A statement that returns a row if a transaction with these events and answers to keys is in the
 * database. An event is compared as a whole, because another transaction with the same number may
 * have changed the same ticket. Null if it has neither: it can be repeated at any time.
 */
export function traceOfChange(
  xid: string,
  events: readonly ReturnType<typeof eventRowOf>[],
  keys: readonly ReturnType<typeof keyRowOf>[],
): Statement | null {
  const [event] = events;
  if (event !== undefined) {
    const { ticket_id, number, type, recorded_at, actor, data } = event;
    return {
      text: `SELECT FROM events WHERE ticket_id = $1 AND number = $2 AND xid = $3::xid8 AND type = $4
              AND recorded_at = $5::timestamptz AND actor = $6::jsonb AND data = $7::jsonb`,
      values: [ticket_id, number, xid, type, recorded_at, JSON.stringify(actor), JSON.stringify(data)],
    };
  }
  const [key] = keys;
  if (key === undefined) return null;
  return {
    text: 'SELECT FROM idempotency_keys WHERE caller = $1 AND key = $2 AND fingerprint = $3',
    values: [key.caller, key.key, key.fingerprint],
  };
}
