import type { Logger } from 'pino';
import type { RecordedTicket } from '../adapters/persistence/tickets/postgres-ticket-store';
import { toIso } from '../domain/instant';
import type { CommandType } from '../domain/ticket/commands';
import type { EventType } from '../domain/ticket/ticket-events';

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
  NOTE_ADDED: 'addNote',
  TICKET_UPDATED: 'updateTicket',
  RESOLVED: 'resolve',
  REOPENED: 'reopen',
  CLOSED: 'close',
  ASSIGNED: 'assign',
  BREACH_WAIVED: 'waiveBreach',
  WAIVER_APPROVED: 'approveWaiver',
  WAIVER_REJECTED: 'rejectWaiver',
  MARK_REACHED: null,
  COMMITMENT_BREACHED: null,
};

/**
 * Logs a line for each transition of a ticket, and for each breach, when it is committed. A line
 * has no text of a ticket, and the id and not the name of who acted, because an erasure does not
 * reach lines. Undefined if lines of the level `info` are not logged.
 */
export function transitionLog(logger: Logger): ((tickets: readonly RecordedTicket[]) => void) | undefined {
  if (!logger.isLevelEnabled('info')) return undefined;
  return (tickets) => {
    for (const { number: ticket, record } of tickets) {
      let from = record.stored?.state;
      for (const event of record.events) {
        const { type, ticketId } = event;
        if (type === 'COMMITMENT_BREACHED') {
          const { kind: commitment, cycle, severity, breach } = event;
          const breachedAt = toIso(breach.at);
          logger.info({ ticket, ticketId, commitment, cycle, severity, breachedAt }, 'commitment breached');
        } else if (type !== 'MARK_REACHED') {
          const { actor, effects } = event;
          const { severityChange, state: to } = effects;
          const line = {
            ticket,
            ticketId,
            command: type === 'CLOSED' && event.cause === 'SILENCE' ? null : COMMANDS[type],
            event: type,
            from,
            to,
            severityFrom: severityChange?.from,
            severityTo: type === 'SUBMITTED' ? event.severity : severityChange?.to,
            actor: actor.kind,
            by: actor.id,
          };
          logger.info(line, 'ticket changed');
          from = to;
        }
      }
    }
  };
}
