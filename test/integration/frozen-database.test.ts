import { existsSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { Client } from 'pg';
import { freeze } from '../support/freeze';
import { type Answer, type Json, startTestService, type TestService } from '../support/graphql-service';
import { askOver, listenOver, openSocket } from '../support/graphql-socket';
import { SEV2 } from '../support/impacts';
import { hold, home, postmasterOf, self, testUnless, urlOf } from '../support/postgres-holders';
import { holdLocks } from '../support/turned-away';
import { until, untilTrue } from '../support/until';

const noProc = existsSync('/proc/self/stat') ? null : 'there is no /proc';
/** What the service promises for every request. */
const LIMIT_MS = 5_000;
/** What it promises after the database is back. */
const RECOVERY_MS = 10_000;

const READ = 'query ($id: ID!) { ticket(id: $id) { subject } }';
const RESOLVE = 'mutation ($id: ID!) { resolveTicket(input: { ticketId: $id }) { ticket { id } } }';
const SUBMIT = 'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }';
const APPROACHING = 'subscription { deadlineApproaching(lead: "PT1H") { kind } }';
const EVENTS = 'subscription { ticketEvents { event { __typename } } }';

const serviceOn = (url: string): Promise<TestService> =>
  startTestService({ database: { url, drop: async () => undefined } });

/** An answer and the time that it took, in milliseconds. */
async function timed<T>(asking: Promise<T>): Promise<{ readonly answer: T; readonly took: number }> {
  const began = performance.now();
  const answer = await asking;
  return { answer, took: performance.now() - began };
}

const statusOf = async (service: TestService, path: string): Promise<number> =>
  (await fetch(new URL(path, service.url))).status;

/** Waits until everything works: the checks, changes, and the feed with its subscription. */
async function isServing(service: TestService, events: Json[]): Promise<void> {
  const began = performance.now();
  await untilTrue(async () => (await statusOf(service, '/health')) === 200, RECOVERY_MS);
  await untilTrue(async () => (await statusOf(service, '/readyz')) === 200, RECOVERY_MS);
  const before = events.length;
  await until(
    () => service.ask(SUBMIT, { input: { subject: 'Afterwards', impacts: SEV2 } }),
    ({ errors }) => errors.length === 0,
    RECOVERY_MS,
  );
  await untilTrue(() => events.length > before, RECOVERY_MS);
  expect(performance.now() - began).toBeLessThan(RECOVERY_MS);
}

describe('a database that is frozen', () => {
  testUnless(noProc, 'is an error for every request within 5 s, and is used when it goes on', async () => {
    const dataDir = home('frozen');
    const url = await urlOf(hold(dataDir));
    const service = await serviceOn(url);
    const socket = openSocket(service.url);
    const { results: events } = await listenOver(socket, EVENTS);
    const ids = [await service.submit(), await service.submit()];
    const other = new Client(url);
    other.on('error', () => undefined);
    await other.connect();
    const isTurnedAway = await holdLocks(other, 'SELECT FROM tickets FOR UPDATE');
    const waiting = ids.map((id) => timed(service.ask(RESOLVE, { id })));
    await untilTrue(isTurnedAway);

    const goOn = freeze(postmasterOf(dataDir));
    const subjects = Array.from({ length: 8 }, (_, index) => `In flight ${index}`);
    const submitting = subjects.map((subject) => timed(service.ask(SUBMIT, { input: { subject, impacts: SEV2 } })));
    const reading = subjects.map(() => timed(service.ask(READ, { id: ids[0] })));
    const overSocket = ['{ tickets { totalCount } }', APPROACHING].map((query) =>
      timed(
        askOver(socket, query).then(
          ({ errors }) => errors,
          (errors: Json) => errors,
        ),
      ),
    );
    const all = await Promise.all([...waiting, ...submitting, ...reading]);
    for (const { answer, took } of all) {
      expect(took).toBeLessThan(LIMIT_MS);
      expect(answer.status).toBe(503);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    }
    for (const { answer: errors, took } of await Promise.all(overSocket)) {
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
      expect(took).toBeLessThan(LIMIT_MS);
    }
    expect(await statusOf(service, '/health')).toBe(503);
    expect(await statusOf(service, '/readyz')).toBe(503);
    expect(await statusOf(service, '/livez')).toBe(200);
    expect((await service.ask(READ, { id: ids[0] })).headers.get('retry-after')).toBe('1');

    goOn();
    await other.end();
    await isServing(service, events);
    await hasNoDoubles(service, subjects, await Promise.all(submitting.map(async (one) => (await one).answer)));
    await socket.dispose();
    await service.close();
  });
});

/** A submission whose outcome is unknown was carried out once or not; any other was not. */
async function hasNoDoubles(service: TestService, subjects: readonly string[], answers: readonly Answer[]) {
  for (const [index, subject] of subjects.entries()) {
    const { tickets } = await service.data(
      'query ($text: String!) { tickets(filter: { text: $text }) { totalCount } }',
      {
        text: subject,
      },
    );
    const isUnknown = answers[index]?.errors[0]?.extensions.retryable === false;
    expect(tickets.totalCount).toBeLessThanOrEqual(isUnknown ? 1 : 0);
  }
}

describe('a database that restarts', () => {
  testUnless(noProc, 'is used again within 10 s, also by the feed and after a crash', async () => {
    const dataDir = home('restarted');
    // Durable, because a crash must not take back what was committed.
    const service = await serviceOn(await urlOf(hold(dataDir, self, [], true)));
    const socket = openSocket(service.url);
    const { results: events } = await listenOver(socket, EVENTS);
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      const before = postmasterOf(dataDir);
      process.kill(before, signal);
      await untilTrue(async () => (await statusOf(service, '/health')) === 503 || postmasterOf(dataDir) !== before);
      await isServing(service, events);
    }
    await socket.dispose();
    await service.close();
  });
});
