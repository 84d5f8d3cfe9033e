import type { Caller, Visibility } from '../../../application/ports/caller';
import { type Comparator, InvalidFilter, type TicketFilter } from '../../../application/ports/ticket-filter';
import { folded } from '../../../domain/folded-text';
import type { EpochMs } from '../../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import { isUuid } from '../../../domain/text';
import { instantBound } from '../database/sql';
import { compare, compareAny, every, opposite, type Parameters, some, type ValueType } from '../lists/conditions';
import { gramsOf } from '../search/grams';

/** The maximum nesting of `and`, `or` and `not`. */
export const DEEPEST = 10;
const MOST_WORDS = 20;

const COLUMNS = {
  client: ['client_id', 'uuid'],
  number: ['number', 'integer'],
  externalId: ['external_id', 'externalId'],
  state: ['state', 'text'],
  severity: ['severity', 'text'],
  initialSeverity: ['initial_severity', 'text'],
  clause: ['clause', 'text'],
  channel: ['channel', 'text'],
  assignee: ['assignee', 'name'],
  reporter: ['reporter', 'name'],
  openedAt: ['opened_at', 'instant'],
  acknowledgedAt: ['acknowledged_at', 'instant'],
  respondedAt: ['responded_at', 'instant'],
  workaroundAppliedAt: ['workaround_applied_at', 'instant'],
  callRecordedAt: ['call_recorded_at', 'instant'],
  resolvedAt: ['resolved_at', 'instant'],
  closedAt: ['closed_at', 'instant'],
  awaitingReplySince: ['awaiting_reply_since', 'instant'],
  createdAt: ['created_at', 'instant'],
  lastEventAt: ['last_event_at', 'instant'],
  updatedAt: ['updated_at', 'instant'],
  nextDeadlineAt: ['due_at', 'instant'],
} as const satisfies { readonly [F in keyof TicketFilter]?: readonly [column: string, type: ValueType] };

/**
 * The SQL condition on `tickets t` for a filter and for the tickets that the caller may see.
 *
 * @param now the instant at which statuses are evaluated
 * @throws InvalidFilter if it is nested too deeply, or a value is not valid
 */
export function ticketsWhere(caller: Caller, filter: TicketFilter, now: EpochMs, to: Parameters): string {
  return every(
    [visible(caller, to), holds(filter, { judged: new Judged(now, to), sees: caller.sees, to }, 1)].filter(
      (one) => one !== 'TRUE',
    ),
  );
}

export const visible = (caller: Pick<Caller, 'sees'>, to: Parameters): string =>
  caller.sees === 'ALL' ? 'TRUE' : compare('t.client_id', 'uuid', { in: caller.sees }, to);

interface Conditions {
  readonly judged: Judged;
  readonly sees: Visibility;
  readonly to: Parameters;
}

function holds(filter: TicketFilter, under: Conditions, depth: number): string {
  const { judged, sees, to } = under;
  if (depth > DEEPEST) throw new InvalidFilter(`A filter can have at most ${DEEPEST} levels`);
  const inner = (part: TicketFilter): string => holds(part, under, depth + 1);
  const conditions: string[] = [];
  if (filter.and !== undefined) conditions.push(every(filter.and.map(inner)));
  if (filter.or !== undefined) conditions.push(some(filter.or.map(inner)));
  if (filter.not !== undefined) conditions.push(opposite(inner(filter.not)));
  for (const [field, [column, type]] of Object.entries(COLUMNS)) {
    const comparator = filter[field as keyof typeof COLUMNS] as Comparator<string | number> | undefined;
    if (comparator !== undefined) conditions.push(compare(judged.column(column), type, comparator, to));
  }
  if (filter.tag !== undefined) conditions.push(compareAny(someTag, 'name', filter.tag, to));
  if (filter.waiting !== undefined) conditions.push(compareAny(someWaiting, 'text', filter.waiting, to));
  for (const half of ['audience', 'consequence'] as const) {
    const comparator = filter[half];
    if (comparator !== undefined) conditions.push(compareAny(someImpact(half), 'text', comparator, to));
  }
  if (filter.text !== undefined) conditions.push(contains(filter.text, sees, to));
  if (filter.slaStatus !== undefined) {
    const { kind, status } = filter.slaStatus;
    const kinds = kind === undefined ? COMMITMENT_KINDS : [kind];
    const someStatus = (condition: (value: string) => string): string =>
      some(kinds.map((one) => condition(judged.statusOf(one))));
    conditions.push(compareAny(someStatus, 'text', status, to));
  }
  if (filter.isBreached !== undefined) {
    conditions.push(filter.isBreached ? judged.isBreached() : opposite(judged.isBreached()));
  }
  if (filter.waiverProposed !== undefined) {
    conditions.push(filter.waiverProposed ? 't.has_proposed_waiver' : 'NOT t.has_proposed_waiver');
  }
  return every(conditions.filter((condition) => condition !== 'TRUE'));
}

