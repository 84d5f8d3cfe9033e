import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import { milestonesOf } from '../../../domain/ticket/milestones';
import type { Cycle } from '../../../domain/ticket/ticket';
import type { TicketEvent } from '../../../domain/ticket/ticket-events';
import { instantText } from '../database/sql';
import type { CommitmentOutcomeRow, TicketMilestoneRow } from '../tables';
import type { WrittenTicket } from './save-tickets';

/** The rows that reports count, of what a change did to its ticket, as JSON that the database reads: instants as text. */

type OutcomeJson = Readonly<Record<keyof CommitmentOutcomeRow, unknown>>;
type MilestoneJson = Readonly<Record<keyof TicketMilestoneRow, unknown>>;

/** The cycles that the ticket's latest events decided, or said more about: kept in time, breached, ended, waived. */
export function outcomeRowsOf({ ticket, events }: WrittenTicket): readonly OutcomeJson[] {
  const touched = new Set(events.flatMap(cyclesTouchedBy));
  if (touched.size === 0) return [];
  return ticket.cycles
    .filter((cycle) => touched.has(nameOf(cycle.kind, cycle.number)) && isDecided(cycle))
    .map(({ kind, number, severity, breach, end }) => ({
      ticket_id: ticket.id,
      kind,
      cycle: number,
      client_id: ticket.clientId,
      severity,
      decided_at: textOrNull(breach?.at ?? end?.at ?? null),
      breach_severity: breach?.severity ?? null,
      waived: breach?.waiver !== undefined,
      ended_at: textOrNull(end?.at ?? null),
    }));
}

/** Best effort promises nothing, and what was superseded or cancelled in time was neither kept nor broken. */
const isDecided = ({ breach, end, totalMs }: Cycle): boolean =>
  breach !== null || (end?.outcome === 'FULFILLED' && totalMs !== null);

function cyclesTouchedBy(event: TicketEvent): readonly string[] {
  if (event.type === 'MARK_REACHED') return [];
  if (event.type === 'COMMITMENT_BREACHED') return [nameOf(event.kind, event.cycle)];
  const ended = (event.effects.ended ?? []).map(({ kind, cycle }) => nameOf(kind, cycle));
  return event.type === 'BREACH_WAIVED' ? [...ended, nameOf(event.kind, event.cycle)] : ended;
}

const nameOf = (kind: CommitmentKind, cycle: number): string => `${kind}/${cycle}`;

/** The milestones that the ticket's latest events reached, or took back. */
export const milestoneRowsOf = ({ ticket, stored, events, policy }: WrittenTicket): readonly MilestoneJson[] =>
  milestonesOf(stored, ticket, events, policy).map(({ milestone, at, severity, businessMs }) => ({
    ticket_id: ticket.id,
    milestone,
    client_id: ticket.clientId,
    severity,
    at: textOrNull(at),
    business_ms: businessMs,
  }));

const textOrNull = (at: EpochMs | null): string | null => (at === null ? null : instantText(at));
