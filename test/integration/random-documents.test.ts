import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OperationTypeNode } from 'graphql';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { SCOPES } from '../../src/application/access/rights';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { type Json, SEV1, SEV2, SEV3, SEV4 } from '../support/graphql-service';
import { listenOver } from '../support/graphql-socket';
import { RandomDocuments, type RandomRequest, type Samples } from '../support/random-documents';
import { randomFrom } from '../support/random-lives';

/** How many documents are sent. The seed is the same at every run unless it is given. */
const COUNT = Number(process.env.RANDOM_DOCUMENTS ?? 500);
const SEED = Number(process.env.RANDOM_SEED ?? 20_261);
/** Stands in all texts of the other company. */
const MARK = 'zq7mark';
const ABSENT = '01900000-0000-7000-8000-000000000000';
const POLICY = readFileSync(join(__dirname, '../support/policies/three-levels.yaml'), 'utf8');

const schema = buildGraphQLSchema();
const { QUERY, MUTATION, SUBSCRIPTION } = OperationTypeNode;

let companies: Companies;
/** Each with its part of the documents; the rest is for administrators. */
let callers: readonly (readonly [name: string, by: Credential, share: number])[];
/** What the callers of Acme may send, and what they ask for. */
let ownTexts: readonly string[];
let ids: readonly string[];
let cursors: readonly string[];
/** The keys of what belongs to Globex, as ids and cursors have them. */
let foreignKeys: readonly string[];

/** All strings of an answer under these names. */
function stringsUnder(value: Json, names: readonly string[], found: string[] = []): string[] {
  if (value === null || typeof value !== 'object') return found;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && names.includes(name)) found.push(inner);
    stringsUnder(inner, names, found);
  }
  return found;
}

const ofClient = (client: string): Json => ({ client: { eq: companies.ids[client] } });

async function fill(client: string, mark: string): Promise<void> {
  const { change } = companies;
  const yaml = POLICY.replace('id: three-levels', `id: terms${mark}`).replace(/^title: .*$/m, `title: Terms ${mark}`);
  await change('publishPolicy', { yaml }, 'policy { id }');
  const clientId = companies.ids[client];
  const about = { reporter: `Reporter ${mark}`, assignee: `Agent ${mark}`, description: `Text ${mark}` };
  const tickets: string[] = [];
  for (const [index, impacts] of [SEV1, SEV2, SEV3, SEV4, SEV2].entries()) {
    const followUpOf = index === 4 ? tickets[0] : null;
    const input = { clientId, subject: `Checkout ${mark}`, impacts, ...about, tags: [`tag${mark}`], followUpOf };
    const external = { externalId: `EXT-${index}${mark}`, externalUrl: `https://example.com/${mark}` };
    const { ticket } = await change('submitTicket', { ...input, ...external }, 'ticket { id }');
    tickets.push(ticket.id);
  }
  const [first, second, third] = tickets;
  await change('acknowledgeTicket', { ticketId: first }, 'ticket { id }');
  await change('startWaiting', { ticketId: second, reason: 'CLIENT' }, 'ticket { id }');
  await change('resolveTicket', { ticketId: third, resolution: `Done ${mark}` }, 'ticket { id }');
  await change('setClientTerms', { clientId, policy: `terms${mark}` }, 'client { id }');
  await companies.key(['READ'], client);
}

const ALL = `query ($filter: TicketFilter, $client: ID) {
  tickets(filter: $filter, first: 100) { edges { cursor node { id client { id } events(first: 100) { edges { cursor node { id } } } } } }
  deadlines(client: $client, first: 100) { edges { cursor node { id } } }
}`;
const SHARED = `{ policies(first: 50) { edges { cursor node { id name calendars { id } } } }
  apiKeys(first: 50) { edges { cursor node { id client { name } } } } auditEvents(first: 50) { edges { cursor node { id } } } agents { nodes { id name } } }`;

/** The texts that ids and cursors are made of. */
const decoded = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

