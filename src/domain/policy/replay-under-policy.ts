import type { Command } from '../ticket/commands';
import { decide, submit } from '../ticket/decide';
import type { Refusal, RefusalCode } from '../ticket/refusals';
import type { Proposal, Ticket } from '../ticket/ticket';
import type { TicketEvent } from '../ticket/ticket-events';
import type { Policy } from './policy';

/** What a ticket would have become under another policy, had everybody done the same at the same instants. */
export interface Replayed {
  /** Null where the ticket would not have been opened. */
  readonly ticket: Ticket | null;
  /** Why it would not have been opened, or which of its steps would not have been taken; the others were. */
  readonly refusals: readonly Refusal[];
}

/**
 * Decides a ticket's history anew under another policy: what people did is done again, what the clock did follows anew.
 *
 * @param events the ticket's events in their order, the first included
 */
export function replayUnder(events: readonly TicketEvent[], policy: Policy): Replayed {
  const [opening, ...steps] = events;
  if (opening?.type !== 'SUBMITTED') throw new Error('A ticket begins with SUBMITTED');
  const { notMeasured, observedUntil } = opening;
  const opened = submit(policy, opening.ticketId, opening, opening.at, opening.actor, { notMeasured, observedUntil });
  if (!opened.ok) return { ticket: null, refusals: [opened.refusal] };
  let { ticket } = opened;
  const refusals: Refusal[] = [];
  for (const event of steps) {
    const command = commandOf(event);
    if (command === null) continue;
    const decision = decide(ticket, command, event.at, policy, event.actor);
    ticket = decision.ticket;
    if (decision.refusal !== null && !NEEDLESS.has(decision.refusal.code)) refusals.push(decision.refusal);
  }
  return { ticket, refusals };
}

/** There is no breach to be waived, or nothing to be approved: the step is not refused so much as not needed. */
const NEEDLESS: ReadonlySet<RefusalCode> = new Set(['NoSuchBreach', 'NothingProposed']);

/** What was asked for when the event happened; null for what nobody asked for. */
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
      const { direction, channel, body } = event;
      return { type: 'communicate', direction, channel, body };
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
