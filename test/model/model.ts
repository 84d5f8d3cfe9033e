import type { Answer, CycleAnswer, Question, RefusalCode, Status, Verdict } from './answer';
import { impactsRefusal } from './classify';
import { dueWithoutRunningPause, readClock } from './clock';
import { nextDue } from './engine';
import { fold } from './fold';
import { type Entry, type History, happenedAt, type Instant, type Opening } from './history';
import { hadHappened, type LogItem } from './log';
import { KINDS, type Policy } from './policy';
import { changesNothing, reasonRefusal, refusalOf, timeRefusal } from './refusals';
import type { Cycle, Ticket } from './ticket';

/** A history as the model took it. `verdicts` has one for each entry, in order. */
export interface Played {
  readonly policy: Policy;
  readonly history: History;
  readonly opening: Verdict;
  readonly verdicts: readonly Verdict[];
  readonly log: readonly LogItem[];
}

/**
 * Takes a history entry by entry. Before each, the engine records what fell due strictly before the
 * time of its recording. Nothing is kept but the log: every step folds it from the opening on.
 */
export function play(policy: Policy, history: History): Played {
  const refused = openingRefusal(policy, history.opening);
  if (refused !== undefined) {
    const verdict: Verdict = { accepted: false, code: refused };
    return { policy, history, opening: verdict, verdicts: [], log: [] };
  }
  let log: readonly LogItem[] = [];
  const verdicts: Verdict[] = [];
  for (const [index, entry] of history.entries.entries()) {
    const taken = take(policy, history.opening, log, entry, index);
    verdicts.push(taken.verdict);
    log = taken.log;
  }
  return { policy, history, opening: { accepted: true }, verdicts, log };
}

/** Takes one entry: the engine first, then the verdict on the ticket that the log gives. */
export function take(
  policy: Policy,
  opening: Opening,
  log: readonly LogItem[],
  entry: Entry,
  index: number,
): { readonly verdict: Verdict; readonly log: readonly LogItem[] } {
  const settled = withEngine(policy, opening, log, entry.recordedAt);
  const code = refusalOf(policy, fold(policy, opening, settled), entry);
  if (code !== undefined) return { verdict: { accepted: false, code }, log: settled };
  if (changesNothing(fold(policy, opening, settled), entry)) return { verdict: { accepted: true }, log: settled };
  return { verdict: { accepted: true }, log: [...settled, { kind: 'entry', at: happenedAt(entry), entry, index }] };
}

/** The ticket by the events that were recorded by `knownAt` and had happened by `asOf`. */
export function ask({ policy, history, opening, log }: Played, { asOf, knownAt }: Question): Answer | null {
  if (!opening.accepted) return null;
  if (history.opening.recordedAt > knownAt || happenedAt(history.opening) > asOf) return null;
  const entries = log.filter((item) => item.kind === 'entry' && item.entry.recordedAt <= knownAt);
  const last = entries.at(-1);
  const recorded = last === undefined ? [] : log.slice(0, log.indexOf(last) + 1);
  const known = withEngine(policy, history.opening, recorded, knownAt);
  const happened = known.filter((item) => hadHappened(item, asOf));
  return answerOf(policy, fold(policy, history.opening, happened), asOf);
}

/** The ticket at the present, and when the last event that a person caused happened. */
export function ticketNow(
  policy: Policy,
  opening: Opening,
  log: readonly LogItem[],
  now: Instant,
): { readonly answer: Answer; readonly lastAt: Instant } {
  const ticket = fold(policy, opening, withEngine(policy, opening, log, now));
  return { answer: answerOf(policy, ticket, now), lastAt: ticket.lastAt };
}

function openingRefusal(policy: Policy, opening: Opening): RefusalCode | undefined {
  const refused =
    impactsRefusal(policy, opening.impacts) ??
    timeRefusal(opening, Number.NEGATIVE_INFINITY) ??
    reasonRefusal(policy, opening);
  if (refused !== undefined) return refused;
  const ticket = fold(policy, opening, []);
  const at = happenedAt(opening);
  const isBeyond = ticket.cycles.some(
    (cycle) => cycle.target.time !== null && readClock(policy, ticket, cycle, at) === null,
  );
  return isBeyond ? 'BeyondCalendar' : undefined;
}

/** The log with what the engine records of what falls due strictly before an instant. */
export function withEngine(
  policy: Policy,
  opening: Opening,
  log: readonly LogItem[],
  before: Instant,
): readonly LogItem[] {
  const item = nextDue(policy, fold(policy, opening, log), before);
  return item === undefined ? log : withEngine(policy, opening, [...log, item], before);
}

function answerOf(policy: Policy, ticket: Ticket, asOf: Instant): Answer {
  return {
    state: ticket.state,
    severity: ticket.severity,
    impacts: ticket.impacts,
    override: ticket.override,
    overrideProposed: ticket.proposal !== null,
    waiting: ticket.waits.flatMap((wait) => (wait.to === null ? [wait.reason] : [])).sort(),
    chased: ticket.chased,
    awaitingReplySince: ticket.awaitingReplySince,
    silentSince: ticket.silentSince,
    assignee: ticket.assignee,
    details: ticket.details,
    notes: ticket.notes,
    cycles: KINDS.flatMap((kind) => ticket.cycles.filter((cycle) => cycle.kind === kind)).map((cycle) =>
      cycleAnswer(policy, ticket, cycle, asOf),
    ),
  };
}

function cycleAnswer(policy: Policy, ticket: Ticket, cycle: Cycle, asOf: Instant): CycleAnswer {
  const { kind, number, severity, start, end, breach, marks } = cycle;
  return {
    kind,
    number,
    severity,
    startedAt: start,
    dueAt: shownDue(policy, ticket, cycle, asOf),
    status: statusOf(policy, ticket, cycle, asOf),
    end,
    breach: breach && { at: breach.at, cause: breach.cause, waived: breach.waived, proposed: breach.proposed },
    marks,
  };
}

/** Null while paused, except for a cycle that is breached already. */
function shownDue(policy: Policy, ticket: Ticket, cycle: Cycle, asOf: Instant): Instant | null {
  const clock = readClock(policy, ticket, cycle, asOf);
  if (clock === null) return cycle.breach?.dueAt ?? null;
  if (!clock.isPaused) return clock.dueAt;
  return cycle.breach === null ? null : dueWithoutRunningPause(policy, ticket, cycle, asOf);
}

function statusOf(policy: Policy, ticket: Ticket, cycle: Cycle, asOf: Instant): Status {
  if (cycle.end !== null) return cycle.end.outcome;
  if (cycle.breach !== null) return 'BREACHED';
  if (cycle.target.time === null) return 'BEST_EFFORT';
  const clock = readClock(policy, ticket, cycle, asOf);
  if (clock === null) return 'UNKNOWN';
  if (clock.isPaused) return 'PAUSED';
  const atRisk = policy.marks.find((mark) => mark.name === 'atRisk');
  const isMarked = cycle.marks.some(({ name }) => name === 'atRisk');
  return isMarked || (atRisk !== undefined && asOf >= clock.mark(atRisk.at)) ? 'AT_RISK' : 'RUNNING';
}
