import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type Json, SEV1, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { CIMCLOUD_TEXT } from '../support/policies';

/** The bundled policy with lines of it written otherwise; each must be there. */
const edited = (...edits: readonly (readonly [from: string, to: string])[]): string =>
  edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The policy has no ${from}`);
    return text.replace(from, to);
  }, CIMCLOUD_TEXT);

const NAMED = (name: string) => ['id: cimcloud', `id: ${name}`] as const;
const WEEKEND = [
  'calendars:\n',
  `calendars:
  weekend:
    zone: Europe/London
    week: { sat: [09:00-17:30], sun: [09:00-17:30] }
    holidays: { region: GB-ENG, horizon: { from: 2000, to: 2050 } }
`,
] as const;
const SEV2_RESOLUTION = 'RESOLUTION:\n        amount: 2\n        unit: BUSINESS_DAYS';

const COUNTS =
  'wouldHaveBreached newlyBreached noLongerBreached deadlineChanged severityChanged notApplicable historyRefused';
const PAYLOAD = `policy { id name version title publishedAt publishedBy { id name } yaml } isNew
  impact { openTickets ${COUNTS} bySeverity { severity tickets ${COUNTS} } } clientMutationId
  userErrors { __typename code message path
    ... on InvalidPolicy { line column field problem }
    ... on CalendarInUse { calendar policy client }
    ... on CalendarEndsTooSoon { calendar policy knownUntil severity commitment } }`;
const TERMS = `client { id name policy calendars { replaces with } } clientMutationId
  userErrors { __typename message path ... on UnknownCalendar { calendar policy known } ... on UnknownPolicy { policy known }
    ... on CalendarEndsTooSoon { calendar policy knownUntil severity commitment } }`;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const publish = (yaml: string, more: Json = {}): Promise<Json> =>
  service.mutate('publishPolicy', { yaml, ...more }, PAYLOAD);
const setTerms = (input: Json): Promise<Json> => service.mutate('setClientTerms', input, TERMS);
const newClient = async (name: string): Promise<string> =>
  (await service.mutate('createClient', { name }, 'client { id }')).client.id;
const ticketOf = async (id: string): Promise<Json> =>
  (
    await service.data(
      `query ($id: ID!) { ticket(id: $id) { state openedAt policy { name version } calendars { replaces with }
        client { policy calendars { replaces with } }
        sla { response { target { calendar } dueAt } resolution { target { amount calendar } dueAt } } } }`,
      { id },
    )
  ).ticket;

describe('publishPolicy', () => {
  it('creates the next version, with its publisher and text; open tickets keep their version', async () => {
    const before = await service.submit(SEV2);
    const yaml = edited(['title: CIMcloud technical', 'title: The technical']);
    const { policy, ...rest } = await publish(yaml, { clientMutationId: 'mine' });
    expect(policy).toMatchObject({
      name: 'cimcloud',
      version: 2,
      title: 'The technical support, severity levels',
      publishedBy: { id: 'local-operator' },
      yaml,
    });
    expect(Date.parse(policy.publishedAt)).toBeGreaterThan(0);
    expect(rest).toEqual({ isNew: true, impact: null, userErrors: [], clientMutationId: 'mine' });
    expect((await ticketOf(before)).policy).toEqual({ name: 'cimcloud', version: 1 });
    expect((await ticketOf(await service.submit(SEV2))).policy).toEqual({ name: 'cimcloud', version: 2 });
  });

  it('creates no version when the latest has the same content in another layout', async () => {
    const same = `# Once more\n${edited(['title: CIMcloud technical', 'title: The technical'])}`;
    expect(await publish(same)).toMatchObject({ policy: { version: 2 }, isNew: false, userErrors: [] });
    // A default, written out or left out, and hours in another form.
    const otherwise = edited(
      ['title: CIMcloud technical', 'title: The technical'],
      ['loweringApproval: overrides\n', ''],
      ['mon: [00:00-24:00]', 'mon: [00:00 - 24:00]'],
    );
    expect(await publish(otherwise, { dryRun: true })).toMatchObject({ isNew: false, userErrors: [] });
    expect(await publish(otherwise)).toMatchObject({ policy: { version: 2 }, isNew: false, userErrors: [] });
  });

  it('answers a repeated request with its first result, also when others published since', async () => {
    const mine = edited(['onLowering: carry', 'onLowering: restart']);
    const key = { idempotencyKey: 'publish-1' };
    expect(await publish(mine, key)).toMatchObject({ policy: { version: 3 }, isNew: true });
    expect(await publish(CIMCLOUD_TEXT)).toMatchObject({ policy: { version: 4 }, isNew: true });
    expect(await publish(mine, key)).toMatchObject({ policy: { version: 3 }, isNew: true, userErrors: [] });
    const second = { idempotencyKey: 'publish-2' };
    expect(await publish(CIMCLOUD_TEXT, second)).toMatchObject({ policy: { version: 4 }, isNew: false });
    expect(await publish(CIMCLOUD_TEXT, second)).toMatchObject({ policy: { version: 4 }, isNew: false });
    expect(await publish(CIMCLOUD_TEXT, key)).toMatchObject({
      policy: null,
      userErrors: [{ __typename: 'IdempotencyKeyReused', path: ['input', 'idempotencyKey'] }],
    });
  });

  it('names every problem of the text with line, column and field', async () => {
    const wrong = edited(['amount: 15\n', 'amount: -15\n'], ['onLowering: carry', 'onLowering: cary']);
    const { policy, isNew, userErrors } = await publish(wrong);
    expect([policy, isNew]).toEqual([null, false]);
    const line = (text: string) => wrong.split('\n').findIndex((one) => one.includes(text)) + 1;
    expect(userErrors).toMatchObject([
      {
        __typename: 'InvalidPolicy',
        code: 'INVALID_POLICY',
        path: ['input', 'yaml'],
        line: line('amount: -15'),
        column: 17,
        field: 'severities[0].targets.RESPONSE.amount',
        problem: expect.stringContaining('more than 0'),
      },
      { __typename: 'InvalidPolicy', line: line('onLowering: cary'), column: 13, field: 'onLowering' },
    ]);
    expect(userErrors[0].message).toContain(`Line ${line('amount: -15')}, column 17`);
  });

  it.each([
    ['nothing', '', '(document)'],
    ['no YAML', 'severities: [', '(document)'],
    ['another document', '- a\n- b\n', '(document)'],
  ])('refuses %s', async (_, yaml, field) => {
    const { policy, userErrors } = await publish(yaml);
    expect(policy).toBeNull();
    expect(userErrors[0]).toMatchObject({ __typename: 'InvalidPolicy', field });
  });

  it('refuses a text that cannot be stored', async () => {
    expect((await publish('id: \0')).userErrors).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'yaml'] },
    ]);
  });
});

