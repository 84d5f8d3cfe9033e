import { endOf, newCycle, runningCycle } from '../commitment/commitment';
import { rebase, shownDeadline, supersededEnds } from '../commitment/rebase';
import { distinctImpacts } from '../impact';
import { COMMITMENT_KINDS, type CommitmentKind, type WaitingReason } from '../policy/policy';
import type { Severity } from '../severity';
import type { Command } from './commands';
import type { DecisionContext } from './decision-context';
import { classified, overrideOf, reclassification } from './reclassification';
import {
  type Cycle,
  type CycleOutcome,
  latestWorkaround,
  type Proposal,
  type SeverityChangeCause,
  type Ticket,
  type TicketState,
} from './ticket';
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
  facts: ((effects: Effects) => EventBody) | null;
  change: { readonly to: Severity; readonly cause: SeverityChangeCause; readonly reason: string | null } | null;
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
    facts: null,
    change: null,
  };
  for (const action of actions) perform[action](draft);
  if (draft.facts === null) throw new Error(`The lifecycle accepts ${command.type} but has no action that records it`);
  return [draft.facts(draft.effects), ...draft.breaches];
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
    draft.facts = factsOf(draft);
  },
  propose: (draft) => {
    const { context, command } = draft;
    if (command.type !== 'reclassify') throw new Error(`${command.type} cannot propose a reclassification`);
    const proposal = reclassification(context, command);
    draft.facts = (effects) => ({ type: 'OVERRIDE_PROPOSED', proposal, effects });
  },
  changeSeverity: (draft) => {
    const { context, change } = draft;
    const { ticket, policy, at, actor } = context;
    if (change === null || change.to === ticket.severity) return;
    const fulfilled = new Set((draft.effects.ended ?? []).map(({ kind }) => kind));
    const { superseded, started, breaches } = rebase(context, change.to, fulfilled);
    const before = runningCycle(ticket, 'RESOLUTION');
    const after = started.find((cycle) => cycle.kind === 'RESOLUTION') ?? before;
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

function start({ effects }: Draft, cycles: readonly Cycle[]): void {
  if (cycles.length > 0) effects.started = [...(effects.started ?? []), ...cycles];
}

function fresh({ context }: Draft, kinds: readonly CommitmentKind[]): readonly Cycle[] {
  const { ticket, policy, at } = context;
  return kinds
    .filter((kind) => !ticket.notMeasured.includes(kind))
    .map((kind) => newCycle(ticket, policy, kind, ticket.severity, at, at));
}

function endWaiting({ context, effects }: Draft, picks: (reason: WaitingReason) => boolean): void {
  const ended = context.ticket.waits.filter((wait) => wait.until === null && picks(wait.reason));
  if (ended.length > 0) effects.waitingEnded = ended.map((wait) => wait.reason);
}

/** The command's event, except for its effects on the clocks. Also sets the change of severity. */
function factsOf(draft: Draft): (effects: Effects) => EventBody {
  const { command } = draft;
  const { ticket, policy, at, actor } = draft.context;
  switch (command.type) {
    case 'acknowledge':
      return (effects) => ({ type: 'ACKNOWLEDGED', effects });
    case 'reclassify': {
      const made = reclassification(draft.context, command);
      const { impacts, severity, clause, reason } = made;
      const override = overrideOf(made);
      draft.change = { to: severity, cause: made.isOverride ? 'OVERRIDDEN' : 'RECLASSIFIED', reason };
      return (effects) => ({ type: 'RECLASSIFIED', impacts, severity, clause, override, reason, effects });
    }
    case 'approveOverride': {
      const proposal = proposalOf(ticket);
      const { severity, isOverride } = proposal;
      draft.change = { to: severity, cause: isOverride ? 'OVERRIDDEN' : 'RECLASSIFIED', reason: proposal.reason };
      const reason = command.reason ?? proposal.reason;
      return (effects) => ({ type: 'OVERRIDE_APPROVED', proposal, reason, effects });
    }
    case 'rejectOverride': {
      const proposal = proposalOf(ticket);
      return (effects) => ({ type: 'OVERRIDE_REJECTED', proposal, reason: command.reason, effects });
    }
    case 'applyWorkaround': {
      const { description } = command;
      const impactsAfter = distinctImpacts(command.remaining);
      const { severity, clause } = classified(policy, impactsAfter);
      draft.change = { to: severity, cause: 'WORKAROUND', reason: description };
      const workaround = {
        description,
        appliedAt: at,
        appliedBy: draft.number,
        by: actor,
        severityBefore: ticket.severity,
        severityAfter: severity,
        impactsBefore: ticket.impacts,
        impactsAfter,
        withdrawnAt: null,
      };
      return (effects) => ({ type: 'WORKAROUND_APPLIED', workaround, clause, effects });
    }
    case 'withdrawWorkaround': {
      const { reason } = command;
      const impacts = latestWorkaround(ticket)?.impactsBefore ?? ticket.impacts;
      const { severity, clause } = classified(policy, impacts);
      draft.change = { to: severity, cause: 'WORKAROUND_WITHDRAWN', reason };
      return (effects) => ({ type: 'WORKAROUND_WITHDRAWN', impacts, severity, clause, reason, effects });
    }
    case 'startWaiting':
      return (effects) => ({ type: 'WAITING_STARTED', reason: command.reason, effects });
    case 'stopWaiting':
      return (effects) => ({ type: 'WAITING_STOPPED', reason: command.reason, effects });
    case 'communicate': {
      const { direction, channel, body } = command;
      return (effects) => ({ type: 'COMMUNICATED', direction, channel, body, effects });
    }
    case 'recordCall':
      return (effects) => ({ type: 'CALL_RECORDED', note: command.note, effects });
    case 'resolve':
      return (effects) => ({ type: 'RESOLVED', resolution: command.resolution, effects });
    case 'reopen':
      return (effects) => ({ type: 'REOPENED', reason: command.reason, effects });
    case 'close': {
      const cause = ticket.state === 'resolved' ? 'CONFIRMED' : 'CANCELLED';
      return (effects) => ({ type: 'CLOSED', cause, reason: command.reason, effects });
    }
    case 'assign':
      return (effects) => ({ type: 'ASSIGNED', assignee: command.assignee, effects });
    case 'waiveBreach': {
      const { kind, cycle, reason } = command;
      return (effects) => ({ type: 'BREACH_WAIVED', kind, cycle, waiver: { at, by: actor, reason }, effects });
    }
  }
}

function proposalOf({ proposal }: Ticket): Proposal {
  if (proposal === null)
    throw new Error('The lifecycle accepted the approval or rejection of a proposal that does not exist');
  return proposal;
}
