import { randomInt } from 'node:crypto';
import { isEnumType } from 'graphql';
import type { NodeTypeName } from '../../src/adapters/graphql/base/global-id';
import type { StatedTime } from '../../src/application/tickets/change';
import type { Actor } from '../../src/domain/actor';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../src/domain/instant';
import type { Command, NewTicket } from '../../src/domain/ticket/commands';
import type { Ticket } from '../../src/domain/ticket/ticket';
import type { Json } from './graphql-service';
import { impact, SEV1, SEV2, SEV3, SEV4 } from './impacts';
import { CIMCLOUD_TEXT } from './policies';
import { argumentsFor, type RootField, type ValuesOf } from './schema-crawler';
import { commands, submission, type TestStore } from './store';

/** Runs an operation as an administrator who sees all clients; throws if it has errors. */
export type AskAll = (query: string, variables?: Json) => Promise<Json>;

/** What belongs to one client, and what a caller could try of it. */
export interface Belongings {
  /** A word that stands in every text of it. */
  readonly mark: string;
  readonly ids: Readonly<Record<NodeTypeName, readonly string[]>>;
  readonly numbers: readonly number[];
  /** Cursors of the lists that have it, by root field. */
  readonly cursors: Readonly<Record<string, readonly string[]>>;
  readonly eventCursor: string;
  readonly yaml: string;
  readonly names: ReturnType<typeof namesOf>;
}

/** The names and texts of a client with a mark. */
export const namesOf = (mark: string) => ({
  client: `${mark} Ltd`,
  policy: `${mark}-terms`,
  calendar: `${mark}hours`,
  clause: `${mark}-down`,
  audience: `${mark.toUpperCase()}_ALL`,
  consequence: `${mark.toUpperCase()}_DOWN`,
  agent: `Agent ${mark}`,
  person: `Person ${mark}`,
  email: `${mark}@desk.test`,
  apiKey: `Key ${mark}`,
  reporter: `Reporter ${mark}`,
  tag: `tag-${mark}`,
  externalId: `EXT-${mark}`,
  idempotencyKey: `repeat-${mark}`,
  text: `about ${mark}`,
});

/** A word of small letters that no other text has. */
export const newMark = (): string =>
  `zq${Array.from({ length: 10 }, () => 'bcdfghjkmnpqrstvwxz'[randomInt(19)]).join('')}`;

/** A policy of the client: with its own facts, clause and calendar, and open at any hour. */
export function policyTextOf(mark: string): string {
  const { policy, calendar, clause, audience, consequence } = namesOf(mark);
  const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => `${day}: [00:00-24:00]`).join(', ');
  // While the oldest open ticket waits for its resolution.
  const holiday = toIso(Date.now() - 5 * DAY_MS).slice(0, 10);
  const fact = (code: string): string => `\n    - { code: ${code}, title: ${mark}, text: ${mark} }`;
  return CIMCLOUD_TEXT.replace(/^id: .*$/m, `id: ${policy}`)
    .replace(/^title: .*$/m, `title: Terms ${mark}`)
    .replace(/^source: .*$/m, `source: Contract ${mark}`)
    .replace(/^ {2}audiences:$/m, `$&${fact(audience)}`)
    .replace(/^ {2}consequences:$/m, `$&${fact(consequence)}`)
    .replace(
      /^rules:$/m,
      `$&\n  - { clause: ${clause}, severity: SEV2, audience: ${audience}, consequences: [${consequence}], basis: HOUSE, text: ${mark} }`,
    )
    .replace(/^marks:$/m, `$&\n  - { name: ${mark}, at: 0.5 }`)
    .replace(
      /^calendars:[\s\S]*?(?=^#)/m,
      `calendars:
  business:
    zone: UTC
    week: { ${week} }
    holidays: { horizon: { from: 2025, to: 2050 }, plus: [2025-12-24] }
    special: { 2025-12-31: [09:00-12:00] }
  roundTheClock: { zone: UTC, week: { ${week} } }
  ${calendar}:
    zone: UTC
    week: { ${week} }
    holidays: { horizon: { from: 2025, to: 2050 }, plus: [{ date: ${holiday}, name: Day of ${mark} }] }

`,
    );
}

