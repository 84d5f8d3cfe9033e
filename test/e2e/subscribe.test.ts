import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startTestService } from '../support/graphql-service';
import { run } from '../support/program';
import { untilTrue } from '../support/until';

const ROOT = join(__dirname, '../..');

test('a subscriber that keeps up receives every event of an import by another process, in order', async () => {
  const service = await startTestService();
  const client = createClient({ url: service.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const numbers = new Map<string, number[]>();
  let count = 0;
  let failure: unknown = null;
  client.subscribe<{ ticketEvents: { event: { number: number }; ticket: { id: string } } }>(
    { query: 'subscription { ticketEvents { cursor event { type number } ticket { id number severity } } }' },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) failure = errors;
        if (data == null) return;
        const { event, ticket } = data.ticketEvents;
        numbers.set(ticket.id, [...(numbers.get(ticket.id) ?? []), event.number]);
        count += 1;
      },
      error: (error) => {
        failure = error;
      },
      complete: () => {
        failure ??= 'completed';
      },
    },
  );
  try {
    // Subscribed for sure once an event of its own arrives.
    await untilTrue(async () => {
      await service.submit();
      return count > 0;
    });
    const before = count;
    const args = [
      join(ROOT, 'examples/data/incidents.csv'),
      '--mapping',
      join(ROOT, 'examples/servicenow.mapping.yaml'),
    ];
    const imported = await run(['import', ...args], { DATABASE_URL: service.database.url });
    expect(imported.stdout).toMatch(/Events: {4}1205/);
    await untilTrue(() => failure !== null || count >= before + 1205);
    expect(failure).toBeNull();
    for (const list of numbers.values()) expect(list).toEqual(list.map((_, index) => index + 1));
  } finally {
    await client.dispose();
    await service.close();
  }
});
