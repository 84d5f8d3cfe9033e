import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { extendSchema, type GraphQLSchema, getNamedType, parse } from 'graphql';
import { Client as PostgresClient } from 'pg';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { requestCallers } from '../../src/adapters/http/request-callers';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import type { CallerIdentity } from '../../src/application/access/caller-identity';
import { PERMISSIONS, type Permission, permits } from '../../src/application/access/permissions';
import { type Rights, rightsOf } from '../../src/application/access/rights';
import type { SignIns } from '../../src/application/access/sign-ins';
import type { Change } from '../../src/application/tickets/change';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../src/domain/instant';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { startEdgeServer } from '../support/edge-server';
import type { Json } from '../support/graphql-service';
import { askOver, listenOver } from '../support/graphql-socket';
import { CONTRADICTION, SEV1, SEV2, SEV3, SEV4 } from '../support/impacts';
import {
  addFieldsOf,
  argumentsFor,
  documentOf,
  fieldsOfSchema,
  type RootField,
  rootFieldsOf,
  SchemaCrawler,
} from '../support/schema-crawler';
import { commands, everything, openStore, type TestStore } from '../support/store';
import { until, untilTrue } from '../support/until';
import {
  type AskAll,
  agreeTerms,
  type Belongings,
  belongingsOf,
  decoded,
  inventedLike,
  LOG_START,
  namesOf,
  newMark,
  pairsFor,
  uuidsOf,
  valuesIn,
  writeTickets,
} from '../support/walled-companies';
import { writeWebhooks } from '../support/walled-webhooks';
import { FOR_RECEIVERS } from '../support/webhook-receiver';

// What belongs to other clients, over every path of the schema. `export` and `report` of the
// command line are for operators, who see all clients; no path of HTTP exports.

const schema = buildGraphQLSchema();
const crawler = new SchemaCrawler(schema);
const roots = rootFieldsOf(schema);
const rootsOf = (kind: RootField['kind']) =>
  roots.filter((root) => root.kind === kind).map((root) => [root.name, root] as const);

/** A caller of some clients, and what it may and may not see. */
interface Caller {
  readonly name: string;
  readonly rights: Rights;
  readonly by: Credential;
  readonly own: readonly Belongings[];
  readonly foreign: readonly Belongings[];
}

let companies: Companies;
let store: TestStore;
let askAll: AskAll;
let own: Belongings;
let foreign: Belongings;
/** As `foreign`, but nothing of it exists. */
let invented: Belongings;
let callers: readonly Caller[];
let agent: Caller;
let service: Caller;
/** The fields that answers had, and that were not null. */
const seen = new Set<string>();