/** What must be done through the API before a client has tickets: its policy and its terms. */
export async function agreeTerms(ask: AskAll, clientId: string, mark: string): Promise<void> {
  const { policy, calendar } = namesOf(mark);
  const document = `mutation ($yaml: String!, $clientId: ID!, $policy: String!, $calendar: String!) {
    publishPolicy(input: { yaml: $yaml }) { userErrors { message } }
    setClientTerms(input: { clientId: $clientId, policy: $policy, calendars: [{ replaces: "business", with: $calendar }] }) {
      userErrors { message }
    }
  }`;
  const done = await ask(document, { yaml: policyTextOf(mark), clientId, policy, calendar });
  const errors = [...done.publishPolicy.userErrors, ...done.setClientTerms.userErrors];
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
}

type Step = readonly [afterMs: number, command: Command | 'LET_PASS' | ((ticket: Ticket) => Command), actor?: Actor];

/** Tickets of a client in every state of the lifecycle, with events of every type. */
export async function writeTickets(store: TestStore, clientId: string, mark: string): Promise<void> {
  const names = namesOf(mark);
  const agent: Actor = { kind: 'AGENT', id: `agent-${mark}`, name: names.agent };
  const other: Actor = { kind: 'AGENT', id: `other-${mark}`, name: `Other ${mark}` };
  const person: Actor = { kind: 'CLIENT', id: `person-${mark}`, name: names.person };
  const now = store.clock.now();
  /** @param late the ticket is recorded now, with a reason for each of its late entries */
  const live = async (
    from: EpochMs,
    input: Partial<NewTicket>,
    steps: readonly Step[],
    late: { readonly entry?: StatedTime } = {},
  ): Promise<string> => {
    const opening = submission(
      {
        clientId,
        subject: `Subject ${mark}`,
        description: `Description ${mark}`,
        reporter: names.reporter,
        assignee: names.agent,
        channel: 'EMAIL',
        externalId: null,
        externalUrl: `https://example.com/${mark}`,
        tags: [names.tag],
        impacts: [{ ...impact(names.audience, names.consequence), note: `Note ${mark}` }],
        followUpOf: null,
        ...input,
      },
      { at: from, actor: agent, ...late },
    );
    const { ticketId } = opening;
    let at = from;
    const taken = steps.map(([afterMs, command, actor = agent]) => {
      at += afterMs;
      return { ...commands(ticketId, [], { actor }), steps: [{ command, at, ...late }] };
    });
    // In one transaction, so that the engine of a service does not act in between.
    for (const { refused, refusals } of await store.changeTickets([opening, ...taken])) {
      const refusal = refused ?? refusals.find((one) => one !== null);
      if (refusal != null) throw new Error(JSON.stringify(refusal));
    }
    return ticketId;
  };
  const override = (severity: 'SEV1' | 'SEV4'): Command => ({
    type: 'reclassify',
    override: { severity, reason: `Reason ${mark}` },
  });
  const reason = `Reason ${mark}`;
  const contacts = [{ name: `Contact ${mark}`, email: names.email, phone: `+1 ${mark}`, role: `Role ${mark}` }];
  const details = {
    subject: `New subject ${mark}`,
    description: `New description ${mark}`,
    reporter: `New ${names.reporter}`,
    externalUrl: `https://example.com/new/${mark}`,
    tags: [`new-${mark}`],
    contacts,
  };
  const body = `Body ${mark}`;
  const waive = ({ cycles }: Ticket): Command => {
    const breached = cycles.find(({ breach }) => breach !== null && breach.waiver === undefined);
    if (breached === undefined) throw new Error('There is no breach to waive');
    return { type: 'waiveBreach', kind: breached.kind, cycle: breached.number, reason };
  };

  const closed = await live(now - 79 * DAY_MS, { externalId: names.externalId, impacts: SEV2 }, [
    [MINUTE_MS, { type: 'acknowledge' }],
    [HOUR_MS, { type: 'reclassify', impacts: SEV1.map((one) => ({ ...one, note: mark })), reason }],
    [MINUTE_MS, override('SEV4')],
    [MINUTE_MS, { type: 'rejectOverride', reason }, other],
    [MINUTE_MS, override('SEV4')],
    [MINUTE_MS, { type: 'approveOverride', reason }, other],
    [MINUTE_MS, override('SEV1')],
    [2 * DAY_MS, 'LET_PASS'],
    [MINUTE_MS, waive],
    [MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body }],
    [MINUTE_MS, { type: 'applyWorkaround', description: body, remaining: SEV3 }],
    [HOUR_MS, { type: 'withdrawWorkaround', reason }],
    [HOUR_MS, { type: 'applyWorkaround', description: body, remaining: SEV4 }],
    [HOUR_MS, { type: 'resolve', resolution: `Resolution ${mark}` }],
    [HOUR_MS, { type: 'reopen', reason }],
    [HOUR_MS, { type: 'resolve', resolution: null }],
    [HOUR_MS, { type: 'recordCall', note: `Call ${mark}` }],
    [60 * DAY_MS, 'LET_PASS'],
  ]);
  await live(now - 20 * DAY_MS, {}, [
    [HOUR_MS, { type: 'assign', assignee: `Other ${mark}` }],
    [HOUR_MS, { type: 'startWaiting', reason: 'CLIENT' }],
    [HOUR_MS, { type: 'communicate', direction: 'INBOUND', channel: 'EXTRANET', body }, person],
    [HOUR_MS, { type: 'startWaiting', reason: 'THIRD_PARTY' }],
    [HOUR_MS, { type: 'stopWaiting', reason: 'THIRD_PARTY' }],
    [HOUR_MS, { type: 'startWaiting', reason: 'OTHER_TICKET' }],
    [HOUR_MS, { type: 'close', reason }],
    [HOUR_MS, { type: 'addNote', body: `Note ${mark}` }],
    [HOUR_MS, { type: 'updateTicket', details: { tags: [names.tag, `more-${mark}`] } }],
  ]);
  await live(now - 10 * DAY_MS - 7 * HOUR_MS, {}, []);
  await live(now - 8 * HOUR_MS, { impacts: SEV1 }, [
    [MINUTE_MS, { type: 'acknowledge' }],
    [HOUR_MS, { type: 'applyWorkaround', description: body, remaining: SEV3 }],
  ]);
  await live(now - 6 * HOUR_MS, {}, [[HOUR_MS, { type: 'resolve', resolution: `Resolution ${mark}` }]]);
  await live(
    now - 6 * HOUR_MS,
    { impacts: SEV1 },
    [
      [MINUTE_MS, { type: 'acknowledge' }],
      [MINUTE_MS, { type: 'approveWaiver', kind: 'RESPONSE', cycle: 1, reason: null }, other],
      [MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body }],
      [MINUTE_MS, { type: 'rejectWaiver', kind: 'UPDATE', cycle: 1, reason }, other],
      [MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body }],
      [20 * MINUTE_MS, { type: 'assign', assignee: names.agent }],
      [MINUTE_MS, waive],
      [MINUTE_MS, override('SEV4')],
      [MINUTE_MS, { type: 'rejectOverride', reason }, other],
      [MINUTE_MS, override('SEV4')],
      [MINUTE_MS, { type: 'approveOverride', reason }, other],
      [MINUTE_MS, { type: 'reclassify', impacts: SEV1, reason }],
      [MINUTE_MS, { type: 'applyWorkaround', description: body, remaining: SEV3 }],
      [MINUTE_MS, { type: 'withdrawWorkaround', reason }],
      [MINUTE_MS, { type: 'startWaiting', reason: 'CLIENT' }],
      [MINUTE_MS, { type: 'stopWaiting', reason: 'CLIENT' }],
      [MINUTE_MS, { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body }],
      [MINUTE_MS, { type: 'recordCall', note: `Call ${mark}` }],
      [MINUTE_MS, { type: 'addNote', body: `Note ${mark}` }],
      [MINUTE_MS, { type: 'updateTicket', details }],
      [MINUTE_MS, { type: 'resolve', resolution: null }],
      [MINUTE_MS, { type: 'reopen', reason }],
      [MINUTE_MS, { type: 'close', reason }],
    ],
    { entry: { reason: `Late ${mark}` } },
  );
  await live(now - 5 * HOUR_MS, {}, [
    [MINUTE_MS, override('SEV4')],
    [MINUTE_MS, { type: 'approveOverride', reason }, other],
    [HOUR_MS, { type: 'resolve', resolution: `Resolution ${mark}` }],
    [HOUR_MS, { type: 'close', reason }, person],
  ]);
  await live(now - 100 * MINUTE_MS, { followUpOf: closed }, [
    [MINUTE_MS, { type: 'startWaiting', reason: 'CLIENT' }],
    [HOUR_MS, override('SEV4')],
  ]);
}