beforeAll(async () => {
  const other = `Globex ${MARK}`;
  companies = await startCompanies(['Acme', other], { rateLimits: 'off' });
  await fill('Acme', '');
  await fill(other, `-${MARK}`);
  const { data } = await companies.ask(companies.admin, ALL, { filter: ofClient(other), client: companies.ids[other] });
  const own = (await companies.ask(companies.admin, ALL, { filter: ofClient('Acme'), client: companies.ids.Acme }))
    .data;
  const shared = (await companies.ask(companies.admin, SHARED)).data;
  // An administrator who let itself out would see nothing more.
  shared.agents.nodes = shared.agents.nodes.filter(({ name }: Json) => name !== 'Root');
  const foreign = stringsUnder(data, ['id']);
  foreignKeys = [...new Set(foreign.flatMap((id) => decoded(id).match(UUID) ?? []))];
  ids = [...new Set([...foreign, ...stringsUnder([own, shared], ['id']), toGlobalId('Ticket', ABSENT), 'no id'])];
  cursors = stringsUnder([data, own, shared], ['cursor']);
  ownTexts = ['Checkout', 'Agent', 'tag', 'EXT-1', 'EXT-9', 'terms', 'cimcloud', 'Ünïcode 💥', 'https://example.com'];
  const services = SCOPES.filter((scope) => scope !== 'ADMIN').map(
    async (scope) => [`SERVICE ${scope}`, await companies.key([scope], 'Acme'), 0.02] as const,
  );
  callers = [
    ['CLIENT', await companies.person('Acme'), 0.2],
    ['AGENT', await companies.agent('Acme'), 0.25],
    ['SERVICE', await companies.key(['READ', 'WRITE', 'SUBSCRIBE', 'WEBHOOKS', 'IMPORT'], 'Acme'), 0.25],
    ...(await Promise.all(services)),
  ];
});
afterAll(() => companies.close());

const DATE_TIMES = [
  '2026-01-01T00:00:00Z',
  '2026-07-01T12:00:00+02:00',
  '2031-01-01T00:00:00Z',
  '1999-01-01T00:00:00Z',
];

const idsOf = (...types: readonly string[]): readonly string[] =>
  ids.filter((id) => types.some((type) => decoded(id).startsWith(`${type}:`)));

/** Mostly what is accepted in its place, so that documents are carried out, too. */
const samplesOf = (texts: readonly string[]): Samples => ({
  ID: ids,
  'ID ticketId': [...idsOf('Ticket'), ...idsOf('Client').slice(0, 1)],
  'ID followUpOf': idsOf('Ticket'),
  'ID clientId': [...idsOf('Client'), ...idsOf('Ticket').slice(0, 1)],
  'ID client': [...idsOf('Client'), ...idsOf('Ticket').slice(0, 1)],
  'ID apiKeyId': idsOf('ApiKey', 'Ticket'),
  'ID agentId': idsOf('Agent', 'Ticket'),
  String: [...texts, ...cursors.slice(0, 1)],
  // A simulation answers with the texts of its input.
  'String description': ownTexts,
  'String reason': ownTexts,
  'String after': [...cursors.slice(0, 10).map(() => null), ...cursors.slice(0, 10)],
  'String before': [...cursors.slice(0, 10).map(() => null), ...cursors.slice(0, 10)],
  'Int last': [null, null, null, 2],
  'String timeZone': ['UTC', 'America/New_York', 'Mars/Olympus'],
  'String yaml': [POLICY, POLICY.slice(0, 300), 'id: x', '{}'],
  Int: [1, 2, 5, 20, 100, 101],
  Float: [0.5],
  Boolean: [true, false],
  DateTime: DATE_TIMES,
  Duration: ['PT1H', 'P1D', 'PT0S', '-PT1H', 'P40D'],
  EventCursor: cursors,
  Audience: ['NOBODY', 'SOME_END_USERS', 'ALL_END_USERS', 'MARTIANS'],
  Consequence: ['QUESTION', 'ORDERING_BLOCKED', 'DEGRADED', 'NOTHING_AT_ALL'],
  _Any: ids.map((id) => ({ __typename: id.length % 2 === 0 ? 'Ticket' : 'Client', id })),
});

interface Sent {
  readonly caller: string;
  readonly request: RandomRequest;
  readonly status: number;
  readonly answer: Json;
}

async function overHttp(by: Credential, { query, variables, operationName }: RandomRequest): Promise<[number, Json]> {
  const response = await fetch(companies.service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: by },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return [response.status, await response.json()];
}

/** A socket that the service closes is a fault, as is a status of 500 over HTTP. */
async function overSocket(by: Credential, { query, variables }: RandomRequest): Promise<[number, Json]> {
  const client = companies.socket(by);
  try {
    const { results, ended, leave } = await listenOver(client, query, variables);
    leave();
    const errors = await ended.then(
      () => [],
      (refused: Json) => refused,
    );
    return Array.isArray(errors) ? [200, { results, errors }] : [500, { closed: errors.code }];
  } catch (closed) {
    return [500, { closed: (closed as Json).code }];
  } finally {
    await client.dispose();
  }
}

