import { Client, type QueryResultRow } from 'pg';
import type { ArchiveRecord } from '../../../application/ports/archive';
import { beginAs } from '../database/query-as';
import { rowsOf, type Statement } from '../database/sql';
import { KEEP_SCHEMA, OWN_SCOPE, usableRoles } from '../database/work-roles';
import type { ClientRow, EventRow, PolicyVersionRow } from '../tables';

/** The number of tickets that one statement reads. */
const BATCH = 200;

/**
 * The rows that are in memory at a time. One event can have a message of 65,536 characters, one
 * policy a document of a megabyte.
 */
const AT_A_TIME = { policies: 4, clients: 200, events: 50 };

/**
 * Reads everything that a full export contains, as of one instant: in one transaction, which sees
 * no change that others commit. It has a connection of its own, because it may take long.
 *
 * @param url the database itself, without a pooler: the connection keeps its settings
 * @param only the client whose tickets are read; those of all by default. The header then has 0 as
 *   the last number, because the numbers of new tickets in another database do not depend on it.
 */
export async function* readArchive(url: string, only: string | null = null): AsyncGenerator<ArchiveRecord> {
  const client = new Client({ connectionString: url, application_name: 'stepdown export' });
  // Without a listener a lost connection would end the process; the next statement rejects instead.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT ${KEEP_SCHEMA}`);
    const roles = (await usableRoles(client)) ?? null;
    await client.query(beginAs({ scope: OWN_SCOPE, roles }, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'));
    const [counts] = await rowsOf<Counts>(client, {
      text: `SELECT now() AS exported_at, (SELECT count(*) FROM policy_versions) AS policies,
                    (SELECT count(*) FROM clients WHERE ${OF('id')}) AS clients,
                    (SELECT count(*) FROM events WHERE ${OF('client_id')}) AS events,
                    (SELECT count(*) FROM tickets WHERE ${OF('client_id')}) AS tickets,
                    CASE WHEN $1::uuid IS NULL THEN (SELECT coalesce(max(number), 0) FROM tickets) ELSE 0 END AS last`,
      values: [only],
    });
    if (counts === undefined) throw new Error('The database did not count');
    yield {
      kind: 'header',
      exportedAt: counts.exported_at,
      policies: Number(counts.policies),
      clients: Number(counts.clients),
      tickets: Number(counts.tickets),
      events: Number(counts.events),
      lastNumber: counts.last,
    };
    yield* policies(client);
    yield* clients(client, only);
    yield* tickets(client, only);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** Whether a row is of the client ($1), if only one is read. */
const OF = (column: string): string => `($1::uuid IS NULL OR ${column} = $1)`;

interface Counts {
  readonly exported_at: number;
  readonly policies: string;
  readonly clients: string;
  readonly tickets: string;
  readonly events: string;
  readonly last: number;
}

async function* policies(client: Client): AsyncGenerator<ArchiveRecord> {
  for await (const row of rowsInParts<PolicyVersionRow>(client, AT_A_TIME.policies, {
    text: 'SELECT * FROM policy_versions ORDER BY id, version',
  })) {
    const { published_at, published_by, ...same } = row;
    yield { kind: 'policy', ...same, publishedAt: published_at, publishedBy: published_by };
  }
}

async function* clients(client: Client, only: string | null): AsyncGenerator<ArchiveRecord> {
  for await (const { id, name, created_at, policy, calendars } of rowsInParts<ClientRow>(client, AT_A_TIME.clients, {
    text: `SELECT * FROM clients WHERE ${OF('id')} ORDER BY id`,
    values: [only],
  })) {
    yield { kind: 'client', id, name, createdAt: created_at, policy, calendars };
  }
}

interface TicketEventRow extends Omit<EventRow, 'id' | 'xid' | 'client_id' | 'once_key'> {
  readonly ticket_number: number;
  readonly ticket_version: number;
}

/** Tickets by number, each followed by its events. */
async function* tickets(client: Client, only: string | null): AsyncGenerator<ArchiveRecord> {
  let last = 0;
  for (;;) {
    const before = last;
    const rows = rowsInParts<TicketEventRow>(client, AT_A_TIME.events, {
      text: `SELECT t.number AS ticket_number, t.version AS ticket_version,
                    e.ticket_id, e.number, e.type, e.schema_version, e.at, e.recorded_at, e.actor, e.data
               FROM (SELECT id, number, version FROM tickets WHERE number > $2 AND ${OF('client_id')}
                      ORDER BY number LIMIT ${BATCH}) t
               JOIN events e ON e.ticket_id = t.id
              ORDER BY t.number, e.number`,
      values: [only, last],
    });
    for await (const row of rows) {
      if (row.ticket_number !== last) {
        yield { kind: 'ticket', id: row.ticket_id, number: row.ticket_number, version: row.ticket_version };
      }
      yield eventRecordOf(row);
      last = row.ticket_number;
    }
    if (last === before) return;
  }
}

/** The rows of a query, through a cursor. */
async function* rowsInParts<Row extends QueryResultRow>(
  client: Client,
  atATime: number,
  query: Statement,
): AsyncGenerator<Row> {
  await rowsOf(client, { ...query, text: `DECLARE archive NO SCROLL CURSOR FOR ${query.text}` });
  let rows: readonly Row[];
  do {
    rows = await rowsOf<Row>(client, { text: `FETCH ${atATime} FROM archive` });
    yield* rows;
  } while (rows.length === atATime);
  await rowsOf(client, { text: 'CLOSE archive' });
}

const eventRecordOf = (row: TicketEventRow): ArchiveRecord => ({
  kind: 'event',
  ticketId: row.ticket_id,
  number: row.number,
  type: row.type,
  schemaVersion: row.schema_version,
  at: row.at,
  recordedAt: row.recorded_at,
  actor: row.actor,
  data: row.data,
});
