// Compares what writers and a subscriber have seen with the log in the database.
import pg from 'pg';
import { until } from './cluster.mjs';

const LOG = `
  SELECT p.position::int, e.id::text, e.ticket_id, e.number, e.type, coalesce(e.data->>'body', t.subject) AS key
    FROM events e JOIN tickets t ON t.id = e.ticket_id LEFT JOIN event_positions p ON p.event_id = e.id
   ORDER BY p.position`;

/** The UUID in a global id. */
const uuidIn = (globalId) =>
  /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(Buffer.from(globalId, 'base64').toString())?.[0] ?? globalId;

export async function checkHistory(url, acknowledged, subscriber) {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  const placed = async () => {
    const { rows } = await client.query(LOG);
    return rows.every(({ position }) => position !== null) && rows;
  };
  const log = await until('a position for every event', placed);
  await client.end();
  await until(
    'all events at the subscriber',
    () => subscriber.failure() !== null || subscriber.received.length >= log.length,
  ).catch(() => undefined);
  if (subscriber.failure() !== null) throw subscriber.failure();

  const times = new Map();
  for (const { type, key } of log) {
    if (type === 'COMMUNICATED' || type === 'SUBMITTED') times.set(key, (times.get(key) ?? 0) + 1);
  }
  const { received } = subscriber;
  return {
    'acknowledged writes': acknowledged.length,
    'wrong: acknowledged writes that are not in the log': acknowledged.filter(
      ({ idempotencyKey }) => !times.has(idempotencyKey),
    ).length,
    'wrong: keys that are in the log more than once': [...times.values()].filter((count) => count > 1).length,
    'events in the log': log.length,
    'wrong: positions that are not the one before plus 1': log.filter(({ position }, at) => position !== at + 1).length,
    'wrong: events out of the order of their ticket in the log': outOfOrder(
      log.map(({ ticket_id, number }) => [ticket_id, number]),
    ),
    'wrong: events that the subscriber did not get exactly once':
      Math.abs(received.length - log.length) + received.length - new Set(received.map(({ id }) => id)).size,
    'wrong: events that the subscriber got in another order': outOfOrder(
      received.map(({ ticket, number }) => [uuidIn(ticket), number]),
    ),
  };
}

/** How many events of a ticket do not follow the one before, counted from 1. */
function outOfOrder(events) {
  const last = new Map();
  let wrong = 0;
  for (const [ticket, number] of events) {
    if (number !== (last.get(ticket) ?? 0) + 1) wrong += 1;
    last.set(ticket, number);
  }
  return wrong;
}