const CONNECTIONS = `
  tickets(filter: { client: { eq: $client } }, first: 100) {
    edges { cursor }
    nodes { id number nextDeadline { id } events(first: 100) { edges { cursor } nodes { id cursor } } }
  }
  deadlines(client: $client, first: 100) { edges { cursor node { id } } }
  workList(client: $client, first: 100) { edges { cursor } }
  policies(first: 100) { edges { cursor node { id name calendars { id } } } }
  agents(first: 100) { edges { cursor node { id name } } }
  clients(first: 100) { edges { cursor node { id name } } }
  apiKeys(first: 100) { edges { cursor node { id name } } }
  auditEvents(first: 100) { edges { cursor node { id subject } } }
  webhooks(first: 100) { edges { cursor node { id url } } }
  deliveries(first: 100) { edges { cursor node { id webhook { url } } } }`;

/** Everything of a client that an administrator can find. */
export async function belongingsOf(ask: AskAll, client: string, mark: string): Promise<Belongings> {
  const found = await ask(`query ($client: ID!) { ${CONNECTIONS} }`, { client });
  const names = namesOf(mark);
  const isOwn = (node: Json): boolean => JSON.stringify(node).toLowerCase().includes(mark);
  const edgesOf = (list: string): readonly Json[] => found[list].edges;
  const own = (list: string): readonly Json[] => edgesOf(list).filter(({ node }) => isOwn(node));
  const tickets: readonly Json[] = found.tickets.nodes;
  const events = tickets.flatMap(({ events }) => events.nodes);
  const policies = own('policies').map(({ node }) => node);
  const idsOf = (list: string): readonly string[] => own(list).map(({ node }) => node.id);
  const cursorsOf = (edges: readonly Json[]): readonly string[] => edges.slice(0, 2).map(({ cursor }) => cursor);
  return {
    mark,
    names,
    yaml: policyTextOf(mark),
    numbers: tickets.map(({ number }) => number),
    eventCursor: events[0].cursor,
    ids: {
      Ticket: tickets.map(({ id }) => id),
      Client: [client],
      Policy: policies.map(({ id }) => id),
      Calendar: policies.flatMap(({ calendars }) => calendars.map(({ id }: Json) => id)),
      TicketEvent: events.map(({ id }) => id),
      Deadline: edgesOf('deadlines').map(({ node }) => node.id),
      ApiKey: idsOf('apiKeys'),
      Agent: idsOf('agents'),
      AuditEvent: idsOf('auditEvents'),
      Webhook: idsOf('webhooks'),
      WebhookDelivery: idsOf('deliveries'),
    },
    cursors: {
      tickets: cursorsOf(edgesOf('tickets')),
      deadlines: cursorsOf(edgesOf('deadlines')),
      workList: cursorsOf(edgesOf('workList')),
      policies: cursorsOf(own('policies')),
      agents: cursorsOf(own('agents')),
      clients: cursorsOf(own('clients')),
      apiKeys: cursorsOf(own('apiKeys')),
      auditEvents: cursorsOf(own('auditEvents')),
      webhooks: cursorsOf(own('webhooks')),
      deliveries: cursorsOf(own('deliveries')),
    },
  };
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What is inside an id or a cursor; null for any other text. */
export function decoded(text: string): string | null {
  if (!/^[A-Za-z0-9_-]{8,}$/.test(text)) return null;
  const inner = Buffer.from(text, 'base64url').toString('utf8');
  const isSame = Buffer.from(inner, 'utf8').toString('base64url') === text;
  return isSame && !/\p{Cc}/u.test(inner) ? inner : null;
}

/**
 * The same belongings of a client that does not exist: with the same shape, another mark, and ids
 * of nothing.
 */
export function inventedLike(belongings: Belongings): Belongings {
  // Next to the other, so that it has the same place in every order, and would be a suggestion.
  const mark = `${belongings.mark.slice(0, -1)}${belongings.mark.endsWith('b') ? 'c' : 'b'}`;
  const replaced = (text: string): string =>
    text
      .replaceAll(belongings.mark, mark)
      .replaceAll(belongings.mark.toUpperCase(), mark.toUpperCase())
      .replace(/^AuditEvent:\d+$/, (id) => `${id}000000`)
      .replace(UUID, (uuid) => {
        const next = ((Number.parseInt(uuid.slice(-1), 16) + 1) % 16).toString(16);
        return `${uuid.slice(0, -1)}${next}`;
      });
  const invent = (text: string): string => {
    const inner = decoded(text);
    return inner === null ? replaced(text) : Buffer.from(replaced(inner), 'utf8').toString('base64url');
  };
  const copy: Belongings = JSON.parse(JSON.stringify(belongings), (_key, value) =>
    typeof value === 'string' ? invent(value) : value,
  );
  return { ...copy, numbers: belongings.numbers.map((number) => number + 1_000_000_000) };
}

/** The UUIDs that identify the belongings. */
export const uuidsOf = ({ ids }: Belongings): readonly string[] => [
  ...new Set(Object.values(ids).flatMap((some) => some.flatMap((id) => decoded(id)?.match(UUID) ?? []))),
];

/** The cursor before all events. */
export const LOG_START = 'e0000000000000000';

/** What an argument or an input field with this name refers to. */
const VALUES: Readonly<Record<string, (of: Belongings) => readonly unknown[]>> = {
  'Query.node.id': ({ ids }) => Object.values(ids).flatMap((some) => some.slice(0, 2)),
  'Query.nodes.ids': ({ ids }) => Object.values(ids).flatMap((some) => some.slice(0, 2)),
  'Query._entities.representations': ({ ids }) =>
    (['Ticket', 'Client'] as const).map((__typename) => ({ __typename, id: ids[__typename][0] })),
  'Query.ticket.id': ({ ids }) => ids.Ticket,
  'Query.client.id': ({ ids }) => ids.Client,
  'Query.client.name': ({ names }) => [names.client],
  'Query.agents.prefix': ({ names }) => [names.agent],
  'ClientFilter.id': ({ ids }) => ids.Client,
  'ClientFilter.name': ({ names }) => [names.client],
  'NameComparator.startsWith': ({ mark }) => [mark],
  'NameComparator.contains': ({ mark }) => [mark.slice(1)],
  'Query.webhook.id': ({ ids }) => ids.Webhook,
  // The service may not reach it, so that no webhook is made.
  url: ({ mark }) => [`https://10.0.0.1/${mark}`],
  'ReplayWebhookInput.after': () => [LOG_START],
  'Query.calendar.id': ({ ids, names }) => [...ids.Calendar, names.calendar],
  'Query.policy.name': ({ names }) => [names.policy],
  // Cursors of the log belong to no client.
  'Query.events.after': () => [LOG_START],
  'Subscription.commitmentBreached.after': () => [],
  'Subscription.severityChanged.after': () => [],
  'Subscription.ticketEvents.after': () => [],
  'Query.slaReport.from': () => ['2020-01-01T00:00:00Z'],
  'Query.slaReport.to': () => ['2100-01-01T00:00:00Z'],
  'Subscription.deadlineApproaching.lead': () => ['P20D'],
  'CreateClientInput.name': ({ names }) => [names.client],
  'CreateApiKeyInput.name': ({ names }) => [names.apiKey],
  'TicketFilter.and': ({ ids }) => [{ client: { eq: ids.Client[0] } }],
  'TicketFilter.or': ({ ids }) => [{ client: { eq: ids.Client[0] } }],
  'TicketFilter.not': ({ ids }) => [{ client: { eq: ids.Client[0] } }],
  ticketId: ({ ids }) => ids.Ticket.slice(0, 2),
  ticket: ({ ids }) => ids.Ticket.slice(0, 2),
  followUpOf: ({ ids }) => ids.Ticket.slice(0, 1),
  client: ({ ids }) => ids.Client,
  clientId: ({ ids }) => ids.Client,
  apiKeyId: ({ ids }) => ids.ApiKey,
  agentId: ({ ids }) => ids.Agent,
  webhookId: ({ ids }) => ids.Webhook,
  deliveryId: ({ ids }) => ids.WebhookDelivery,
  number: ({ numbers }) => numbers.slice(0, 2),
  assignee: ({ names }) => [names.agent],
  reporter: ({ names }) => [names.reporter],
  tag: ({ names }) => [names.tag],
  tags: ({ names }) => [names.tag],
  clause: ({ names }) => [names.clause],
  externalId: ({ names }) => [names.externalId],
  idempotencyKey: ({ names }) => [names.idempotencyKey],
  policy: ({ names }) => [names.policy],
  replaces: ({ names }) => [names.calendar],
  with: ({ names }) => [names.calendar],
  yaml: ({ yaml }) => [yaml],
  timeZone: () => ['UTC'],
  externalUrl: ({ mark }) => [`https://example.com/${mark}`],
};

const OF_TYPE: Readonly<Record<string, (of: Belongings) => unknown>> = {
  String: ({ names }) => names.text,
  Audience: ({ names }) => names.audience,
  Consequence: ({ names }) => names.consequence,
  Int: () => 1,
  Float: () => 1,
  Boolean: () => true,
  DateTime: () => '2027-01-01T00:00:00Z',
  Duration: () => 'P300D',
};

/** Values that refer to belongings. Fails for an id whose meaning is not in the table. */
export const valuesIn =
  (belongings: Belongings): ValuesOf =>
  (place, type) => {
    const name = place.slice(place.lastIndexOf('.') + 1);
    const [, list = ''] = place.split('.');
    const ofPlace = VALUES[place];
    if (ofPlace !== undefined) return ofPlace(belongings);
    if (name === 'after' || name === 'before') return belongings.cursors[list] ?? missing(place);
    const known = VALUES[name];
    if (known !== undefined) return known(belongings);
    if (isEnumType(type))
      return type
        .getValues()
        .slice(0, 1)
        .map((value) => value.name);
    return [(OF_TYPE[type.name] ?? missing(place))(belongings)];
  };

const missing = (place: string): never => {
  throw new Error(`Say in VALUES what ${place} refers to, so that it is tried with what belongs to others`);
};

/** Arguments that refer to what belongs to others, and the same with what does not exist. */
export function pairsFor(
  root: RootField,
  { own, foreign, invented }: { readonly own: Belongings; readonly foreign: Belongings; readonly invented: Belongings },
): readonly (readonly [ofOthers: Json, ofNone: Json])[] {
  const [others, none] = [foreign, invented].map((of) => [
    ...argumentsFor(root, valuesIn(of)),
    ...alsoFor(root, of, own),
  ]);
  return (others ?? []).flatMap((args, index) => {
    const other = none?.[index];
    return JSON.stringify(args) === JSON.stringify(other) ? [] : [[args, other] as const];
  });
}

/** Arguments that are allowed only together. */
function alsoFor({ name }: RootField, { ids, names, numbers }: Belongings, own: Belongings): readonly Json[] {
  const [id] = ids.Ticket;
  switch (name) {
    case 'Query.ticket':
      return [
        { externalId: names.externalId, client: ids.Client[0] },
        { externalId: own.names.externalId, client: ids.Client[0] },
        { id, asOf: '2100-01-01T00:00:00Z' },
        { number: numbers[0], knownAt: '2100-01-01T00:00:00Z' },
      ];
    case 'Query.tickets':
      // One letter more, so that a suggestion would name it.
      return [
        { filter: { audience: { eq: `${names.audience}S` } } },
        { filter: { consequence: { in: [`${names.consequence}S`] } } },
      ];
    case 'Query.policy':
      return [{ name: names.policy, version: 1 }];
    case 'Query.classify':
      return [{ client: own.ids.Client[0], impacts: [{ audience: `${names.audience}S`, consequence: 'QUESTION' }] }];
    case 'Mutation.submitTicket': {
      const input = { subject: 'x', impacts: SEV2, clientId: own.ids.Client[0] };
      return [
        { input: { ...input, externalId: names.externalId } },
        { input: { ...input, followUpOf: id } },
        { input: { ...input, idempotencyKey: names.idempotencyKey } },
        { input: { ...input, followUpOf: id, clientId: ids.Client[0], idempotencyKey: names.idempotencyKey } },
      ];
    }
    case 'Mutation.assignTicket':
      return [{ input: { ticketId: own.ids.Ticket[0], assignee: names.agent } }];
    default:
      return [];
  }
}
