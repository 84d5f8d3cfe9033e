import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { rowsOf as parsedRows } from '../../src/adapters/persistence/database/sql';
import { PERSONAL_COLUMNS } from '../../src/adapters/persistence/erasure/personal-columns';
import { gramsOf } from '../../src/adapters/persistence/search/grams';
import { TABLES } from '../../src/adapters/persistence/tables';
import { eventOf } from '../../src/adapters/persistence/tickets/event-row';
import { ticketOf } from '../../src/adapters/persistence/tickets/ticket-row';
import { matchesLog } from '../../src/application/tickets/matches-log';
import { folded } from '../../src/domain/folded-text';
import { foldAll } from '../../src/domain/ticket/fold';
import { eraseHere } from '../support/commands-here';
import { type Json, SEV1, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { run } from '../support/program';
import { untilTrue } from '../support/until';

const NAME = 'Zoë Quartermain-Straße';
const EMAIL = 'zoe.q@mailbox.example';
const TEXT = 'the purple checkout hippopotamus';
/** What no table may have afterwards, as it is compared. */
const THEIRS = [NAME, EMAIL, TEXT].map(folded);
// A header has bytes; its name is in UTF-8.
const AGENT = { 'x-stepdown-agent': Buffer.from(NAME).toString('latin1') };
const APPROVER = { 'x-stepdown-agent': 'Paul Approver' };
const OTHER = { 'x-stepdown-agent': 'Bob Unconcerned' };

let service: TestService;
let db: Client;
beforeAll(async () => {
  service = await startTestService();
  db = new Client(service.database.url);
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await service.close();
});

const rowsOf = async (text: string, values: unknown[] = []): Promise<Json[]> => (await db.query(text, values)).rows;

/** All rows of all tables as text, with what the planner has noted of their values. */
async function dump(): Promise<readonly string[]> {
  const tables = await rowsOf(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`);
  const rows: string[] = [];
  for (const { table_name } of tables) {
    const all = await rowsOf(`SELECT t::text AS row FROM ${table_name} t`);
    rows.push(...all.map(({ row }) => `${table_name} ${row}`));
  }
  const noted = await rowsOf(`SELECT 'pg_stats ' || s::text AS row FROM pg_stats s WHERE schemaname = 'public'`);
  return [...rows, ...noted.map(({ row }) => row)];
}
const rowsWith = async (texts: readonly string[]) =>
  (await dump()).filter((row) => texts.some((text) => folded(row).includes(text)));

/** The texts of searches hold no text, but what texts have these sequences of characters. */
const searchable = async (text: string): Promise<number> => {
  const grams = gramsOf(folded(text));
  return (await rowsOf('SELECT FROM search_texts WHERE grams @> $1', [grams])).length;
};

async function mutate(name: string, input: Json, headers: Json = {}): Promise<Json> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await service.ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ticket { id number } userErrors { message } } }`,
    { input },
    headers,
  );
  if (errors.length > 0 || data[name].userErrors.length > 0) throw new Error(JSON.stringify([errors, data]));
  return data[name].ticket;
}

let key = 0;
const withKey = (input: object) => ({ ...input, idempotencyKey: `key-${++key}` });

/** A ticket on which everything happens; its people and texts are given. */
async function aDay(who: {
  readonly reporter: string;
  readonly headers: object;
  readonly text: string;
}): Promise<Json> {
  const { reporter, headers, text } = who;
  const noted = (impacts: Json) => impacts.map((impact: Json) => ({ ...impact, note: `${text} (impact)` }));
  const ticket = await mutate(
    'submitTicket',
    withKey({
      subject: `Subject: ${text}`,
      description: `I am ${reporter}. ${text}`,
      reporter,
      assignee: reporter,
      impacts: noted(SEV1),
      tags: ['billing', reporter],
      externalId: `INC ${reporter}`,
      externalUrl: `https://tracker.example/?by=${encodeURIComponent(reporter)}`,
    }),
    headers,
  );
  const step = (name: string, input: object = {}, by = headers) =>
    mutate(name, withKey({ ticketId: ticket.id, ...input }), by);
  await step('acknowledgeTicket');
  await step('communicate', { direction: 'INBOUND', body: text });
  await step('communicate', { direction: 'OUTBOUND', body: `Dear ${reporter}` }, OTHER);
  await step('recordCall', { note: text });
  await step('addNote', { body: text });
  const contact = { name: reporter, email: `${reporter.replaceAll(' ', '.')}@example.com`, phone: null, role: text };
  await step('updateTicket', { subject: `${text} again`, tags: [reporter, 'billing'], contacts: [contact] });
  await step('reclassifyTicket', { override: { severity: 'SEV3', reason: text } });
  await step('approveOverride', { reason: `as ${reporter} says` }, APPROVER);
  await step('reclassifyTicket', { impacts: noted(SEV1), reason: text });
  await step('reclassifyTicket', { override: { severity: 'SEV4', reason: text } });
  await step('rejectOverride', { reason: text }, APPROVER);
  await step('applyWorkaround', { description: text, remaining: noted(SEV3) });
  await step('withdrawWorkaround', { reason: text });
  await step('assignTicket', { assignee: reporter });
  await step('resolveTicket', { resolution: text });
  await step('reopenTicket', { reason: text });
  await step('closeTicket', { reason: text });
  return ticket;
}

const REPORT = `{ slaReport(groupBy: ASSIGNEE, from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") {
  groups { key opened closed overall { met breached } }
} }`;

/** Whether each ticket is what its events make it. */
async function matchLogs(): Promise<readonly boolean[]> {
  const tickets = await parsedRows<Json>(db, { text: 'SELECT * FROM tickets ORDER BY number' });
  const events = await parsedRows<Json>(db, { text: 'SELECT * FROM events ORDER BY ticket_id, number' });
  return tickets.map((row) => {
    const stored = ticketOf(row);
    const ticket = foldAll(events.filter(({ ticket_id }) => ticket_id === row.id).map(eventOf));
    return matchesLog(stored, { ...stored, ...ticket });
  });
}

/** What an erasure keeps. */
const facts = () =>
  rowsOf(`SELECT e.id, e.xid::text, e.ticket_id, e.number, e.type, e.at, e.recorded_at, e.once_key,
                 e.data->'severity' AS severity, e.data->'clause' AS clause, e.actor->'kind' AS kind,
                 (e.data #- '{effects,severityChange,by}' #- '{effects,severityChange,reason}')->'effects' AS effects
            FROM events e ORDER BY e.id`);

describe('stepdown erase --person', () => {
  let mine: Json;
  let helped: Json;
  let other: Json;
  let before: { readonly facts: Json; readonly report: Json; readonly other: Json };

  beforeAll(async () => {
    mine = await aDay({ reporter: NAME, headers: OTHER, text: `${TEXT} ${EMAIL}` });
    helped = await aDay({ reporter: 'Claire Client', headers: AGENT, text: `about ${TEXT}` });
    other = await aDay({ reporter: 'Dora Distant', headers: OTHER, text: 'nothing of it' });
    // What the log says is in the tables of searches too.
    await service.data(`{ tickets(first: 1, filter: { text: "hippopotamus" }) { totalCount } }`);
    await untilTrue(async () => (await rowsOf('SELECT FROM spellings WHERE written = $1', [NAME])).length > 0);
    await db.query('ANALYZE');
    before = {
      facts: await facts(),
      report: await service.data(REPORT),
      other: await rowsOf(`SELECT t::text FROM tickets t WHERE number = $1`, [other.number]),
    };
    expect((await rowsWith(THEIRS)).length).toBeGreaterThan(30);
  });

  it('counts without changing anything', async () => {
    // Not what other processes go on changing: the position in the log, and the planner's figures.
    const lasting = async () => (await dump()).filter((row) => !/^(log_followers|pg_stats) /.test(row));
    const rows = await lasting();
    const { code, stdout } = await eraseHere(
      { DATABASE_URL: service.database.url },
      { persons: [NAME], isDryRun: true },
    );
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Would erase \d+ texts and \d+ names in \d+ events of 2 tickets, and change/),
    ]);
    expect(await lasting()).toEqual(rows);
  });

  it('leaves no table with the name, the address or a text, while a service runs', async () => {
    // Also if the person runs it.
    const env = { DATABASE_URL: service.database.url, STEPDOWN_OPERATOR: NAME };
    const done = await eraseHere(env, { persons: [NAME, EMAIL] });
    expect([done.code, done.stdout, done.stderr]).toEqual([
      0,
      expect.stringMatching(/^Erased \d+ texts and \d+ names in \d+ events of 2 tickets/),
      expect.stringMatching(/The person becomes erased-[0-9a-f]{12}\. If this is interrupted, run it again with --as/),
    ]);
    expect(await rowsWith(THEIRS)).toEqual([]);
    expect(await searchable('hippopotamus')).toBe(0);
  });

  it('leaves nothing that the API finds', async () => {
    const found = async (filter: Json) =>
      (await service.data('query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }', { filter }))
        .tickets.totalCount;
    expect(await found({ text: 'hippopotamus' })).toBe(0);
    expect(await found({ reporter: { eq: NAME } })).toBe(0);
    expect(await found({ assignee: { eq: NAME } })).toBe(0);
    const [{ pseudonym }] = await rowsOf('SELECT reporter AS pseudonym FROM tickets WHERE number = $1', [mine.number]);
    expect(await found({ reporter: { eq: pseudonym } })).toBe(1);
    expect(await found({ text: '[erased]' })).toBe(2);
  });

  it('is in the audit log, at its beginning and with its numbers, without the person', async () => {
    const entries = await rowsOf(
      `SELECT actor, subject, detail FROM audit_events WHERE kind = 'ERASED' ORDER BY at, id`,
    );
    const subject = expect.stringMatching(/^erased-[0-9a-f]{12}$/);
    expect(entries).toEqual([
      { actor: null, subject, detail: expect.stringMatching(/^begun/) },
      {
        actor: null,
        subject,
        detail: expect.stringMatching(/^\d+ texts and \d+ names in \d+ events of 2 tickets; \d+ rows? of/),
      },
    ]);
  });

  it('keeps the facts of all events, and tickets that are what their events make them', async () => {
    expect(await facts()).toEqual(before.facts);
    const matches = await matchLogs();
    expect(matches).toEqual(matches.map(() => true));
    expect(matches.length).toBe(3);
    const texts = `SELECT e.type = 'NOTE_ADDED' AS is_note, bool_and(s.is_internal) AS are_internal
      FROM search_texts s JOIN events e USING (ticket_id, number) GROUP BY 1 ORDER BY 1`;
    expect(await rowsOf(texts)).toEqual([
      { is_note: false, are_internal: false },
      { is_note: true, are_internal: true },
    ]);
  });

  it('has one pseudonym for the person, under which reports count as before', async () => {
    const names = await rowsOf(
      `SELECT DISTINCT name FROM (
         SELECT reporter AS name FROM tickets UNION SELECT assignee FROM tickets UNION SELECT actor->>'name' FROM events
       ) n WHERE name LIKE 'erased-%'`,
    );
    expect(names).toHaveLength(1);
    const renamed = JSON.parse(JSON.stringify(before.report).replaceAll(NAME, names[0].name));
    const sorted = ({ slaReport }: Json) => slaReport.groups.toSorted((a: Json, b: Json) => (a.key < b.key ? -1 : 1));
    expect(sorted(await service.data(REPORT))).toEqual(sorted(renamed));
  });

  it('keeps what others wrote of others', async () => {
    expect(await rowsOf(`SELECT t::text FROM tickets t WHERE number = $1`, [other.number])).toEqual(before.other);
    const [{ reporter, subject }] = await rowsOf('SELECT reporter, subject FROM tickets WHERE number = $1', [
      helped.number,
    ]);
    expect([reporter, subject]).toEqual(['Claire Client', '[erased]']);
  });

  it('removes the answers to keys of the person, and leaves others', async () => {
    const callers = (await rowsOf('SELECT DISTINCT caller FROM idempotency_keys')).map(({ caller }) => caller);
    expect(callers.sort()).toEqual(['AGENT/bob-unconcerned', 'AGENT/paul-approver']);
  });

  it('keeps the log append-only for all others', async () => {
    await expect(db.query(`UPDATE events SET type = 'CLOSED'`)).rejects.toThrow('append-only');
  });

  it('leaves no line of the log with the name, the address or a text', () => {
    const lines = service.logged.map((line) => folded(JSON.stringify(line)));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => THEIRS.some((text) => line.includes(text)))).toEqual([]);
  });

  it('finds nothing more when it runs again', async () => {
    const { stdout } = await eraseHere({ DATABASE_URL: service.database.url }, { persons: [NAME, EMAIL] });
    expect(stdout).toBe(
      'Erased 0 texts and 0 names in 0 events of 0 tickets, and changed 0 rows of other tables, and 0 answers to idempotency keys.\n',
    );
  });
});

