import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Listener, listenOver, openSocket } from '../support/graphql-socket';
import { SEV1, SEV2 } from '../support/impacts';
import { ask, type Serving, serve } from '../support/program';

// One ticket from its submission to the report, as the README has it: start reading the tests here.
// The program runs as a process of its own on a real PostgreSQL; it is spoken to over HTTP, and a
// client listens over a WebSocket.

let database: TestDatabase;
let service: Serving;
let socket: Client;
let severityChanges: Listener;
let ticketId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await serve({ DATABASE_URL: database.url });
  socket = openSocket(service.url);
  severityChanges = await listenOver(
    socket,
    'subscription { severityChanged { change { from to cause deadlineBefore deadlineAfter } ticket { number severity } } }',
  );
});
afterAll(async () => {
  await socket.dispose();
  await service.end('SIGTERM');
  await database.drop();
});

const FIELDS = `ticket { id number state severity sla {
  response { status fulfilledAt } resolution { status bestEffort dueAt }
} } userErrors { __typename ... on SeverityNotLowered { before after } }`;

/** Carries out one mutation and gives its payload. */
async function mutate(name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const data = await ask<Record<string, Payload>>(
    service.url,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${FIELDS} } }`,
    { input },
  );
  return data[name] as Payload;
}
interface Payload {
  readonly ticket: { readonly id: string; readonly sla: { readonly resolution: { readonly dueAt: string | null } } };
  readonly userErrors: readonly object[];
}

describe('The story of a ticket', () => {
  it('is submitted with facts, from which follows the highest severity, resolved with best effort', async () => {
    const { ticket, userErrors } = await mutate('submitTicket', { subject: 'Checkout is down', impacts: SEV1 });
    expect(userErrors).toEqual([]);
    expect(ticket).toMatchObject({
      number: 1,
      state: 'OPEN',
      severity: 'SEV1',
      sla: { response: { status: 'RUNNING' }, resolution: { bestEffort: true, dueAt: null } },
    });
    ticketId = ticket.id;
  });

  it('refuses a workaround that leaves the severity where it is', async () => {
    const still = { ticketId, description: 'Orders are taken by phone', remaining: SEV1 };
    const { userErrors } = await mutate('applyWorkaround', still);
    expect(userErrors).toEqual([{ __typename: 'SeverityNotLowered', before: 'SEV1', after: 'SEV1' }]);
  });

  let resolutionDueAt: string | null;

  it('is lowered to SEV2 by a workaround, which gives the resolution a due instant', async () => {
    const partly = { ticketId, description: 'Orders are taken by phone', remaining: SEV2 };
    const { ticket, userErrors } = await mutate('applyWorkaround', partly);
    expect(userErrors).toEqual([]);
    expect(ticket).toMatchObject({
      state: 'WORKAROUND_APPLIED',
      severity: 'SEV2',
      sla: { response: { status: 'FULFILLED' }, resolution: { status: 'RUNNING', bestEffort: false } },
    });
    resolutionDueAt = ticket.sla.resolution.dueAt;
    expect(Date.parse(resolutionDueAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('sends the lowering to the subscriber, with the due instants before and after', async () => {
    const [{ data }] = await severityChanges.has(1);
    expect(data.severityChanged).toEqual({
      change: { from: 'SEV1', to: 'SEV2', cause: 'WORKAROUND', deadlineBefore: null, deadlineAfter: resolutionDueAt },
      ticket: { number: 1, severity: 'SEV2' },
    });
  });

  it('is resolved in time', async () => {
    const { ticket } = await mutate('resolveTicket', { ticketId, resolution: 'The database has more memory' });
    expect(ticket).toMatchObject({ state: 'RESOLVED', sla: { resolution: { status: 'FULFILLED' } } });
  });

  it('appears in the report, each promise under the severity that gave it, and every promise is kept', async () => {
    const { slaReport } = await ask<{ slaReport: object }>(
      service.url,
      `{ slaReport(from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: SEVERITY) {
        groups { key opened resolved response { met breached } resolution { met breached } }
      } }`,
    );
    const none = { met: 0, breached: 0 };
    const kept = { met: 1, breached: 0 };
    expect(slaReport).toEqual({
      groups: [
        { key: 'SEV1', opened: 1, resolved: 0, response: kept, resolution: none },
        { key: 'SEV2', opened: 0, resolved: 1, response: none, resolution: kept },
      ],
    });
  });
});
