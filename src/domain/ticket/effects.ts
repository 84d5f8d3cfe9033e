import { endOf, newCycleOfOpen, readClock, runningCycle } from '../commitment/commitment';
import { rebase, shownDeadline, supersededEnds } from '../commitment/rebase';
import { COMMITMENT_KINDS, type CommitmentKind, targetOf, type WaitingReason } from '../policy/policy';
import { type CommandRecord, recordOf } from './command-record';
import type { Command } from './commands';
import type { DecisionContext } from './decision-context';
import { reclassification } from './reclassification';
import type { Cycle, CycleOutcome, TicketState } from './ticket';
import type { Effects, EventBody } from './ticket-events';
import type { Action } from './ticket-machine';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the actions of one transition write, one after the other. */
interface Draft {
  readonly context: DecisionContext;
  readonly command: Command;
  readonly number: number;
  readonly effects: Mutable<Effects>;
  readonly breaches: EventBody[];
  record: CommandRecord | null;
}

/**
 * Carries out the actions of the transition that an accepted command takes.
 *
 * @param state the state after the transition
 * @param number the number that the command's event gets
 * @returns the command's event, then the breaches that its change of severity causes
 */
export function carryOut(
  actions: readonly Action[],
  context: DecisionContext,
  command: Command,
  state: TicketState,
  number: number,
): readonly EventBody[] {
  const draft: Draft = {
    context,
    command,
    number,
    effects: { state },
    breaches: [],
    record: null,
  };
  for (const action of actions) perform[action](draft);
  proposeWaivers(draft);
  if (draft.record === null) throw new Error(`The lifecycle accepts ${command.type} but has no action that records it`);
  return [{ ...draft.record.facts, effects: draft.effects }, ...draft.breaches];
}

const perform: Readonly<Record<Action, (draft: Draft) => void>> = {
  respond: (draft) => {
    draft.effects.responds = true;
    end(draft, ['RESPONSE'], 'FULFILLED');
  },
  fulfilUpdate: (draft) => end(draft, ['UPDATE'], 'FULFILLED'),
  fulfilAll: (draft) => end(draft, COMMITMENT_KINDS, 'FULFILLED'),
  cancelAll: (draft) => end(draft, COMMITMENT_KINDS, 'CANCELLED'),
  record: (draft) => {
    draft.record = recordOf(draft.context, draft.command, draft.number);
  },
  propose: (draft) => {
    const { context, command } = draft;
    if (command.type !== 'reclassify') throw new Error(`${command.type} cannot propose a reclassification`);
    const proposal = reclassification(context, command);
    draft.record = { facts: { type: 'OVERRIDE_PROPOSED', proposal } };
  },
  changeSeverity: (draft) => {
    const { context, record } = draft;
    const change = record?.severity;
    const { ticket, policy, at, actor } = context;
    if (change === undefined || change.to === ticket.severity) return;
    const fulfilled = new Set((draft.effects.ended ?? []).map(({ kind }) => kind));
    const { superseded, started, breaches } = rebase(context, change, fulfilled);
    const before = runningCycle(ticket, 'RESOLUTION');
    const isSuperseded = superseded.some((cycle) => cycle.kind === 'RESOLUTION');
    const after = started.find((cycle) => cycle.kind === 'RESOLUTION') ?? (isSuperseded ? undefined : before);
    draft.effects.severityChange = {
      from: ticket.severity,
      to: change.to,
      at,
      by: actor,
      cause: change.cause,
      reason: change.reason,
      deadlineBefore: shownDeadline(ticket, policy, before, at),
      deadlineAfter: shownDeadline(ticket, policy, after, at),
    };
    draft.effects.ended = [...(draft.effects.ended ?? []), ...supersededEnds(context, superseded)];
    start(draft, started);
    draft.breaches.push(...breaches);
  },
  startUpdate: (draft) => start(draft, fresh(draft, ['UPDATE'])),
  startAfresh: (draft) => start(draft, fresh(draft, ['UPDATE', 'RESOLUTION'])),
  endWaitingForClient: (draft) => endWaiting(draft, (reason) => reason === 'CLIENT'),
  endThisWaiting: (draft) => {
    const { command } = draft;
    if (command.type === 'stopWaiting') endWaiting(draft, (reason) => reason === command.reason);
  },
  endWaiting: (draft) => endWaiting(draft, () => true),
};

function end({ context, effects }: Draft, kinds: readonly CommitmentKind[], outcome: CycleOutcome): void {
  const { ticket, policy, at } = context;
  const done = new Set((effects.ended ?? []).map(({ kind }) => kind));
  const ends = kinds
    .filter((kind) => !done.has(kind))
    .flatMap((kind) => {
      const cycle = runningCycle(ticket, kind);
      return cycle === undefined ? [] : [{ kind, cycle: cycle.number, end: endOf(ticket, policy, cycle, at, outcome) }];
    });
  if (ends.length > 0) effects.ended = [...(effects.ended ?? []), ...ends];
}

/**
 * Proposes a waiver for each breached cycle that the command ends in time, as its due instant is
 * known now: the command, or a pause, was recorded after the breach.
 */
function proposeWaivers({ context, effects }: Draft): void {
  const { ticket, policy, at } = context;
  const proposed = (effects.ended ?? []).flatMap(({ kind, cycle: number }) => {
    const cycle = ticket.cycles.find((it) => it.kind === kind && it.number === number);
    const breach = cycle?.breach ?? null;
    if (cycle === undefined || breach === null || breach.cause !== 'DUE' || breach.waiver !== undefined) return [];
    const due = readClock(ticket, policy, cycle, at)?.dueIfResumed ?? null;
    return due !== null && at <= due ? [{ kind, cycle: number }] : [];
  });
  if (proposed.length > 0) effects.proposedWaivers = proposed;
}

function start({ effects }: Draft, cycles: readonly Cycle[]): void {
  if (cycles.length > 0) effects.started = [...(effects.started ?? []), ...cycles];
}

function fresh({ context }: Draft, kinds: readonly CommitmentKind[]): readonly Cycle[] {
  const { ticket, policy, at } = context;
  return kinds
    .filter((kind) => !ticket.notMeasured.includes(kind) && targetOf(policy, ticket.severity, kind) !== null)
    .map((kind) => newCycleOfOpen(ticket, policy, kind, ticket.severity, at, at));
}

function endWaiting({ context, effects }: Draft, picks: (reason: WaitingReason) => boolean): void {
  const ended = context.ticket.waits.filter((wait) => wait.until === null && picks(wait.reason));
  if (ended.length > 0) effects.waitingEnded = ended.map((wait) => wait.reason);
}