describe('a person who signs in', () => {
  const CLAIMS = { sub: 'subject-4711', name: 'Quentin Zephyr', email: 'qz@desk.example', stepdown_role: 'admin' };
  const theirs = [CLAIMS.sub, CLAIMS.name, CLAIMS.email].map(folded);

  it('is erased by any name that is known, with what tokens said, and is in no line of the log by name', async () => {
    const provider = await IdentityProvider.start();
    const secured = await startTestService({ database: service.database, config: provider.config() });
    try {
      const headers = { authorization: `Bearer ${await provider.token(CLAIMS)}` };
      const send = async (query: string, input: Json) => {
        const { data, errors } = await secured.ask(query, { input }, headers);
        expect(errors).toEqual([]);
        return data;
      };
      const { createApiKey } = await send(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { userErrors { message } } }',
        { name: `The laptop of ${CLAIMS.name}`, scopes: ['READ'] },
      );
      expect(createApiKey.userErrors).toEqual([]);
      const { submitTicket } = await send(
        'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } userErrors { message } } }',
        { subject: 'mine', description: `write to ${CLAIMS.email}`, impacts: SEV1, idempotencyKey: 'once' },
      );
      expect(submitTicket.userErrors).toEqual([]);
      await untilTrue(async () => (await rowsOf('SELECT FROM people WHERE email = $1', [CLAIMS.email])).length === 1);
      expect((await rowsWith(theirs)).length).toBeGreaterThan(4);
      const lines = secured.logged.map((line) => folded(JSON.stringify(line)));
      expect(lines.filter((line) => line.includes(folded(CLAIMS.sub))).length).toBeGreaterThan(1);
      expect(lines.filter((line) => theirs.slice(1).some((text) => line.includes(text)))).toEqual([]);
    } finally {
      await secured.close();
      await provider.close();
    }
    expect((await eraseHere({ DATABASE_URL: service.database.url }, { persons: [CLAIMS.email] })).code).toBe(0);
    expect(await rowsWith(theirs)).toEqual([]);
    const [{ name, email }] = await rowsOf(`SELECT name, email FROM people`);
    expect([name, email]).toEqual([expect.stringMatching(/^erased-/), null]);
    const acted = await rowsOf(`SELECT address FROM audit_events WHERE actor->>'name' = $1`, [name]);
    expect(acted.length).toBeGreaterThan(0);
    expect(acted.filter(({ address }) => address !== null)).toEqual([]);
    const [key] = await rowsOf('SELECT name, created_by FROM api_keys');
    expect(key).toEqual({ name, created_by: expect.objectContaining({ id: name, name }) });
  });
});