beforeAll(async () => {
  const marks = [newMark(), newMark(), newMark()] as const;
  companies = await startCompanies(
    marks.map((mark) => namesOf(mark).client),
    FOR_RECEIVERS,
  );
  askAll = async (query, variables) => {
    const { data, errors } = await companies.ask(companies.admin, query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  };
  const clientOf = (mark: string): string => companies.ids[namesOf(mark).client] ?? '';
  const staff = (mark: string, clients: readonly string[], sub = `agent-${mark}`): Promise<Credential> =>
    companies.token({
      sub,
      name: namesOf(mark).agent,
      email: namesOf(mark).email,
      stepdown_role: 'agent',
      stepdown_clients: clients.map((client) => namesOf(client).client),
    });
  for (const mark of marks) {
    await agreeTerms(askAll, clientOf(mark), mark);
    const { apiKey, idempotencyKey, text, audience, consequence } = namesOf(mark);
    const key = { name: apiKey, scopes: ['READ'], clientId: clientOf(mark) };
    await companies.change('createApiKey', key, 'apiKey { id }');
    const input = { subject: text, impacts: [{ audience, consequence }], idempotencyKey };
    await companies.change('submitTicket', input, 'ticket { id }', await staff(mark, [mark]));
    await companies.ask(await companies.person(namesOf(mark).client), '{ viewer { role } }');
  }
  store = await openStore({ database: companies.service.database });
  store.clock.moveTo(Date.now());
  for (const mark of marks) {
    await writeTickets(store, uuidOf(clientOf(mark)), mark);
    await createEventLog(store.pool).place();
    await writeWebhooks(store.pool, uuidOf(clientOf(mark)), mark);
    // So that no two instants are equal, whose order depends on ids.
    store.clock.move(-1_009);
  }
  // The engine records what fell due before it changes nothing any more.
  await untilTrue(async () => {
    const { rows } = await store.pool.query('SELECT 1 FROM tickets WHERE next_deadline_at <= now() LIMIT 1');
    return rows.length === 0;
  });
  const [a, b, c] = marks;
  const everything = await Promise.all(marks.map((mark) => belongingsOf(askAll, clientOf(mark), mark)));
  const [ofA, ofB, ofC] = everything as [Belongings, Belongings, Belongings];
  [own, foreign, invented] = [ofA, ofB, inventedLike(ofB)];
  const alone = { own: [ofA], foreign: [ofB, ofC] };
  const scopes = ['READ', 'WRITE', 'SUBSCRIBE', 'WEBHOOKS', 'IMPORT'] as const;
  const person = await companies.person(namesOf(a).client);
  agent = { name: 'AGENT', rights: rightsOf('AGENT'), by: await staff(a, [a]), ...alone };
  const ofTwo = { by: await staff(a, [a, c], 'agent-of-two'), own: [ofA, ofC], foreign: [ofB] };
  const key = await companies.key(scopes, namesOf(a).client);
  service = { name: 'SERVICE', rights: { role: 'SERVICE', scopes }, by: key, ...alone };
  callers = [
    { name: 'CLIENT', rights: rightsOf('CLIENT'), by: person, ...alone },
    agent,
    { name: 'AGENT of two clients', rights: rightsOf('AGENT'), ...ofTwo },
    service,
  ];
  expect(foreign.mark).toBe(b);
});
afterAll(async () => {
  await store?.close();
  await companies?.close();
});

const uuidOf = (id: string): string =>
  decoded(id)
    ?.slice(decoded(id)?.lastIndexOf(':') ?? 0)
    .slice(1) ?? '';
const mayUse = ({ rights }: Caller, { name }: RootField): boolean => permits(PERMISSIONS[name] as Permission, rights);

/** The texts in a value, at any depth. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

interface Answer {
  readonly status: number;
  readonly body: Json;
  /** The answer as text, without what differs in every answer. */
  readonly text: string;
  /** The same, with places for the texts that the caller has given. */
  readonly comparable: string;
}

