import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ask } from '../../support/program';
import type { FaultCluster } from './fault-cluster';
import { newKey } from './ticket-work';

/** Opens a ticket as a copy of another that has one event. Only its id and its subject differ. */
const OPEN_TICKET = `
  WITH opened AS (
    INSERT INTO tickets
    SELECT copy.* FROM tickets t, jsonb_populate_record(t, jsonb_build_object(
             'id', gen_random_uuid(), 'subject', $1::text,
             'number', nextval(pg_get_serial_sequence('tickets', 'number')))) AS copy
     WHERE t.subject = $2
    RETURNING id
  )
  INSERT INTO events
  SELECT copy.* FROM opened, tickets t JOIN events e ON e.ticket_id = t.id, jsonb_populate_record(e, jsonb_build_object(
           'id', nextval(pg_get_serial_sequence('events', 'id')), 'xid', pg_current_xact_id()::text,
           'ticket_id', opened.id, 'recorded_at', clock_timestamp(),
           'data', jsonb_set(e.data, '{subject}', to_jsonb($1::text)))) AS copy
   WHERE t.subject = $2`;

/** A ticket without deadlines of seconds, which nothing changes. @returns its subject */
export async function openTemplate(url: string): Promise<string> {
  const subject = 'Copied by writers';
  await ask(
    url,
    `mutation ($subject: String!) { submitTicket(input: { subject: $subject, impacts: [{ audience: "SOME", consequence: "SLOW" }] }) {
       ticket { id } userErrors { message } } }`,
    { subject },
  );
  return subject;
}

export interface WrittenTransactions {
  committed: number;
  rolledBack: number;
}

/** Each of so many transactions of a writer is rolled back. */
const ROLLED_BACK = 20;

/**
 * A client of the database itself that opens a ticket in each transaction, keeps the transaction
 * open for a while, and rolls back 5 % of them. What it has committed must be in the log once, and
 * what it has rolled back must not.
 */
export async function writeTickets(
  { database, load }: FaultCluster,
  options: { readonly template: string; readonly longestMs: number; readonly turn: number; isOver(): boolean },
): Promise<WrittenTransactions> {
  const written = { committed: 0, rolledBack: 0 };
  const client = await connectTo(database.url);
  try {
    for (let turn = options.turn; !options.isOver(); turn++) {
      const key = newKey();
      const isKept = turn % ROLLED_BACK !== 0;
      await client.query('BEGIN');
      await client.query(OPEN_TICKET, [key, options.template]);
      await sleep(Math.random() * options.longestMs);
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
      load.note({ key, isAccepted: isKept, isOfClient: false, ticket: null });
      written[isKept ? 'committed' : 'rolledBack'] += 1;
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  return written;
}

/**
 * A transaction that has written and stays open. It holds back the snapshots of the whole server.
 *
 * @param url of any database of the server
 * @returns ends it
 */
export async function holdTransaction(url: string): Promise<() => Promise<void>> {
  const client = await connectTo(url);
  await client.query('CREATE TABLE IF NOT EXISTS written_by_others (id integer)');
  await client.query('BEGIN');
  await client.query('INSERT INTO written_by_others VALUES (1)');
  return async () => {
    try {
      await client.query('ROLLBACK');
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

/** The end of the connection fails the statement that meets it, and not the whole process. */
async function connectTo(url: string): Promise<Client> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
