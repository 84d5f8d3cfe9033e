import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countedIn, explainDue, explainElapsed, type Segment } from '../../src/domain/commitment/explain-due';
import { viewCycle } from '../../src/domain/commitment/view';
import type { Cycle } from '../../src/domain/ticket/ticket';
import type { Story } from '../support/domain';
import { gap, history, play } from '../support/histories';

/** Looks at every cycle of a random history, after every step and at an instant between it and the next. */
const atEveryInstant = (look: (story: Story, cycle: Cycle, at: number) => void, numRuns = 60): void =>
  fc.assert(
    fc.property(history, gap, (given, later) => {
      play(given, (story, at) => {
        for (const cycle of story.ticket.cycles) {
          look(story, cycle, at);
          look(story, cycle, at + later);
        }
      });
    }),
    { numRuns },
  );

/** Without gap or overlap from one instant to another, each with what its kind says, neighbours unlike. */
function expectPartition(list: readonly Segment[], from: number, to: number): void {
  const edges = list.flatMap((segment) => [segment.from, segment.to]);
  expect(edges).toEqual(list.length === 0 ? [] : [from, ...edges.slice(1, -1), to]);
  if (list.length === 0) expect(to).toBe(from);
  for (const [index, segment] of list.entries()) {
    expect(segment.to).toBeGreaterThan(segment.from);
    expect(segment.countedMs).toBe(segment.kind === 'COUNTED' ? segment.to - segment.from : 0);
    if (segment.kind !== 'HOLIDAY') expect(segment.holiday).toBeNull();
    expect(segment.reasons.length > 0).toBe(segment.kind === 'PAUSED');
    const before = list[index - 1];
    if (before === undefined) continue;
    expect(segment.from).toBe(before.to);
    const facts = ({ kind, holiday, reasons }: Segment) => ({ kind, holiday, reasons });
    expect(facts(segment)).not.toEqual(facts(before));
  }
}

describe('the explanation of any cycle at any instant', () => {
  it('counts exactly the total, up to the due instant', () => {
    atEveryInstant(({ ticket, policy }, cycle, at) => {
      const { dueAt, remainingMs } = viewCycle(ticket, policy, cycle, at);
      const list = explainDue(ticket, policy, cycle, at);
      if (cycle.totalMs === null) return expectPartition(list, cycle.startedAt, cycle.end?.at ?? at);
      if (dueAt === null) {
        expectPartition(list, cycle.startedAt, at);
        return expect(countedIn(list)).toBe(cycle.totalMs - (remainingMs ?? 0));
      }
      expectPartition(list, cycle.startedAt, dueAt);
      return expect(countedIn(list)).toBe(cycle.totalMs);
    });
  });

  it('counts exactly the elapsed time, up to the instant asked or the end', () => {
    atEveryInstant(({ ticket, policy }, cycle, at) => {
      const list = explainElapsed(ticket, policy, cycle, at);
      expectPartition(list, cycle.startedAt, cycle.end?.at ?? at);
      expect(countedIn(list)).toBe(viewCycle(ticket, policy, cycle, at).elapsedMs);
    });
  });
});