/** What differs between two answers to one question. */
const OF_THE_MOMENT =
  /"(?:requestId|remaining|elapsed|percentElapsed)(?:__\w+)?":(?:"[^"]*"|[\d.]+)|(?<="Simulation",)"at":"[^"]*"/g;

/** The texts that a caller has given, without short ones, which an answer has by chance. */
const givenIn = (variables: Json): readonly string[] =>
  textsIn(variables)
    .filter(({ length }) => length >= 8)
    .sort((one, other) => other.length - one.length);

const patterns = new Map<Caller['foreign'], RegExp>();
/** The marks and the ids of what a caller may not see. */
function secretsOf({ foreign: others }: Pick<Caller, 'foreign'>): RegExp {
  const known = patterns.get(others);
  if (known !== undefined) return known;
  const pattern = new RegExp(others.flatMap((one) => [one.mark, ...uuidsOf(one)]).join('|') || '(?!)', 'i');
  patterns.set(others, pattern);
  return pattern;
}

/** Texts of others in what a caller receives, besides those that it has given itself. */
function leaksIn(received: unknown, caller: Pick<Caller, 'foreign'>, given: readonly string[]): readonly string[] {
  const secrets = secretsOf(caller);
  return textsIn(received).filter((text) => {
    if (!secrets.test(`${text} ${decoded(text) ?? ''}`)) return false;
    const rest = given.reduce((left, one) => left.replaceAll(one, ''), text);
    return secrets.test(`${rest} ${decoded(rest) ?? ''}`);
  });
}

/** Sends an operation with one root field. Whatever comes back has nothing of others. */
async function ask(caller: Caller, { kind, field }: RootField, args: Json, selection: string): Promise<Answer> {
  const { query, variables } = documentOf(kind, field, args, selection);
  const response = await fetch(companies.service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: caller.by },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Json;
  const given = givenIn(variables);
  expect({ query, variables, leaks: leaksIn([body, ...response.headers], caller, given) }).toMatchObject({ leaks: [] });
  const codes = (body.errors ?? []).map(({ extensions }: Json) => extensions.code);
  expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED');
  expect(codes).not.toContain('OPERATION_TOO_LARGE');
  expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  addFieldsOf(body.data, seen);
  const { errors = null, data = null } = body;
  const text = JSON.stringify([errors, data]).replace(OF_THE_MOMENT, '""');
  const comparable = given.reduce(
    (rest, one, index) => rest.replaceAll(JSON.stringify(one).slice(1, -1), `<${index}>`),
    text,
  );
  return { status: response.status, body, text, comparable };
}

/** The same arguments, with a page of a few entries where none is given. */
const onShortPage = ({ field }: RootField, args: Json): Json =>
  field.args.some(({ name }) => name === 'first') && !('first' in args || 'last' in args)
    ? { ...args, first: 4 }
    : args;

const shortly = (root: RootField, args: Json): string => crawler.shortSelection(root, args);

/** What no caller of some clients can receive, by type or by field. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    roots
      .filter(({ name }) =>
        Object.values(PERMISSIONS[name] as Permission).every((one) => one === false || one === 'ADMIN'),
      )
      .flatMap(({ name, field }) => [name, getNamedType(field.type).name].map((one) => [one, 'for administrators'])),
  ),
  ApiKeyEdge: 'for administrators',
  ApiKey: 'for administrators',
  AuditEventEdge: 'for administrators',
  AuditEvent: 'for administrators',
  PolicyImpact: 'for administrators',
  SeverityImpact: 'for administrators',
  InvalidPolicy: 'a refusal of `publishPolicy`',
  CalendarInUse: 'a refusal of `publishPolicy`',
  CalendarEndsTooSoon: 'a refusal of `publishPolicy`',
  UnknownPolicy: 'a refusal of `setClientTerms`',
  UnknownCalendar: 'a refusal of `setClientTerms`',
  NothingToWaive: 'a reason in `allowedActions`',
  BeyondCalendar: 'a refusal when a calendar has ended',
  EncryptionKeyMissing: 'a refusal of a service without a key',
  TooManyWebhooks: 'a refusal of a service with many webhooks',
  'MarkReachedEvent.lateReason': 'not of an event of time',
  'CommitmentBreachedEvent.lateReason': 'not of an event of time',
};

const isNotShown = (field: string): boolean => field in NOT_SHOWN || (field.split('.')[0] ?? '') in NOT_SHOWN;

/** The fields that no answer had. */
const fieldsWithoutCase = (of: GraphQLSchema): readonly string[] =>
  fieldsOfSchema(of).filter((field) => !seen.has(field) && !isNotShown(field));

/** The answer without the numbers, ids and instants of a ticket that was opened. */
const withoutNew = ({ comparable }: Answer): string =>
  comparable.replace(/"ticket":\{.*?\}(?=,"userErrors")/, '"ticket":{}');

/** Arguments with which everything below a root field is read. */
function deepArgumentsFor(root: RootField, of: Belongings): readonly Json[] {
  const [base] = argumentsFor(root, valuesIn(of));
  const [id] = of.ids.Ticket;
  switch (root.name) {
    case 'Query.nodes': {
      const all = Object.values(of.ids).flat();
      return Array.from({ length: Math.ceil(all.length / 20) }, (_, index) => ({
        ids: all.slice(20 * index).slice(0, 20),
      }));
    }
    case 'Query.ticket': {
      const [earlier, now] = [Date.now() - 10 * MINUTE_MS, Date.now()].map(toIso);
      return [{ id }, { externalId: of.names.externalId }, { id, asOf: earlier }, { id, knownAt: now }];
    }
    case 'Query.client':
      return [{ id: of.ids.Client[0] }, { name: of.names.client }];
    case 'Query.slaReport':
      return [{ ...base, groupBy: 'CLIENT' }];
    default:
      return [root.field.args.some(({ name }) => name === 'first') ? { ...base, first: 2 } : base];
  }
}

/** The ids of the objects of a type in an answer. */
const idsIn = (value: Json, type: string): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { __typename, id = value[`id__${type}`] } = value;
  const inner = Object.values(value).flatMap((one) => idsIn(one, type));
  return __typename === type && typeof id === 'string' ? [id, ...inner] : inner;
};

