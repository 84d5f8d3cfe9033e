import { folded } from '../../domain/folded-text';
import { type EpochMs, toIso } from '../../domain/instant';
import type { WaitingReason } from '../../domain/policy/policy';
import type { Command } from '../../domain/ticket/commands';
import type { Ticket } from '../../domain/ticket/ticket';
import { fitText, LONG_TEXT, type ValueChange } from '../../domain/value-rules';
import { fitFacts } from './fit-facts';
import type { ImportMapping, PriorityMeaning, StateMeaning, TicketFacts, Unknown } from './mapping';

/** One row of the log, as the adapter reads it. An empty cell is null. */
export interface LogRow {
  /** The line number in the file. The header is line 1. */
  readonly line: number;
  readonly at: EpochMs | null;
  /** The second instant of a local time that occurs twice, if it is not later than now. */
  readonly atAgain?: EpochMs;
  readonly openedAt: EpochMs | null;
  readonly state: string | null;
  readonly priority: string | null;
  readonly resolution: string | null;
  readonly facts: TicketFacts;
  /** The id of the ticket, if the row writes it otherwise than the first row of the ticket. */
  readonly writtenId?: string;
}

export type ReportReason =
  | 'UNREADABLE_ROW'
  | 'UNREADABLE_INSTANT'
  | 'IN_THE_FUTURE'
  | 'BACKWARDS'
  | 'OPENED_AFTER_FIRST_ROW'
  | 'OPENING_UNKNOWN'
  | 'UNKNOWN_STATE'
  | 'UNKNOWN_PRIORITY'
  | 'NO_PRIORITY_YET'
  | 'ALREADY_CLOSED'
  | 'WRITTEN_DIFFERENTLY'
  | 'OTHER_CLIENT'
  | 'QUOTE_IN_ID'
  | 'VALUE_SHORTENED'
  | 'VALUE_DROPPED'
  | 'VALUE_REPLACED'
  | 'REFUSED'
  | 'NOT_OPENED'
  | 'ALREADY_THERE'
  | 'FAULT';

/** A problem of one row, or of all rows of a ticket. It does not affect other tickets. */
export interface RowReport {
  readonly line: number;
  readonly ticket: string;
  readonly reason: ReportReason;
  readonly detail: string;
  /** The number of rows that are left out for this reason; 0 for a note on a row. */
  readonly rows: number;
}

/**
 * A command that a row is imported as. A function chooses it from the state of the ticket at that
 * point.
 */
export interface PlannedStep {
  readonly line: number;
  readonly at: EpochMs;
  readonly command: Command | ((ticket: Ticket) => Command | null);
}

/** The opening and the commands of a ticket. `opening` is null if no row can open it. */
export interface TicketPlan {
  readonly opening: { readonly at: EpochMs; readonly row: LogRow; readonly priority: PriorityMeaning } | null;
  readonly steps: readonly PlannedStep[];
  /** Those with `rows: 1` leave a row out; the others are notes. */
  readonly reports: readonly RowReport[];
  /** The lines of the rows that are not left out. */
  readonly used: readonly number[];
  /** The instant of the last of them; null if there are none. */
  readonly lastInstant: EpochMs | null;
}

/** The state and the priority after the previous rows. */
interface Progress {
  readonly state: string | null;
  readonly meaning: StateMeaning;
  readonly priority: PriorityMeaning;
}

/**
 * Turns the rows of a ticket, in order, into an opening and the commands that correspond to the
 * changes from row to row. Within a row: a reopening first, then the priority, then the state.
 */