describe('a dry run', () => {
  it('reports by severity what would change for open tickets, and publishes nothing', async () => {
    const latest = (await service.data('{ policy { version } }')).policy.version;
    const gone = await service.submit(SEV3);
    await service.mutate('resolveTicket', { ticketId: gone });
    await service.submit(SEV3);
    const open = await service.data(
      '{ sev2: tickets(filter: { severity: { eq: SEV2 }, state: { eq: OPEN } }) { totalCount } sev3: tickets(filter: { severity: { eq: SEV3 }, state: { eq: OPEN } }) { totalCount } }',
    );
    expect([open.sev2.totalCount, open.sev3.totalCount]).toEqual([2, 1]);

    const longer = edited([SEV2_RESOLUTION, SEV2_RESOLUTION.replace('2', '3')]);
    const { policy, isNew, impact, userErrors } = await publish(longer, { dryRun: true });
    expect([policy, isNew, userErrors]).toEqual([null, true, []]);
    const none = {
      wouldHaveBreached: 0,
      newlyBreached: 0,
      noLongerBreached: 0,
      deadlineChanged: 0,
      severityChanged: 0,
      notApplicable: 0,
      historyRefused: 0,
    };
    expect(impact).toEqual({
      ...none,
      openTickets: 3,
      deadlineChanged: 2,
      bySeverity: [
        { severity: 'SEV1', tickets: 0, ...none },
        { severity: 'SEV2', tickets: 2, ...none, deadlineChanged: 2 },
        { severity: 'SEV3', tickets: 1, ...none },
        { severity: 'SEV4', tickets: 0, ...none },
      ],
    });
    expect((await service.data('{ policy { version } }')).policy.version).toBe(latest);
    expect(await publish(CIMCLOUD_TEXT, { dryRun: true })).toMatchObject({
      isNew: false,
      impact: { openTickets: 3, deadlineChanged: 0 },
    });
  });

  it('considers only the tickets of the clients that use the policy', async () => {
    expect(await publish(edited(NAMED('nobodys')), { dryRun: true })).toMatchObject({
      isNew: true,
      impact: { openTickets: 0 },
      userErrors: [],
    });
  });
});