describe('everything below a query is of the clients of the caller', () => {
  it.each(rootsOf('query'))('%s', async (_name, root) => {
    for (const caller of callers) {
      const ownTickets = caller.own.flatMap(({ ids }) => ids.Ticket);
      for (const args of deepArgumentsFor(root, own)) {
        for (const selection of crawler.selectionsOf(root, args)) {
          const { body } = await ask(caller, root, args, selection);
          const codes = (body.errors ?? []).map(({ extensions }: Json) => extensions.code);
          expect([caller.name, codes]).toEqual([caller.name, mayUse(caller, root) ? [] : ['FORBIDDEN']]);
          expect(ownTickets).toEqual(expect.arrayContaining([...idsIn(body.data, 'Ticket')]));
        }
      }
    }
  });
});

/** The same for a caller who sees all clients; null if no argument limits it to one client. */
function ofOneClient({ name }: RootField, args: Json): Json | null {
  const [client] = own.ids.Client;
  switch (name) {
    case 'Query.tickets':
      return { ...args, filter: { and: [args.filter ?? {}, { client: { eq: client } }] } };
    case 'Query.deadlines':
    case 'Query.slaReport':
      return { ...args, client };
    case 'Query.workList':
      return 'assignee' in args || args.unassigned === true ? null : { ...args, client };
    case 'Query.classify':
      return 'client' in args ? args : null;
    case 'Query.simulate':
      return 'at' in args ? args : null;
    case 'Query.ticket':
      return args;
    default:
      return null;
  }
}

/** An answer without cursors where these have the instant of the request. */
const withoutInstants = ({ name }: RootField, text: string): string =>
  name === 'Query.workList' ? text.replaceAll(/"(\w*[cC]ursor)":"[^"]*"/g, '"$1":""') : text;

describe('lists, counts and figures are those of an administrator who asks for the client, of', () => {
  const admin: Caller = { name: 'ADMIN', rights: rightsOf('ADMIN'), by: '', own: [], foreign: [] };
  it.each(rootsOf('query'))('%s', async (_name, root) => {
    const groupings = root.name === 'Query.slaReport' ? ['ASSIGNEE', 'CLAUSE', 'CLIENT', 'MONTH', 'SEVERITY'] : [];
    const [base] = argumentsFor(root, valuesIn(own));
    const more = groupings.map((groupBy) => ({ ...base, groupBy }));
    for (const given of [...argumentsFor(root, valuesIn(own)), ...more]) {
      const args = onShortPage(root, given);
      const selection = shortly(root, args);
      const { text } = await ask(service, root, args, selection);
      const limited = ofOneClient(root, args);
      if (limited === null) continue;
      const ofAll = await ask({ ...admin, by: companies.admin }, root, limited, selection);
      expect([args, withoutInstants(root, text)]).toEqual([args, withoutInstants(root, ofAll.text)]);
    }
  });
});

describe('what belongs to others is answered as what does not exist, by', () => {
  it.each(rootsOf('query'))('%s', async (_name, root) => {
    for (const caller of callers) {
      for (const pair of pairsFor(root, { own, foreign, invented })) {
        const [others, none] = pair.map((args) => onShortPage(root, args)) as [Json, Json];
        const selection = shortly(root, others);
        const [first, second] = [await ask(caller, root, others, selection), await ask(caller, root, none, selection)];
        const asked = [caller.name, others] as const;
        expect([...asked, first.status, first.comparable]).toEqual([...asked, second.status, second.comparable]);
      }
    }
  });
});

