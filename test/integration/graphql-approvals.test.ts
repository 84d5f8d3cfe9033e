import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { fromGlobalId, toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;
let service: TestService;
beforeAll(async () => {
  store = await openStore();
  service = await startTestService({ url: store.url });
});
afterAll(async () => {
  await service.close();
  await store.close();
});

const TICKET = `id severity classification { override { severity reason by { id } approvedBy { id } }
  proposal { severity isOverride reason by { id } } }
  severityChanges { from to cause by { id } }`;
const ERRORS = 'userErrors { __typename message }';

/** Carries out a mutation as an agent of that name. */
async function as(agent: string, mutation: string, input: object) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await service.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ticket { ${TICKET} } ${ERRORS} } }`,
    { input },
    { 'x-stepdown-agent': agent },
  );
  expect(errors).toEqual([]);
  return data[mutation];
}

describe('an override downward', () => {
  it('is proposed by one agent and approved by another, each named in the log', async () => {
    const ticketId = await service.submit(SEV1);
    const proposed = await as('Ada', 'reclassifyTicket', {
      ticketId,
      override: { severity: 'SEV3', reason: 'a test shop' },
    });
    expect(proposed).toMatchObject({
      ticket: {
        severity: 'SEV1',
        classification: { override: null, proposal: { severity: 'SEV3', by: { id: 'ada' } } },
      },
      userErrors: [],
    });
    // Ways to write the same name, the last one in full-width letters. A header has bytes of UTF-8.
    for (const name of ['ada', ' ADA ', Buffer.from('ＡＤＡ').toString('latin1')]) {
      expect(await as(name, 'approveOverride', { ticketId })).toMatchObject({
        ticket: { severity: 'SEV1' },
        userErrors: [{ __typename: 'ApproverIsProposer' }],
      });
    }
    expect(await as('Grace', 'approveOverride', { ticketId, reason: 'I looked' })).toMatchObject({
      ticket: {
        severity: 'SEV3',
        classification: {
          override: { severity: 'SEV3', reason: 'a test shop', by: { id: 'ada' }, approvedBy: { id: 'grace' } },
          proposal: null,
        },
        severityChanges: [{ from: 'SEV1', to: 'SEV3', cause: 'OVERRIDDEN', by: { id: 'grace' } }],
      },
      userErrors: [],
    });
    const { ticket } = await service.data(
      `query ($id: ID!) { ticket(id: $id) { events(first: 10) { nodes { type actor { id }
         ... on OverrideProposedEvent { proposal { reason } } ... on OverrideApprovedEvent { reason } } } } }`,
      { id: ticketId },
    );
    expect(ticket.events.nodes.slice(1)).toEqual([
      { type: 'OVERRIDE_PROPOSED', actor: { id: 'ada' }, proposal: { reason: 'a test shop' } },
      { type: 'OVERRIDE_APPROVED', actor: { id: 'grace' }, reason: 'I looked' },
    ]);
  });

  it('is rejected with a reason', async () => {
    const ticketId = await service.submit(SEV2);
    await as('Ada', 'reclassifyTicket', { ticketId, override: { severity: 'SEV4', reason: 'small' } });
    expect(await as('Grace', 'rejectOverride', { ticketId, reason: ' ' })).toMatchObject({
      userErrors: [{ __typename: 'InvalidInput' }],
    });
    expect(await as('Grace', 'rejectOverride', { ticketId, reason: 'it is not' })).toMatchObject({
      ticket: { severity: 'SEV2', classification: { proposal: null, override: null } },
      userErrors: [],
    });
  });

  it('has the agent of the header over a WebSocket too, and an empty header is refused with 400', async () => {
    const viewer = (agent: string) =>
      new Promise((resolve, reject) => {
        class Named extends WebSocket {
          constructor(url: string, protocols: string[]) {
            super(url, protocols, { headers: { 'x-stepdown-agent': agent } });
          }
        }
        const client = createClient({
          url: service.url.replace('http', 'ws'),
          webSocketImpl: Named,
          retryAttempts: 0,
          lazy: true,
        });
        client.subscribe(
          { query: '{ viewer { actor { id name } } }' },
          { next: ({ data }) => resolve(data), error: reject, complete: () => void client.dispose() },
        );
      });
    expect(await viewer('Grace')).toEqual({ viewer: { actor: { id: 'grace', name: 'Grace' } } });
    await expect(viewer(' ')).rejects.toHaveProperty('message', 'Unexpected server response: 400');
    const refused = await service.ask('{ viewer { actor { id } } }', {}, { 'x-stepdown-agent': ' ' });
    expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('a waived breach', () => {
  it('stays a breach, and says who waived it and why', async () => {
    const opened = submission(newTicket(store.client.id), { at: Date.now() - 30 * 86_400_000 });
    await store.changeTickets([opened]);
    const ticketId = toGlobalId('Ticket', opened.ticketId);
    expect(
      await as('Ada', 'waiveBreach', { ticketId, kind: 'RESOLUTION', cycle: 1, reason: 'force majeure' }),
    ).toMatchObject({
      userErrors: [],
    });
    expect(await as('Ada', 'waiveBreach', { ticketId, kind: 'RESOLUTION', cycle: 1, reason: 'again' })).toMatchObject({
      userErrors: [{ __typename: 'AlreadyWaived' }],
    });
    const { ticket } = await service.data(
      `query ($id: ID!) { ticket(id: $id) { isBreached
         breaches { kind cycle severityAtBreach waiver { by { id } reason } }
         events(last: 1) { nodes { type actor { id } ... on BreachWaivedEvent { kind cycle reason } } } } }`,
      { id: ticketId },
    );
    expect(fromGlobalId(ticketId)).toEqual({ type: 'Ticket', key: opened.ticketId });
    expect(ticket.isBreached).toBe(true);
    expect(ticket.breaches).toEqual([
      { kind: 'RESPONSE', cycle: 1, severityAtBreach: 'SEV2', waiver: null },
      { kind: 'UPDATE', cycle: 1, severityAtBreach: 'SEV2', waiver: null },
      {
        kind: 'RESOLUTION',
        cycle: 1,
        severityAtBreach: 'SEV2',
        waiver: { by: { id: 'ada' }, reason: 'force majeure' },
      },
    ]);
    expect(ticket.events.nodes).toEqual([
      { type: 'BREACH_WAIVED', actor: { id: 'ada' }, kind: 'RESOLUTION', cycle: 1, reason: 'force majeure' },
    ]);
  });
});
