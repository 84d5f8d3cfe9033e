import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { openFeed } from '../../src/adapters/events/feed';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type RecordedStatement, recordedStatements, recordRelease } from '../support/recorded-statements';
import { commands, everything, newTicket, openStore, submission } from '../support/store';
import { until } from '../support/until';

/**
 * Each release that may still run while a process of this version migrates the database, and its
 * newest migration.
 */
const RELEASES = [
  ['0.1.0', 'DeadlineFaults1764400000000'],
  ['before-positions', 'RateLimits1764812000000'],
] as const;

const { RECORD_RELEASE } = process.env;
if (RECORD_RELEASE !== undefined) test(`records ${RECORD_RELEASE}`, () => recordRelease(RECORD_RELEASE));

let database: TestDatabase;
let olderProcess: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  olderProcess = new Client(database.url);
  await olderProcess.connect();
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await olderProcess.end();
  await database.drop();
});

/** Undoes the migrations after the newest of a release. */
async function schemaOf(newestMigration: string): Promise<DataSource> {
  const dataSource = await createDataSource({ url: database.url }).initialize();
  const newest = async () =>
    (await dataSource.query('SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1'))[0].name;
  while ((await newest()) !== newestMigration) await dataSource.undoLastMigration();
  return dataSource;
}

/** Sends a statement as the older process did, and expects what it got. */
async function send({ name, text, values, refusedWith }: RecordedStatement): Promise<readonly unknown[]> {
  const answer = olderProcess.query({ ...(name === null ? {} : { name }), text, values: [...values] });
  if (refusedWith === null) return (await answer).rows;
  await expect(answer).rejects.toMatchObject({ code: refusedWith });
  return [];
}

test.each(RELEASES)(
  'a process of release %s that is running during the migration keeps reading and writing',
  async (release, newestMigration) => {
    const dataSource = await schemaOf(newestMigration);

    const replay = async () => {
      await olderProcess.query('BEGIN');
      for (const statement of recordedStatements(release)) {
        await olderProcess.query('SAVEPOINT before');
        await send(statement);
        if (statement.refusedWith !== null) await olderProcess.query('ROLLBACK TO before');
      }
    };
    const written = async () =>
      (
        await olderProcess.query(
          `SELECT (SELECT count(*)::int FROM tickets) AS tickets, (SELECT count(*)::int FROM events) AS events,
                  (SELECT count(*)::int FROM policy_versions) AS versions`,
        )
      ).rows[0];

    // The process prepares its statements on its own schema; its prepared statements outlive the
    // rollback.
    await replay();
    const before = await written();
    expect(before).toEqual({ tickets: 4, events: expect.any(Number), versions: 2 });
    await olderProcess.query('ROLLBACK');

    expect((await migrate(dataSource)).length).toBeGreaterThan(0);
    await replay();
    expect(await written()).toEqual(before);
    await olderProcess.query('COMMIT');
    await dataSource.destroy();
  },
);

/** The same statement about other tickets, with other keys. */
function forRound(statement: RecordedStatement, ids: readonly string[], round: number): RecordedStatement {
  const own = (id: string): string => id.slice(0, -4) + (0x1000 + round).toString(16);
  let values = JSON.stringify(statement.values).replace(/\b(first|second|INC-1)\b/gi, `$1-${round}`);
  for (const id of ids) values = values.replaceAll(id, own(id));
  return { ...statement, values: JSON.parse(values) };
}

test.each(RELEASES)(
  'what release %s and this version write side by side has one position each, and both read all of it',
  async (release, newestMigration) => {
    const dataSource = await schemaOf(newestMigration);
    const statements = recordedStatements(release);
    await olderProcess.query('BEGIN');
    for (const statement of statements) {
      await olderProcess.query('SAVEPOINT before');
      await send(statement);
      if (statement.refusedWith !== null) await olderProcess.query('ROLLBACK TO before');
    }
    const ticketIds = (await olderProcess.query('SELECT id::text FROM tickets')).rows.map(({ id }) => id);
    await olderProcess.query('COMMIT');
    await migrate(dataSource);
    const folded = (await dataSource.query('SELECT folded::text FROM external_ids')).map(
      (row: { folded: string }) => row.folded,
    );
    await dataSource.destroy();

    const store = await openStore({ database, poolSize: 12 });
    closing.push(() => store.close());
    const log = createEventLog(store.pool);
    const feed = await openFeed({ pool: store.pool, url: database.url });
    closing.push(() => feed.close());
    const subscriber = feed.subscribe(everything, { after: 0, accepts: () => true });
    const ofTickets = statements.filter(({ values }) => ticketIds.some((id) => JSON.stringify(values).includes(id)));
    let isOver = false;
    const newer = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        const opened = submission(newTicket(store.client.id));
        await store.changeTickets([opened]);
        await store.changeTickets([commands(opened.ticketId, [{ type: 'acknowledge' }])]);
        await log.place();
      }
    });
    try {
      for (let round = 1; round <= 20; round++) {
        for (const statement of ofTickets) await send(forRound(statement, [...ticketIds, ...folded], round));
      }
    } finally {
      isOver = true;
      await Promise.all(newer);
    }
    await log.place();

    const { rows } = await store.pool.query<{ id: string; ticket_id: string; positions: number }>(
      `SELECT e.id, e.ticket_id, count(p.position)::int AS positions
         FROM events e LEFT JOIN event_positions p ON p.event_id = e.id GROUP BY e.id, e.ticket_id`,
    );
    expect(rows.filter(({ positions }) => positions !== 1)).toEqual([]);
    const ofOlder = rows.filter(({ ticket_id }) => !ticketIds.includes(ticket_id) && isOf(ticketIds, ticket_id));
    expect(ofOlder.length).toBeGreaterThanOrEqual(20 * 4);

    const received = new Map<string, number[]>();
    for (let count = 0; count < rows.length; count++) {
      const { value } = await subscriber.next();
      const { ticketId, number } = value as PlacedEvent;
      received.set(ticketId, [...(received.get(ticketId) ?? []), number]);
    }
    for (const numbers of received.values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1));

    const reading = statements.find(({ name }) => name === 'read-log');
    if (reading === undefined) throw new Error('No statement reads the log');
    // The older version reads as far as the oldest transaction that is open on the whole server, in
    // any database.
    const readAll = () => send({ ...reading, values: [...reading.values.slice(0, -1), 100_000] });
    const read = await until(readAll, ({ length }) => length >= rows.length);
    expect(read).toHaveLength(rows.length);
  },
);

const isOf = (ticketIds: readonly string[], id: string): boolean =>
  ticketIds.some((ticketId) => ticketId.slice(0, -4) === id.slice(0, -4));
