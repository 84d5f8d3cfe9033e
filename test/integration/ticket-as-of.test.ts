import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../src/domain/instant';
import { type ClockedService, startClockedService } from '../support/clocked-service';
import { type Json, SEV1, SEV2, SEV3, SEV4 } from '../support/graphql-service';
import { fieldsOf } from '../support/selection';
import { AGENT, commands, MONDAY, newTicket, submission } from '../support/store';

let service: ClockedService;
beforeAll(async () => {
  service = await startClockedService();
});
afterAll(() => service.close());

/** All of a ticket, in two operations: the events by themselves are as large as the rest. */
const { events, ...others } = Object.fromEntries(fieldsOf('Ticket'));
const ALL = [events ?? '', Object.values(others).join(' ')];

const look = async (id: string, when: Json = {}): Promise<Json> => {
  const parts = await Promise.all(
    ALL.map((fields) =>
      service.data(
        `query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) { ticket(id: $id, asOf: $asOf, knownAt: $knownAt) { ${fields} } }`,
        { id, ...when },
      ),
    ),
  );
  return parts.some(({ ticket }) => ticket === null) ? null : Object.assign({}, ...parts.map(({ ticket }) => ticket));
};

/** The same as text, one field a line: two texts are compared much faster than two objects. */
const lookAsText = async (id: string, when?: Json): Promise<string> => JSON.stringify(await look(id, when), null, 1);

/**
 * A command is given, or the engine records what fell due. What is refused is tried all the
 * same.
 */
type Step = { readonly name: string; readonly input: Json; readonly agent: string } | 'ENGINE' | 'FOLLOW_UP';

const impacts = fc.constantFrom(SEV1, SEV2, SEV3, SEV4);
const reason = fc.constantFrom('CLIENT', 'THIRD_PARTY', 'OTHER_TICKET');
const change = fc.oneof(
  fc.constant(['acknowledgeTicket', {}]),
  impacts.map((it) => ['reclassifyTicket', { impacts: it }]),
  fc
    .constantFrom('SEV1', 'SEV2', 'SEV4')
    .map((severity) => ['reclassifyTicket', { override: { severity, reason: 'r' } }]),
  fc.constant(['approveOverride', {}]),
  impacts.map((remaining) => ['applyWorkaround', { description: 'w', remaining }]),
  fc.constant(['withdrawWorkaround', {}]),
  reason.map((it) => ['startWaiting', { reason: it }]),
  reason.map((it) => ['stopWaiting', { reason: it }]),
  fc.constantFrom('INBOUND', 'OUTBOUND').map((direction) => ['communicate', { direction, body: 'b' }]),
  fc.constant(['recordCall', { note: 'n' }]),
  fc.constant(['assignTicket', { assignee: 'Grace' }]),
  fc.constant(['waiveBreach', { kind: 'RESPONSE', cycle: 1, reason: 'r' }]),
  fc.constantFrom('approveWaiver', 'rejectWaiver').map((it) => [it, { kind: 'UPDATE', cycle: 1, reason: 'r' }]),
  fc.constant(['resolveTicket', { resolution: 'done' }]),
  fc.constant(['reopenTicket', {}]),
  fc.constant(['closeTicket', { reason: 'duplicate' }]),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ change, agent: fc.constantFrom('Ada', 'Grace') })
      .map(({ change: [name, input], agent: by }) => ({ name: String(name), input, agent: by })),
  },
  { weight: 4, arbitrary: fc.constant<Step>('ENGINE') },
  { weight: 1, arbitrary: fc.constant<Step>('FOLLOW_UP') },
);
const gap = fc.oneof(
  fc.integer({ min: 2, max: 8 * HOUR_MS }),
  fc.integer({ min: 2, max: 4 * DAY_MS }),
  fc.integer({ min: 1, max: 40 }).map((quarters) => quarters * 15 * MINUTE_MS),
);

async function carryOut(id: string, what: Step): Promise<void> {
  if (what === 'FOLLOW_UP') await service.submit(SEV3, { followUpOf: id });
  else if (what === 'ENGINE') {
    const ticketId = Buffer.from(id, 'base64url').toString().replace('Ticket:', '');
    const letPass = { ...commands(ticketId, []), steps: [{ command: 'LET_PASS' as const, at: null }] };
    await service.store.changeTickets([letPass]);
  } else {
    const type = `${what.name[0]?.toUpperCase()}${what.name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${what.name}(input: $input) { userErrors { code } } }`;
    const { errors } = await service.ask(
      query,
      { input: { ticketId: id, ...what.input } },
      { 'x-stepdown-agent': what.agent },
    );
    expect(errors).toEqual([]);
  }
}

