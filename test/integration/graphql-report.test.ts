import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Json, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { run } from '../support/program';

let service: TestService;

const FIGURES =
  'met breached waived waiversProposed openBreached attainment attainmentWaived attainmentProposed breachesBySeverity { severity count }';
const TIMES = 'count p50 p90 p95';
const ROW = `key client { id name } opened resolved closed
  response { ${FIGURES} } update { ${FIGURES} } resolution { ${FIGURES} } overall { ${FIGURES} }
  timeToRespond { ${TIMES} } timeToWorkAround { ${TIMES} } timeToResolve { ${TIMES} }`;
const REPORT = `query ($from: DateTime!, $to: DateTime!, $by: SlaReportGrouping!, $zone: String, $client: ID, $severities: [Severity!]) {
  slaReport(from: $from, to: $to, groupBy: $by, timeZone: $zone, client: $client, severities: $severities) {
    from to groupBy timeZone groups { ${ROW} } total { ${ROW} }
  }
}`;
const ALL = { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59.999Z', by: 'SEVERITY' };
const report = async (variables: Json): Promise<Json> =>
  (await service.data(REPORT, { ...ALL, ...variables })).slaReport;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const NOTHING = {
  met: 0,
  breached: 0,
  waived: 0,
  waiversProposed: 0,
  openBreached: 0,
  attainment: null,
  attainmentWaived: null,
  attainmentProposed: null,
  breachesBySeverity: [],
};

it('gives null, not 100 %, when there is nothing to count', async () => {
  expect(await report({})).toEqual({
    from: '0001-01-01T00:00:00.000Z',
    to: '9999-12-31T23:59:59.999Z',
    groupBy: 'SEVERITY',
    timeZone: 'UTC',
    groups: [],
    total: {
      key: null,
      client: null,
      opened: 0,
      resolved: 0,
      closed: 0,
      response: NOTHING,
      update: NOTHING,
      resolution: NOTHING,
      overall: NOTHING,
      timeToRespond: null,
      timeToWorkAround: null,
      timeToResolve: null,
    },
  });
});

it('counts what was met, breached and waived, with attainment before and after waivers', async () => {
  const kept = await service.submit(SEV2, { assignee: 'Ada' });
  await service.mutate('acknowledgeTicket', { ticketId: kept });
  await service.mutate('resolveTicket', { ticketId: kept });
  const other = await service.mutate('createClient', { name: 'Globex' }, 'client { id } userErrors { message }');
  const late = await service.submit(SEV3, { clientId: other.client.id });
  await service.mutate('reclassifyTicket', { ticketId: late, impacts: SEV2 });
  await service.mutate('acknowledgeTicket', { ticketId: late });

  const { groups, total } = await report({ by: 'CLIENT' });
  expect(groups.map(({ key, client }: Json) => [key === client.id, client.name]).sort()).toEqual([
    [true, 'Default client'],
    [true, 'Globex'],
  ]);
  expect([total.opened, total.resolved, total.closed]).toEqual([2, 1, 0]);
  expect(total.response).toEqual({ ...NOTHING, met: 2, attainment: 1, attainmentWaived: 1, attainmentProposed: 1 });
  expect(total.overall).toEqual({ ...NOTHING, met: 4, attainment: 1, attainmentWaived: 1, attainmentProposed: 1 });
  expect([total.timeToRespond.count, total.timeToResolve.count, total.timeToWorkAround]).toEqual([2, 1, null]);
  expect((await report({ client: other.client.id })).total.opened).toBe(1);
  expect((await report({ severities: [] })).total.opened).toBe(0);
  expect((await report({ by: 'ASSIGNEE' })).groups.map(({ key }: Json) => key)).toEqual(['Ada', null]);
  expect((await report({ by: 'CLAUSE', severities: ['SEV2'] })).groups.map(({ key }: Json) => key)).toEqual(['2b']);
});

it('counts equal names of an assignee as one, written as in the first of the tickets counted', async () => {
  const client = async (name: string): Promise<string> =>
    (await service.mutate('createClient', { name }, 'client { id } userErrors { message }')).client.id;
  const [one, other] = [await client('Names'), await client('More names')];
  const written = ['Jörg Straße', ' jo\u0308rg  STRASSE', 'JÖRG STRASSE', 'Jorg Strasse'];
  const ids: string[] = [];
  for (const assignee of written) ids.push(await service.submit(SEV2, { clientId: one, assignee }));
  for (const ticketId of ids) await service.mutate('acknowledgeTicket', { ticketId });
  await service.submit(SEV2, { clientId: one });
  await service.submit(SEV2, { clientId: other, assignee: written[2] });

  const { groups, total } = await report({ by: 'ASSIGNEE', client: one });
  expect(groups.map(({ key, opened, timeToRespond }: Json) => [key, opened, timeToRespond?.count])).toEqual([
    ['Jorg Strasse', 1, 1],
    ['Jörg Straße', 3, 3],
    [null, 1, undefined],
  ]);
  expect(total.opened).toBe(5);
  // Not as a ticket of another client has it.
  expect((await report({ by: 'ASSIGNEE', client: other })).groups.map(({ key }: Json) => key)).toEqual([
    'JÖRG STRASSE',
  ]);
  const all = await report({ by: 'ASSIGNEE' });
  expect(all.groups.find(({ key }: Json) => key === 'Jörg Straße').opened).toBe(4);
  const cli = await run(['report', '--by', 'assignee', '--format', 'csv'], { DATABASE_URL: service.database.url });
  expect(
    cli.stdout
      .split('\n')
      .filter((line) => /stra(ß|ss)e/i.test(line))
      .map((line) => line.split(',')[1]),
  ).toEqual(['Jorg Strasse', 'Jörg Straße']);
});

it.each([
  ['an empty period', { from: '2026-03-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }, 'from must be earlier than to.'],
  ['a period backwards', { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' }, 'from must be earlier than to.'],
  ...['Mars/Olympus', '', '+01:00', 'PST8PDT4', 'EST; DROP TABLE tickets'].map(
    (zone) =>
      [
        `the zone "${zone}"`,
        { zone },
        'timeZone takes the IANA name of a time zone, such as America/New_York.',
      ] as const,
  ),
  ['a client that is none', { client: 'x' }, 'client must be the id of a Client, as returned by this API.'],
])('%s is refused with a sentence', async (_, variables, message) => {
  const { errors } = await service.ask(REPORT, { ...ALL, ...variables });
  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
});

it.each(['America/New_York', 'CET', 'asia/kolkata', 'UTC', 'Pacific/Apia'])(
  'takes the zone %s, for all of time',
  async (zone) => {
    const { groups, total } = await report({ by: 'MONTH', zone });
    expect(groups).toHaveLength(1);
    expect(groups[0].key).toMatch(/^\d{4}-\d\d$/);
    expect(groups[0]).toEqual({ ...total, key: groups[0].key });
  },
);
