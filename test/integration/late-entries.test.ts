import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { StatedTime } from '../../src/application/tickets/change';
import { MINUTE_MS, toIso } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { type Json, SEV1 } from '../support/graphql-service';
import { AGENT, commands, MONDAY, newTicket, seeing, submission } from '../support/store';

let service: ClockedService;
beforeAll(async () => {
  service = await startClockedService();
});
afterAll(() => service.close());
// A ticket of SEV1: a response is due 15 minutes after the opening.
beforeEach(() => service.store.clock.moveTo(MONDAY));

/** Minutes after the opening, as the API writes instants. */
const minute = (minutes: number): string => toIso(MONDAY + minutes * MINUTE_MS);
const moveTo = (minutes: number): void => service.store.clock.moveTo(MONDAY + minutes * MINUTE_MS);

const ERRORS = `userErrors { __typename path message
  ... on InTheFuture { occurredAt now } ... on ReasonNeeded { occurredAt threshold }
  ... on OutOfOrder { at lastEventAt event { number type at actor { name } } } }`;
async function send(mutation: string, input: Json, agent = 'Ada'): Promise<Json> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await service.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) {
       ticket { id version openedAt lastEventAt events(first: 20) { nodes { number type at recordedAt lateReason } } } ${ERRORS} } }`,
    { input },
    { 'x-stepdown-agent': agent },
  );
  expect(errors).toEqual([]);
  return data[mutation];
}
/** Records what fell due, as the engine does. */
async function engine(id: string): Promise<void> {
  const ticketId = Buffer.from(id, 'base64url').toString().replace('Ticket:', '');
  await service.store.changeTickets([{ ...commands(ticketId, []), steps: [{ command: 'LET_PASS', at: null }] }]);
}

describe('occurredAt', () => {
  it('is when it happened; recordedAt is when it was recorded, and the event has the reason', async () => {
    const ticketId = await service.submit(SEV1);
    moveTo(40);
    await engine(ticketId);
    const input = { ticketId, occurredAt: minute(10), reason: 'I was on the phone' };
    const { ticket, userErrors } = await send('acknowledgeTicket', input);
    expect(userErrors).toEqual([]);
    expect(ticket.lastEventAt).toBe(minute(15));
    expect(ticket.events.nodes).toMatchObject([
      { type: 'SUBMITTED', at: minute(0), recordedAt: minute(0), lateReason: null },
      { type: 'MARK_REACHED' },
      { type: 'COMMITMENT_BREACHED', at: minute(15), recordedAt: minute(40) },
      { type: 'ACKNOWLEDGED', at: minute(10), recordedAt: minute(40), lateReason: 'I was on the phone' },
    ]);
    const past = `query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) {
      ticket(id: $id, asOf: $asOf, knownAt: $knownAt) { sla { response { status } } events(first: 9) { totalCount nodes { number } } } }`;
    const look = async (asOf: string, knownAt?: string) =>
      (await service.data(past, { id: ticketId, asOf, knownAt })).ticket;
    // What had happened: the acknowledgement, and neither the mark nor the breach.
    expect(await look(minute(11))).toEqual({
      sla: { response: { status: 'FULFILLED' } },
      events: { totalCount: 2, nodes: [{ number: 1 }, { number: 4 }] },
    });
    expect(await look(minute(11), minute(39))).toMatchObject({ sla: { response: { status: 'RUNNING' } } });
    expect(await look(minute(15))).toMatchObject({ events: { nodes: [{ number: 1 }, { number: 2 }, { number: 4 }] } });
    expect(await look(minute(16))).toMatchObject({
      sla: { response: { status: 'FULFILLED_LATE' } },
      events: { totalCount: 4 },
    });
  });

  it('opens a ticket in the past, with the breach that is past already', async () => {
    moveTo(40);
    const input = { subject: 'By phone', impacts: SEV1, channel: 'PHONE', occurredAt: minute(0) };
    expect((await send('submitTicket', input)).userErrors).toMatchObject([
      { __typename: 'ReasonNeeded', path: ['input', 'reason'], occurredAt: minute(0), threshold: 'PT15M' },
    ]);
    const { ticket } = await send('submitTicket', { ...input, reason: 'Night shift', externalId: 'late-1' });
    expect(ticket).toMatchObject({ openedAt: minute(0), version: 3 });
    expect(ticket.events.nodes).toMatchObject([
      { type: 'SUBMITTED', at: minute(0), recordedAt: minute(40), lateReason: 'Night shift' },
      { type: 'MARK_REACHED', recordedAt: minute(40) },
      { type: 'COMMITMENT_BREACHED', at: minute(15), recordedAt: minute(40) },
    ]);
    const report = `query ($from: DateTime!, $to: DateTime!) { slaReport(from: $from, to: $to, groupBy: SEVERITY) {
      total { opened response { breached } } } }`;
    const { slaReport } = await service.data(report, { from: minute(0), to: minute(41) });
    expect(slaReport.total.response.breached).toBeGreaterThan(0);
  });

  it('is refused with the facts of the refusal', async () => {
    const ticketId = await service.submit(SEV1);
    moveTo(40);
    await send('communicate', { ticketId, direction: 'OUTBOUND', body: 'On it', occurredAt: minute(30) });
    const errorsOf = async (mutation: string, input: Json) => (await send(mutation, { ticketId, ...input })).userErrors;
    expect(await errorsOf('acknowledgeTicket', { occurredAt: minute(41) })).toEqual([
      {
        __typename: 'InTheFuture',
        path: ['input', 'occurredAt'],
        message: expect.stringContaining('is in the future'),
        occurredAt: minute(41),
        now: minute(40),
      },
    ]);
    expect(await errorsOf('resolveTicket', { occurredAt: minute(29) })).toEqual([
      {
        __typename: 'OutOfOrder',
        path: ['input', 'occurredAt'],
        message: expect.stringContaining('event 4 of the ticket (COMMUNICATED, by Ada)'),
        at: minute(29),
        lastEventAt: minute(30),
        event: { number: 4, type: 'COMMUNICATED', at: minute(30), actor: { name: 'Ada' } },
      },
    ]);
    moveTo(50);
    expect(await errorsOf('startWaiting', { reason: 'CLIENT', occurredAt: minute(30) })).toMatchObject([
      { __typename: 'ReasonNeeded', path: ['input', 'lateReason'] },
    ]);
    expect(await errorsOf('acknowledgeTicket', { reason: 'r' })).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'reason'] },
    ]);
    expect(await errorsOf('startWaiting', { reason: 'CLIENT', lateReason: 'r' })).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'lateReason'] },
    ]);
    const late = { reason: 'CLIENT', occurredAt: minute(31), lateReason: 'It was busy' };
    expect(await errorsOf('startWaiting', late)).toEqual([]);
    // A reason that has a use of its own is also that of the late entry.
    const { ticket } = await send('closeTicket', { ticketId, reason: 'a duplicate', occurredAt: minute(32) });
    expect(ticket.events.nodes.slice(-2)).toMatchObject([
      { type: 'WAITING_STARTED', lateReason: 'It was busy' },
      { type: 'CLOSED', at: minute(32), recordedAt: minute(50), lateReason: 'a duplicate' },
    ]);
  });

  it('is part of the input that an idempotency key stands for', async () => {
    const ticketId = await service.submit(SEV1);
    moveTo(10);
    const input = { ticketId, occurredAt: minute(1), idempotencyKey: 'late-key' };
    const first = await send('acknowledgeTicket', input);
    expect(first.userErrors).toEqual([]);
    expect(await send('acknowledgeTicket', input)).toEqual(first);
    expect((await send('acknowledgeTicket', { ...input, occurredAt: minute(2) })).userErrors).toMatchObject([
      { __typename: 'IdempotencyKeyReused' },
    ]);
  });

  it('of two people at once: the second by the order of locks is checked against the first', async () => {
    const ticketId = await service.submit(SEV1);
    moveTo(40);
    await engine(ticketId);
    const at = { ticketId, reason: 'r' };
    const answers = await Promise.all([
      send('acknowledgeTicket', { ...at, occurredAt: minute(10) }, 'Ada'),
      send('communicate', { ...at, occurredAt: minute(12), direction: 'OUTBOUND', body: 'b' }, 'Grace'),
    ]);
    const [ada, grace] = answers.map(({ userErrors }) => userErrors);
    expect(grace).toEqual([]);
    const isFirst = ada.length === 0;
    const order = isFirst ? ['ACKNOWLEDGED', 'COMMUNICATED'] : ['COMMUNICATED'];
    if (!isFirst)
      expect(ada).toMatchObject([
        { __typename: 'OutOfOrder', event: { type: 'COMMUNICATED', actor: { name: 'Grace' } } },
      ]);
    const { ticket } = await service.data(
      'query ($id: ID!) { ticket(id: $id) { events(first: 9) { nodes { type } } } }',
      {
        id: ticketId,
      },
    );
    expect(ticket.events.nodes.map(({ type }: Json) => type).slice(3)).toEqual(order);
  });

  it('of two people in one set: each is checked against the other', async () => {
    const { store } = service;
    const opening = submission(newTicket(store.client.id, { impacts: SEV1 }));
    await store.changeTickets([opening]);
    moveTo(40);
    const late = (command: Command, minutes: number, entry: StatedTime) => ({
      ...commands(opening.ticketId, []),
      steps: [{ command, at: MONDAY + minutes * MINUTE_MS, entry }],
    });
    const entry = { reason: 'r' };
    const changed = await store.changeTickets([
      late({ type: 'recordCall', note: null }, 20, entry),
      late({ type: 'acknowledge' }, 19, entry),
      late({ type: 'acknowledge' }, 20, entry),
    ]);
    expect(changed.map(({ refusals }) => refusals)).toMatchObject([
      [null],
      [{ code: 'OutOfOrder', event: { type: 'CALL_RECORDED', at: MONDAY + 20 * MINUTE_MS, actor: AGENT } }],
      [null],
    ]);
  });
});

it('before the end of an imported history, the history stays as it was imported', async () => {
  const { store } = service;
  const history = { notMeasured: [], observedUntil: MONDAY + 60 * MINUTE_MS };
  const imported = submission(newTicket(store.client.id, { impacts: SEV1 }), { at: MONDAY });
  const submit = imported.submit === null ? null : { ...imported.submit, evidence: history };
  await store.changeTickets([{ ...imported, submit }]);
  moveTo(300);
  const late = (minutes: number) => ({
    ...commands(imported.ticketId, []),
    steps: [
      {
        command: { type: 'recordCall' as const, note: null },
        at: MONDAY + minutes * MINUTE_MS,
        entry: { reason: 'r' },
      },
    ],
  });
  const [within] = await store.changeTickets([late(10)]);
  // Nothing that was due later is recorded, until someone acts after the end.
  expect([within?.refusals, within?.ticket?.version, within?.ticket?.observedUntil]).toEqual([
    [null],
    2,
    MONDAY + 60 * MINUTE_MS,
  ]);
  const [after] = await store.changeTickets([late(61)]);
  expect([after?.refusals, after?.ticket?.observedUntil]).toEqual([[null], null]);
  const breaches = after?.ticket?.cycles.flatMap(({ kind, breach }) => (breach === null ? [] : [kind]));
  expect(breaches).toEqual(['RESPONSE', 'UPDATE']);
});

describe('a proposed waiver', () => {
  const BREACHES = `breaches { kind cycle
    proposedWaiver { at by { name } evidence reason } rejectedWaiver { at by { name } reason evidence }
    waiver { by { name } reason evidence } }`;
  const decide = async (mutation: 'approveWaiver' | 'rejectWaiver', agent: string, input: Json): Promise<Json> => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const { data, errors } = await service.ask(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { ticket { waiverProposed ${BREACHES} }
         userErrors { __typename path ... on ApproverIsWitness { commitment cycle evidence } } } }`,
      { input },
      { 'x-stepdown-agent': agent },
    );
    expect(errors).toEqual([]);
    return data[mutation];
  };
  const proposedTickets = async (): Promise<readonly string[]> => {
    const query = `query ($from: DateTime!) { tickets(filter: { waiverProposed: true, openedAt: { gte: $from } }, first: 50) {
      totalCount nodes { id } } }`;
    const { tickets } = await service.data(query, { from: minute(100_000) });
    expect(tickets.totalCount).toBe(tickets.nodes.length);
    return tickets.nodes.map(({ id }: Json) => id);
  };
  const figures = async (): Promise<Json> => {
    const query = `query ($from: DateTime!, $to: DateTime!) { slaReport(from: $from, to: $to, groupBy: CLIENT) {
      total { response { met breached waived waiversProposed attainment attainmentWaived attainmentProposed } } } }`;
    return (await service.data(query, { from: minute(100_000), to: minute(100_100) })).slaReport.total.response;
  };

  it('is approved by another agent or rejected; lists, reports and the log know it', async () => {
    // Apart from the other tests, for the report.
    moveTo(100_000);
    const [first, second] = [await service.submit(SEV1), await service.submit(SEV1)];
    moveTo(100_040);
    for (const ticketId of [first, second]) {
      await engine(ticketId);
      await send('acknowledgeTicket', { ticketId, occurredAt: minute(100_010), reason: 'By phone' });
    }
    expect([...(await proposedTickets())].sort()).toEqual([first, second].sort());
    const counts = { met: 0, breached: 2, attainment: 0 };
    expect(await figures()).toEqual({
      ...counts,
      waived: 0,
      waiversProposed: 2,
      attainmentWaived: 0,
      attainmentProposed: 1,
    });
    const named = { ticketId: first, kind: 'RESPONSE', cycle: 1 };
    expect(await decide('approveWaiver', 'Ada', named)).toEqual({
      ticket: {
        waiverProposed: true,
        breaches: [
          {
            kind: 'RESPONSE',
            cycle: 1,
            proposedWaiver: { at: minute(100_010), by: { name: 'Ada' }, evidence: 4, reason: 'By phone' },
            rejectedWaiver: null,
            waiver: null,
          },
        ],
      },
      userErrors: [{ __typename: 'ApproverIsWitness', path: ['input'], commitment: 'RESPONSE', cycle: 1, evidence: 4 }],
    });
    expect(await decide('approveWaiver', 'Grace', named)).toMatchObject({
      ticket: {
        waiverProposed: false,
        breaches: [{ proposedWaiver: null, waiver: { by: { name: 'Grace' }, reason: 'By phone', evidence: 4 } }],
      },
      userErrors: [],
    });
    expect(await proposedTickets()).toEqual([second]);
    const rejected = await decide('rejectWaiver', 'Grace', { ...named, ticketId: second, reason: 'No call is listed' });
    expect(rejected).toMatchObject({
      ticket: {
        waiverProposed: false,
        breaches: [{ proposedWaiver: null, rejectedWaiver: { by: { name: 'Grace' }, reason: 'No call is listed' } }],
      },
      userErrors: [],
    });
    expect(await decide('approveWaiver', 'Grace', { ...named, ticketId: second })).toMatchObject({
      userErrors: [{ __typename: 'NoWaiverProposed', path: ['input', 'cycle'] }],
    });
    expect(await figures()).toEqual({
      ...counts,
      waived: 1,
      waiversProposed: 0,
      attainmentWaived: 0.5,
      attainmentProposed: 0.5,
    });
    const log = `query ($id: ID!) { ticket(id: $id) { events(types: [WAIVER_APPROVED, WAIVER_REJECTED], first: 9) {
      nodes { type actor { name } ... on WaiverApprovedEvent { kind cycle reason evidence }
              ... on WaiverRejectedEvent { kind cycle reason evidence } } } } }`;
    const common = { actor: { name: 'Grace' }, kind: 'RESPONSE', cycle: 1, evidence: 4 };
    expect((await service.data(log, { id: first })).ticket.events.nodes).toEqual([
      { type: 'WAIVER_APPROVED', ...common, reason: 'By phone' },
    ]);
    expect((await service.data(log, { id: second })).ticket.events.nodes).toEqual([
      { type: 'WAIVER_REJECTED', ...common, reason: 'No call is listed' },
    ]);
    // As of the time before the entry was recorded, nothing is proposed.
    const past = 'query ($id: ID!, $knownAt: DateTime) { ticket(id: $id, knownAt: $knownAt) { waiverProposed } }';
    const at = async (knownAt: string) => (await service.data(past, { id: first, knownAt })).ticket.waiverProposed;
    expect([await at(minute(100_039)), await at(minute(100_040))]).toEqual([false, false]);
  });
});

