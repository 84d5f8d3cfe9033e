import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { formatDuration, parseDuration } from '../../src/domain/iso-duration';
import { type Json, SEV1, SEV2, SEV4, startTestService, type TestService } from '../support/graphql-service';
import { askOver, type Listener, listenOver, openSocket } from '../support/graphql-socket';
import { CIMCLOUD_TEXT } from '../support/policies';

// Of the policy in force SEV1 has RESPONSE after 15 minutes and UPDATE after an hour, at any hour.
// Made short are RESPONSE of SEV4 and RESOLUTION of SEV2: one second, so that they are breached
// while a caller looks.
const SHORT_POLICY = CIMCLOUD_TEXT.replace(
  /amount: 2\n( +)unit: BUSINESS_DAYS\n +calendar: business\n( +)basis: PUBLISHED/,
  spanOf('PUBLISHED'),
).replace(/amount: 2\n( +)unit: BUSINESS_DAYS\n +calendar: business\n( +)basis: HOUSE/g, spanOf('HOUSE'));

function spanOf(basis: string) {
  return (_match: string, indent: string): string =>
    `amount: ${1 / 60}\n${indent}unit: MINUTES\n${indent}calendar: roundTheClock\n${indent}basis: ${basis}`;
}

let folder: string;
let service: TestService;
/** A process of its own on the same database. */
let other: TestService;
/** The account of the test: the deadlines of other clients do not reach its subscriptions. */
let clientId: string;
const sockets: Client[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepdown-'));
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, SHORT_POLICY);
  service = await startTestService({ config: { policyFile } });
  other = await startTestService({ config: { policyFile }, database: service.database });
});
let accounts = 0;
beforeEach(async () => {
  accounts += 1;
  const { client } = await service.mutate('createClient', { name: `Acme ${accounts}` }, 'client { id }');
  clientId = client.id;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) await socket.dispose();
});
afterAll(async () => {
  await other.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

const connect = (): Client => {
  const socket = openSocket(service.url);
  sockets.push(socket);
  return socket;
};
const submit = (impacts: readonly Json[] = SEV1, more: Json = {}): Promise<string> =>
  service.submit(impacts, { clientId, ...more });

const NEAR = `subscription ($lead: Duration!, $filter: DeadlineApproachingFilter) {
  deadlineApproaching(lead: $lead, filter: $filter) { id kind cycle dueAt remaining lead at ticket { id severity assignee } } }`;
const BREACHED = `subscription ($filter: CommitmentBreachedFilter) {
  commitmentBreached(filter: $filter) { cursor kind cycle severity dueAt breachedAt detectedAt cause ticket { id } } }`;

const near = (lead: string, filter: Json = {}): Promise<Listener> =>
  listenOver(connect(), NEAR, { lead, filter: { client: { eq: clientId }, ...filter } });
const breached = (filter: Json = {}): Promise<Listener> =>
  listenOver(connect(), BREACHED, { filter: { client: { eq: clientId }, ...filter } });

const UPDATE = { kind: { eq: 'UPDATE' } };
const received = async (listener: Listener, count: number): Promise<Json[]> =>
  (await listener.has(count)).map(({ data }) => data.deadlineApproaching);
const dueOf = async (id: string, kind: 'response' | 'update'): Promise<string> =>
  (await service.data(`query ($id: ID!) { ticket(id: $id) { sla { ${kind} { dueAt } } } }`, { id })).ticket.sla[kind]
    .dueAt;
/** A lead by which what is due then comes near in a moment, and not before. */
const momentBefore = (dueAt: string, ms = 1_000): string => formatDuration(Date.parse(dueAt) - Date.now() - ms);

describe('deadlineApproaching', () => {
  it('first sends the deadlines that are already near, in order of due instant, by the lead of each subscriber', async () => {
    const ids = [await submit(), await submit()];
    const short = await near('PT20M');
    const long = await near('PT2H');
    const seen = (list: readonly Json[]) => list.map(({ ticket, kind }) => [ticket.id, kind]);
    const first = await received(short, 2);
    expect(seen(first)).toEqual(ids.map((id) => [id, 'RESPONSE']));
    const [payload] = first;
    expect(payload).toMatchObject({ cycle: 1, lead: 'PT20M', dueAt: await dueOf(ids[0] ?? '', 'response') });
    expect(payload.remaining).toBe(formatDuration(Date.parse(payload.dueAt) - Date.parse(payload.at)));
    expect(seen(await received(long, 4))).toEqual([
      ...ids.map((id) => [id, 'RESPONSE']),
      ...ids.map((id) => [id, 'UPDATE']),
    ]);
    // What comes next is sent after all of that, and none of it twice.
    const next = await submit();
    expect(seen((await received(short, 3)).slice(2))).toEqual([[next, 'RESPONSE']]);
    expect(seen((await received(long, 6)).slice(4))).toEqual([
      [next, 'RESPONSE'],
      [next, 'UPDATE'],
    ]);
  });

  it('sends the same ids to one that subscribes again, and others for another lead or due time', async () => {
    const ticketIds = [await submit(), await submit()];
    const before = await received(await near('PT20M'), 2);
    const again = await received(await near('PT20M'), 2);
    const longer = await received(await near('PT30M'), 2);
    const idsOf = (list: readonly Json[]) => list.map(({ id }) => id);
    expect(idsOf(again)).toEqual(idsOf(before));
    expect(new Set([...idsOf(before), ...idsOf(longer)]).size).toBe(4);
    // Another cycle of the same commitment, with another due time.
    const listener = await near('PT2H', UPDATE);
    const [first] = await received(listener, 2);
    await service.mutate('communicate', {
      ticketId: ticketIds[0],
      direction: 'OUTBOUND',
      channel: 'EMAIL',
      body: 'On it',
    });
    const next = (await received(listener, 3))[2];
    expect([next.ticket.id, next.kind]).toEqual([first.ticket.id, first.kind]);
    expect(next.id).not.toBe(first.id);
  });

  it('sends each deadline when its lead begins', async () => {
    const ids = [await submit(), await submit()];
    const listener = await near(momentBefore(await dueOf(ids[0] ?? '', 'update')), UPDATE);
    const list = await received(listener, 2);
    expect(list.map(({ ticket }) => ticket.id)).toEqual(ids);
    for (const { dueAt, at, lead } of list) {
      expect(Date.parse(dueAt) - Date.parse(at)).toBeLessThanOrEqual(parseDuration(lead) ?? 0);
    }
  });

  it('sends a deadline that a change of severity by another process moves near', async () => {
    const ticketId = await submit(SEV4);
    const listener = await near('PT2H', UPDATE);
    await other.mutate('reclassifyTicket', { ticketId, impacts: SEV1 });
    expect(await received(listener, 1)).toMatchObject([{ ticket: { id: ticketId, severity: 'SEV1' }, cycle: 2 }]);
  });

  it('does not send what was paused or met before its lead began', async () => {
    // With more time until the lead begins, if the machine took longer than that.
    for (let ms = 2_000, isInTime = false; !isInTime; ms *= 3) {
      const [paused, updated, kept] = [await submit(), await submit(), await submit()];
      const leadBegins = Date.now() + ms;
      const lead = momentBefore(await dueOf(paused, 'update'), ms);
      const listener = await near(lead, { ...UPDATE, ticket: { in: [paused, updated, kept] } });
      await service.mutate('startWaiting', { ticketId: paused, reason: 'CLIENT' });
      await other.mutate('communicate', { ticketId: updated, direction: 'OUTBOUND', channel: 'EMAIL', body: 'b' });
      isInTime = Date.now() < leadBegins;
      // The one that is due last is the first to be sent.
      const [first] = await received(listener, 1);
      if (isInTime) expect(first).toMatchObject({ ticket: { id: kept } });
    }
  });

  it('sends a deadline again after it has moved away and come near with another due instant', async () => {
    const ticketId = await submit();
    const listener = await near('PT2H', UPDATE);
    const [first] = await received(listener, 1);
    await service.mutate('startWaiting', { ticketId, reason: 'CLIENT' });
    await service.mutate('stopWaiting', { ticketId, reason: 'CLIENT' });
    const [, second] = await received(listener, 2);
    expect(second).toMatchObject({ ticket: { id: ticketId }, cycle: 1, dueAt: await dueOf(ticketId, 'update') });
    expect(Date.parse(second.dueAt)).toBeGreaterThan(Date.parse(first.dueAt));
  });

  it('filters by client, ticket, kind, severity and assignee', async () => {
    await service.submit(SEV1);
    const mine = await submit(SEV1, { subject: 'mine' });
    const assigned = await submit(SEV1, { assignee: 'Ann' });
    const seen = async (listener: Listener, count: number) =>
      (await received(listener, count)).map(({ ticket, kind }) => [ticket.id, kind]);
    const byClient = await near('PT20M');
    const byTicket = await near('PT2H', { ticket: { eq: mine }, kind: { in: ['UPDATE'] } });
    const byAssignee = await near('PT20M', { assignee: { in: ['Ann'] } });
    const unassigned = await near('PT20M', { assignee: { isNull: true } });
    const lesser = await near('PT2H', { severity: { gt: 'SEV1' } });
    const last = await submit();
    await service.mutate('assignTicket', { ticketId: last, assignee: 'Ann' });
    expect(await seen(byClient, 3)).toEqual([mine, assigned, last].map((id) => [id, 'RESPONSE']));
    expect(await seen(byAssignee, 2)).toEqual([assigned, last].map((id) => [id, 'RESPONSE']));
    expect(await seen(unassigned, 1)).toEqual([[mine, 'RESPONSE']]);
    expect(await seen(byTicket, 1)).toEqual([[mine, 'UPDATE']]);
    expect(byTicket.results).toHaveLength(1);
    expect(lesser.results).toHaveLength(0);
  });

  it.each(['PT0S', '-PT1H', 'P31DT0.001S'])('refuses a lead of %s', async (lead) => {
    const socket = connect();
    const { errors } = await askOver(socket, NEAR, { lead });
    expect(errors).toMatchObject([
      {
        message: 'lead takes a duration that is longer than zero and at most 31 days, such as PT4H.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('ends when the subscriber leaves while it waits for the next deadline', async () => {
    const listener = await near('PT1S');
    listener.leave();
    await listener.ended;
  });
});

describe('commitmentBreached', () => {
  it('sends a breach recorded by the engine of any process, with its facts', async () => {
    const all = await breached();
    const bySeverity = await breached({ severity: { lt: 'SEV4' } });
    const byCause = await breached({ cause: { eq: 'RECLASSIFIED' }, kind: { in: ['RESOLUTION'] } });
    const byAssignee = await breached({ assignee: { eq: 'Ann' } });
    const early = await submit(SEV4, { assignee: 'Ann' });
    const dueAt = await dueOf(early, 'response');
    const [due] = (await all.has(1)).map(({ data }) => data.commitmentBreached);
    expect(due).toMatchObject({
      ticket: { id: early },
      kind: 'RESPONSE',
      cycle: 1,
      severity: 'SEV4',
      dueAt,
      breachedAt: dueAt,
      cause: 'DUE',
    });
    expect(Date.parse(due.detectedAt)).toBeGreaterThan(Date.parse(dueAt));
    // More time has passed since it was opened than SEV2 has.
    await other.mutate('reclassifyTicket', { ticketId: early, impacts: SEV2 });
    const [changed] = (await byCause.has(1)).map(({ data }) => data.commitmentBreached);
    expect(changed).toMatchObject({ ticket: { id: early }, kind: 'RESOLUTION', cause: 'RECLASSIFIED' });
    expect(Date.parse(changed.dueAt)).toBeLessThan(Date.parse(changed.breachedAt));
    expect((await bySeverity.has(1))[0].data.commitmentBreached).toEqual(changed);
    expect((await byAssignee.has(2)).map(({ data }) => data.commitmentBreached)).toEqual([due, changed]);
    expect(new Set([due.cursor, changed.cursor]).size).toBe(2);
    expect(bySeverity.results).toHaveLength(1);
  });

  it('does not send what is overdue as approaching', async () => {
    const listener = await breached();
    const late = await submit(SEV4);
    await listener.has(1);
    const soon = await submit(SEV1);
    const approaching = await near('PT20M');
    expect((await received(approaching, 1)).map(({ ticket }) => ticket.id)).toEqual([soon]);
    expect(late).not.toBe(soon);
  });
});
