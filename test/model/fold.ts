import { applyEntry } from './apply';
import { severityOf } from './classify';
import { breachCycle, startCycle } from './cycles';
import { happenedAt, type Opening } from './history';
import type { EngineItem, LogItem } from './log';
import { KINDS, type Policy } from './policy';
import { newTicket, type Ticket } from './ticket';

/** The ticket that a log gives, from the opening on, in the log's order. */
export function fold(policy: Policy, opening: Opening, log: readonly LogItem[]): Ticket {
  const at = happenedAt(opening);
  const ticket = newTicket(opening, at, severityOf(policy, opening.impacts));
  for (const kind of KINDS) startCycle(policy, ticket, kind, at);
  for (const item of log) {
    if (item.kind === 'entry') applyEntry(policy, ticket, item.entry, item.at, item.index);
    else applyEngineItem(ticket, item);
  }
  return ticket;
}

function applyEngineItem(ticket: Ticket, item: EngineItem): void {
  if (item.kind === 'closedBySilence') {
    ticket.state = 'closed';
    ticket.silentSince = null;
    return;
  }
  if (item.kind === 'chase') {
    const wait = ticket.waits.find(({ reason, to }) => reason === item.reason && to === null);
    if (wait !== undefined) wait.chased = true;
    ticket.chased.push({ reason: item.reason, at: item.at });
    return;
  }
  const cycle = ticket.cycles.find(({ kind, number }) => kind === item.commitment && number === item.cycle);
  if (cycle === undefined) return;
  if (item.kind === 'mark') cycle.marks.push({ name: item.name, at: item.at });
  else if (cycle.end === null) breachCycle(cycle, item.at);
}