describe('stepdown erase --ticket', () => {
  it('leaves no text, tag, address or reporter of the ticket, and the names of agents', async () => {
    const ticket = await aDay({ reporter: 'Erin Example', headers: OTHER, text: 'a green giraffe' });
    await untilTrue(async () => (await rowsOf(`SELECT FROM spellings WHERE written = 'Erin Example'`)).length > 0);
    const { code } = await eraseHere({ DATABASE_URL: service.database.url }, { tickets: [ticket.number] });
    expect(code).toBe(0);
    const [row] = await rowsOf('SELECT * FROM tickets WHERE number = $1', [ticket.number]);
    expect(row).toMatchObject({
      subject: '[erased]',
      reporter: expect.stringMatching(/^erased-/),
      external_id: expect.stringMatching(/^erased-/),
      external_url: 'https://erased.invalid/',
      tags: ['[erased]', '[erased]'],
      assignee: 'Erin Example',
    });
    expect(await rowsWith(['green giraffe'])).toEqual([]);
    // The tag of other tickets is still known, and so is the assignee.
    const known = (await rowsOf('SELECT written FROM spellings')).map(({ written }) => written);
    expect(known).toEqual(expect.arrayContaining(['billing', 'Erin Example', row.reporter]));
    expect((await matchLogs()).every(Boolean)).toBe(true);
    const entries = await rowsOf(
      `SELECT actor->>'name' AS name, detail FROM audit_events WHERE subject = $1 ORDER BY at, id`,
      [`tickets ${ticket.number}`],
    );
    expect(entries).toEqual([
      { name: 'local operator', detail: expect.stringMatching(/^begun/) },
      { name: 'local operator', detail: expect.stringMatching(/^\d+ texts and 2 names in \d+ events of 1 ticket;/) },
    ]);
  });
});

