import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportHere, importWith } from '../support/commands-here';
import { type Json, startTestService, type TestService } from '../support/graphql-service';

/** A vendor whose words and promises are others than those of the first policy, through the API. */

const EXAMPLES = join(__dirname, '../../examples');
const fileOf = (name: string): string => join(__dirname, '../../policies', `${name}.yaml`);

const SLA = `sla {
  response { status dueAt severity target { amount unit calendar basis } cycles { severity status } }
  update { status } resolution { status }
}`;
const pair = (audience: string, consequence: string) => ({ audience, consequence });

const CLASSIFY = `query ($impacts: [ImpactInput!]!, $client: ID) {
  classify(impacts: $impacts, client: $client) {
    classification { severity clause basis }
    userErrors { __typename code message path ... on UnknownFact { kind value nearest known } }
  }
}`;

describe.each([
  {
    name: 'aws-support',
    first: pair('ENTERPRISE_PLAN', 'CRITICAL_FUNCTIONS_UNAVAILABLE'),
    remaining: pair('ENTERPRISE_PLAN', 'IMPORTANT_FUNCTIONS_IMPAIRED'),
    severities: ['SEV1', 'SEV3'],
    target: { amount: 15, unit: 'MINUTES', calendar: 'roundTheClock', basis: 'PUBLISHED' },
    misspelt: pair('ENTERPRISE_PLAN', 'CRITICAL_FUNCTION_UNAVAILABLE'),
    nearest: 'CRITICAL_FUNCTIONS_UNAVAILABLE',
  },
  {
    name: 'gitlab-support',
    first: pair('PRODUCTION', 'UNAVAILABLE'),
    remaining: pair('PRODUCTION', 'UNAVAILABLE_WITH_WORKAROUND'),
    severities: ['SEV1', 'SEV2'],
    target: { amount: 30, unit: 'MINUTES', calendar: 'roundTheClock', basis: 'PUBLISHED' },
    misspelt: pair('PRODUCTION', 'UNAVAILABEL'),
    nearest: 'UNAVAILABLE',
  },
])('$name as the policy of a service', ({ name, first, remaining, severities, target, misspelt, nearest }) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ config: { policyFile: fileOf(name) } });
  });
  afterAll(() => service.close());

  it('lists its words and what it promises', async () => {
    const { policy } = await service.data(
      '{ policy { name audiences { code title text } consequences { code } severities { severity response { amount } update { amount } resolution { amount } } } }',
    );
    expect(policy.name).toBe(name);
    expect(policy.audiences.map(({ code }: Json) => code)).toContain(first.audience);
    expect(policy.consequences.map(({ code }: Json) => code)).toContain(first.consequence);
    expect(policy.audiences.every(({ title, text }: Json) => title !== '' && text !== '')).toBe(true);
    expect(policy.severities.every(({ response }: Json) => response.amount > 0)).toBe(true);
    expect(policy.severities.every(({ update, resolution }: Json) => update === null && resolution === null)).toBe(
      true,
    );
  });

  it('classifies its words, bare and quoted, and names the nearest for another', async () => {
    const literal = `{ classify(impacts: [{ audience: ${first.audience}, consequence: "${first.consequence}" }]) { classification { severity } } }`;
    expect((await service.data(literal)).classify.classification.severity).toBe('SEV1');
    const { classify } = await service.data(CLASSIFY, { impacts: [first, misspelt] });
    expect(classify.classification).toBeNull();
    expect(classify.userErrors).toEqual([
      {
        __typename: 'UnknownFact',
        code: 'UNKNOWN_FACT',
        message: expect.stringContaining(`did you mean ${nearest}?`),
        path: ['impacts', '1', 'consequence'],
        kind: 'CONSEQUENCE',
        value: misspelt.consequence,
        nearest,
        known: expect.arrayContaining([nearest]),
      },
    ]);
    const foreign = await service.data(CLASSIFY, { impacts: [pair('ALL_END_USERS', 'ORDERING_BLOCKED')] });
    expect(foreign.classify.userErrors).toMatchObject([{ code: 'UNKNOWN_FACT', kind: 'AUDIENCE', nearest: null }]);
  });

  it('is exported by its words, also by a command that is configured with another policy', async () => {
    const env = { DATABASE_URL: service.database.url };
    expect(await exportHere(env, { audience: { eq: first.audience } })).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await exportHere(env, { consequence: { eq: misspelt.consequence } });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`did you mean "${nearest}"?`)]);
  });

  it('has one clock in the life of a ticket, and one figure in the report', async () => {
    const refused = await service.mutate('submitTicket', { subject: 'It is down', impacts: [misspelt] });
    expect(refused).toMatchObject({ ticket: null, userErrors: [{ code: 'UNKNOWN_FACT' }] });
    const ticketId = await service.submit([first]);
    const opened = await service.data(`query ($id: ID!) { ticket(id: $id) { severity ${SLA} } }`, { id: ticketId });
    expect(opened.ticket).toMatchObject({
      severity: severities[0],
      sla: { response: { status: 'RUNNING', target, cycles: [{ status: 'RUNNING' }] }, update: null, resolution: null },
    });
    const fields = `ticket { severity nextDeadline { kind } isBreached severityChanges { from to deadlineBefore deadlineAfter } ${SLA} } userErrors { code message }`;
    const applied = await service.mutate(
      'applyWorkaround',
      { ticketId, description: 'A way around', remaining: [remaining] },
      fields,
    );
    expect(applied).toMatchObject({
      userErrors: [],
      ticket: {
        severity: severities[1],
        nextDeadline: null,
        isBreached: false,
        severityChanges: [{ from: severities[0], to: severities[1], deadlineBefore: null, deadlineAfter: null }],
        sla: { response: { status: 'FULFILLED', severity: 'SEV1' }, update: null, resolution: null },
      },
    });
    for (const [mutation, input] of [
      ['communicate', { direction: 'OUTBOUND', channel: 'EMAIL', body: 'Done' }],
      ['resolveTicket', {}],
      ['reopenTicket', {}],
    ] as const) {
      const { userErrors, ticket } = await service.mutate(mutation, { ticketId, ...input }, fields);
      expect([userErrors, ticket.sla.update, ticket.sla.resolution]).toEqual([[], null, null]);
    }
    const FIGURES = '{ met breached attainment }';
    const { slaReport } = await service.data(
      `{ slaReport(from: "2000-01-01T00:00:00Z", to: "9000-01-01T00:00:00Z", groupBy: SEVERITY) { groups { key } total { opened response ${FIGURES} update ${FIGURES} resolution ${FIGURES} overall ${FIGURES} } } }`,
    );
    const nothing = { met: 0, breached: 0, attainment: null };
    expect(slaReport.total).toEqual({
      opened: 1,
      response: { met: 1, breached: 0, attainment: 1 },
      update: nothing,
      resolution: nothing,
      overall: { met: 1, breached: 0, attainment: 1 },
    });
    const { deadlines } = await service.data('{ deadlines(first: 10, within: "P30D") { nodes { kind } } }');
    expect(deadlines.nodes).toEqual([]);
  });
});

