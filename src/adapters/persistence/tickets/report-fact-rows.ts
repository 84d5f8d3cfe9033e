import type { TicketRecord } from '../../../application/ports/ticket-store';
import type { EpochMs } from '../../../domain/instant';
import { instantText } from '../database/sql';
import type { CommitmentOutcomeRow, TicketMilestoneRow } from '../tables';

// The rows that reports count, as JSON for the database, with instants as text.

/** The rows of the cycles that a change decided. */
export const outcomeRowsOf = ({
  ticket,
  decidedCycles,
}: TicketRecord): readonly Readonly<Record<keyof CommitmentOutcomeRow, unknown>>[] =>
  decidedCycles.map(({ kind, cycle, severity, decidedAt, breachSeverity, isWaived, isWaiverProposed, endedAt }) => ({
    ticket_id: ticket.id,
    kind,
    cycle,
    client_id: ticket.clientId,
    severity,
    decided_at: textOrNull(decidedAt),
    breach_severity: breachSeverity,
    waived: isWaived,
    waiver_proposed: isWaiverProposed,
    ended_at: textOrNull(endedAt),
  }));

/** The rows of the milestones that a change reached or removed. */
export const milestoneRowsOf = ({
  ticket,
  milestones,
}: TicketRecord): readonly Readonly<Record<keyof TicketMilestoneRow, unknown>>[] =>
  milestones.map(({ milestone, at, severity, businessMs }) => ({
    ticket_id: ticket.id,
    milestone,
    client_id: ticket.clientId,
    severity,
    at: textOrNull(at),
    business_ms: businessMs,
  }));

const textOrNull = (at: EpochMs | null): string | null => (at === null ? null : instantText(at));