describe('in a terminal, without --yes', () => {
  const counted = expect.stringMatching(/^Would erase [1-9]\d* texts? and 1 name in 1 event of 1 ticket/);

  it.each([
    ['no', 'Nothing was erased.\n', 1],
    ['', 'Nothing was erased.\n', 1],
    ['erase', 'Erased ', 0],
  ])('shows what it would erase, and the answer %j decides', async (answer, end, left) => {
    const reporter = `Fred of ${answer || 'silence'}`;
    await mutate('submitTicket', { subject: 'A subject', reporter, impacts: SEV1 });
    const { code, stdout } = await eraseHere({ DATABASE_URL: service.database.url }, { persons: [reporter] }, answer);
    expect([code, stdout]).toEqual([0, counted]);
    expect(stdout.slice(stdout.indexOf('\n') + 1)).toMatch(end);
    expect(await rowsOf('SELECT FROM tickets WHERE reporter = $1', [reporter])).toHaveLength(left);
  });
});

it('is a command of the program', async () => {
  const args = ['erase', '--person', 'Gina Nowhere', '--person', 'gina@example.com', '--ticket', '1', '--dry-run'];
  expect(await run(args, { DATABASE_URL: service.database.url })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Would erase 3 texts and 0 names in 2 events of 1 ticket/),
  });
});

