import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countedIn, explainDue, explainElapsed, type Segment } from '../../src/domain/commitment/explain-due';
import { viewCycle } from '../../src/domain/commitment/view';
import type { Cycle } from '../../src/domain/ticket/ticket';
import type { Story } from '../support/domain';
import { gap, history, play } from '../support/histories';

/**
 * Looks at every cycle of a random history, after every step and at an instant between it and the
 * next.
 */
const atEveryInstant = (look: (story: Story, cycle: Cycle, at: number) => void, numRuns = 30): void =>
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

/**
 * What is wrong with a list of segments that has to cover the time between two instants without gap
 * or overlap, each segment as its kind demands and unlike its neighbour. Plain comparisons:
 * `expect` on every edge took most of the time.
 */
function faultsOf(list: readonly Segment[], from: number, to: number): readonly string[] {
  const facts = ({ kind, holiday, reasons }: Segment): string => JSON.stringify([kind, holiday, reasons]);
  const faults: string[] = [];
  let reached = from;
  let previous: string | null = null;
  for (const segment of list) {
    const { kind, countedMs } = segment;
    const faultIf = (isWrong: boolean, what: string): void => {
      if (isWrong) faults.push(`${what}: ${JSON.stringify(segment)}`);
    };
    faultIf(segment.from !== reached, `does not start at ${reached}`);
    faultIf(segment.to <= segment.from, 'is empty');
    faultIf(countedMs !== (kind === 'COUNTED' ? segment.to - segment.from : 0), 'counts another time than its own');
    faultIf(kind !== 'HOLIDAY' && segment.holiday !== null, 'names a holiday and is none');
    faultIf((kind === 'PAUSED') !== segment.reasons.length > 0, 'is paused without a reason, or has one and is not');
    faultIf(facts(segment) === previous, 'is like the one before it');
    reached = segment.to;
    previous = facts(segment);
  }
  if (reached !== to) faults.push(`ends at ${reached} instead of ${to}`);
  return faults;
}

const NO_FAULTS: readonly string[] = [];

describe('the explanation of any cycle at any instant', () => {
  it('counts exactly the total, up to the due instant', () => {
    atEveryInstant(({ ticket, policy }, cycle, at) => {
      const { dueAt, remainingMs } = viewCycle(ticket, policy, cycle, at);
      const list = explainDue(ticket, policy, cycle, at);
      const end = cycle.totalMs === null ? (cycle.end?.at ?? at) : (dueAt ?? at);
      expect(faultsOf(list, cycle.startedAt, end)).toEqual(NO_FAULTS);
      if (cycle.totalMs === null) return;
      expect(countedIn(list)).toBe(dueAt === null ? cycle.totalMs - (remainingMs ?? 0) : cycle.totalMs);
    });
  });

  it('counts exactly the elapsed time, up to the instant asked or the end', () => {
    atEveryInstant(({ ticket, policy }, cycle, at) => {
      const list = explainElapsed(ticket, policy, cycle, at);
      expect(faultsOf(list, cycle.startedAt, cycle.end?.at ?? at)).toEqual(NO_FAULTS);
      expect(countedIn(list)).toBe(viewCycle(ticket, policy, cycle, at).elapsedMs);
    });
  });
});
