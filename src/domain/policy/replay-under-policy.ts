import type { Command } from '../ticket/commands';
import { decide, letPass, submit } from '../ticket/decide';
import type { Refusal, RefusalCode } from '../ticket/refusals';
import type { Proposal, Ticket } from '../ticket/ticket';
import type { TicketEvent } from '../ticket/ticket-events';
import type { Policy } from './policy';

/** A ticket under another policy, with the same commands at the same instants. */
export interface Replayed {
  /** Null if the other policy refuses to open it. */
  readonly ticket: Ticket | null;
  /** Why opening it is refused, or the refusals of single commands, which are left out. */
  readonly refusals: readonly Refusal[];
}

/**
 * Decides the commands of a ticket's history again under another policy. Marks, breaches and
 * closing by silence follow from the other policy.
 *
 * @param events all events of the ticket, in order
 */
export function replayUnder(events: readonly TicketEvent[], policy: Policy): Replayed {
  const [opening, ...steps] = events;
  if (opening?.type !== 'SUBMITTED') throw new Error('The history of the ticket does not begin with SUBMITTED');
  const opened = submit(policy, opening.ticketId, opening, opening.at, opening.actor, opening);
  if (!opened.ok) return { ticket: null, refusals: [opened.refusal] };
  let { ticket } = opened;
  const refusals: Refusal[] = [];
  let latest = opening.at;
  for (const event of steps) {
    const { at, actor } = event;
    // A late entry finds recorded what fell due before the events that it follows.
    const isLate = at < latest;
    if (isLate) ticket = letPass(ticket, latest + 1, policy).ticket;
    latest = Math.max(latest, at);
    // The order is that of the log, and a reason was given if one was needed.
    const entry = isLate ? { now: at, reason: null, lastAct: null } : null;
    for (const command of commandsOf(event, ticket)) {
      const decision = decide(ticket, command, at, policy, actor, entry);
      ticket = decision.ticket;
      if (decision.refusal !== null && !NEEDLESS.has(decision.refusal.code)) refusals.push(decision.refusal);
    }
  }
  return { ticket, refusals };
}

/**
 * Refusals that mean that the command is not needed: no breach to waive, nothing to approve, an
 * acknowledgement that an earlier event stands for.
 */
const NEEDLESS: ReadonlySet<RefusalCode> = new Set([
  'NoSuchBreach',
  'NothingProposed',
  'NoWaiverProposed',
  'AlreadyAcknowledged',
]);

/**
 * The commands that have the effect of an event. Earlier releases counted the start of waiting as a
 * response, and let a ticket wait on after a call; a comparison of policies must not show these
 * rules as a difference.
 *
 * @param ticket the ticket under the other policy, before the event
 */
function commandsOf(event: TicketEvent, ticket: Ticket): readonly Command[] {
  const command = commandOf(event);
  if (command === null) return [];
  if (event.type === 'WAITING_STARTED' && event.effects.responds === true) return [{ type: 'acknowledge' }, command];
  if (event.type === 'CALL_RECORDED' && event.effects.waitingEnded === undefined) {
    const isWaiting = ticket.waits.some(({ reason, until }) => reason === 'CLIENT' && until === null);
    if (isWaiting) return [command, { type: 'startWaiting', reason: 'CLIENT' }];
  }
  return [command];
}

/** The command that caused an event; null for an event that time caused, and for SUBMITTED. */
function commandOf(event: TicketEvent): Command | null {
  switch (event.type) {
    case 'ACKNOWLEDGED':
      return { type: 'acknowledge' };
    case 'RECLASSIFIED': {
      const { impacts, override, reason } = event;
      if (override === null) return { type: 'reclassify', impacts, reason };
      return { type: 'reclassify', override: { severity: override.severity, reason: override.reason } };
    }
    case 'OVERRIDE_PROPOSED':
      return proposedBy(event.proposal);
    case 'OVERRIDE_APPROVED':
      return { type: 'approveOverride', reason: event.reason };
    case 'OVERRIDE_REJECTED':
      return { type: 'rejectOverride', reason: event.reason };
    case 'WORKAROUND_APPLIED': {
      const { description, impactsAfter } = event.workaround;
      return { type: 'applyWorkaround', description, remaining: impactsAfter };
    }
    case 'WORKAROUND_WITHDRAWN':
      return { type: 'withdrawWorkaround', reason: event.reason };
    case 'WAITING_STARTED':
      return { type: 'startWaiting', reason: event.reason };
    case 'WAITING_STOPPED':
      return { type: 'stopWaiting', reason: event.reason };
    case 'COMMUNICATED': {
      const { direction, channel, body, automatic } = event;
      const command = { type: 'communicate', direction, channel, body } as const;
      return automatic === true ? { ...command, automatic } : command;
    }
    case 'CALL_RECORDED':
      return { type: 'recordCall', note: event.note };
    case 'RESOLVED':
      return { type: 'resolve', resolution: event.resolution };
    case 'REOPENED':
      return { type: 'reopen', reason: event.reason };
    case 'CLOSED':
      return event.cause === 'SILENCE' ? null : { type: 'close', reason: event.reason };
    case 'ASSIGNED':
      return { type: 'assign', assignee: event.assignee };
    case 'BREACH_WAIVED':
      return { type: 'waiveBreach', kind: event.kind, cycle: event.cycle, reason: event.waiver.reason };
    case 'WAIVER_APPROVED':
      return { type: 'approveWaiver', kind: event.kind, cycle: event.cycle, reason: event.waiver.reason };
    case 'WAIVER_REJECTED':
      return { type: 'rejectWaiver', kind: event.kind, cycle: event.cycle, reason: event.rejection.reason };
    // These concern no policy.
    case 'NOTE_ADDED':
    case 'TICKET_UPDATED':
    case 'SUBMITTED':
    case 'MARK_REACHED':
    case 'COMMITMENT_BREACHED':
      return null;
  }
}

const proposedBy = ({ isOverride, severity, impacts, reason }: Proposal): Command =>
  isOverride
    ? { type: 'reclassify', override: { severity, reason: reason ?? '' } }
    : { type: 'reclassify', impacts, reason };
