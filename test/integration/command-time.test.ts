import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Pool } from 'pg';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { DATABASE_NOW } from '../../src/adapters/persistence/database/database-time';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import type { ChangeTickets } from '../../src/application/tickets/change';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { HOUR_MS, toIso } from '../../src/domain/instant';
import { commands, everything, newTicket, openStore, submission, type TestStore } from '../support/store';
import { holdLocks } from '../support/turned-away';
import { untilTrue } from '../support/until';

let store: TestStore;
let other: Client;
beforeAll(async () => {
  store = await openStore();
  other = new Client(store.url);
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await store.close();
});

/** A process whose own clock is an hour ahead. */
const wrongProcess = (pool: Pool = store.pool, now?: string): ChangeTickets =>
  createChangeTickets({
    ...store,
    clock: { now: () => Date.now() + HOUR_MS },
    store: createTicketStore({
      pool,
      onCommitted: () => undefined,
      ...(now === undefined ? {} : { now }),
    }),
  });

/** Opens a ticket an hour ago. */
async function open(): Promise<string> {
  store.clock.moveTo(Date.now() - HOUR_MS);
  const [opened] = await store.changeTickets([submission(newTicket(store.client.id))]);
  return opened?.ticket?.id ?? '';
}

const databaseNow = async (): Promise<number> => {
  const { rows } = await other.query(`SELECT ${DATABASE_NOW} AS now`);
  return rows[0].now.getTime();
};

const lastEvent = async (ticketId: string) => {
  const { rows } = await other.query(
    'SELECT at, recorded_at FROM events WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1',
    [ticketId],
  );
  return { at: rows[0].at.getTime() as number, recordedAt: rows[0].recorded_at.getTime() as number };
};

describe('the instant of a command', () => {
  it('is that of the database, whatever the clock of the process says', async () => {
    const id = await open();
    const before = await databaseNow();
    const [changed] = await wrongProcess()([commands(id, [{ type: 'acknowledge' }])]);
    const after = await databaseNow();
    const { at, recordedAt } = await lastEvent(id);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(after);
    expect(recordedAt).toBe(at);
    expect(changed?.ticket).toMatchObject({ lastEventAt: at, updatedAt: at });
    expect(await store.reader.ticketById(everything, id)).toEqual(changed?.ticket);
  });

  it.each([
    ['rolls back', 'ROLLBACK'],
    ['commits', 'COMMIT'],
  ])('is after the wait for each of several rows, whose lock a transaction holds that %s', async (_, end) => {
    const ids = [await open(), await open(), await open()];
    // The last row: the others are locked before the wait.
    const last = [...ids].sort().at(-1);
    const isTurnedAway = await holdLocks(other, 'UPDATE tickets SET subject = subject WHERE id = $1', [last]);
    const changed = wrongProcess()(ids.map((id) => commands(id, [{ type: 'acknowledge' }])));
    await untilTrue(isTurnedAway);
    const released = await databaseNow();
    await other.query(end);
    expect((await changed).map(({ refusals }) => refusals)).toEqual([[null], [null], [null]]);
    for (const id of ids) expect((await lastEvent(id)).at).toBeGreaterThanOrEqual(released);
  });

  it('is that of the last event where the clock of the database was set back', async () => {
    const id = await open();
    const [acknowledged] = await wrongProcess()([commands(id, [{ type: 'acknowledge' }])]);
    const { lastEventAt, updatedAt } = acknowledged?.ticket ?? { lastEventAt: 0, updatedAt: 0 };
    const back = `'${toIso(lastEventAt - HOUR_MS)}'::timestamptz`;
    const resolve = commands(id, [{ type: 'resolve', resolution: 'Restarted' }]);
    const dataSource = await createDataSource({ url: store.url, poolSize: 1 }).initialize();
    const [resolved] = await wrongProcess(poolOf(dataSource), back)([resolve]);
    await dataSource.destroy();
    expect(resolved).toMatchObject({ refusals: [null], ticket: { state: 'resolved', resolvedAt: lastEventAt } });
    expect(await lastEvent(id)).toEqual({ at: lastEventAt, recordedAt: updatedAt });
    expect(await store.reader.ticketById(everything, id)).toEqual(resolved?.ticket);
  });
});
