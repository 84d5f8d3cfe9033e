import { distinctImpacts } from '../impact';
import type { CommitmentKind } from '../policy/policy';
import type { Severity } from '../severity';
import type { Command } from './commands';
import type { DecisionContext } from './decision-context';
import { classified, overrideOf, reclassification } from './reclassification';
import { latestWorkaround, type Proposal, type ProposedWaiver, type SeverityChangeCause, type Ticket } from './ticket';
import { changedDetails } from './ticket-details';
import type { Effects, EventBody } from './ticket-events';

/** The severity that a command sets. It can be the current severity of the ticket. */
export interface RequestedSeverity {
  readonly to: Severity;
  readonly cause: SeverityChangeCause;
  readonly reason: string | null;
}

type WithoutEffects<Body> = Body extends { readonly effects: Effects } ? Omit<Body, 'effects'> : never;
type EventFacts = WithoutEffects<EventBody>;

/** What an accepted command records. */
export interface CommandRecord {
  /** The command's event without its effects, which the other actions of the transition add. */
  readonly facts: EventFacts;
  /** Absent if the command does not set a severity. */
  readonly severity?: RequestedSeverity;
}

/**
 * The event of an accepted command, and the severity that it sets.
 *
 * @param number the number that the event gets
 */
export function recordOf(context: DecisionContext, command: Command, number: number): CommandRecord {
  const { ticket, policy, at, actor } = context;
  switch (command.type) {
    case 'acknowledge':
      return { facts: { type: 'ACKNOWLEDGED' } };
    case 'reclassify': {
      const made = reclassification(context, command);
      const { impacts, severity, clause, reason } = made;
      const override = overrideOf(made);
      const change: RequestedSeverity = {
        to: severity,
        cause: made.isOverride ? 'OVERRIDDEN' : 'RECLASSIFIED',
        reason,
      };
      return {
        facts: { type: 'RECLASSIFIED', impacts, severity, clause, override, reason },
        severity: change,
      };
    }
    case 'approveOverride': {
      const proposal = proposalOf(ticket);
      const { severity, isOverride } = proposal;
      const change: RequestedSeverity = {
        to: severity,
        cause: isOverride ? 'OVERRIDDEN' : 'RECLASSIFIED',
        reason: proposal.reason,
      };
      const reason = command.reason ?? proposal.reason;
      return { facts: { type: 'OVERRIDE_APPROVED', proposal, reason }, severity: change };
    }
    case 'rejectOverride': {
      const proposal = proposalOf(ticket);
      return {
        facts: { type: 'OVERRIDE_REJECTED', proposal, reason: command.reason },
      };
    }
    case 'applyWorkaround': {
      const { description } = command;
      const impactsAfter = distinctImpacts(command.remaining);
      const { severity, clause } = classified(policy, impactsAfter);
      const change: RequestedSeverity = { to: severity, cause: 'WORKAROUND', reason: description };
      const workaround = {
        description,
        appliedAt: at,
        appliedBy: number,
        by: actor,
        severityBefore: ticket.severity,
        severityAfter: severity,
        impactsBefore: ticket.impacts,
        impactsAfter,
        withdrawnAt: null,
      };
      return {
        facts: { type: 'WORKAROUND_APPLIED', workaround, clause },
        severity: change,
      };
    }
    case 'withdrawWorkaround': {
      const { reason } = command;
      const impacts = latestWorkaround(ticket)?.impactsBefore ?? ticket.impacts;
      const { severity, clause } = classified(policy, impacts);
      const change: RequestedSeverity = { to: severity, cause: 'WORKAROUND_WITHDRAWN', reason };
      return {
        facts: { type: 'WORKAROUND_WITHDRAWN', impacts, severity, clause, reason },
        severity: change,
      };
    }
    case 'startWaiting':
      return { facts: { type: 'WAITING_STARTED', reason: command.reason } };
    case 'stopWaiting':
      return { facts: { type: 'WAITING_STOPPED', reason: command.reason } };
    case 'communicate': {
      const { direction, channel, body, automatic } = command;
      const facts = { type: 'COMMUNICATED', direction, channel, body } as const;
      return { facts: automatic === true ? { ...facts, automatic } : facts };
    }
    case 'recordCall':
      return { facts: { type: 'CALL_RECORDED', note: command.note } };
    case 'addNote':
      return { facts: { type: 'NOTE_ADDED', body: command.body } };
    case 'updateTicket': {
      const { before, after } = changedDetails(ticket, command.details);
      return { facts: { type: 'TICKET_UPDATED', ...after, before } };
    }
    case 'resolve':
      return {
        facts: { type: 'RESOLVED', resolution: command.resolution },
      };
    case 'reopen':
      return { facts: { type: 'REOPENED', reason: command.reason } };
    case 'close': {
      const cause = ticket.state === 'resolved' ? 'CONFIRMED' : 'CANCELLED';
      return { facts: { type: 'CLOSED', cause, reason: command.reason } };
    }
    case 'assign':
      return { facts: { type: 'ASSIGNED', assignee: command.assignee } };
    case 'waiveBreach': {
      const { kind, cycle, reason } = command;
      return {
        facts: { type: 'BREACH_WAIVED', kind, cycle, waiver: { at, by: actor, reason } },
      };
    }
    case 'approveWaiver': {
      const { kind, cycle } = command;
      const { evidence, reason: said } = proposedWaiverOf(ticket, kind, cycle);
      const reason = command.reason ?? said ?? `Event ${evidence} shows that the deadline was met.`;
      return { facts: { type: 'WAIVER_APPROVED', kind, cycle, waiver: { at, by: actor, reason, evidence } } };
    }
    case 'rejectWaiver': {
      const { kind, cycle, reason } = command;
      const { evidence } = proposedWaiverOf(ticket, kind, cycle);
      return { facts: { type: 'WAIVER_REJECTED', kind, cycle, rejection: { at, by: actor, reason, evidence } } };
    }
  }
}

function proposalOf({ proposal }: Ticket): Proposal {
  if (proposal === null)
    throw new Error('The lifecycle accepted the approval or rejection of a proposal that does not exist');
  return proposal;
}

function proposedWaiverOf({ cycles }: Ticket, kind: CommitmentKind, number: number): ProposedWaiver {
  const proposed = cycles.find((cycle) => cycle.kind === kind && cycle.number === number)?.breach?.proposedWaiver;
  if (proposed === undefined)
    throw new Error('The lifecycle accepted the approval or rejection of a waiver that is not proposed');
  return proposed;
}
