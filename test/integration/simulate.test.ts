import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../src/domain/instant';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { CONTRADICTION, type Json, SEV1, SEV2, SEV3, SEV4 } from '../support/graphql-service';
import { MONDAY } from '../support/store';

let service: ClockedService;
beforeAll(async () => {
  service = await startClockedService();
});
afterAll(() => service.close());

const COMMITMENT = `kind severity status startedAt dueAt atRiskAt fulfilledAt breachedAt elapsed remaining missedBeats cycle
  target { amount unit calendar } cycles { number severity status startedAt dueAt endedAt breachedAt total }
  explain { counted segments { from to kind counted holiday reasons } }`;
const STANDING = `state severity impacts { audience consequence } respondedAt resolvedAt closedAt waiting { reason since }
  classification { severity clause text override { severity reason } proposal { severity } } isBreached
  breaches { kind cycle severity dueAt breachedAt cause severityAtBreach } clientActionsOutstanding
  allowedActions { command allowed reason }
  sla { response { ${COMMITMENT} } update { ${COMMITMENT} } resolution { ${COMMITMENT} } }
  nextDeadline { kind dueAt remaining status }`;
const SIMULATE = `query ($ticketId: ID!, $change: SimulatedChangeInput!, $at: DateTime) {
  simulate(ticketId: $ticketId, change: $change, at: $at) {
    at userErrors { __typename code message path ... on SeverityNotLowered { before after } ... on OutOfOrder { lastEventAt } }
    before { ${STANDING} } after { ${STANDING} } severityChange { from to cause deadlineBefore deadlineAfter }
  } }`;

const simulate = async (ticketId: string, change: Json, at: number | null = null): Promise<Json> =>
  (await service.data(SIMULATE, { ticketId, change, at: at === null ? null : toIso(at) })).simulate;
const standing = async (id: string): Promise<Json> =>
  (await service.data(`query ($id: ID!) { ticket(id: $id) { ${STANDING} } }`, { id })).ticket;

const open = async (impacts: Json): Promise<string> => {
  service.store.clock.moveTo(MONDAY);
  return service.submit(impacts);
};

const MUTATIONS: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledgeTicket',
  reclassify: 'reclassifyTicket',
  resolve: 'resolveTicket',
  reopen: 'reopenTicket',
  close: 'closeTicket',
};

/** Carries a change out by the mutation of its name. */
const carryOut = async (ticketId: string, change: Json): Promise<Json> => {
  const [[name = '', given] = []] = Object.entries<Json>(change);
  const more =
    name === 'acknowledge'
      ? {}
      : name === 'applyWorkaround'
        ? { description: 'w', ...given }
        : name === 'communicate'
          ? { body: 'b', ...given }
          : given;
  const payload = await service.mutate(
    MUTATIONS[name] ?? name,
    { ticketId, ...more },
    'ticket { id } userErrors { code }',
  );
  return payload.userErrors;
};

const WAIT = { startWaiting: { reason: 'CLIENT' } };

describe('a simulation gives what the mutation then does', () => {
  // Each begins on a Monday at 10:00 in New York; the instants are after it.
  it.each<[string, Json, readonly (readonly [number, Json])[], number, Json]>([
    ['the first action', SEV2, [], HOUR_MS, { acknowledge: true }],
    ['a workaround that lowers the severity', SEV1, [], HOUR_MS, { applyWorkaround: { remaining: SEV2 } }],
    ['a workaround once SEV2 is overdue', SEV2, [], 3 * DAY_MS, { applyWorkaround: { remaining: SEV4 } }],
    ['a raise', SEV3, [], DAY_MS, { reclassify: { impacts: SEV1 } }],
    ['an override upward', SEV3, [], DAY_MS, { reclassify: { override: { severity: 'SEV2', reason: 'r' } } }],
    [
      'a lowering that needs approval',
      SEV2,
      [],
      DAY_MS,
      { reclassify: { override: { severity: 'SEV4', reason: 'r' } } },
    ],
    ['a pause', SEV2, [], HOUR_MS, WAIT],
    ['the end of a pause', SEV2, [[HOUR_MS, WAIT]], DAY_MS, { stopWaiting: { reason: 'CLIENT' } }],
    ['an answer of the client', SEV2, [[HOUR_MS, WAIT]], DAY_MS, { communicate: { direction: 'INBOUND' } }],
    ['a message to the client', SEV2, [], 2 * DAY_MS, { communicate: { direction: 'OUTBOUND' } }],
    ['a resolution', SEV2, [[HOUR_MS, WAIT]], DAY_MS, { resolve: {} }],
    ['a late resolution', SEV2, [], 3 * DAY_MS, { resolve: { resolution: 'done' } }],
    ['a reopening', SEV2, [[HOUR_MS, { resolve: {} }]], DAY_MS, { reopen: {} }],
    ['a withdrawal', SEV1, [[HOUR_MS, { applyWorkaround: { remaining: SEV3 } }]], DAY_MS, { withdrawWorkaround: {} }],
    ['a confirmation', SEV2, [[HOUR_MS, { resolve: {} }]], DAY_MS, { close: {} }],
    ['a cancellation', SEV2, [], DAY_MS, { close: { reason: 'duplicate' } }],
  ])('%s', async (_, impacts, steps, later, change) => {
    const id = await open(impacts);
    for (const [after, step] of steps) {
      service.store.clock.moveTo(MONDAY + after);
      expect(await carryOut(id, step)).toEqual([]);
    }
    const at = MONDAY + later;
    const { before, after, userErrors, severityChange, at: when } = await simulate(id, change, at);
    expect(userErrors).toEqual([]);
    expect(when).toBe(toIso(at));
    service.store.clock.moveTo(at);
    expect(before).toEqual(await standing(id));
    expect(await carryOut(id, change)).toEqual([]);
    const then = await standing(id);
    expect(after).toEqual(then);
    expect(after).not.toEqual(before);
    expect(severityChange === null).toBe(before.severity === after.severity);
  });
});

