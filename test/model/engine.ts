import { BeyondCalendar } from './calendar';
import { readClock, readClockAtBeginning } from './clock';
import type { Instant } from './history';
import type { EngineItem } from './log';
import { addTime, KINDS, type Policy } from './policy';
import { type Cycle, runningCycle, type Ticket } from './ticket';

/**
 * What the engine records next, of what is due strictly before an instant. At one instant: marks
 * before breaches, then chase dates, then closing; RESPONSE, UPDATE, RESOLUTION.
 */
export function nextDue(policy: Policy, ticket: Ticket, before: Instant): EngineItem | undefined {
  const running = KINDS.flatMap((kind) => runningCycle(ticket, kind) ?? []);
  const due = [
    ...running.flatMap((cycle) => marksOf(policy, ticket, cycle, before)),
    ...running.flatMap((cycle) => breachesOf(policy, ticket, cycle, before)),
    ...chasesOf(ticket),
    ...closingOf(policy, ticket),
  ];
  return due.filter((item) => item.at < before).sort((a, b) => a.at - b.at)[0];
}

/** A mark that was past when the cycle began to apply is not recorded. */
function marksOf(policy: Policy, ticket: Ticket, cycle: Cycle, now: Instant): EngineItem[] {
  const clock = readClock(policy, ticket, cycle, now);
  const beginning = readClockAtBeginning(policy, cycle);
  if (clock === null || beginning === null || clock.isPaused) return [];
  return policy.marks
    .filter(({ name }) => !cycle.marks.some((mark) => mark.name === name))
    .filter(({ at }) => beginning.mark(at) >= cycle.since)
    .map(({ name, at }) => ({
      kind: 'mark',
      at: clock.mark(at),
      commitment: cycle.kind,
      cycle: cycle.number,
      name,
    }));
}

function breachesOf(policy: Policy, ticket: Ticket, cycle: Cycle, now: Instant): EngineItem[] {
  if (cycle.breach !== null) return [];
  const clock = readClock(policy, ticket, cycle, now);
  if (clock === null || clock.isPaused) return [];
  return [{ kind: 'breach', at: clock.dueAt, commitment: cycle.kind, cycle: cycle.number }];
}

function chasesOf(ticket: Ticket): EngineItem[] {
  return ticket.waits.flatMap((wait) => {
    if (wait.until === null || wait.to !== null || wait.chased) return [];
    return [{ kind: 'chase', at: Math.max(wait.until, wait.from), reason: wait.reason }];
  });
}

function closingOf(policy: Policy, ticket: Ticket): EngineItem[] {
  if (ticket.silentSince === null) return [];
  try {
    return [{ kind: 'closedBySilence', at: addTime(policy, ticket.silentSince, policy.closeAfterSilence) }];
  } catch (error) {
    if (error instanceof BeyondCalendar) return [];
    throw error;
  }
}