describe('policies', () => {
  it('lists all versions, the latest first, page by page', async () => {
    const asked =
      'query ($after: String) { policies(first: 3, after: $after) { totalCount nodes { name version } pageInfo { hasNextPage endCursor } } }';
    const first = (await service.data(asked)).policies;
    expect(first.totalCount).toBe(4);
    expect(first.nodes.map((node: Json) => node.version)).toEqual([4, 3, 2]);
    const second = (await service.data(asked, { after: first.pageInfo.endCursor })).policies;
    expect(second).toMatchObject({ nodes: [{ name: 'cimcloud', version: 1 }], pageInfo: { hasNextPage: false } });
  });

  it('finds a version of a policy by name', async () => {
    const { policy, mine, none } = await service.data(
      `{ policy(version: 1) { version publishedBy { id } yaml }
         mine: policy(version: 2, name: "cimcloud") { title publishedBy { id } } none: policy(name: "other") { id } }`,
    );
    expect(policy).toEqual({ version: 1, publishedBy: null, yaml: CIMCLOUD_TEXT });
    expect(mine).toEqual({ title: 'The technical support, severity levels', publishedBy: { id: 'local-operator' } });
    expect(none).toBeNull();
  });
});

describe('a client with terms of its own', () => {
  it('replaces calendars of the policy: new tickets use them and keep them', async () => {
    expect(await publish(edited(WEEKEND))).toMatchObject({ policy: { version: 5 }, userErrors: [] });
    const clientId = await newClient('Harrods');
    const before = await service.submit(SEV2, { clientId });
    const replaced = [{ replaces: 'business', with: 'weekend' }];
    expect(await setTerms({ clientId, calendars: replaced, clientMutationId: 'mine' })).toEqual({
      client: { id: clientId, name: 'Harrods', policy: null, calendars: replaced },
      userErrors: [],
      clientMutationId: 'mine',
    });
    const after = await service.submit(SEV2, { clientId });
    expect(await ticketOf(after)).toMatchObject({
      policy: { name: 'cimcloud', version: 5 },
      calendars: replaced,
      sla: { response: { target: { calendar: 'weekend' } }, resolution: { target: { calendar: 'weekend' } } },
    });
    expect(await ticketOf(before)).toMatchObject({
      calendars: [],
      client: { calendars: replaced },
      sla: { response: { target: { calendar: 'business' } } },
    });
    const dayOf = async (id: string) => new Date((await ticketOf(id)).sla.response.dueAt).getUTCDay();
    expect([0, 6]).toContain(await dayOf(after));
    expect([1, 2, 3, 4, 5]).toContain(await dayOf(before));

    // Taken away again, the ticket keeps what it was opened under, also when it is changed.
    expect(await setTerms({ clientId })).toMatchObject({ client: { policy: null, calendars: [] }, userErrors: [] });
    await service.mutate('communicate', { ticketId: after, direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it' });
    expect(await ticketOf(after)).toMatchObject({ calendars: replaced });
    expect(await ticketOf(await service.submit(SEV2, { clientId }))).toMatchObject({ calendars: [] });
  });

  it('has a policy of its own: its new tickets are opened under the latest version of that policy', async () => {
    const clientId = await newClient('Prime');
    const gold = (amount: number) =>
      edited(NAMED('gold'), [SEV2_RESOLUTION, SEV2_RESOLUTION.replace('2', String(amount))]);
    expect(await publish(gold(1))).toMatchObject({ policy: { name: 'gold', version: 1 }, isNew: true });
    expect(await setTerms({ clientId, policy: 'gold' })).toMatchObject({ client: { policy: 'gold' } });
    const first = await service.submit(SEV2, { clientId });
    expect(await ticketOf(first)).toMatchObject({
      policy: { name: 'gold', version: 1 },
      sla: { resolution: { target: { amount: 1 } } },
    });
    expect(await publish(gold(4), { dryRun: true })).toMatchObject({
      impact: { openTickets: 1, deadlineChanged: 1, bySeverity: { 1: { severity: 'SEV2', deadlineChanged: 1 } } },
    });
    expect(await publish(gold(4))).toMatchObject({ policy: { name: 'gold', version: 2 } });
    expect(await ticketOf(first)).toMatchObject({ policy: { name: 'gold', version: 1 } });
    expect(await ticketOf(await service.submit(SEV2, { clientId }))).toMatchObject({
      policy: { name: 'gold', version: 2 },
    });
    expect((await ticketOf(await service.submit(SEV2))).policy.name).toBe('cimcloud');
  });

  it('cannot have a policy that is not published, or calendars that its policy does not have', async () => {
    const clientId = await newClient('Wishful');
    expect((await setTerms({ clientId, policy: 'platinum' })).userErrors).toMatchObject([
      { __typename: 'UnknownPolicy', path: ['input', 'policy'], policy: 'platinum', known: ['cimcloud', 'gold'] },
    ]);
    const onMars = { replaces: 'business', with: 'mars' };
    expect(await setTerms({ clientId, calendars: [onMars] })).toMatchObject({
      client: { policy: null, calendars: [] },
      userErrors: [
        {
          __typename: 'UnknownCalendar',
          path: ['input', 'calendars'],
          calendar: 'mars',
          policy: 'cimcloud',
          known: expect.arrayContaining(['business', 'weekend', 'roundTheClock']),
        },
      ],
    });
    // It is a calendar of the other policy.
    expect(
      (await setTerms({ clientId, policy: 'gold', calendars: [{ replaces: 'business', with: 'weekend' }] })).userErrors,
    ).toMatchObject([{ __typename: 'UnknownCalendar', policy: 'gold' }]);
    const twice = [
      { replaces: 'business', with: 'weekend' },
      { replaces: 'business', with: 'business' },
    ];
    expect((await setTerms({ clientId, calendars: twice })).userErrors).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'calendars', '1', 'replaces'] },
    ]);
    const unknownClient = Buffer.from('Client:00000000-0000-7000-8000-000000000000').toString('base64url');
    expect(await setTerms({ clientId: unknownClient })).toMatchObject({
      client: null,
      userErrors: [{ __typename: 'NotFound' }],
    });
  });

  it('prevents publishing a version that lacks its calendar, also in a dry run', async () => {
    const clientId = await newClient('Fortnum');
    await setTerms({ clientId, calendars: [{ replaces: 'business', with: 'weekend' }] });
    for (const dryRun of [true, false]) {
      expect(await publish(CIMCLOUD_TEXT, { dryRun })).toMatchObject({
        policy: null,
        impact: null,
        userErrors: [
          {
            __typename: 'CalendarInUse',
            path: ['input', 'yaml'],
            calendar: 'weekend',
            policy: 'cimcloud',
            client: 'Fortnum',
          },
        ],
      });
    }
    await setTerms({ clientId });
    expect(await publish(CIMCLOUD_TEXT)).toMatchObject({ policy: { version: 6 }, userErrors: [] });
  });

  it('returns the first result of a repeated request without repeating it', async () => {
    const clientId = await newClient('Twice');
    const mine = { clientId, policy: 'gold', idempotencyKey: 'terms-1' };
    const first = await setTerms(mine);
    expect(first).toMatchObject({ client: { policy: 'gold' }, userErrors: [] });
    await setTerms({ clientId });
    expect(await setTerms(mine)).toEqual(first);
    expect(await setTerms({ clientId })).toMatchObject({ client: { policy: null } });
    expect((await setTerms({ clientId, idempotencyKey: 'terms-1' })).userErrors).toMatchObject([
      { __typename: 'IdempotencyKeyReused' },
    ]);
  });
});