describe('a subscription has nothing of what happens to others', () => {
  /** Changes what every subscription reports, in another process. */
  const happen = async (of: Belongings): Promise<void> => {
    const ticketId = uuidOf(of.ids.Ticket.at(-1) ?? '');
    const [text, now] = [of.names.text, store.clock.now()];
    const steps: Change['steps'] = [
      { command: { type: 'reclassify', impacts: SEV1, reason: text }, at: now },
      { command: { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: text }, at: now },
      { command: { type: 'assign', assignee: of.names.agent }, at: now },
      // The target of the response has passed then.
      { command: 'LET_PASS', at: now + HOUR_MS },
    ];
    const [changed] = await store.changeTickets([{ ...commands(ticketId, []), steps }]);
    expect(changed?.refusals).toEqual([null, null, null, null]);
  };

  it('and what happens to its own comes afterwards', async () => {
    store.clock.moveTo(Date.now());
    const listening = await Promise.all(
      callers.map(async (caller) => {
        const socket = companies.socket(caller.by);
        const listen = async (root: RootField, args: Json, selection = '{ __typename }') => {
          const { query, variables } = documentOf('subscription', root.field, args, selection);
          return { asked: [caller.name, root.name, args], ...(await listenOver(socket, query, variables)) };
        };
        const [all, ofOthers]: Awaited<ReturnType<typeof listen>>[][] = [[], []];
        for (const [, root] of rootsOf('subscription')) {
          const [base] = argumentsFor(root, valuesIn(own));
          const [selection] = crawler.selectionsOf(root, base, 2);
          all?.push(await listen(root, base, selection));
          const hasCursor = root.field.args.some(({ name }) => name === 'after');
          if (hasCursor) all?.push(await listen(root, { ...base, after: LOG_START }, selection));
          const filtered = pairsFor(root, { own, foreign, invented }).map(([args]) => args);
          for (const args of filtered.filter((one) => !JSON.stringify(one).includes('"nin"'))) {
            ofOthers?.push(await listen(root, args));
          }
        }
        return { caller, socket, all: all ?? [], ofOthers: ofOthers ?? [] };
      }),
    );
    await happen(foreign);
    await happen(own);
    for (const { caller, socket, all, ofOthers } of listening) {
      for (const { asked, results } of all) {
        const isOwn = ({ data }: Json): boolean => idsIn(data, 'Ticket').includes(own.ids.Ticket.at(-1) ?? '');
        await until(
          () => results.some(isOwn),
          (has) => has,
        );
        for (const { data } of results) addFieldsOf({ __typename: 'Subscription', ...data }, seen);
        expect([...asked, leaksIn(results, caller, [])]).toEqual([...asked, []]);
      }
      await askOver(socket, '{ viewer { seesAllClients } }');
      expect(ofOthers.length).toBeGreaterThan(10);
      for (const { asked, results } of ofOthers) expect([...asked, results]).toEqual([...asked, []]);
      await socket.dispose();
    }
  });
});