export function planTicket(ticket: string, rows: Iterable<LogRow>, mapping: ImportMapping): TicketPlan {
  const reports: RowReport[] = [];
  const used: number[] = [];
  const steps: PlannedStep[] = [];
  const spellings = new Set<string>();
  const clients = new Set<string>();
  let opening: TicketPlan['opening'] = null;
  let known: Progress | null = null;
  let latest = Number.NEGATIVE_INFINITY;

  for (const row of rows) {
    const { line } = row;
    const note = (reason: ReportReason, detail: string) => reports.push({ line, ticket, reason, detail, rows: 0 });
    const leaveOut = (reason: ReportReason, detail: string) =>
      reports.push({ line, ticket, reason, detail: `${detail}; the row is left out`, rows: 1 });
    // Every row below is either left out once or used once.
    const at = instantAfter(row, opening === null ? row.openedAt : latest);
    const onChange = ({ kind, detail }: ValueChange) => note(`VALUE_${kind}`, detail);
    const resolution = () =>
      row.resolution === null ? null : fitText('the resolution', LONG_TEXT, row.resolution, onChange);
    if (row.writtenId !== undefined && !spellings.has(row.writtenId)) {
      spellings.add(row.writtenId);
      note('WRITTEN_DIFFERENTLY', `the row writes the ticket ${show(row.writtenId)}, which is the same id`);
    }
    if (at === null) {
      leaveOut('UNREADABLE_INSTANT', 'the row has no readable instant');
      continue;
    }
    if (at < latest) {
      leaveOut('BACKWARDS', `${toIso(at)} is earlier than ${toIso(latest)} of a previous row`);
      continue;
    }
    const meaning = row.state === null ? undefined : mapping.states.get(row.state);
    const priority = mapping.priorities.find((candidate) => candidate.value === row.priority);
    const unknown: UnknownValue[] = [];
    if (meaning === undefined) {
      const detail = `the state ${show(row.state)} is not in the mapping`;
      unknown.push({ reason: 'UNKNOWN_STATE', action: mapping.unknownState, detail });
    }
    if (priority === undefined) {
      const detail = `the priority ${show(row.priority)} is not in the mapping`;
      unknown.push({ reason: 'UNKNOWN_PRIORITY', action: mapping.unknownPriority, detail });
    }
    const [forbidden] = unknown.filter(({ action }) => action === 'leaveOut');
    for (const value of unknown) {
      if (value === forbidden) leaveOut(value.reason, value.detail);
      else if (value.action !== 'ignore') note(value.reason, `${value.detail}; it is ignored`);
    }
    if (forbidden !== undefined) continue;

    if (known === null) {
      if (priority === undefined) {
        leaveOut('NO_PRIORITY_YET', 'a ticket cannot be opened without a known priority');
        continue;
      }
      used.push(line);
      latest = at;
      if (ticket.includes('"')) note('QUOTE_IN_ID', `the id of the ticket is ${ticket}, with a quote`);
      clients.add(folded(row.facts.client));
      const facts = fitFacts(ticket, row.facts, onChange);
      opening = { at: openingInstant(row, at, note), row: { ...row, facts }, priority };
      known = { state: meaning === undefined ? null : row.state, meaning: meaning ?? NEW, priority };
      if (meaning !== undefined) steps.push(...stateSteps(null, meaning, line, at, resolution));
      continue;
    }
    used.push(line);
    latest = at;
    const { client } = row.facts;
    const isNamed = folded(client) !== '';
    if (isNamed && !clients.has(folded(client))) {
      clients.add(folded(client));
      note('OTHER_CLIENT', `the row names the client ${show(client)}; the ticket stays with that of its first row`);
    }
    const next: Progress = {
      state: meaning === undefined ? known.state : row.state,
      meaning: meaning ?? known.meaning,
      priority: priority ?? known.priority,
    };
    const stateChanged = next.state !== known.state;
    const priorityChanged = next.priority !== known.priority;
    if (isClosed(steps)) {
      if (stateChanged || priorityChanged) note('ALREADY_CLOSED', 'the ticket is closed; the change is left out');
    } else {
      if (stateChanged && known.meaning.is === 'RESOLVED' && isOpen(next.meaning)) {
        steps.push({ line, at, command: { type: 'reopen', reason: null } });
      }
      if (priorityChanged) steps.push({ line, at, command: priorityCommand(known.priority, next.priority, mapping) });
      if (stateChanged) steps.push(...stateSteps(known.meaning, next.meaning, line, at, resolution));
    }
    known = next;
  }
  return { opening, steps, reports, used, lastInstant: used.length === 0 ? null : latest };
}