describe('a simulated command', () => {
  it('can be before a recorded breach, and not before what a person did', async () => {
    const ticketId = await service.submit(SEV1);
    moveTo(5);
    await send('recordCall', { ticketId });
    moveTo(40);
    await engine(ticketId);
    const query = `query ($ticketId: ID!, $at: DateTime) { simulate(ticketId: $ticketId, change: { acknowledge: true }, at: $at) {
      at userErrors { __typename path ... on OutOfOrder { event { number type } } } after { sla { response { status fulfilledAt } } } } }`;
    const simulate = async (minutes: number) => (await service.data(query, { ticketId, at: minute(minutes) })).simulate;
    expect(await simulate(10)).toEqual({
      at: minute(10),
      userErrors: [],
      after: { sla: { response: { status: 'FULFILLED_LATE', fulfilledAt: minute(10) } } },
    });
    expect(await simulate(4)).toMatchObject({
      userErrors: [{ __typename: 'OutOfOrder', path: ['at'], event: { number: 2, type: 'CALL_RECORDED' } }],
    });
  });
});

it('the last event of a person is read only of a ticket that the caller sees', async () => {
  const { store } = service;
  const opening = submission(newTicket(store.client.id));
  await store.changeTickets([opening]);
  expect(await store.reader.lastAct(seeing(store.client.id), opening.ticketId)).toMatchObject({
    number: 1,
    type: 'SUBMITTED',
  });
  const other = seeing('00000000-0000-7000-8000-0000000000aa');
  expect(await store.reader.lastAct(other, opening.ticketId)).toBeNull();
});
