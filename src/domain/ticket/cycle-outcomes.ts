import type { EpochMs } from '../instant';
import type { CommitmentKind } from '../policy/policy';
import type { Severity } from '../severity';
import type { Cycle, Ticket } from './ticket';
import type { EventType, TicketEvent } from './ticket-events';

/** A cycle that was met or breached, as reports count it. */
export interface DecidedCycle {
  readonly kind: CommitmentKind;
  readonly cycle: number;
  /** The severity whose target applied to the cycle. */
  readonly severity: Severity;
  /** When it was breached or, if it was not breached, when it was fulfilled. */
  readonly decidedAt: EpochMs | null;
  /** The severity of the ticket at the breach; null if the commitment was met. */
  readonly breachSeverity: Severity | null;
  readonly isWaived: boolean;
  readonly isWaiverProposed: boolean;
  /** Null while a breached cycle is open. */
  readonly endedAt: EpochMs | null;
}

/**
 * The cycles that the latest events of a ticket decided or changed: met, breached, ended, with a
 * waiver that was proposed or decided.
 */
export function decidedCycles(ticket: Ticket, events: readonly TicketEvent[]): readonly DecidedCycle[] {
  const touched = new Set(events.flatMap(cyclesTouchedBy));
  if (touched.size === 0) return [];
  return ticket.cycles
    .filter((cycle) => touched.has(nameOf(cycle.kind, cycle.number)) && isDecided(cycle))
    .map(({ kind, number, severity, breach, end }) => ({
      kind,
      cycle: number,
      severity,
      decidedAt: breach?.at ?? end?.at ?? null,
      breachSeverity: breach?.severity ?? null,
      isWaived: breach?.waiver !== undefined,
      isWaiverProposed: breach?.proposedWaiver !== undefined,
      endedAt: end?.at ?? null,
    }));
}

/**
 * Best effort has no due instant, and that of another cycle can be unknown. A cycle that was
 * superseded or cancelled without a breach counts neither as met nor as breached.
 */
const isDecided = ({ breach, end }: Cycle): boolean =>
  breach !== null || (end?.outcome === 'FULFILLED' && end.dueAt !== null);

function cyclesTouchedBy(event: TicketEvent): readonly string[] {
  if (event.type === 'MARK_REACHED') return [];
  if (event.type === 'COMMITMENT_BREACHED') return [nameOf(event.kind, event.cycle)];
  const ended = (event.effects.ended ?? []).map(({ kind, cycle }) => nameOf(kind, cycle));
  return DECIDES_A_WAIVER.has(event.type) && 'cycle' in event ? [...ended, nameOf(event.kind, event.cycle)] : ended;
}

const DECIDES_A_WAIVER: ReadonlySet<EventType> = new Set(['BREACH_WAIVED', 'WAIVER_APPROVED', 'WAIVER_REJECTED']);

const nameOf = (kind: CommitmentKind, cycle: number): string => `${kind}/${cycle}`;
