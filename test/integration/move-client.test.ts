import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client as Database } from 'pg';
import { startTestService, type TestService } from '../support/graphql-service';
import { noPsql, runFile } from '../support/psql';
import { untilTrue } from '../support/until';
import { FOR_RECEIVERS, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

const withPsql = noPsql === null ? describe : describe.skip;
if (noPsql !== null) process.stderr.write(`The tests of a client that moves are skipped: ${noPsql}\n`);

const FILE = join(__dirname, '../../deploy/cells/remove-client.sql');

withPsql('a client that was moved to another database', () => {
  let service: TestService;
  let database: Database;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startReceiver(() => ({ status: 503 }));
    service = await startTestService({ config: FOR_RECEIVERS });
    database = new Database(service.database.url);
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await service.close();
    await receiver.close();
  });

  /** What psql wrote when it refused to remove the client, after its code. */
  const refusal = (client: string) =>
    runFile(service.database.url, FILE, { client }).then(
      () => 'It ended with code 0',
      ({ code, stderr }) => `${code}: ${stderr}`,
    );
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
    expect(await refusal('None')).toMatch(/^3: .*no client of that name/);
    expect(await rows()).toEqual(before);
  });

  test('is not removed while a message about it is to be sent, or the bus is behind', async () => {
    await open('Sent');
    const create = 'mutation ($url: String!) { createWebhook(input: { url: $url }) { webhook { id } } }';
    await service.data(create, { url: receiver.url });
    const count = async (from: string) => (await database.query(`SELECT FROM ${from}`)).rowCount;
    await open('Waits');
    // The webhook has read the log, and its messages wait for another attempt.
    await untilTrue(() => receiver.received.length > 0);
    await untilTrue(
      async () => (await count('webhooks w WHERE position = (SELECT last_position FROM event_placements)')) === 1,
    );
    const before = await rows();
    expect(await refusal('Waits')).toMatch(/^3: .*not sent all events of the client: webhook [\w-]+\./);
    expect(await rows()).toEqual(before);
    // Its events were before the webhook.
    expect(await runFile(service.database.url, FILE, { client: 'Sent' })).toBe('');

    receiver.answer(() => ({ status: 200 }));
    await database.query('UPDATE webhook_deliveries SET next_attempt_at = now() WHERE next_attempt_at > now()');
    await untilTrue(async () => (await count("webhook_deliveries WHERE status = 'PENDING'")) === 0);
    // No process reads the log for a webhook that has a reason.
    await database.query("UPDATE webhooks SET disabled_reason = 'REQUESTED', position = 1");
    expect(await refusal('Waits')).toMatch(/^3: .*not sent all events of the client: webhook [\w-]+\./);
    await database.query('UPDATE webhooks SET disabled_at = now()');
    await database.query("INSERT INTO event_buses (name, position, token) VALUES ('nats/behind', 1, 1)");
    expect(await refusal('Waits')).toMatch(/^3: .*not sent all events of the client: event bus nats\/behind\./);
    await database.query('DELETE FROM event_buses');
    expect(await runFile(service.database.url, FILE, { client: 'Waits' })).toBe('');
  });
});