/** Sends so many documents as one caller, and gives each with its answer. */
async function send(name: string, by: Credential, count: number, seed: number, texts: Json): Promise<readonly Sent[]> {
  const random = randomFrom(seed);
  const reads = new RandomDocuments(schema, samplesOf(texts.read), random);
  const writes = new RandomDocuments(schema, samplesOf(texts.written), random);
  const sent: Sent[] = [];
  for (let index = 0; index < count; index += 1) {
    const kind = random(100);
    const operation = kind < 55 ? QUERY : kind < 90 ? MUTATION : SUBSCRIPTION;
    const request = (operation === MUTATION ? writes : reads).next(operation);
    const isOverSocket = operation === SUBSCRIPTION ? random(10) > 0 : random(10) === 0;
    const [status, answer] = await (isOverSocket ? overSocket : overHttp)(by, request);
    sent.push({ caller: name, request, status, answer });
  }
  return sent;
}

const codesOf = ({ answer }: Sent): readonly string[] =>
  [...(answer.errors ?? []), ...(answer.results ?? []).flatMap((result: Json) => result.errors ?? [])].map(
    (error: Json) => error.extensions?.code,
  );

const FAULTY = ['INTERNAL_SERVER_ERROR', 'OPERATION_TIMED_OUT', 'SERVICE_UNAVAILABLE', undefined];
const isFault = (sent: Sent): boolean => sent.status >= 500 || codesOf(sent).some((code) => FAULTY.includes(code));

/** Whether an answer has what belongs to Globex, written out or inside an id or a cursor. */
function isLeak({ request, answer }: Sent): boolean {
  const says = (text: string): boolean => {
    const inner = (text.match(/[\w-]{20,}/g) ?? []).map(decoded).join('\n');
    const all = `${text}\n${inner}`;
    return all.includes(MARK) || foreignKeys.some((key) => all.includes(key));
  };
  const { errors, ...rest } = answer;
  const given = `${request.query}${JSON.stringify(request.variables)}`;
  // What does not exist is named as the request names it.
  const withoutNamed = (_name: string, value: Json): Json =>
    value?.__typename !== 'NotFound'
      ? value
      : Object.values(value).filter((text) => !given.includes(/[\w-]{20,}/.exec(String(text))?.[0] ?? String(text)));
  const data = JSON.stringify(rest, withoutNamed);
  return says(data) || (!says(given) && says(JSON.stringify(errors ?? [])));
}

const GLOBEX = `query ($filter: TicketFilter) {
  tickets(filter: $filter, first: 100) { nodes { id version } } policies(first: 100) { nodes { id } } apiKeys(first: 100) { nodes { id revokedAt } } }`;

describe('documents that are written at random from the schema', () => {
  it('of callers of one company meet no fault and nothing of another company', async () => {
    const other = ofClient(`Globex ${MARK}`);
    const before = (await companies.ask(companies.admin, GLOBEX, { filter: other })).data;
    const texts = { read: [...ownTexts, MARK, `tag-${MARK}`, `EXT-1-${MARK}`, `terms-${MARK}`], written: ownTexts };
    const sending = callers.map(([name, by, share], index) =>
      send(name, by, Math.ceil(COUNT * share), SEED + index * 7_919, texts),
    );
    const sent = (await Promise.all(sending)).flat();
    expect(sent.filter(isFault).slice(0, 3)).toEqual([]);
    expect(sent.filter(isLeak).slice(0, 3)).toEqual([]);
    expect((await companies.ask(companies.admin, GLOBEX, { filter: other })).data).toEqual(before);
    // Otherwise the documents would show little.
    const valid = sent.filter(({ answer }) => answer.data != null || answer.results?.length > 0);
    expect(valid.length).toBeGreaterThan(sent.length / 5);
    expect(valid.length).toBeLessThan(sent.length);
    if (process.env.RANDOM_DOCUMENTS !== undefined) tell(sent);
  });

  it('of administrators meet no fault', async () => {
    const texts = { read: [...ownTexts, MARK], written: [...ownTexts, `terms-${MARK}`] };
    const sent = await send('ADMIN', companies.admin, Math.ceil(COUNT * 0.2), SEED, texts);
    expect(sent.filter(isFault).slice(0, 3)).toEqual([]);
    // They see all companies; this shows that a leak would be seen.
    expect(sent.some(isLeak)).toBe(true);
    if (process.env.RANDOM_DOCUMENTS !== undefined) tell(sent);
  });

  it('leave no error in the log, and a service that is well', async () => {
    const { service } = companies;
    expect(service.logged.filter(({ level }) => Number(level) >= 50).slice(0, 3)).toEqual([]);
    const health = await fetch(service.url.replace('/graphql', '/health'));
    expect([health.status, (await health.json()) as Json]).toEqual([200, expect.objectContaining({ status: 'ok' })]);
  });
});

/** Prints how the documents of a long run were answered. */
function tell(sent: readonly Sent[]): void {
  const counts: Record<string, number> = { documents: sent.length };
  for (const one of sent) {
    const codes = new Set(codesOf(one));
    for (const code of codes.size > 0 ? codes : ['OK']) counts[code] = (counts[code] ?? 0) + 1;
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}
