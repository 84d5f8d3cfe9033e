import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client as Database } from 'pg';
import { startTestService, type TestService } from '../support/graphql-service';
import { noPsql, runFile } from '../support/psql';

const withPsql = noPsql === null ? describe : describe.skip;
if (noPsql !== null) process.stderr.write(`The tests of a client that moves are skipped: ${noPsql}\n`);

const FILE = join(__dirname, '../../deploy/cells/remove-client.sql');

withPsql('a client that was moved to another database', () => {
  let service: TestService;
  let database: Database;
  beforeAll(async () => {
    service = await startTestService();
    database = new Database(service.database.url);
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await service.close();
  });

  /** The tables with rows of tickets or of their client, and how many each has. */
  const rows = async (): Promise<Record<string, number>> => {
    const { rows: tables } = await database.query<{ table_name: string }>(
      `SELECT DISTINCT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND (column_name IN ('ticket_id', 'client_id') OR table_name IN ('clients', 'tickets'))`,
    );
    const counts: Record<string, number> = {};
    for (const { table_name: name } of tables) {
      const { rows: counted } = await database.query<{ count: number }>(`SELECT count(*)::int FROM "${name}"`);
      counts[name] = counted[0]?.count ?? 0;
    }
    return counts;
  };
  const open = async (name: string) => {
    const { client } = await service.mutate('createClient', { name }, 'client { id } userErrors { message }');
    const ticketId = await service.submit(undefined, {
      clientId: client.id,
      externalId: 'X-1',
      idempotencyKey: `open ${name}`,
      reporter: `Ada of ${name}`,
    });
    await service.mutate('acknowledgeTicket', { ticketId });
    await service.mutate('resolveTicket', { ticketId });
    await service.data('{ tickets(filter: { text: "checkout", reporter: { eq: "Ada" } }) { totalCount } }');
    return ticketId;
  };

  test('leaves no row behind, and the other clients as they were', async () => {
    const stays = await open('Stays');
    const before = await rows();
    await open('Moved');
    const both = await rows();
    expect(Object.keys(both).filter((name) => both[name] === before[name])).toEqual(
      expect.not.arrayContaining(['tickets', 'events', 'event_positions', 'search_texts', 'external_ids', 'clients']),
    );
    expect(await runFile(service.database.url, FILE, { client: 'Moved' })).toBe('');
    expect(await rows()).toEqual(before);
    const { rows: spelled } = await database.query('SELECT written FROM spellings ORDER BY written');
    expect(spelled).toEqual([{ written: 'Ada of Stays' }]);
    await expect(database.query('DELETE FROM events')).rejects.toThrow('append-only');
    const { ticket } = await service.data('query ($id: ID!) { ticket(id: $id) { state } }', { id: stays });
    expect(ticket.state).toBe('RESOLVED');
    await service.submit();
  });

  test('is not looked for by another name', async () => {
    const before = await rows();
    expect(await runFile(service.database.url, FILE, { client: 'None' })).toContain('no client of that name');
    expect(await rows()).toEqual(before);
  });
});
