import { isScan } from '../../application/ports/ticket-filter';
import { EVENT_TYPES } from '../../domain/ticket/upcast';
import { eventTypeName } from './base/event-type-name';
import { LIMITS } from './operation-limits';

type Arguments = Readonly<Record<string, unknown>>;
/** A number, or one that depends on some of the arguments, which have been coerced. */
export type Amount = number | { readonly reads: readonly string[]; readonly of: (args: Arguments) => number };

/**
 * What a field adds to the size of an operation, besides itself and the fields that it selects. The
 * unit is one field of the answer, about 5 microseconds of CPU time; a millisecond of the database
 * counts as 200 fields.
 */
export interface FieldCost {
  /** The work of the resolver. Only fields with `work` can use the services. */
  readonly work?: Amount;
  /** The work of `totalCount`, for a field whose type is a connection. */
  readonly count?: Amount;
  /**
   * The number of entries of a list without pages that the size includes. Further entries are
   * charged when the list is read.
   */
  readonly entries?: Amount;
  /** Whether the schema can be built without the field. */
  readonly optional?: boolean;
}

export const COSTS = {
  /** Reads by key. Those of one turn of the event loop share a statement. */
  key: 10,
  /** A ticket or an event by its global id, which can take several statements. */
  node: 50,
  /** A ticket as of an earlier time, for which all its events are read. */
  history: 200,
  /** A page of a list that an index orders. */
  page: 100,
  /** A filter, a count or an order without an index can read every ticket. */
  scan: 1_000,
  /** Each condition of a filter, in addition. */
  condition: 100,
  /** The same for lists of a ticket: its tags, its impacts, and the reasons for which it waits. */
  listCondition: 500,
  /** A text filter compares the texts of tickets. */
  textScan: 5_000,
  report: 10_000,
  /** A policy is parsed and compiled. */
  compiledPolicy: 5_000,
  /** A dry run replays the history of every open ticket. */
  dryRun: 20_000,
  /** A transaction. */
  change: 200,
  /** A search in a calendar, after its argument was checked. */
  search: 4,
  /** The segments of a cycle. */
  explanation: 20,
  /** The schema as a text. */
  sdl: 1_000,
} as const;

const asOf = (work: number): Amount => ({
  reads: ['asOf', 'knownAt'],
  of: (args) => work + (args.asOf == null && args.knownAt == null ? 0 : COSTS.history),
});

const LISTS_OF_TICKETS: ReadonlySet<string> = new Set(['tag', 'waiting', 'audience', 'consequence']);

/** The work of the conditions of a filter, which can nest filters in `and`, `or` and `not`. */
function conditionsIn(filter: object): number {
  let work = 0;
  for (const [name, condition] of Object.entries(filter) as [string, unknown][]) {
    if (condition == null) continue;
    if (name === 'and' || name === 'or' || name === 'not') {
      for (const part of [condition].flat()) work += conditionsIn(part as object);
    } else if (name === 'text') work += `${condition}`.trim() === '' ? 0 : COSTS.textScan;
    else {
      const { status: compared = condition } = condition as { readonly status?: unknown };
      const comparisons = typeof compared === 'object' && compared !== null ? Object.keys(compared).length : 1;
      work += comparisons * (LISTS_OF_TICKETS.has(name) ? COSTS.listCondition : COSTS.condition);
    }
  }
  return work;
}

/** A read of tickets. One that no index answers can read every ticket. */
const filtered = (indexed: number): Amount => ({
  reads: ['filter', 'orderBy'],
  of: ({ filter, orderBy }) => {
    const { field = 'NUMBER' } = (orderBy ?? {}) as { readonly field?: string };
    if (!isScan(filter != null, field)) return indexed;
    return Math.max(indexed, COSTS.scan) + conditionsIn(filter ?? {});
  },
});

/** A read of clients. A part of a name is compared with the name of each client. */
const clientsRead = (indexed: number): Amount => ({
  reads: ['filter'],
  of: ({ filter }) => (filter == null ? indexed : Math.max(indexed, COSTS.scan) + conditionsIn(filter)),
});