describe('a calendar whose known years have ended', () => {
  const ended = new Date().getUTCFullYear() - 1;
  const count = async () => (await service.data('{ tickets { totalCount } }')).tickets.totalCount;
  let clientId = '';
  beforeAll(async () => {
    clientId = await newClient('Late');
    const short = edited(NAMED('short'), [
      'horizon: { from: 2000, to: 2050 }',
      `horizon: { from: 2000, to: ${ended} }`,
    ]);
    const refused = {
      calendar: 'business',
      policy: 'short',
      knownUntil: ended,
      severity: 'SEV2',
      commitment: 'RESPONSE',
    };
    for (const dryRun of [true, false]) {
      const { policy, impact, userErrors } = await publish(short, { dryRun });
      expect([policy, impact]).toEqual([null, null]);
      expect(userErrors).toMatchObject([{ __typename: 'CalendarEndsTooSoon', path: ['input', 'yaml'], ...refused }]);
      expect(userErrors[0].message).toContain('horizon.to');
    }
    // A version from before that rule, whose holidays have ended since.
    expect(await publish(edited(NAMED('short')))).toMatchObject({ policy: { name: 'short', version: 1 } });
    await setTerms({ clientId, policy: 'short' });
    const client = new Client(service.database.url);
    await client.connect();
    await client.query(
      `INSERT INTO policy_versions (id, version, document, fingerprint, yaml, published_at, configured)
       SELECT id, 2, jsonb_set(document, '{calendars,business,knownYears,to}', to_jsonb($1::int)), 'short', yaml, published_at, false
         FROM policy_versions WHERE id = 'short'`,
      [ended],
    );
    await client.end();
  });

  it('refuses terms that bring it into force for a client, but no terms can always be set', async () => {
    const other = await newClient('Later');
    const end = { knownUntil: ended, severity: 'SEV2', commitment: 'RESPONSE' };
    const before = { policy: null, calendars: [] };
    expect(await setTerms({ clientId: other, policy: 'short' })).toMatchObject({
      client: before,
      userErrors: [
        { __typename: 'CalendarEndsTooSoon', path: ['input', 'policy'], calendar: 'business', policy: 'short', ...end },
      ],
    });
    // The calendar of a replacement may end before those that targets of the policy name.
    const horizon = `horizon: { from: 2000, to: ${ended} }`;
    const spare = edited(NAMED('spare'), WEEKEND).replace('horizon: { from: 2000, to: 2050 }', horizon);
    expect((await publish(spare)).userErrors).toEqual([]);
    const calendars = [{ replaces: 'business', with: 'weekend' }];
    expect(await setTerms({ clientId: other, policy: 'spare', calendars })).toMatchObject({
      client: before,
      userErrors: [
        {
          __typename: 'CalendarEndsTooSoon',
          path: ['input', 'calendars'],
          calendar: 'weekend',
          policy: 'spare',
          ...end,
        },
      ],
    });
    expect(await setTerms({ clientId: other, policy: 'spare' })).toMatchObject({ userErrors: [] });
    expect(await setTerms({ clientId: other })).toMatchObject({ client: before, userErrors: [] });
  });

  it('refuses a new ticket, which leaves no trace', async () => {
    const before = await count();
    const refused = await service.mutate('submitTicket', { subject: 'Too late', impacts: SEV2, clientId });
    expect(refused).toMatchObject({ ticket: null, userErrors: [{ __typename: 'BeyondCalendar' }] });
    expect(refused.userErrors[0].message).toContain(`from 2000 to ${ended} only`);
    expect(await count()).toBe(before);
  });

  it('is in the health and in the log, from a year before', async () => {
    const health: Json = await (await fetch(new URL('/health', service.url))).json();
    expect(health.calendarsEndingSoon).toEqual([{ policy: 'short', calendar: 'business', knownUntil: ended }]);
  });

  it('refuses no change of an open ticket: the deadline is unknown', async () => {
    const ticketId = await service.submit(SEV1, { clientId });
    const SLA = 'sla { response { status dueAt elapsed percentElapsed } resolution { status bestEffort dueAt } }';
    expect(
      await service.mutate(
        'reclassifyTicket',
        { ticketId, impacts: SEV3 },
        `ticket { severity isBreached nextDeadline { kind } ${SLA} } userErrors { code }`,
      ),
    ).toMatchObject({
      ticket: {
        severity: 'SEV3',
        isBreached: false,
        nextDeadline: null,
        sla: {
          response: { status: 'UNKNOWN', dueAt: null, elapsed: null, percentElapsed: null },
          resolution: { status: 'UNKNOWN', bestEffort: false, dueAt: null },
        },
      },
      userErrors: [],
    });
    const unknown = { slaStatus: { kind: 'RESOLUTION', status: { eq: 'UNKNOWN' } } };
    const { tickets } = await service.data(
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      {
        filter: unknown,
      },
    );
    expect(tickets.nodes).toEqual([{ id: ticketId }]);
    const explained = await service.data(
      `{ ticket(id: "${ticketId}") { sla { resolution { explain { segments { kind } } cycles { explain { total } } } } } }`,
    );
    expect(explained.ticket.sla.resolution).toMatchObject({ explain: null });
    expect(explained.ticket.sla.resolution.cycles.at(-1)).toEqual({ explain: null });
    expect(await service.mutate('resolveTicket', { ticketId })).toMatchObject({
      ticket: { state: 'RESOLVED', version: 3 },
      userErrors: [],
    });
    // When silence would close it cannot be known; closing it by hand needs no calendar.
    expect(await service.mutate('closeTicket', { ticketId })).toMatchObject({
      ticket: { state: 'CLOSED', version: 4 },
      userErrors: [],
    });
  });
});

