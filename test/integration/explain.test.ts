import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { type ExplainOptions, explain } from '../../src/adapters/cli/ticket/explain-command';
import { startTestService } from '../support/graphql-service';
import { SEV1, SEV2 } from '../support/impacts';
import { commands, newTicket, openStore, submission, type TestStore } from '../support/store';

const ASKED: ExplainOptions = { ticket: '', commitment: null, cycle: null, zone: null, json: false };

describe('stepdown explain', () => {
  let store: TestStore;
  let number: string;
  let id: string;

  // Friday, 3 July 2026 is the day on which Independence Day is kept.
  beforeAll(async () => {
    store = await openStore();
    const opened = Date.parse('2026-07-02T20:00:00Z');
    store.clock.moveTo(opened);
    const change = submission(newTicket(store.client.id, { externalId: 'INC-1', subject: 'Orders hang' }));
    const [first] = await store.changeTickets([change]);
    id = change.ticketId;
    number = String(first?.ticket?.number);
    store.clock.moveTo(Date.parse('2026-07-02T20:30:00Z'));
    await store.changeTickets([commands(id, [{ type: 'acknowledge' }, { type: 'startWaiting', reason: 'CLIENT' }])]);
    store.clock.moveTo(Date.parse('2026-07-06T13:00:00Z'));
    await store.changeTickets([commands(id, [{ type: 'stopWaiting', reason: 'CLIENT' }])]);
  });
  afterAll(() => store.close());

  const text = (options: Partial<ExplainOptions>) => explain(store, { ...ASKED, ticket: number, ...options });

  it('prints every cycle as a table in local time, with the sum that was promised', async () => {
    expect(await text({ commitment: 'response' })).toBe(`Ticket ${number} (INC-1): Orders hang
SEV2, open, at Mon 2026-07-06 09:00; times are America/New_York

  Thu 2026-07-02 16:00  Ada opened it as SEV2
  Thu 2026-07-02 16:30  Ada acknowledged it
  Thu 2026-07-02 16:30  Ada began to wait for the client
  Mon 2026-07-06 09:00  Ada stopped waiting for the client

RESPONSE, cycle 1, promised at SEV2: fulfilled in time
  Promised: 4 hours on the calendar "business" (house)
  Policy cimcloud, version 1

  From                  To                    What                                           Counted
  --------------------------------------------------------------------------------------------------
  Thu 2026-07-02 16:00  Thu 2026-07-02 17:00  counted                                     1 h 00 min
  Thu 2026-07-02 17:00  Fri 2026-07-03 00:00  outside hours                                        -
  Fri 2026-07-03 00:00  Sat 2026-07-04 00:00  holiday: Independence Day (substitute day)           -
  Sat 2026-07-04 00:00  Sun 2026-07-05 00:00  holiday: Independence Day                            -
  Sun 2026-07-05 00:00  Mon 2026-07-06 08:00  outside hours                                        -
  Mon 2026-07-06 08:00  Mon 2026-07-06 11:00  would have counted                          3 h 00 min
  --------------------------------------------------------------------------------------------------
  Sum                                                                                     4 h 00 min

  Total: 4 h 00 min of the calendar's open time
  Due: Mon 2026-07-06 11:00
  Ended: Thu 2026-07-02 16:30, 0 h 30 min used
`);
    const whole = await text({});
    expect(whole).toMatch(/Thu 2026-07-02 16:30 {2}Mon 2026-07-06 09:00 {2}paused, waiting for the client +-/);
    expect(whole.match(/^\w+, cycle \d/gm)).toEqual(['RESPONSE, cycle 1', 'UPDATE, cycle 1', 'RESOLUTION, cycle 1']);
  });

  it('says why a due time is unknown, and explains the other cycles', async () => {
    const late = await openStore();
    const at = Date.parse('2050-12-20T15:00:00Z');
    const change = submission(newTicket(late.client.id), { at });
    await late.changeTickets([change]);
    const message = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' } as const;
    await late.changeTickets([commands(change.ticketId, [message], { at: Date.parse('2051-01-02T15:00:00Z') })]);
    late.clock.moveTo(Date.parse('2051-01-03T15:00:00Z'));
    const printed = await explain(late, { ...ASKED, ticket: change.ticketId });
    expect(printed).toContain('RESPONSE, cycle 1, promised at SEV2: fulfilled late');
    expect(printed).toContain('UPDATE, cycle 2, promised at SEV2: unknown');
    expect(printed).toContain(
      'The time cannot be computed. The holidays of the calendar of America/New_York are known',
    );
    const { cycles } = JSON.parse(await explain(late, { ...ASKED, ticket: change.ticketId, json: true }));
    expect(cycles.find((one: { cycle: number }) => one.cycle === 2)).toMatchObject({
      status: 'UNKNOWN',
      ...{ total: null, counted: null, elapsed: null, dueAt: null, segments: [] },
      unknownBecause: expect.stringContaining('this needs 2051'),
    });
    await late.close();
  });

  it('finds the ticket by number, id and externalId, and gives JSON', async () => {
    const resolution = { commitment: 'RESOLUTION', cycle: '1', json: true };
    const json = await text(resolution);
    expect(await text({ ...resolution, ticket: id })).toBe(json);
    expect(await text({ ...resolution, ticket: 'INC-1' })).toBe(json);
    const { cycles } = JSON.parse(json);
    expect(cycles).toMatchObject([
      { commitment: 'RESOLUTION', total: 'PT18H', counted: 'PT18H', calendar: 'business' },
    ]);
    expect(cycles[0].segments[1]).toEqual({
      from: '2026-07-02T20:30:00.000Z',
      to: '2026-07-06T13:00:00.000Z',
      kind: 'PAUSED',
      counted: 'PT0S',
      holiday: null,
      reasons: ['CLIENT'],
    });
  });

  it('prints how late a commitment was met, and how much time the next cycle has after a reopening', async () => {
    const subject = 'Down\u001b[2J\nSEV4, closed \u202e';
    const change = submission(newTicket(store.client.id, { subject, externalId: 'LATE\u001b[31m' }), {
      at: Date.parse('2026-07-06T14:00:00Z'),
    });
    await store.changeTickets([change]);
    const late = Date.parse('2026-07-08T15:30:00Z');
    store.clock.moveTo(late);
    await store.changeTickets([commands(change.ticketId, [{ type: 'resolve', resolution: null }])]);
    store.clock.moveTo(Date.parse('2026-07-09T14:00:00Z'));
    await store.changeTickets([commands(change.ticketId, [{ type: 'reopen', reason: null }])]);
    const resolution = { ticket: change.ticketId, commitment: 'RESOLUTION', zone: 'UTC' };
    const [first = '', second = ''] = (await text(resolution)).split('RESOLUTION, cycle 2');
    expect(first).toMatch(/^Ticket \d+ \(LATE \[31m\): Down \[2J SEV4, closed +$/m);
    expect(first).toContain('\n  Due: Wed 2026-07-08 14:00\n  Breached: Wed 2026-07-08 14:00\n');
    expect(first).toContain('\n  Ended: Wed 2026-07-08 15:30, 19 h 30 min used\n  Late by: 1 h 30 min\n');
    expect(second).toContain(
      "\n  Total: 1 h 48 min of the calendar's open time: reopened; the rest of 18 h 00 min, at least 10 %\n",
    );
    expect(second).toMatch(/will count +1 h 48 min\n/);
  });

  it.each([
    ['no such ticket', { ticket: 'INC-404' }, 'There is no ticket "INC-404"'],
    ['no such commitment', { commitment: 'REPLY' }, '--commitment takes RESPONSE, UPDATE, RESOLUTION'],
    ['no such cycle', { cycle: '7' }, 'has no cycle 7; its cycles are RESPONSE 1, UPDATE 1, RESOLUTION 1'],
    ['no number', { cycle: 'first' }, '--cycle takes the number of a cycle'],
    ['no zone', { zone: 'Mars' }, '--zone takes an IANA time zone'],
  ] as const)('says in a sentence: %s', async (_, options, sentence) => {
    await expect(text(options)).rejects.toMatchObject({
      name: 'ExplainError',
      message: expect.stringContaining(sentence),
    });
  });
});

it('the API explains every commitment and every cycle', async () => {
  const service = await startTestService();
  try {
    const id = await service.submit();
    const fields = 'policyVersion calendar segments { from to kind counted }';
    const { ticket } = await service.data(
      `query ($id: ID!) { ticket(id: $id) { sla {
         response { explain { ${fields} } }
         resolution { dueAt startedAt
           explain { ${fields} policyName policy { version } businessCalendar { name timeZone } target { amount unit }
                     total counted dueAt segments { holiday reasons } elapsedSegments { counted } }
           cycles { explain { ${fields} } } } } } }`,
      { id },
    );
    const { response, resolution } = ticket.sla;
    expect(response.explain).toMatchObject({ policyVersion: 1, calendar: 'business' });
    expect(resolution.explain).toMatchObject({
      policyName: 'cimcloud',
      policy: { version: 1 },
      businessCalendar: { name: 'business', timeZone: 'America/New_York' },
      target: { amount: 2, unit: 'BUSINESS_DAYS' },
      total: 'PT18H',
      counted: 'PT18H',
      dueAt: resolution.dueAt,
    });
    expect(resolution.explain.segments[0].from).toBe(resolution.startedAt);
    expect(resolution.explain.segments.at(-1).to).toBe(resolution.dueAt);
    expect(resolution.cycles).toHaveLength(1);
    const urgent = await service.submit(SEV1);
    const bestEffort = await service.data(
      'query ($id: ID!) { ticket(id: $id) { sla { resolution { explain { calendar total dueAt businessCalendar { name } } } } } }',
      { id: urgent },
    );
    expect(bestEffort.ticket.sla.resolution.explain).toEqual({
      calendar: null,
      total: null,
      dueAt: null,
      businessCalendar: null,
    });
  } finally {
    await service.close();
  }
});

test('an answer that would explain too much time is refused', async () => {
  const service = await startTestService();
  try {
    const id = await service.submit(SEV2);
    const elapsed = 'sla { resolution { explain { elapsedSegments { kind } } } }';
    const { data, errors } = await service.ask(
      `query ($id: ID!) { first: ticket(id: $id, asOf: "2048-01-01T00:00:00Z") { ${elapsed} }
         second: ticket(id: $id, asOf: "2048-01-01T00:00:00Z") { ${elapsed} } }`,
      { id },
    );
    const explained = [data?.first, data?.second].map((ticket) => ticket.sla.resolution.explain);
    expect(explained.filter((one) => one === null)).toHaveLength(1);
    expect(explained.find((one) => one !== null).elapsedSegments.length).toBeGreaterThan(10_000);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_LARGE' } }]);
  } finally {
    await service.close();
  }
});