describe('changes', () => {
  /** Everything that the changes of these tests could change of others. */
  const stateOfOthers = async (): Promise<Json> => {
    const clients = foreign.ids.Client.map(uuidOf);
    const read = async (text: string): Promise<Json> => (await store.pool.query(text, [clients])).rows;
    return [
      await read('SELECT id, version FROM tickets WHERE client_id = ANY ($1) ORDER BY id'),
      await read('SELECT id, name, policy, calendars FROM clients WHERE id = ANY ($1)'),
      await read('SELECT id, revoked_at FROM api_keys WHERE client_id = ANY ($1)'),
      await read('SELECT id, is_active FROM people WHERE client_ids && $1 ORDER BY id'),
      await read('SELECT * FROM webhooks WHERE client_ids && $1 ORDER BY id'),
      await read('SELECT * FROM webhook_deliveries WHERE client_id = ANY ($1) ORDER BY id'),
    ];
  };
  let before: Json;
  beforeAll(async () => {
    before = await stateOfOthers();
  });
  afterAll(async () => {
    expect(await stateOfOthers()).toEqual(before);
  });
  const mutation = (name: string): RootField => {
    const root = roots.find((one) => one.name === `Mutation.${name}`);
    if (root === undefined) throw new Error(`There is no ${name}`);
    return root;
  };
  const change = async (caller: Caller, name: string, input: Json): Promise<Json> => {
    const root = mutation(name);
    const { body } = await ask(caller, root, { input }, shortly(root, { input }));
    return body.data[name];
  };
  const errorsOf = ({ userErrors }: Json): readonly string[] => userErrors.map(({ __typename }: Json) => __typename);

  it('of own tickets are carried out or refused, and show nothing of others', async () => {
    const opened = await change(agent, 'submitTicket', {
      subject: 'x',
      impacts: SEV2,
      externalId: 'X-1',
      clientMutationId: 'm',
    });
    const ticketId = opened.ticket.id;
    const breached = own.ids.Ticket.at(-4);
    const late = own.ids.Ticket[2];
    const lower = { override: { severity: 'SEV4', reason: 'r' } };
    const steps: readonly (readonly [string, Json, readonly string[], Caller?])[] = [
      ['submitTicket', { subject: 'x', impacts: SEV2, externalId: 'X-1' }, ['DuplicateExternalId']],
      ['submitTicket', { subject: 'x', impacts: CONTRADICTION }, ['ContradictoryImpact']],
      ['submitTicket', { subject: 'x', impacts: [{ audience: 'NOBODYS', consequence: 'QUESTION' }] }, ['UnknownFact']],
      ['submitTicket', { subject: '', impacts: SEV2 }, ['InvalidInput']],
      ['acknowledgeTicket', { ticketId, idempotencyKey: 'k', expectedVersion: 9 }, ['VersionConflict']],
      ['acknowledgeTicket', { ticketId, idempotencyKey: 'k' }, ['IdempotencyKeyReused']],
      ['reopenTicket', { ticketId }, ['IllegalTransition']],
      ['acknowledgeTicket', { ticketId, occurredAt: toIso(Date.now() + DAY_MS) }, ['InTheFuture']],
      ['acknowledgeTicket', { ticketId, occurredAt: toIso(Date.now() - DAY_MS) }, ['OutOfOrder']],
      ['acknowledgeTicket', { ticketId: breached, occurredAt: toIso(Date.now() - HOUR_MS) }, ['ReasonNeeded']],
      ['acknowledgeTicket', { ticketId }, []],
      ['acknowledgeTicket', { ticketId }, ['AlreadyAcknowledged']],
      ['startWaiting', { ticketId, reason: 'CLIENT' }, []],
      ['startWaiting', { ticketId, reason: 'CLIENT' }, ['AlreadyWaiting']],
      ['stopWaiting', { ticketId, reason: 'CLIENT' }, []],
      ['stopWaiting', { ticketId, reason: 'CLIENT' }, ['NotWaiting']],
      ['approveOverride', { ticketId }, ['NothingProposed']],
      ['reclassifyTicket', { ticketId, override: { severity: 'SEV2', reason: 'r' } }, ['OverrideWithoutEffect']],
      ['reclassifyTicket', { ticketId, ...lower }, []],
      ['approveOverride', { ticketId }, ['ApproverIsProposer']],
      ['rejectOverride', { ticketId, reason: 'r' }, []],
      ['applyWorkaround', { ticketId, description: 'w', remaining: SEV2 }, ['ImpactNotLowered']],
      ['applyWorkaround', { ticketId, description: 'w', remaining: SEV4 }, []],
      ['reclassifyTicket', { ticketId, impacts: SEV1, reason: 'r' }, []],
      ['withdrawWorkaround', { ticketId }, ['ReclassifiedSinceWorkaround']],
      ['applyWorkaround', { ticketId, description: 'w', remaining: SEV1 }, ['SeverityNotLowered']],
      ['applyWorkaround', { ticketId, description: 'w', remaining: SEV3 }, []],
      ['withdrawWorkaround', { ticketId }, []],
      ['reclassifyTicket', { ticketId, ...lower }, []],
      ['approveOverride', { ticketId }, [], service],
      ['waiveBreach', { ticketId: breached, kind: 'RESPONSE', cycle: 9, reason: 'r' }, ['NoSuchBreach']],
      ['approveWaiver', { ticketId: breached, kind: 'RESPONSE', cycle: 1 }, ['NoWaiverProposed']],
      ['approveWaiver', { ticketId: late, kind: 'UPDATE', cycle: 2 }, ['ApproverIsWitness']],
      ['rejectWaiver', { ticketId: breached, kind: 'RESPONSE', cycle: 1, reason: 'r' }, ['NoWaiverProposed']],
      ['waiveBreach', { ticketId: breached, kind: 'RESPONSE', cycle: 1, reason: 'r' }, []],
      ['waiveBreach', { ticketId: breached, kind: 'RESPONSE', cycle: 1, reason: 'r' }, ['AlreadyWaived']],
      ['communicate', { ticketId, direction: 'OUTBOUND', channel: 'EMAIL', body: 'b' }, []],
      ['recordCall', { ticketId, note: 'n' }, []],
      ['addNote', { ticketId, body: 'n' }, []],
      ['updateTicket', { ticketId, tags: ['t'], contacts: [{ name: 'n' }] }, []],
      ['assignTicket', { ticketId, assignee: own.names.agent }, []],
      ['resolveTicket', { ticketId, resolution: 'r' }, []],
      ['reopenTicket', { ticketId }, []],
      ['resolveTicket', { ticketId }, []],
      ['closeTicket', { ticketId }, []],
      ['recordCall', { ticketId }, ['FollowUpNeeded']],
    ];
    const simulation = roots.find(({ name }) => name === 'Query.simulate') as RootField;
    const early = { ticketId, at: '2020-01-01T00:00:00Z', change: { acknowledge: true } };
    const { body } = await ask(agent, simulation, early, shortly(simulation, early));
    expect(errorsOf(body.data.simulate)).toEqual(['OutOfOrder']);
    const inTheWay =
      '{ __typename userErrors { __typename ... on OutOfOrder { event { __typename actor { __typename name } } } } }';
    const tooEarly = await ask(agent, simulation, early, inTheWay);
    expect(tooEarly.body.data.simulate.userErrors).toMatchObject([{ event: { actor: { name: own.names.agent } } }]);
    for (const [name, input, errors, caller = agent] of steps) {
      const answer = await change(caller, name, { clientMutationId: 'm', ...input });
      expect([name, input, errorsOf(answer)]).toEqual([name, input, errors]);
    }
  });

  it('of own webhooks are carried out, and show nothing of others', async () => {
    const input = { url: 'http://127.0.0.1:9/', filter: { type: { in: [] } }, clientMutationId: 'm' };
    const { webhook, userErrors } = await change(service, 'createWebhook', input);
    expect(userErrors).toEqual([]);
    const steps: readonly (readonly [string, Json])[] = [
      ['updateWebhook', { description: 'x' }],
      ['rotateWebhookSecret', {}],
      ['testWebhook', {}],
      ['replayWebhook', { after: LOG_START }],
      ['deleteWebhook', {}],
    ];
    for (const [name, more] of steps) {
      const answer = await change(service, name, { webhookId: webhook.id, clientMutationId: 'm', ...more });
      expect([name, errorsOf(answer)]).toEqual([name, []]);
    }
  });

  it.each(rootsOf('mutation'))(
    'by %s of what belongs to others are refused as those of what does not exist',
    async (_name, root) => {
      for (const caller of callers) {
        for (const [others, none] of pairsFor(root, { own, foreign, invented })) {
          const selection = shortly(root, others);
          const [first, second] = [
            await ask(caller, root, others, selection),
            await ask(caller, root, none, selection),
          ];
          const asked = [caller.name, others];
          expect([...asked, first.status, withoutNew(first)]).toEqual([...asked, second.status, withoutNew(second)]);
        }
      }
    },
  );
});