/** A state or priority that is not in the mapping. */
interface UnknownValue {
  readonly reason: ReportReason;
  readonly action: Unknown;
  readonly detail: string;
}

/**
 * The instant of a row: of a local time that occurs twice the second, if the first would be before
 * what is known of the ticket.
 */
function instantAfter({ at, atAgain }: LogRow, latest: EpochMs | null): EpochMs | null {
  return at !== null && latest !== null && at < latest && atAgain !== undefined && atAgain >= latest ? atAgain : at;
}

const NEW: StateMeaning = { is: 'NEW' };

const show = (value: string | null): string => (value === null ? '(none)' : JSON.stringify(value));

const isOpen = (meaning: StateMeaning): boolean => meaning.is !== 'RESOLVED' && meaning.is !== 'CLOSED';

// Closing is never refused in a state that allows it, so the last step shows whether the ticket is
// closed.
const isClosed = (steps: readonly PlannedStep[]): boolean => {
  const command = steps.at(-1)?.command;
  return typeof command === 'object' && command.type === 'close';
};

function openingInstant(row: LogRow, at: EpochMs, note: (reason: ReportReason, detail: string) => void): EpochMs {
  if (row.openedAt === null) {
    note(
      'OPENING_UNKNOWN',
      `the row has no readable opening instant; the ticket opens at the row's instant ${toIso(at)}`,
    );
    return at;
  }
  if (row.openedAt > at) {
    note(
      'OPENED_AFTER_FIRST_ROW',
      `the ticket was opened at ${toIso(row.openedAt)}, after its first row; it opens at the row's instant ${toIso(at)}`,
    );
    return at;
  }
  return row.openedAt;
}

/** The commands for a change of state. `before` is null in the first row. */
function stateSteps(
  before: StateMeaning | null,
  after: StateMeaning,
  line: number,
  at: EpochMs,
  resolution: () => string | null,
): PlannedStep[] {
  const step = (command: PlannedStep['command']): PlannedStep => ({ line, at, command });
  const stop = before?.is === 'WAITING' ? [step(stopWaiting(before.reason))] : [];
  const acknowledge = step((ticket) => (ticket.respondedAt === null ? { type: 'acknowledge' } : null));
  switch (after.is) {
    case 'NEW':
      return stop;
    case 'ACTIVE':
      return [...stop, acknowledge];
    case 'WAITING': {
      const wait = step({ type: 'startWaiting', reason: after.reason });
      return [...stop, ...(after.acknowledges ? [acknowledge, wait] : [wait])];
    }
    case 'RESOLVED':
      return [...stop, step({ type: 'resolve', resolution: resolution() })];
    case 'CLOSED': {
      const resolve = before?.is === 'RESOLVED' ? [] : [step({ type: 'resolve', resolution: resolution() })];
      return [...stop, ...resolve, step({ type: 'close', reason: null })];
    }
  }
}

const stopWaiting = (reason: WaitingReason): Command => ({ type: 'stopWaiting', reason });

/** The command for a change of priority. */
function priorityCommand(
  before: PriorityMeaning,
  after: PriorityMeaning,
  { priorities, lowered }: ImportMapping,
): PlannedStep['command'] {
  const { impacts } = after;
  const reason = `priority ${before.value} → ${after.value}`;
  const reclassify: Command = { type: 'reclassify', impacts, reason };
  const workaround: Command = { type: 'applyWorkaround', description: reason, remaining: impacts };
  const isLowered = priorities.indexOf(after) > priorities.indexOf(before);
  if (!isLowered || lowered === 'reclassification') return reclassify;
  if (lowered === 'workaround') return workaround;
  return (ticket) => (ticket.respondedAt === null ? reclassify : workaround);
}