describe('several vendors in one service', () => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stepdown-vendors-'));
    service = await startTestService();
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const FILTERED = 'query ($filter: TicketFilter!) { tickets(filter: $filter) { totalCount } }';
  const count = async (filter: Json): Promise<number> => (await service.data(FILTERED, { filter })).tickets.totalCount;

  it('classifies by the words of a client, keeps them on its tickets, and filters by them', async () => {
    const yaml = readFileSync(fileOf('gitlab-support'), 'utf8');
    const published = await service.mutate('publishPolicy', { yaml }, 'policy { version } userErrors { message }');
    expect(published.userErrors).toEqual([]);
    const made = await service.mutate('createClient', { name: 'Globex' }, 'client { id } userErrors { message }');
    const client = made.client.id;
    const asked = { impacts: [pair('PRODUCTION', 'FEATURES_UNAVAILABLE')], client };
    expect((await service.data(CLASSIFY, asked)).classify.userErrors).toMatchObject([{ code: 'UNKNOWN_FACT' }]);
    // An unusual code is looked up in all published policies. One has it.
    expect(await count({ consequence: { eq: 'FEATURES_UNAVAILABLE' } })).toBe(0);
    await service.mutate('setClientTerms', { clientId: client, policy: 'gitlab-support' }, 'userErrors { message }');
    expect((await service.data(CLASSIFY, asked)).classify.classification).toMatchObject({ severity: 'SEV2' });

    await service.submit([pair('PRODUCTION', 'FEATURES_UNAVAILABLE')], { clientId: client });
    await service.submit([pair('ALL_END_USERS', 'DEGRADED'), pair('ADMINISTRATORS', 'DEGRADED')]);
    // A later version renames the word; the ticket keeps the words of its own.
    const renamed = yaml.replaceAll('FEATURES_UNAVAILABLE', 'FEATURES_BROKEN');
    await service.mutate('publishPolicy', { yaml: renamed }, 'policy { version } userErrors { message }');
    const { tickets } = await service.data(
      '{ tickets(filter: { audience: { eq: PRODUCTION } }) { nodes { impacts { audience consequence } } } }',
    );
    expect(tickets.nodes).toEqual([{ impacts: [pair('PRODUCTION', 'FEATURES_UNAVAILABLE')] }]);
    expect(
      await Promise.all([
        count({ audience: { eq: 'ADMINISTRATORS' } }),
        count({ audience: { nin: ['ADMINISTRATORS'] } }),
        count({ consequence: { in: ['DEGRADED', 'FEATURES_UNAVAILABLE'] } }),
        count({ not: { consequence: { eq: 'DEGRADED' } } }),
        count({ audience: { eq: 'ALL_END_USERS' }, consequence: { eq: 'QUESTION' } }),
        count({ consequence: { eq: 'FEATURES_BROKEN' } }),
      ]),
    ).toEqual([1, 1, 2, 1, 0, 0]);
  });

  it.each([
    ['one client', 'name: Initech'],
    ['the clients of a column', 'column: location'],
  ])('imports the log of %s in the words of its policy', async (_, client) => {
    const name = client === 'name: Initech' ? 'Initech' : 'Location 93';
    const made = await service.mutate('createClient', { name }, 'client { id }');
    const clientId = made.client.id;
    await service.mutate('setClientTerms', { clientId, policy: 'gitlab-support' }, 'userErrors { message }');
    const example = readFileSync(join(EXAMPLES, 'servicenow.mapping.yaml'), 'utf8');
    const mapping = join(folder, 'mapping.yaml');
    const impact = 'impacts: [{ audience: PRODUCTION, consequence: QUESTION }]';
    writeFileSync(mapping, example.replace(/impacts: .*/g, impact).replace('name: ServiceNow log', client));
    const file = join(folder, 'log.csv');
    writeFileSync(file, readFileSync(join(EXAMPLES, 'data/incidents.csv'), 'utf8').split('\n').slice(0, 3).join('\n'));
    const imported = await importWith({ DATABASE_URL: service.database.url }, { file, mapping });
    expect([imported.code, imported.stderr]).toEqual([0, expect.not.stringContaining('left out')]);
    const { tickets } = await service.data(
      'query ($id: ID!) { tickets(filter: { client: { eq: $id } }) { nodes { impacts { audience } sla { update { status } } } } }',
      { id: clientId },
    );
    // The policy promises no updates, so the mapping's `notMeasured: [UPDATE]` is not about any.
    expect(tickets.nodes).toEqual([{ impacts: [{ audience: 'PRODUCTION' }], sla: { update: null } }]);
  });

  it.each([
    [
      { audience: { eq: 'ALL_END_USER' } },
      'filter.audience: no published policy has the audience ALL_END_USER; did you mean "ALL_END_USERS"?',
    ],
    [
      { or: [{ not: { consequence: { in: ['DEGRADED', 'DEGRADE'] } } }] },
      'filter.consequence: no published policy has the consequence DEGRADE; did you mean "DEGRADED"?',
    ],
    [
      { consequence: { nin: ['ZZZZZZZZZZ'] } },
      'filter.consequence: no published policy has the consequence ZZZZZZZZZZ.',
    ],
  ])('refuses a filter by a word that no policy has: %j', async (filter, message) => {
    const { data, errors } = await service.ask(FILTERED, { filter });
    expect([data, errors[0]?.message, errors[0]?.extensions.code]).toEqual([null, message, 'BAD_USER_INPUT']);
  });

  it.each([
    ['all_end_users', '; did you mean ALL_END_USERS?'],
    ['"some end-users "', '; did you mean SOME_END_USERS?'],
    ['"{}"', '.'],
    [`"${'A'.repeat(65)}"`, '.'],
    ['7', '.'],
    ['{}', '.'],
  ])('refuses what is not a code: %s', async (written, hint) => {
    const { status, errors } = await service.ask(
      `{ classify(impacts: [{ audience: ${written}, consequence: QUESTION }]) { userErrors { code } } }`,
    );
    const form = 'Audience must be a code of at most 64 capital letters, digits and underscores, a letter first';
    expect([status, errors[0]?.message]).toEqual([400, `${form}, such as ALL_END_USERS${hint}`]);
  });

  it('refuses a variable that is not a code', async () => {
    for (const [written, hint] of [
      ['administrators', '; did you mean ADMINISTRATORS?'],
      [{ toString: 1 }, '.'],
      [null, 'not to be null.'],
    ]) {
      const { errors } = await service.ask(CLASSIFY, { impacts: [{ audience: written, consequence: 'QUESTION' }] });
      expect([errors[0]?.extensions.code, errors[0]?.message.endsWith(hint as string)]).toEqual([
        'BAD_USER_INPUT',
        true,
      ]);
    }
  });

  it('takes the id of a client only', async () => {
    const impacts = [pair('NOBODY', 'QUESTION')];
    const unknown = Buffer.from('Client:0197aaaa-0000-7000-8000-000000000001').toString('base64');
    const { classify } = await service.data(CLASSIFY, { impacts, client: unknown });
    expect(classify).toMatchObject({ classification: null, userErrors: [{ code: 'NOT_FOUND', path: ['client'] }] });
    expect((await service.ask(CLASSIFY, { impacts, client: 'acme' })).errors[0]?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
  });
});