describe('what it refuses', () => {
  it.each([
    [{}, /^Say what to erase/],
    [{ persons: ['ab'] }, /^--person takes a name or an address of 3 to 200 characters/],
    [{ tickets: [4711] }, /^There is no ticket 4711\. Nothing was erased/],
    [{ persons: ['Ada'], pseudonym: 'Ada' }, /^--as takes the pseudonym/],
    [{ persons: ['Ada'], isConfirmed: false }, /^An erasure cannot be undone\. Add --yes/],
  ])('%j', async (options, message) => {
    expect(await eraseHere({ DATABASE_URL: service.database.url }, options)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});

it('every column that can hold text says what an erasure does with it', async () => {
  const columns = await rowsOf(
    `SELECT table_name || '.' || column_name AS name,
            data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY') AS is_text
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'`,
  );
  const tables = new Set<string>(TABLES.map(({ options }) => options.name));
  const declared = Object.entries(PERSONAL_COLUMNS)
    .filter(([table]) => tables.has(table))
    .flatMap(([table, treatments]) => Object.keys(treatments).map((column) => `${table}.${column}`));
  expect(columns.filter(({ name, is_text }) => is_text && !declared.includes(name)).map(({ name }) => name)).toEqual(
    [],
  );
  expect(declared.filter((column) => !columns.some(({ name }) => name === column))).toEqual([]);
});
