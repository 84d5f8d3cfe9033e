import { existsSync } from 'node:fs';
import { afterAll, describe, expect } from '@jest/globals';
import { Client } from 'pg';
import { freeze } from '../support/freeze';
import { type Answer, type Json, startTestService, type TestService } from '../support/graphql-service';
import { askOver, listenOver, openSocket } from '../support/graphql-socket';
import { SEV2 } from '../support/impacts';
import { hold, home, isPostmaster, postmasterOf, query, self, testUnless, urlOf } from '../support/postgres-holders';
import { holdLocks } from '../support/turned-away';
import { until, untilTrue } from '../support/until';

const noProc = existsSync('/proc/self/stat') ? null : 'there is no /proc';
/**
 * What the service promises, in turns of a timer of this process, which the service runs in: on a
 * loaded machine both are late. For every request, five seconds; after the database is back, ten.
 */
const TICK_MS = 250;
const MOST_TICKS = { request: 5_000 / TICK_MS, recovery: 10_000 / TICK_MS } as const;
let ticks = 0;
const timer = setInterval(() => {
  ticks += 1;
}, TICK_MS);
afterAll(() => clearInterval(timer));

const READ = 'query ($id: ID!) { ticket(id: $id) { subject } }';
const RESOLVE = 'mutation ($id: ID!) { resolveTicket(input: { ticketId: $id }) { ticket { id } } }';
const SUBMIT = 'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }';
const APPROACHING = 'subscription { deadlineApproaching(lead: "PT1H") { kind } }';
const EVENTS = 'subscription { ticketEvents { event { __typename } } }';

const serviceOn = (url: string): Promise<TestService> =>
  startTestService({ database: { url, drop: async () => undefined } });

/** An answer and the ticks that it took. */
async function timed<T>(asking: Promise<T>): Promise<{ readonly answer: T; readonly took: number }> {
  const began = ticks;
  const answer = await asking;
  return { answer, took: ticks - began };
}

const statusOf = async (service: TestService, path: string): Promise<number> =>
  (await fetch(new URL(path, service.url))).status;

/** Waits until the database answers, and then until everything works: checks, changes, the feed. */
async function isServing(service: TestService, url: string, events: Json[]): Promise<void> {
  await untilTrue(() =>
    query(url, 'SELECT').then(
      () => true,
      () => false,
    ),
  );
  const began = ticks;
  await untilTrue(async () => (await statusOf(service, '/health')) === 200);
  await untilTrue(async () => (await statusOf(service, '/readyz')) === 200);
  const before = events.length;
  await until(
    () => service.ask(SUBMIT, { input: { subject: 'Afterwards', impacts: SEV2 } }),
    ({ errors }) => errors.length === 0,
  );
  await untilTrue(() => events.length > before);
  expect(ticks - began).toBeLessThan(MOST_TICKS.recovery);
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
      expect(took).toBeLessThan(MOST_TICKS.request);
      expect(answer.status).toBe(503);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    }
    for (const { answer: errors, took } of await Promise.all(overSocket)) {
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
      expect(took).toBeLessThan(MOST_TICKS.request);
    }
    expect(await statusOf(service, '/health')).toBe(503);
    expect(await statusOf(service, '/readyz')).toBe(503);
    expect(await statusOf(service, '/livez')).toBe(200);
    expect((await service.ask(READ, { id: ids[0] })).headers.get('retry-after')).toBe('1');

    goOn();
    await other.end();
    await isServing(service, url, events);
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
    const url = await urlOf(hold(dataDir, self, [], true));
    const service = await serviceOn(url);
    const socket = openSocket(service.url);
    const { results: events } = await listenOver(socket, EVENTS);
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      const before = postmasterOf(dataDir);
      process.kill(before, signal);
      await untilTrue(async () => (await statusOf(service, '/health')) === 503 || !isPostmaster(before, dataDir));
      await isServing(service, url, events);
    }
    await socket.dispose();
    await service.close();
  });
});
