import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startTestService, type TestService } from '../support/graphql-service';
import { askOver, openSocket } from '../support/graphql-socket';
import { until, untilTrue } from '../support/until';

let service: TestService;
let operator: Client;

beforeAll(async () => {
  service = await startTestService({ config: { operationTimeoutSeconds: 60 } });
  operator = new Client(service.database.url);
  await operator.connect();
  // Each report takes a minute; nothing else reads this table.
  await operator.query(`
    ALTER TABLE ticket_milestones RENAME TO real_milestones;
    CREATE VIEW ticket_milestones AS SELECT m.* FROM real_milestones m RIGHT JOIN (SELECT pg_sleep(60)) s ON true`);
});
afterAll(async () => {
  await operator.end();
  await service.close();
});

const REPORT =
  '{ slaReport(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", groupBy: SEVERITY) { groups { timeToRespond { count } } } }';

/** The reports that the server executes. */
const reports = async (): Promise<number> => {
  const { rows } = await operator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'`,
  );
  return rows[0]?.count ?? 0;
};

const isRunning = (): Promise<boolean> => reports().then((count) => count === 1);
const isCancelled = (): Promise<boolean> => reports().then((count) => count === 0);

it('over HTTP, the statement of a client that disconnects is cancelled in the server', async () => {
  const client = new AbortController();
  const answer = fetch(service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: REPORT }),
    signal: client.signal,
  });
  answer.catch(() => undefined);
  await untilTrue(isRunning);
  client.abort();
  await untilTrue(isCancelled, 10_000);
});

it('over HTTP, the statement of an operation whose time is over is cancelled in the server', async () => {
  const hasty = await startTestService({ database: service.database, config: { operationTimeoutSeconds: 1 } });
  try {
    const answer = hasty.ask(REPORT);
    await untilTrue(isRunning);
    expect([(await answer).status, (await answer).errors]).toMatchObject([
      504,
      [{ extensions: { code: 'OPERATION_TIMED_OUT' } }],
    ]);
    await untilTrue(isCancelled, 10_000);
  } finally {
    await hasty.close();
  }
});

it('over WebSocket, the statement of an operation that is completed or whose socket is closed is cancelled', async () => {
  const client = openSocket(service.url);
  const ask = () =>
    client.subscribe({ query: REPORT }, { next: () => undefined, error: () => undefined, complete: () => undefined });
  const complete = ask();
  await untilTrue(isRunning);
  complete();
  await untilTrue(isCancelled, 10_000);
  ask();
  await until(reports, (count) => count === 1);
  await client.dispose();
  await untilTrue(isCancelled, 10_000);
});

it.each(['HTTP', 'WebSocket'])(
  'over %s, the statements of an operation that is answered early are cancelled',
  async (by) => {
    // The first field fails at once. GraphQL answers without the others, which are not nullable.
    const failing = `{ failed: tickets(filter: { clause: { eq: "\\u0000" } }) { totalCount } ${REPORT.slice(1)}`;
    const client = openSocket(service.url);
    const { data, errors } = by === 'HTTP' ? await service.ask(failing) : await askOver(client, failing);
    expect([data, errors.length]).toEqual([null, 1]);
    await untilTrue(isCancelled, 10_000);
    await client.dispose();
  },
);