describe('a simulation that is refused', () => {
  it('gives the reason with its facts, and the ticket as it would be without the change', async () => {
    const id = await open(SEV1);
    const { before, after, userErrors } = await simulate(
      id,
      { applyWorkaround: { remaining: SEV1 } },
      MONDAY + HOUR_MS,
    );
    expect(userErrors).toMatchObject([
      {
        __typename: 'SeverityNotLowered',
        before: 'SEV1',
        after: 'SEV1',
        path: ['change', 'applyWorkaround', 'remaining'],
      },
    ]);
    expect(after).toEqual(before);
    expect(before.sla.response).toMatchObject({ status: 'BREACHED', breachedAt: toIso(MONDAY + 15 * MINUTE_MS) });
  });

  it.each<[string, Json, number | null, string, readonly string[]]>([
    [
      'a contradiction',
      { reclassify: { impacts: CONTRADICTION } },
      null,
      'ContradictoryImpact',
      ['change', 'reclassify', 'impacts', '0'],
    ],
    ['out of order', { resolve: {} }, MONDAY - 1, 'OutOfOrder', ['at']],
    ['illegal in this state', { reopen: {} }, null, 'IllegalTransition', ['change', 'reopen']],
    ['no change', {}, null, 'InvalidInput', ['change']],
    ['two changes', { acknowledge: true, resolve: {} }, null, 'InvalidInput', ['change']],
    ['neither impacts nor override', { reclassify: {} }, null, 'InvalidInput', ['change', 'reclassify', 'impacts']],
    [
      'no impacts',
      { applyWorkaround: { remaining: [] } },
      null,
      'InvalidInput',
      ['change', 'applyWorkaround', 'remaining'],
    ],
  ])('%s', async (_, change, at, code, path) => {
    const id = await open(SEV2);
    const query = SIMULATE.replace(/before \{[\s\S]*severityChange/, 'severityChange');
    const answer = await service.data(query, { ticketId: id, change, at: at === null ? null : toIso(at) });
    expect(answer.simulate.userErrors).toMatchObject([
      { code: expect.stringMatching(new RegExp(code.replace(/(?<=[a-z])(?=[A-Z])/g, '_'), 'i')), path },
    ]);
  });

  it('is none beyond the calendar: the deadline is unknown', async () => {
    const id = await open(SEV2);
    const query = `query ($id: ID!) { simulate(ticketId: $id, change: { reclassify: { impacts: [{ audience: ADMINISTRATORS, consequence: DEGRADED }] } }, at: "2051-06-01T00:00:00.000Z") {
      userErrors { code } after { severity isBreached sla { response { status dueAt } update { status dueAt elapsed percentElapsed } } } } }`;
    const { userErrors, after } = (await service.data(query, { id })).simulate;
    expect(userErrors).toEqual([]);
    // What was due within the known years is breached; no unknown deadline hides it.
    expect(after).toMatchObject({ severity: 'SEV3', isBreached: true, sla: { response: { status: 'BREACHED' } } });
    expect(after.sla.update).toMatchObject({ status: 'BREACHED', elapsed: null, percentElapsed: null });
  });

  it('of a ticket that does not exist', async () => {
    const id = Buffer.from('Ticket:00000000-0000-7000-8000-000000000000').toString('base64url');
    expect(await simulate(id, { resolve: {} })).toMatchObject({
      userErrors: [{ __typename: 'NotFound', path: ['ticketId'] }],
      before: null,
      after: null,
    });
  });
});

it('a simulation writes nothing', async () => {
  const { pool } = service.store;
  const id = await open(SEV2);
  const all = async () =>
    Promise.all(
      ['tickets', 'events', 'idempotency_keys'].map(async (table) => (await pool.query(`SELECT * FROM ${table}`)).rows),
    );
  const before = await all();
  await simulate(id, { resolve: {} }, MONDAY + 9 * DAY_MS);
  await simulate(id, { applyWorkaround: { remaining: SEV2 } }, MONDAY + 9 * DAY_MS);
  expect(await all()).toEqual(before);
});
