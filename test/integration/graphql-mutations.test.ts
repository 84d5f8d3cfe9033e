import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Json, SEV1, SEV2, SEV3, SEV4, startTestService, type TestService } from '../support/graphql-service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const look = async (id: string, fields: string): Promise<Json> =>
  (await service.data(`query ($id: ID!) { ticket(id: $id) { ${fields} } }`, { id })).ticket;

/** Carries out what must be accepted, and looks at the ticket afterwards. */
const change = async (name: string, ticketId: string, input: Json, fields: string): Promise<Json> => {
  const payload = await service.mutate(name, { ticketId, ...input }, `ticket { id } userErrors { message }`);
  expect(payload).toEqual({ ticket: { id: ticketId }, userErrors: [] });
  return look(ticketId, fields);
};

describe("a ticket's life", () => {
  it('begins with submitTicket', async () => {
    const payload = await service.mutate(
      'submitTicket',
      {
        subject: 'Checkout is down',
        description: 'Since 9:00',
        impacts: [{ ...SEV1[0], note: 'every shop' }, ...SEV4],
        reporter: 'Rita',
        assignee: 'Ada',
        channel: 'EMAIL',
        externalId: 'INC-1',
        externalUrl: 'https://tracker.example/INC-1',
        tags: [' checkout ', 'checkout', 'urgent'],
        clientMutationId: 'mine',
      },
      `ticket {
         number subject description impacts { audience consequence note } reporter assignee channel externalId externalUrl
         tags severity initialSeverity state version clientActionsOutstanding client { name }
         classification { severity clause text basis override { reason } }
         sla { response { kind status severity bestEffort target { amount unit calendar basis text } cycle missedBeats }
               resolution { status bestEffort dueAt remaining percentElapsed target { amount unit calendar basis } } }
         nextDeadline { kind status } isBreached breaches { kind } waiting { reason } workaround { description }
       } userErrors { message } clientMutationId`,
    );
    expect(payload).toMatchObject({
      userErrors: [],
      clientMutationId: 'mine',
      ticket: {
        number: expect.any(Number),
        subject: 'Checkout is down',
        description: 'Since 9:00',
        impacts: [
          { ...SEV1[0], note: 'every shop' },
          { ...SEV4[0], note: null },
        ],
        reporter: 'Rita',
        assignee: 'Ada',
        channel: 'EMAIL',
        externalId: 'INC-1',
        externalUrl: 'https://tracker.example/INC-1',
        tags: ['checkout', 'urgent'],
        severity: 'SEV1',
        initialSeverity: 'SEV1',
        state: 'OPEN',
        version: 1,
        clientActionsOutstanding: ['CALL'],
        client: { name: 'Default client' },
        classification: { severity: 'SEV1', clause: '1-ordering', basis: 'PUBLISHED', override: null },
        sla: {
          response: {
            kind: 'RESPONSE',
            status: 'RUNNING',
            severity: 'SEV1',
            bestEffort: false,
            target: { amount: 15, unit: 'MINUTES', calendar: 'roundTheClock', basis: 'HOUSE' },
            cycle: 1,
            missedBeats: 0,
          },
          resolution: {
            status: 'BEST_EFFORT',
            bestEffort: true,
            dueAt: null,
            remaining: null,
            percentElapsed: null,
            target: { amount: null, unit: null, calendar: null, basis: 'PUBLISHED' },
          },
        },
        nextDeadline: { kind: 'RESPONSE', status: 'RUNNING' },
        isBreached: false,
        breaches: [],
        waiting: [],
        workaround: null,
      },
    });
  });

  it('is acknowledged by acknowledgeTicket', async () => {
    const id = await service.submit();
    const ticket = await change(
      'acknowledgeTicket',
      id,
      {},
      'openedAt acknowledgedAt respondedAt sla { response { status fulfilledAt } }',
    );
    expect(ticket.acknowledgedAt).not.toBeNull();
    expect(ticket).toMatchObject({
      respondedAt: ticket.acknowledgedAt,
      sla: { response: { status: 'FULFILLED', fulfilledAt: ticket.acknowledgedAt } },
    });
  });

  it('is reclassified by impacts', async () => {
    const id = await service.submit(SEV3);
    const ticket = await change(
      'reclassifyTicket',
      id,
      { impacts: SEV2, reason: 'shoppers too' },
      'severity initialSeverity impacts { audience } classification { clause } severityChanges { from to cause reason by { name } deadlineBefore deadlineAfter }',
    );
    expect(ticket).toMatchObject({
      severity: 'SEV2',
      initialSeverity: 'SEV3',
      impacts: [{ audience: 'SOME_END_USERS' }],
      classification: { clause: '2b' },
      severityChanges: [
        {
          from: 'SEV3',
          to: 'SEV2',
          cause: 'RECLASSIFIED',
          reason: 'shoppers too',
          by: { name: 'local operator' },
          deadlineBefore: expect.any(String),
          deadlineAfter: expect.any(String),
        },
      ],
    });
  });

  it('is reclassified by an override upward', async () => {
    const id = await service.submit(SEV3);
    const override = { severity: 'SEV1', reason: 'a launch today' };
    const ticket = await change(
      'reclassifyTicket',
      id,
      { override },
      'severity classification { severity clause override { severity reason by { kind } at } }',
    );
    expect(ticket).toMatchObject({
      severity: 'SEV1',
      classification: { severity: 'SEV1', clause: '3a', override: { ...override, by: { kind: 'AGENT' } } },
    });
  });

  it('has its severity lowered by applyWorkaround and raised again by withdrawWorkaround', async () => {
    const id = await service.submit(SEV1);
    const fields =
      'state severity workaround { description severityBefore severityAfter impactsAfter { audience } by { name } withdrawnAt } workarounds { withdrawnAt } workaroundAppliedAt severityChanges { cause } sla { resolution { status dueAt cycles { number status severity } } }';
    const applied = await change('applyWorkaround', id, { description: 'Manual orders', remaining: SEV3 }, fields);
    expect(applied).toMatchObject({
      state: 'WORKAROUND_APPLIED',
      severity: 'SEV3',
      workaround: {
        description: 'Manual orders',
        severityBefore: 'SEV1',
        severityAfter: 'SEV3',
        impactsAfter: [{ audience: 'ADMINISTRATORS' }],
        withdrawnAt: null,
      },
      sla: {
        resolution: {
          status: 'RUNNING',
          dueAt: expect.any(String),
          cycles: [
            { number: 1, status: 'SUPERSEDED', severity: 'SEV1' },
            { number: 2, status: 'RUNNING', severity: 'SEV3' },
          ],
        },
      },
    });
    const withdrawn = await change('withdrawWorkaround', id, { reason: 'too slow' }, fields);
    expect(withdrawn).toMatchObject({
      state: 'OPEN',
      severity: 'SEV1',
      workaround: null,
      workaroundAppliedAt: null,
      workarounds: [{ withdrawnAt: expect.any(String) }],
      severityChanges: [{ cause: 'WORKAROUND' }, { cause: 'WORKAROUND_WITHDRAWN' }],
    });
  });

  it('waits and stops waiting', async () => {
    const id = await service.submit();
    const fields =
      'waiting { reason since } sla { update { status dueAt } resolution { status dueAt remaining } } nextDeadline { kind }';
    const paused = await change('startWaiting', id, { reason: 'CLIENT' }, fields);
    expect(paused).toMatchObject({
      waiting: [{ reason: 'CLIENT' }],
      sla: { update: { status: 'PAUSED', dueAt: null }, resolution: { status: 'PAUSED', dueAt: null } },
      // The client still waits for a response.
      nextDeadline: { kind: 'RESPONSE' },
    });
    const running = await change('stopWaiting', id, { reason: 'CLIENT' }, fields);
    expect(running).toMatchObject({ waiting: [], sla: { resolution: { status: 'RUNNING' } } });
  });

  it('records messages and calls', async () => {
    const id = await service.submit(SEV1);
    await change('communicate', id, { direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it' }, 'id');
    const ticket = await change(
      'recordCall',
      id,
      { note: 'they know' },
      `clientActionsOutstanding callRecordedAt communications(first: 10) { totalCount nodes { __typename direction channel body actor { name } ... on CommunicatedEvent { effects { responds } } } }
       sla { update { cycle } }`,
    );
    expect(ticket).toMatchObject({
      clientActionsOutstanding: [],
      sla: { update: { cycle: 2 } },
      communications: {
        totalCount: 2,
        nodes: [
          {
            __typename: 'CommunicatedEvent',
            direction: 'OUTBOUND',
            channel: 'EMAIL',
            body: 'We are on it',
            effects: { responds: true },
          },
          { __typename: 'CallRecordedEvent', direction: 'INBOUND', channel: 'PHONE', body: 'they know' },
        ],
      },
    });
  });

  it('records an automatic message, which answers nothing', async () => {
    const id = await service.submit(SEV1);
    const fields =
      'awaitingReplySince respondedAt sla { update { cycle } } communications(first: 10) { nodes { at isAutomatic } }';
    await change('recordCall', id, {}, 'id');
    const automatic = { direction: 'OUTBOUND', channel: 'EMAIL', body: 'We got your message', automatic: true };
    const waiting = await change('communicate', id, automatic, fields);
    const [call] = waiting.communications.nodes;
    expect(waiting).toMatchObject({ awaitingReplySince: call.at, respondedAt: null, sla: { update: { cycle: 1 } } });
    expect(waiting.communications.nodes).toMatchObject([{ isAutomatic: false }, { isAutomatic: true }]);
    const answered = await change('communicate', id, { ...automatic, automatic: false }, fields);
    expect(answered).toMatchObject({ awaitingReplySince: null, sla: { update: { cycle: 2 } } });
    const { userErrors } = await service.mutate(
      'communicate',
      { ...automatic, ticketId: id, direction: 'INBOUND' },
      'userErrors { __typename ... on InvalidInput { field } }',
    );
    expect(userErrors).toEqual([{ __typename: 'InvalidInput', field: 'automatic' }]);
  });

  it('is assigned, and unassigned', async () => {
    const id = await service.submit();
    expect(await change('assignTicket', id, { assignee: 'Ben' }, 'assignee')).toEqual({ assignee: 'Ben' });
    expect(await change('assignTicket', id, { assignee: null }, 'assignee')).toEqual({ assignee: null });
  });

  it('is resolved, reopened, resolved and closed', async () => {
    const id = await service.submit();
    const fields =
      'state resolution resolvedAt closedAt closeReason sla { resolution { status cycles { number } } } allowedActions { command allowed }';
    const resolved = await change('resolveTicket', id, { resolution: 'Patched' }, fields);
    expect(resolved).toMatchObject({
      state: 'RESOLVED',
      resolution: 'Patched',
      sla: { resolution: { status: 'FULFILLED' } },
    });
    const reopened = await change('reopenTicket', id, { reason: 'again' }, fields);
    expect(reopened).toMatchObject({
      state: 'OPEN',
      resolvedAt: null,
      sla: { resolution: { cycles: [{ number: 1 }, { number: 2 }] } },
    });
    await change('resolveTicket', id, {}, 'id');
    const closed = await change('closeTicket', id, {}, fields);
    expect(closed).toMatchObject({
      state: 'CLOSED',
      closedAt: expect.any(String),
      sla: { resolution: { status: 'FULFILLED' } },
    });
    const allowed = closed.allowedActions.filter((action: Json) => action.allowed);
    expect(allowed.map(({ command }: Json) => command)).toEqual(['ADD_NOTE', 'UPDATE_TICKET']);
  });

  it('is closed unresolved with a reason', async () => {
    const id = await service.submit();
    const ticket = await change(
      'closeTicket',
      id,
      { reason: 'a duplicate' },
      'state closeReason sla { resolution { status } } events(last: 1) { nodes { ... on ClosedEvent { cause reason } } }',
    );
    expect(ticket).toEqual({
      state: 'CLOSED',
      closeReason: 'a duplicate',
      sla: { resolution: { status: 'CANCELLED' } },
      events: { nodes: [{ cause: 'CANCELLED', reason: 'a duplicate' }] },
    });
  });

  it('is followed up, by tickets of the same client', async () => {
    const first = await service.submit();
    const second = await service.submit(SEV3, { followUpOf: first });
    expect(await look(second, 'followUpOf { id }')).toEqual({ followUpOf: { id: first } });
    expect(await look(first, 'followUps { totalCount nodes { id } } followUpOf { id }')).toEqual({
      followUps: { totalCount: 1, nodes: [{ id: second }] },
      followUpOf: null,
    });
  });
});

it('has every step as an event with its facts', async () => {
  const id = await service.submit(SEV1);
  await service.mutate('acknowledgeTicket', { ticketId: id });
  await service.mutate('startWaiting', { ticketId: id, reason: 'THIRD_PARTY' });
  await service.mutate('applyWorkaround', { ticketId: id, description: 'w', remaining: SEV4 });
  await service.mutate('withdrawWorkaround', { ticketId: id, reason: 'failed' });
  await service.mutate('reclassifyTicket', { ticketId: id, impacts: SEV2, reason: 'less' });
  await service.mutate('assignTicket', { ticketId: id, assignee: 'Ada' });
  await service.mutate('resolveTicket', { ticketId: id, resolution: 'done' });
  await service.mutate('reopenTicket', { ticketId: id, reason: 'not done' });
  const { events } = await look(
    id,
    `events(first: 100) { totalCount nodes {
       __typename number type at recordedAt cursor actor { kind } ticket { id }
       ... on SubmittedEvent { severity clause impacts { audience } effects { state started { kind cycle severity total } } }
       ... on WaitingStartedEvent { waitingReason }
       ... on WorkaroundAppliedEvent { workaround { description } effects { severityChange { from to } ended { kind cycle outcome elapsed dueAt } } }
       ... on WorkaroundWithdrawnEvent { reason severity }
       ... on ReclassifiedEvent { reason severity override { reason } }
       ... on AssignedEvent { assignee }
       ... on ResolvedEvent { resolution effects { waitingEnded } }
       ... on ReopenedEvent { reason }
     } }`,
  );
  expect(events.nodes.map(({ type }: Json) => type)).toEqual([
    'SUBMITTED',
    'ACKNOWLEDGED',
    'WAITING_STARTED',
    'WORKAROUND_APPLIED',
    'WORKAROUND_WITHDRAWN',
    'RECLASSIFIED',
    'ASSIGNED',
    'RESOLVED',
    'REOPENED',
  ]);
  expect(events.nodes.map(({ number }: Json) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(events.nodes).toMatchObject([
    {
      __typename: 'SubmittedEvent',
      clause: '1-ordering',
      effects: {
        state: 'OPEN',
        started: [
          { kind: 'RESPONSE', cycle: 1, total: 'PT15M' },
          { kind: 'UPDATE', total: 'PT1H' },
          { kind: 'RESOLUTION', total: null },
        ],
      },
    },
    { __typename: 'AcknowledgedEvent' },
    { waitingReason: 'THIRD_PARTY' },
    { workaround: { description: 'w' }, effects: { severityChange: { from: 'SEV1', to: 'SEV4' } } },
    { reason: 'failed', severity: 'SEV1' },
    { reason: 'less', severity: 'SEV2', override: null },
    { assignee: 'Ada' },
    { resolution: 'done', effects: { waitingEnded: ['THIRD_PARTY'] } },
    { reason: 'not done' },
  ]);
});

describe('createClient', () => {
  it('opens an account that tickets can belong to', async () => {
    const { client, userErrors } = await service.mutate(
      'createClient',
      { name: 'Acme' },
      'client { id name createdAt } userErrors { message }',
    );
    expect(userErrors).toEqual([]);
    const id = await service.submit(SEV2, { clientId: client.id });
    expect(await look(id, 'client { id name }')).toEqual({ client: { id: client.id, name: 'Acme' } });
  });

  it('returns the first result again for the same key', async () => {
    const fields = 'client { id } userErrors { __typename path }';
    const first = await service.mutate('createClient', { name: 'Bolt', idempotencyKey: 'c1' }, fields);
    expect(await service.mutate('createClient', { name: 'Bolt', idempotencyKey: 'c1' }, fields)).toEqual(first);
    expect(await service.mutate('createClient', { name: 'Volt', idempotencyKey: 'c1' }, fields)).toEqual({
      client: null,
      userErrors: [{ __typename: 'IdempotencyKeyReused', path: ['input', 'idempotencyKey'] }],
    });
    expect(await service.mutate('createClient', { name: 'Bolt' }, fields)).toEqual({
      client: null,
      userErrors: [{ __typename: 'InvalidInput', path: ['input', 'name'] }],
    });
  });
});