const perEntryOf = (name: string, work: number): Amount => ({
  reads: [name],
  of: ({ [name]: list }) => work * (Array.isArray(list) ? list.length : 1),
});

/** The year of the first release. No service runs in an earlier one. */
const FIRST_YEAR = 2026;

/** A range without `from` begins in the current year; one without `to` is a single year. */
const perYear = (entries: number): Amount => ({
  reads: ['from', 'to'],
  of: ({ from, to }) => {
    if (typeof to !== 'number') return entries;
    return entries * Math.max(1, to - (typeof from === 'number' ? from : FIRST_YEAR) + 1);
  },
});

const unlessDryRun = (work: number): Amount => ({
  reads: ['input'],
  of: ({ input }) => ((input as { readonly dryRun?: unknown } | null)?.dryRun === true ? COSTS.dryRun : work),
});

/** The positions of events of one turn of the event loop share a statement of little work. */
const cursorsOfEvents = (cost: FieldCost): Readonly<Record<string, FieldCost>> =>
  Object.fromEntries(EVENT_TYPES.map((type) => [`${eventTypeName({ type })}.cursor`, cost]));

const COMMANDS = 17;
const SEVERITIES = 4;

/**
 * The costs of the fields, by type and field; `*` stands for every type that has the field. The
 * schema is not built if a field has no cost that needs one: the root fields, connections, and
 * lists without pages.
 */