const someTag = (condition: (value: string) => string): string =>
  `EXISTS (SELECT FROM unnest(t.tags) AS tag WHERE ${condition('tag')})`;

const someImpact =
  (half: 'audience' | 'consequence') =>
  (condition: (value: string) => string): string =>
    `EXISTS (SELECT FROM jsonb_array_elements(t.impacts) AS impact WHERE ${condition(`(impact->>'${half}')`)})`;

/** A reason for which the ticket waits now. */
const someWaiting = (condition: (value: string) => string): string =>
  `EXISTS (SELECT FROM jsonb_array_elements(t.waits) AS wait
            WHERE wait->>'until' IS NULL AND ${condition(`(wait->>'reason')`)})`;

/**
 * The condition that each word is in a text of the ticket. An index on the grams narrows the texts;
 * the pattern decides. A word of one or two characters has no grams, unless it is of a script like
 * Chinese, so that all texts are read for it.
 */
function contains(text: string, sees: Visibility, to: Parameters): string {
  if (text.includes('\0')) throw new InvalidFilter('A text must not contain NUL');
  const words = folded(text)
    .split(' ')
    .filter((word) => word !== '');
  if (words.length > MOST_WORDS) throw new InvalidFilter(`A text can have at most ${MOST_WORDS} words`);
  const conditions = words.map((word) => {
    const pattern = to.add(`%${word.replace(/[\\%_]/g, '\\$&')}%`, 'text');
    const grams = gramsOf(word);
    if (sees !== 'ALL') {
      const clients = to.add(sees.filter(isUuid), 'uuid[]');
      const ofWord = grams.length === 0 ? '' : `, ${to.add(grams, 'integer[]')}`;
      return `t.id IN (SELECT tickets_with_text(${pattern}, ${clients}${ofWord}))`;
    }
    const narrowed = grams.length === 0 ? [] : [`s.grams @> ${to.add(grams, 'integer[]')}`];
    return `t.id IN (SELECT s.ticket_id FROM search_texts s WHERE ${every([...narrowed, `s.folded LIKE ${pattern}`])})`;
  });
  return every(conditions);
}

const PREFIXES = { RESPONSE: 't.response', UPDATE: 't.update', RESOLUTION: 't.resolution' } as const;

/**
 * The SQL expressions for the statuses and instants of a ticket at a given instant. Imported
 * tickets are evaluated at the end of their log at the latest.
 */
class Judged {
  private instant: string | null = null;
  constructor(
    private readonly now: EpochMs,
    private readonly to: Parameters,
  ) {}

  /**
   * The value of a column as the API shows it. A ticket that is due to close after silence counts
   * as closed, even if that is not yet recorded.
   */
  column(name: string): string {
    if (name !== 'state' && name !== 'closed_at') return `t.${name}`;
    const silent = `t.state = 'resolved' AND t.next_deadline_at < ${this.at}`;
    const then = name === 'state' ? "'closed'" : 't.next_deadline_at';
    return `(CASE WHEN ${silent} THEN ${then} ELSE t.${name} END)`;
  }

  statusOf(kind: CommitmentKind): string {
    const prefix = PREFIXES[kind];
    const running = `CASE WHEN ${prefix}_due_at < ${this.at} THEN 'BREACHED'
                          WHEN ${prefix}_at_risk_at <= ${this.at} THEN 'AT_RISK' ELSE 'RUNNING' END`;
    return `(CASE ${prefix}_status WHEN 'RUNNING' THEN ${running} ELSE ${prefix}_status END)`;
  }

  isBreached(): string {
    const late = COMMITMENT_KINDS.map(
      (kind) => `(${PREFIXES[kind]}_status = 'RUNNING' AND ${PREFIXES[kind]}_due_at < ${this.at})`,
    );
    return some(['t.breached', ...late]);
  }

  private get at(): string {
    this.instant ??= `greatest(t.last_event_at, least(${this.to.add(instantBound(this.now), 'timestamptz')}, t.observed_until))`;
    return this.instant;
  }
}