it('a calendar shows its special hours, those of every year first', async () => {
  const special = "special: { '2026-12-31': [], 12-24: [09:00-12:00, 13:00-14:00], 02-29: [] }";
  expect((await publish(edited(NAMED('yearly'), ['special: {}', special]))).userErrors).toEqual([]);
  const at = (id: string, instant: string) => `${id}: isOpen(at: "${instant}")`;
  const { policy } = await service.data(
    `{ policy(name: "yearly") { calendars { name special { date yearly hours { opens closes } }
       ${at('isOpen', '2049-12-24T14:00:00Z')} ${at('isClosed', '2049-12-24T17:00:00Z')} } } }`,
  );
  expect(policy.calendars[0]).toEqual({
    name: 'business',
    special: [
      { date: '02-29', yearly: true, hours: [] },
      {
        date: '12-24',
        yearly: true,
        hours: [
          { opens: '09:00', closes: '12:00' },
          { opens: '13:00', closes: '14:00' },
        ],
      },
      { date: '2026-12-31', yearly: false, hours: [] },
    ],
    isOpen: true,
    isClosed: false,
  });
});

it('a policy that is sent cannot name an iCalendar file', async () => {
  const wrong = edited(NAMED('filed'), ['region: US', 'ics: holidays.ics']);
  for (const dryRun of [true, false]) {
    const { policy, userErrors } = await publish(wrong, { dryRun });
    expect(policy).toBeNull();
    expect(userErrors).toMatchObject([
      {
        __typename: 'InvalidPolicy',
        field: 'calendars.business.holidays.ics',
        problem: expect.stringContaining('this policy was sent without one: publish the policy file'),
      },
    ]);
  }
});