export const FIELD_COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.viewer': { work: 0 },
  'Query.agents': { work: COSTS.page, count: COSTS.key },
  'Query.client': { work: COSTS.key },
  'Query.clients': { work: clientsRead(COSTS.page), count: clientsRead(COSTS.scan) },
  'Query.auditEvents': { work: COSTS.page, count: COSTS.scan },
  'Query.apiKeys': { work: COSTS.page, count: COSTS.key },
  'Query.lifecycle': { work: 0 },
  'Query.ticket': { work: asOf(COSTS.key) },
  'Query.tickets': { work: filtered(COSTS.page), count: filtered(COSTS.scan) },
  'Query.events': { work: COSTS.scan, count: 0 },
  'Query.deadlines': { work: COSTS.scan, count: COSTS.scan },
  'Query.workList': { work: COSTS.page, count: COSTS.scan },
  'Query.classify': { work: COSTS.key },
  'Query.calendar': { work: COSTS.key },
  'Query.policy': { work: COSTS.key },
  'Query.policies': { work: COSTS.page, count: COSTS.key },
  'Query.simulate': { work: COSTS.history },
  'Query.slaReport': { work: COSTS.report },
  'Query.node': { work: COSTS.node },
  'Query.nodes': { work: perEntryOf('ids', COSTS.node), entries: perEntryOf('ids', 1) },
  'Query._entities': {
    work: perEntryOf('representations', COSTS.node),
    entries: perEntryOf('representations', 1),
  },
  'Query.webhook': { work: COSTS.key },
  'Query.webhooks': { work: COSTS.page, count: COSTS.key },
  'Query.deliveries': { work: COSTS.scan, count: COSTS.scan },
  'Query._service': { work: COSTS.sdl, optional: true },

  'Mutation.*': { work: COSTS.change },
  'Mutation.publishPolicy': { work: unlessDryRun(COSTS.compiledPolicy) },
  'Subscription.*': { work: COSTS.key },

  'Ticket.client': { work: COSTS.key },
  'ApiKey.client': { work: COSTS.key },
  'AssignTicketPayload.assigneeIsKnown': { work: COSTS.key },
  'Ticket.followUpOf': { work: COSTS.node },
  'FollowUpNeeded.ticket': { work: COSTS.key },
  'Ticket.followUps': { work: COSTS.node, count: COSTS.node },
  'Ticket.events': { work: COSTS.key, count: COSTS.key },
  'Ticket.communications': { work: COSTS.key, count: COSTS.key },
  ...cursorsOfEvents({ work: 0 }),
  '*.ticket': { work: COSTS.node },
  'Policy.publishedAt': { work: COSTS.key },
  'Policy.publishedBy': { work: COSTS.key },
  'Policy.yaml': { work: COSTS.key },
  '*.explain': { work: COSTS.explanation },

  'Webhook.clients': { work: COSTS.key, entries: 3 },
  'WebhookDelivery.webhook': { work: COSTS.key },
  'WebhookDelivery.disabledWebhook': { work: COSTS.key },
  'WebhookDelivery.event': { work: COSTS.node },
  'WebhookDelivery.requestBody': { work: COSTS.history },
  'WebhookFilter.*': { entries: 5 },

  '*.path': { entries: 4 },
  '*.scopes': { entries: 6 },
  '*.userErrors': { entries: 1 },
  '*.tags': { entries: 5 },
  '*.contacts': { entries: 2 },
  '*.changed': { entries: 2 },
  '*.impacts': { entries: 3 },
  '*.impactsBefore': { entries: 3 },
  '*.impactsAfter': { entries: 3 },
  '*.waiting': { entries: 2 },
  '*.waitingEnded': { entries: 2 },
  '*.workarounds': { entries: 2 },
  '*.severityChanges': { entries: 5 },
  '*.breaches': { entries: 5 },
  '*.cycles': { entries: 10 },
  '*.started': { entries: 3 },
  '*.ended': { entries: 3 },
  '*.allowedActions': { entries: COMMANDS },
  '*.allowed': { entries: COMMANDS },
  '*.clientActions': { entries: 2 },
  '*.clientActionsOutstanding': { entries: 2 },
  '*.segments': { entries: 20 },
  '*.elapsedSegments': { entries: 20 },
  'TimeSegment.reasons': { entries: 3 },
  'Lifecycle.states': { entries: 7 },
  'Lifecycle.finalStates': { entries: 1 },
  'Lifecycle.commands': { entries: COMMANDS },
  'Lifecycle.transitions': { entries: 60 },
  'LifecycleTransition.actions': { entries: 5 },
  '*.calendars': { entries: 3 },
  'Calendar.week': { entries: 7 },
  'Calendar.isOpen': { work: COSTS.search },
  'Calendar.holidays': { entries: perYear(15) },
  'Calendar.special': { entries: 5 },
  '*.hours': { entries: 2 },
  'Policy.severities': { entries: SEVERITIES },
  'Policy.rules': { entries: 20 },
  'Policy.marks': { entries: 4 },
  'Policy.waitingRules': { entries: 3 },
  'Policy.audiences': { entries: 5 },
  'Policy.consequences': { entries: 10 },
  'UnknownFact.known': { entries: 10 },
  'WaitingRule.pauses': { entries: 3 },
  'ClassificationRule.consequences': { entries: 5 },
  '*.known': { entries: 5 },
  'PolicyImpact.bySeverity': { entries: SEVERITIES },
  'SlaReport.groups': { entries: 50 },
  'CommitmentFigures.breachesBySeverity': { entries: SEVERITIES },
};

/** The cost of a field; undefined if it has none. */
export const costOf = (type: string, field: string): FieldCost | undefined =>
  FIELD_COSTS[`${type}.${field}`] ?? FIELD_COSTS[`${type}.*`] ?? FIELD_COSTS[`*.${field}`];

export const amount = (given: Amount | undefined, args: Arguments): number =>
  typeof given === 'object' ? given.of(args) : (given ?? 0);

/** The number of entries in a page of a connection. */
export const PAGE_SIZE = {
  reads: ['first', 'last'],
  of: ({ first, last }: Arguments): number => {
    const asked = first ?? last;
    return typeof asked === 'number' ? Math.min(Math.max(1, asked), LIMITS.longestPage) : LIMITS.defaultPage;
  },
} as const satisfies Amount;