describe('besides the schema', () => {
  it('a change of a ticket that others are changing does not wait for them', async () => {
    const recordCall = roots.find(({ name }) => name === 'Mutation.recordCall') as RootField;
    const [others, none] = [foreign, invented].map(({ ids }) => ({ input: { ticketId: ids.Ticket[4] } })) as [
      Json,
      Json,
    ];
    const selection = shortly(recordCall, others);
    const [holder, watcher] = [1, 2].map(() => new PostgresClient(companies.service.database.url)) as [
      PostgresClient,
      PostgresClient,
    ];
    await holder.connect();
    await watcher.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM tickets WHERE id = $1 FOR UPDATE', [uuidOf(others.input.ticketId)]);
      const admin: Caller = { ...agent, by: companies.admin, foreign: [] };
      const [first, second] = [1, 2].map(() => ask(admin, recordCall, others, selection));
      // The first has found the lock and tries again and again; the second waits for its turn.
      await untilTrue(async () => {
        const { rows } = await watcher.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'ROLLBACK%'
           AND state_change > (SELECT max(xact_start) FROM pg_stat_activity WHERE pid = $1)`,
          [(holder as unknown as { readonly processID: number }).processID],
        );
        return rows.length > 0;
      });
      for (const caller of callers) {
        const [held, absent] = [
          await ask(caller, recordCall, others, selection),
          await ask(caller, recordCall, none, selection),
        ];
        expect([caller.name, held.comparable]).toEqual([caller.name, absent.comparable]);
      }
      await holder.query('ROLLBACK');
      for (const done of [await first, await second]) expect(done?.body.data.recordCall.userErrors).toEqual([]);
    } finally {
      await holder.end();
      await watcher.end();
    }
  });

  it('the agents are those who see a client of the caller', async () => {
    const { data } = await companies.ask(service.by, '{ agents { totalCount nodes { name } } }');
    expect(data.agents.nodes.map(({ name }: Json) => name).sort()).toEqual(
      [own.names.agent, own.names.agent, 'Root'].sort(),
    );
    expect(data.agents.totalCount).toBe(3);
  });

  it('no path of HTTP shows anything of others', async () => {
    const { origin } = new URL(companies.service.url);
    for (const caller of [{ ...agent, by: null }, ...callers]) {
      for (const path of ['/', '/health', '/readyz', '/livez', '/graphql', '/export', '/metrics']) {
        const headers = { accept: 'text/html', ...(caller.by === null ? {} : { authorization: caller.by }) };
        const response = await fetch(origin + path, { headers });
        const received = [await response.text(), ...response.headers];
        expect([caller.name, path, leaksIn(received, caller, [])]).toEqual([caller.name, path, []]);
      }
    }
  });

  it('the health check names policies, and counts tickets, for callers who see all clients', async () => {
    const ofClients = {
      deadlineFaults: 3,
      calendarsEndingSoon: [{ policy: 'globex-terms', calendar: 'office', knownUntil: 2026 }],
    };
    const ofService = {
      deadlinesBehindMs: 0,
      feedBehindMs: 0,
      feedDeliveryLagMs: null,
      eventsUnplacedMs: 0,
      engineBehindMs: 0,
      hostClockOffsetMs: 0,
      isPooled: false,
      isNotified: true,
      replica: null,
      replicaLagMs: null,
    };
    const identityOf = (credential: string): CallerIdentity => ({
      caller: { ...everything, sees: credential === 'all' ? 'ALL' : ['some'] },
      expiresAt: null,
      credential,
    });
    const server = await startEdgeServer({
      readHealth: async () => ({ ...ofService, ...ofClients, schemaVersion: '1', postgresqlVersion: '18.4' }),
      signIns: { succeeded: () => undefined } as unknown as SignIns,
      callers: requestCallers({
        operator: 'Ada',
        authenticationRequired: true,
        authenticator: { identify: identityOf, knows: () => true },
      }),
    });
    const health = async (headers: Readonly<Record<string, string>>): Promise<Json> =>
      (await fetch(new URL('/health', server.url), { headers })).json();
    expect(await health({ authorization: 'Bearer all' })).toMatchObject({ status: 'ok', ...ofService, ...ofClients });
    const limited = [await health({}), await health({ authorization: 'Bearer some' })];
    for (const answer of limited) {
      expect(answer).toMatchObject({ status: 'ok', ...ofService });
      for (const name of Object.keys(ofClients)) expect(answer).not.toHaveProperty(name);
    }
    await server.close();
  });

  it('an API key for one client cannot have the scope ADMIN, and a person with the role ADMIN sees all clients', async () => {
    const input = { name: 'x', scopes: ['ADMIN'], clientId: own.ids.Client[0] };
    await expect(companies.change('createApiKey', input, 'apiKey { id }')).rejects.toThrow(
      'takes ADMIN only for the tickets of all clients',
    );
    const claims = { sub: 'a', name: 'A', stepdown_role: 'admin', stepdown_clients: own.names.client };
    const { data } = await companies.ask(await companies.token(claims), '{ viewer { seesAllClients } }');
    expect(data.viewer.seesAllClients).toBe(true);
  });
});

describe('the table of fields', () => {
  it('has every field of the schema', () => {
    expect(fieldsWithoutCase(schema)).toEqual([]);
    expect([...seen].filter(isNotShown)).toEqual([]);
  });

  it('lacks a new field, and values for a new argument', () => {
    const more = extendSchema(
      schema,
      parse('extend type Ticket { secret: String } extend type Query { leak(of: ID!): Ticket }'),
    );
    expect(fieldsWithoutCase(more)).toEqual(['Ticket.secret', 'Query.leak']);
    const leak = rootFieldsOf(more).find(({ name }) => name === 'Query.leak');
    expect(() => argumentsFor(leak as RootField, valuesIn(foreign))).toThrow(
      'Say in VALUES what Query.leak.of refers to',
    );
  });
});
