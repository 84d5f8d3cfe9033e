import type { Logger } from 'pino';
import type { RecordedTicket } from '../adapters/persistence/tickets/postgres-ticket-store';
import { toIso } from '../domain/instant';
import type { CommandType } from '../domain/ticket/commands';
import type { EventType, TicketEvent } from '../domain/ticket/ticket-events';

/** The command that an event records; null for what only the passing of time causes. */
const COMMANDS: Readonly<Record<EventType, CommandType | 'submit' | null>> = {
  SUBMITTED: 'submit',
  ACKNOWLEDGED: 'acknowledge',
  RECLASSIFIED: 'reclassify',
  OVERRIDE_PROPOSED: 'reclassify',
  OVERRIDE_APPROVED: 'approveOverride',
  OVERRIDE_REJECTED: 'rejectOverride',
  WORKAROUND_APPLIED: 'applyWorkaround',
  WORKAROUND_WITHDRAWN: 'withdrawWorkaround',
  WAITING_STARTED: 'startWaiting',
  WAITING_STOPPED: 'stopWaiting',
  COMMUNICATED: 'communicate',
  CALL_RECORDED: 'recordCall',
  RESOLVED: 'resolve',
  REOPENED: 'reopen',
  CLOSED: 'close',
  ASSIGNED: 'assign',
  BREACH_WAIVED: 'waiveBreach',
  MARK_REACHED: null,
  COMMITMENT_BREACHED: null,
};

/**
 * Logs a line for each transition of a ticket, and for each breach, when it is committed. A line
 * has no text of a ticket. Undefined if lines of the level `info` are not logged.
 */
export function transitionLog(logger: Logger): ((tickets: readonly RecordedTicket[]) => void) | undefined {
  if (!logger.isLevelEnabled('info')) return undefined;
  return (tickets) => {
    for (const { number, record } of tickets) {
      let from = record.stored?.state;
      for (const event of record.events) {
        const line = { ticket: number, ticketId: event.ticketId };
        if (event.type === 'COMMITMENT_BREACHED') {
          const { kind, cycle, severity, breach } = event;
          const at = toIso(breach.at);
          logger.info({ ...line, commitment: kind, cycle, severity, breachedAt: at }, 'commitment breached');
        } else if (event.type !== 'MARK_REACHED') {
          const to = event.effects.state;
          logger.info({ ...line, from, to, ...changeIn(event) }, 'ticket changed');
          from = to;
        }
      }
    }
  };
}

function changeIn(event: Exclude<TicketEvent, { type: 'MARK_REACHED' | 'COMMITMENT_BREACHED' }>) {
  const { type, actor, effects } = event;
  const isSilence = type === 'CLOSED' && event.cause === 'SILENCE';
  return {
    event: type,
    command: isSilence ? null : COMMANDS[type],
    severityFrom: effects.severityChange?.from,
    severityTo: type === 'SUBMITTED' ? event.severity : effects.severityChange?.to,
    actor: actor.kind,
    by: actor.name,
  };
}
