import { afterEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { NatsBus } from '../../src/adapters/bus/nats-bus';
import { type BusMessage, BusMoved } from '../../src/application/ports/event-bus';
import { type Json, SEV1, startTestService, type TestService } from '../support/graphql-service';
import { HAS_NATS, messagesOn, type NatsServers, purgeSubject, startNatsServers } from '../support/nats-servers';
import { until, untilTrue } from '../support/until';

if (!HAS_NATS) process.stderr.write('The tests of the event bus are skipped: nats-server is not installed.\n');
const describeWithNats = HAS_NATS ? describe : describe.skip;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const nats = async (count = 1): Promise<NatsServers> => {
  const servers = await startNatsServers(count);
  closing.push(() => servers.close());
  return servers;
};

const settingsFor = (url: string, more: Json = {}) => ({
  servers: url.split(',').map((one) => new URL(one)),
  credentialsFile: null,
  stream: 'STEPDOWN',
  subject: 'acme.stepdown',
  replicas: 1,
  maxAgeDays: 1,
  start: 'now' as const,
  source: 'https://stepdown.example.com',
  ...more,
});

async function service(url: string, more: Json = {}, database?: TestService['database']): Promise<TestService> {
  const started = await startTestService({
    config: { eventBus: settingsFor(url, more) },
    ...(database === undefined ? {} : { database }),
  });
  closing.push(() => started.close());
  return started;
}

const logOf = async (of: TestService): Promise<Json[]> => {
  const { events } = await of.data(
    '{ events(first: 100) { nodes { id cursor type number ticket { id } } pageInfo { hasNextPage } } }',
  );
  expect(events.pageInfo.hasNextPage).toBe(false);
  return events.nodes;
};

/** Waits until the bus has the whole log, and expects each event once, in order. */
async function expectWholeLog(of: TestService, url: string, from = 0): Promise<readonly Json[]> {
  const log = (await logOf(of)).slice(from);
  const messages = await until(
    () => messagesOn(url, 'STEPDOWN').catch(() => []),
    (found) => found.length >= log.length,
  );
  expect(messages.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  return messages;
}

/** A ticket with three events. */
async function live(of: TestService): Promise<string> {
  const ticketId = await of.submit(SEV1);
  await of.mutate('acknowledgeTicket', { ticketId });
  await of.mutate('resolveTicket', { ticketId });
  return ticketId;
}

/** When the bus is known to begin: its row is there. */
const begun = (of: TestService) => untilTrue(async () => (await query(of, 'SELECT FROM event_buses')).length === 1);

async function query(of: TestService, text: string): Promise<Json[]> {
  const client = new Client(of.database.url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describeWithNats('the event bus', () => {
  it('has each event as a CloudEvent, under a subject of its type, its client and its ticket', async () => {
    const { url } = await nats();
    const one = await service(url);
    await begun(one);
    await live(one);
    const messages = await expectWholeLog(one, url);
    const [log] = await Promise.all([logOf(one)]);
    const [submitted, acknowledged] = messages;
    expect(submitted.event).toMatchObject({
      specversion: '1.0',
      id: submitted.id,
      source: 'https://stepdown.example.com',
      type: 'stepdown.ticket.submitted',
      subject: log[0].ticket.id,
      datacontenttype: 'application/json',
      sequence: log[0].cursor,
      data: { previous: null, current: { state: 'OPEN', severity: 'SEV1', isAcknowledged: false } },
    });
    expect(acknowledged.event.data).toMatchObject({
      previous: { isAcknowledged: false },
      current: { isAcknowledged: true },
    });
    expect(messages.map(({ subject }) => subject.replace(/[0-9a-f-]{36}/g, 'UUID'))).toEqual([
      'acme.stepdown.ticket.submitted.UUID.UUID',
      'acme.stepdown.ticket.acknowledged.UUID.UUID',
      'acme.stepdown.ticket.resolved.UUID.UUID',
    ]);
    const metrics = await (await fetch(one.url.replace('/graphql', '/metrics'))).text();
    expect(metrics).toMatch(/^stepdown_event_bus_published_total 3$/m);
  });

  it('begins with what is recorded from now on, or with the log', async () => {
    const { url } = await nats();
    const before = await startTestService();
    closing.push(() => before.close());
    await live(before);
    const later = await service(url, {}, before.database);
    await begun(later);
    await live(later);
    await expectWholeLog(later, url, 3);
    const whole = await service(url, { stream: 'WHOLE', subject: 'whole', start: 'beginning' }, before.database);
    const log = await logOf(whole);
    const messages = await until(
      () => messagesOn(url, 'WHOLE').catch(() => []),
      (found) => found.length === log.length,
    );
    expect(messages.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  });

  it('goes on after messages were purged, also the last ones', async () => {
    const { url } = await nats();
    const one = await service(url);
    await begun(one);
    const subjectOf = async (id: string) =>
      (await messagesOn(url, 'STEPDOWN'))
        .find(({ event }) => event.subject === id)
        ?.subject.split('.')
        .at(-1);
    const purge = async (id: string) => purgeSubject(url, 'STEPDOWN', `acme.stepdown.*.*.*.${await subjectOf(id)}`);
    const ticketsOf = async () => (await messagesOn(url, 'STEPDOWN')).map(({ event }) => event.subject);
    const [first, second] = [await one.submit(), await one.submit()];
    await expectWholeLog(one, url);
    await purge(first);
    expect(await ticketsOf()).toEqual([second]);
    const third = await one.submit();
    await until(ticketsOf, (found) => found.length === 2);
    // The last of the stream, which the broker may know although it is gone.
    await purge(third);
    const fourth = await one.submit();
    const found = await until(ticketsOf, (tickets) => tickets.includes(fourth));
    expect(found.filter((ticket) => ticket !== third)).toEqual([second, fourth]);
  });

  it('loses nothing and repeats nothing while the broker is away', async () => {
    const { url, servers } = await nats();
    const one = await service(url);
    await begun(one);
    await live(one);
    await expectWholeLog(one, url);
    for (let round = 0; round < 3; round++) {
      await servers[0]?.kill();
      await live(one);
      await untilTrue(() => one.logged.some(({ msg }) => msg.startsWith('the event bus cannot be reached')));
      await servers[0]?.start();
      await live(one);
      await expectWholeLog(one, url);
    }
    // One line when it begins and one when it ends, however many attempts there were.
    expect(one.logged.filter(({ msg }) => msg === 'the event bus is published to again').length).toBeLessThanOrEqual(3);
  });

  it('starts without a broker, and publishes when there is one', async () => {
    const { url, servers } = await nats();
    await servers[0]?.kill();
    const one = await service(url);
    await live(one);
    await untilTrue(() => one.logged.some(({ msg }) => msg.startsWith('the event bus cannot be reached')));
    // A refused connection to the broker says nothing about the database.
    expect(one.logged.filter(({ msg }) => /database/.test(msg))).toEqual([]);
    await begun(one);
    await live(one);
    await servers[0]?.start();
    const [row] = await query(one, 'SELECT position::int FROM event_buses');
    expect(row.position).toBeLessThanOrEqual(3);
    await expectWholeLog(one, url, row.position);
  });

  it('is published to by one of several processes, and by another when that ends', async () => {
    const { url } = await nats();
    const before = await startTestService();
    closing.push(() => before.close());
    const one = await service(url, {}, before.database);
    await begun(one);
    const two = await service(url, {}, before.database);
    await live(one);
    await live(two);
    await expectWholeLog(one, url);
    closing.splice(2, 1);
    const holders = async () => (await query(two, 'SELECT holder FROM event_buses'))[0].holder;
    const holder = await holders();
    await one.close();
    await live(two);
    await expectWholeLog(two, url);
    expect(await holders()).not.toBe(holder);
  });

  it('is asked what it has, when a process ended before it wrote down what it had published', async () => {
    const { url } = await nats();
    const one = await service(url);
    await begun(one);
    await live(one);
    await expectWholeLog(one, url);
    const { database } = one;
    await query(one, 'UPDATE event_buses SET position = 0, holder = NULL');
    const two = await service(url, {}, database);
    await live(two);
    await expectWholeLog(two, url);
  });

  it('takes no event from a process that was frozen while another one published', async () => {
    const { url } = await nats();
    const [frozen, other] = [new NatsBus(settingsFor(url)), new NatsBus(settingsFor(url))];
    closing.push(
      () => frozen.close(),
      () => other.close(),
    );
    const message = (position: number): BusMessage => ({
      id: `event-${position}`,
      position,
      subject: ['ticket.submitted', 'client', 'ticket'],
      body: JSON.stringify({ sequence: `e${String(position).padStart(16, '0')}` }),
    });
    expect(await frozen.lastPosition()).toBeNull();
    expect(await other.lastPosition()).toBeNull();
    await other.publish([message(1), message(2)]);
    await expect(frozen.publish([message(3)])).rejects.toThrow(BusMoved);
    expect(await frozen.lastPosition()).toBe(2);
    await frozen.publish([message(3)]);
    await frozen.publish([message(4)]);
    await expect(other.publish([message(5)])).rejects.toThrow(BusMoved);
    expect((await messagesOn(url, 'STEPDOWN')).map(({ id }) => id)).toEqual([
      'event-1',
      'event-2',
      'event-3',
      'event-4',
    ]);
  });

  it('says that a stream with other subjects cannot be used', async () => {
    const { url } = await nats();
    const bus = new NatsBus(settingsFor(url));
    const wrong = new NatsBus(settingsFor(url, { subject: 'elsewhere' }));
    closing.push(
      () => bus.close(),
      () => wrong.close(),
    );
    await bus.lastPosition();
    await expect(wrong.lastPosition()).rejects.toThrow(
      'The JetStream stream STEPDOWN does not take the subject elsewhere.>',
    );
  });

  it('goes on without loss when one of three servers is killed', async () => {
    const { url, servers, whole } = await nats(3);
    const one = await service(url, { replicas: 3 });
    await begun(one);
    // Each is killed in turn, because any of them can be the leader.
    for (const server of servers) {
      await live(one);
      await server.kill();
      await live(one);
      await live(one);
      await expectWholeLog(one, url);
      await server.start();
      // Two of three have to be up at any time.
      await whole();
    }
    await expectWholeLog(one, url);
  });
});