it('a live ticket is, as of any instant, what the API returned then, field for field', async () => {
  const { clock } = service.store;
  const story = fc.record({
    first: impacts,
    steps: fc.array(fc.record({ step, gap }), { minLength: 6, maxLength: 14 }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ first, steps }) => {
      clock.moveTo(MONDAY);
      const followed = await service.submit(SEV2);
      clock.move(MINUTE_MS);
      const id = await service.submit(first, { followUpOf: followed });
      const seen: { readonly at: string; readonly ticket: string }[] = [];
      const watch = async () => seen.push({ at: toIso(clock.now()), ticket: await lookAsText(id) });
      await watch();
      for (const { step: what, gap: length } of steps) {
        // Between what happened and what will, no command is given; what falls due there is
        // derived.
        clock.move(Math.floor(length / 2));
        await watch();
        clock.move(Math.ceil(length / 2));
        await carryOut(id, what);
        await watch();
      }
      clock.move(1);
      await carryOut(followed, { name: 'resolveTicket', input: {}, agent: 'Ada' });
      clock.move(30 * DAY_MS);
      await carryOut(id, 'ENGINE');
      for (const { at, ticket } of seen) {
        const [asOf, known] = await Promise.all([
          lookAsText(id, { asOf: at }),
          lookAsText(id, { asOf: at, knownAt: at }),
        ]);
        expect([at, asOf]).toEqual([at, ticket]);
        expect([at, known]).toEqual([at, ticket]);
      }
      const now = toIso(clock.now());
      const present = await look(id);
      expect(await look(id, { asOf: now })).toEqual(present);
      expect(await look(id, { knownAt: now })).toEqual(present);
      expect(await look(id, { asOf: toIso(MONDAY + MINUTE_MS - 1) })).toBeNull();
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

describe('a history that was imported', () => {
  // In May; recorded in June.
  const OPENED = Date.parse('2026-05-04T14:00:00Z');
  const RESOLVED = OPENED + 3 * DAY_MS;
  const FIELDS = `version state severity createdAt updatedAt events(first: 20) { totalCount nodes { type } }
    breaches { kind breachedAt detectedAt } sla { resolution { status elapsed } }`;
  let id: string;

  beforeAll(async () => {
    const { store } = service;
    store.clock.moveTo(MONDAY);
    const opened = submission(newTicket(store.client.id, { externalId: 'OLD-1' }), { at: OPENED });
    const steps = [
      { command: { type: 'acknowledge' as const }, at: OPENED + HOUR_MS },
      { command: { type: 'resolve' as const, resolution: null }, at: RESOLVED },
    ];
    await store.changeTickets([{ ...opened, steps, actor: { ...AGENT, kind: 'IMPORT' } }]);
    id = Buffer.from(`Ticket:${opened.ticketId}`).toString('base64url');
    store.clock.moveTo(MONDAY + DAY_MS);
    await store.changeTickets([commands(opened.ticketId, [{ type: 'assign', assignee: 'Grace' }])]);
    store.clock.moveTo(MONDAY + 2 * DAY_MS);
  });

  const at = async (asOf: number | null, knownAt: number | null): Promise<Json> => {
    const query = `query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) { ticket(id: $id, asOf: $asOf, knownAt: $knownAt) { ${FIELDS} } }`;
    const when = { asOf: asOf === null ? null : toIso(asOf), knownAt: knownAt === null ? null : toIso(knownAt) };
    return (await service.data(query, { id, ...when })).ticket;
  };

  it.each<[string, number | null, number | null, string | null, number | null]>([
    ['before it was opened', OPENED - 1, null, null, null],
    ['as it was opened', OPENED, null, 'OPEN', 1],
    ['after the first action', OPENED + HOUR_MS, null, 'OPEN', 2],
    ['a millisecond before', OPENED + HOUR_MS - 1, null, 'OPEN', 1],
    ['before we knew of it', OPENED + HOUR_MS, MONDAY - 1, null, null],
    ['as soon as we knew of it', OPENED + HOUR_MS, MONDAY, 'OPEN', 2],
    ['known before it was assigned', MONDAY + DAY_MS, MONDAY, 'CLOSED', 7],
    ['known by then, judged then', null, MONDAY, 'CLOSED', 7],
    ['known before the import', null, MONDAY - 1, null, null],
  ])('%s', async (_, asOf, knownAt, state, version) => {
    const ticket = await at(asOf, knownAt);
    expect([ticket?.state ?? null, ticket?.version ?? null]).toEqual([state, version]);
    expect(ticket?.events.totalCount ?? null).toBe(version);
  });

  it('has its breaches at the instants of their occurrence, though they were recorded later', async () => {
    const due = OPENED + 2 * DAY_MS;
    expect((await at(due, null)).sla.resolution.status).toBe('AT_RISK');
    const late = await at(due + 1, null);
    expect(late.sla.resolution.status).toBe('BREACHED');
    expect(late.breaches.at(-1)).toEqual({ kind: 'RESOLUTION', breachedAt: toIso(due), detectedAt: toIso(RESOLVED) });
  });
});

describe('an instant in the future', () => {
  it('shows the ticket as it will be if no one acts', async () => {
    service.store.clock.moveTo(MONDAY);
    const id = await service.submit(SEV2);
    const query =
      'query ($id: ID!, $at: DateTime) { ticket(id: $id, asOf: $at) { isBreached sla { resolution { status } } } }';
    const ahead = await service.data(query, { id, at: toIso(MONDAY + 2 * DAY_MS + 1) });
    expect(ahead.ticket).toEqual({ isBreached: true, sla: { resolution: { status: 'BREACHED' } } });
    expect((await service.data(query, { id })).ticket.isBreached).toBe(false);
  });
});

it('is accepted with number and externalId as well', async () => {
  const { clock } = service.store;
  clock.moveTo(MONDAY);
  await service.submit(SEV2, { externalId: 'EXT-1' });
  const query = 'query ($asOf: DateTime) { ticket(externalId: "EXT-1", asOf: $asOf) { number version } }';
  const { ticket } = await service.data(query, { asOf: toIso(MONDAY) });
  expect(ticket.version).toBe(1);
  expect((await service.data(query, { asOf: toIso(MONDAY - 1) })).ticket).toBeNull();
  const byNumber = `query ($asOf: DateTime) { ticket(number: ${ticket.number}, asOf: $asOf) { version } }`;
  expect((await service.data(byNumber, { asOf: toIso(MONDAY) })).ticket).toEqual({ version: 1 });
});
