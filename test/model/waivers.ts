import type { CycleName } from './history';
import type { Breach, Ticket } from './ticket';

export function breachOf(ticket: Ticket, { commitment, cycle }: CycleName): Breach | null {
  return ticket.cycles.find((each) => each.kind === commitment && each.number === cycle)?.breach ?? null;
}

export function waive(ticket: Ticket, name: CycleName, by: string): void {
  const breach = breachOf(ticket, name);
  if (breach === null) return;
  breach.waived = { by, evidence: null };
  breach.proposed = null;
}

export function decideWaiver(
  ticket: Ticket,
  command: { readonly kind: 'approveWaiver' | 'rejectWaiver' } & CycleName,
  by: string,
): void {
  const breach = breachOf(ticket, command);
  if (breach === null || breach.proposed === null) return;
  if (command.kind === 'approveWaiver') breach.waived = { by, evidence: breach.proposed.evidence };
  breach.proposed = null;
}
