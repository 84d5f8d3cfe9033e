import { LIMITS } from './operation-limits';

type Arguments = Readonly<Record<string, unknown>>;
/** A number, or a number that depends on the arguments, which have been coerced. */
type Amount = number | ((args: Arguments) => number);

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
}

/** Reads by key. Those of one turn of the event loop share a statement. */
const KEY = 10;
/** A ticket or an event by its global id, which can take several statements. */
const NODE = 50;
/** A ticket as of an earlier time: all its events are read and folded. */
const HISTORY = 200;
/** A page of a list that an index orders. */
const PAGE = 100;
/** A filter or a count can read every ticket. */
const SCAN = 1_000;
/** A text filter reads every ticket and compares its texts. */
const TEXT_SCAN = 5_000;
const REPORT = 10_000;
/** A policy is parsed and compiled. */
const COMPILED_POLICY = 5_000;
/** A dry run replays the history of every open ticket. */
const DRY_RUN = 20_000;
/** A transaction. */
const CHANGE = 200;

const asOf =
  (work: number) =>
  (args: Arguments): number =>
    work + (args.asOf == null && args.knownAt == null ? 0 : HISTORY);

/** The number of text filters in a filter, which can nest filters in `and`, `or` and `not`. */
function textsIn(filter: unknown): number {
  if (typeof filter !== 'object' || filter === null) return 0;
  const { text, and, or, not } = filter as Record<'text' | 'and' | 'or' | 'not', unknown>;
  const nested = [and, or, not].flat().reduce((sum: number, part) => sum + textsIn(part), 0);
  return nested + (typeof text === 'string' && text.trim() !== '' ? 1 : 0);
}

const filtered =
  (unfiltered: number) =>
  ({ filter }: Arguments): number =>
    filter == null ? unfiltered : Math.max(unfiltered, SCAN) + textsIn(filter) * TEXT_SCAN;

const ids = ({ ids: given }: Arguments): number => (Array.isArray(given) ? given.length : 1);
const years = ({ from, to }: Arguments): number =>
  typeof from === 'number' && typeof to === 'number' ? Math.max(1, to - from + 1) : 1;
const isDryRun = ({ input }: Arguments): boolean => (input as { readonly dryRun?: unknown } | null)?.dryRun === true;

const COMMANDS = 17;
const SEVERITIES = 4;

/**
 * The costs of the fields, by type and field; `*` stands for every type that has the field. The
 * schema is not built if a field has no cost that needs one: the root fields, connections, and
 * lists without pages.
 */
export const FIELD_COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.viewer': { work: 0 },
  'Query.lifecycle': { work: 0 },
  'Query.ticket': { work: asOf(KEY) },
  'Query.tickets': { work: filtered(PAGE), count: filtered(SCAN) },
  'Query.deadlines': { work: SCAN, count: SCAN },
  'Query.classify': { work: KEY },
  'Query.calendar': { work: KEY },
  'Query.policy': { work: KEY },
  'Query.policies': { work: PAGE, count: KEY },
  'Query.simulate': { work: HISTORY },
  'Query.slaReport': { work: REPORT },
  'Query.node': { work: NODE },
  'Query.nodes': { work: (args) => NODE * ids(args), entries: ids },

  'Mutation.*': { work: CHANGE },
  'Mutation.publishPolicy': { work: (args) => (isDryRun(args) ? DRY_RUN : COMPILED_POLICY) },
  'Subscription.*': { work: KEY },

  'Ticket.client': { work: KEY },
  'Ticket.followUpOf': { work: NODE },
  'Ticket.followUps': { work: NODE, count: NODE },
  'Ticket.events': { work: KEY, count: KEY },
  'Ticket.communications': { work: KEY, count: KEY },
  '*.ticket': { work: NODE },
  'Policy.publishedAt': { work: KEY },
  'Policy.publishedBy': { work: KEY },
  'Policy.yaml': { work: KEY },
  '*.explain': { work: 20 },

  '*.path': { entries: 4 },
  '*.userErrors': { entries: 1 },
  '*.tags': { entries: 5 },
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
  'Calendar.holidays': { entries: (args) => 15 * years(args) },
  'Calendar.special': { entries: 5 },
  '*.hours': { entries: 2 },
  'Policy.severities': { entries: SEVERITIES },
  'Policy.rules': { entries: 20 },
  'Policy.marks': { entries: 4 },
  'Policy.waitingRules': { entries: 3 },
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
  typeof given === 'function' ? given(args) : (given ?? 0);

/** The number of entries in a page of a connection, as its arguments limit it. */
export function pageSize({ first, last }: Arguments): number {
  const asked = first ?? last;
  return typeof asked === 'number' ? Math.min(Math.max(1, asked), LIMITS.longestPage) : LIMITS.defaultPage;
}
