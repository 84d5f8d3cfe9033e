import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { onceKey } from '../../src/adapters/persistence/tickets/event-row';
import { calendarOfCycle } from '../../src/domain/commitment/commitment';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import { pausesOf } from '../../src/domain/commitment/pauses';
import { viewCycle } from '../../src/domain/commitment/view';
import { DAY_MS } from '../../src/domain/instant';
import { compilePolicy } from '../../src/domain/policy/compile-policy';
import { COMMITMENT_KINDS, type Policy } from '../../src/domain/policy/policy';
import { decide, letPass } from '../../src/domain/ticket/decide';
import { foldAll } from '../../src/domain/ticket/fold';
import { AGENT, type Story } from '../support/domain';
import { command, gap, history, play } from '../support/histories';
import { ticketFromLog } from '../support/ticket-from-log';

describe('any history', () => {
  it('leaves a ticket that says in every field what its log says of that field', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story } = play(given);
        expect(story.ticket).toEqual(ticketFromLog(story.events));
      }),
      { numRuns: 250 },
    );
  });

  it('gives the same ticket when its log is written as JSON, read again and folded', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story } = play(given);
        expect(foldAll(JSON.parse(JSON.stringify(story.events)))).toEqual(story.ticket);
        expect(JSON.parse(JSON.stringify(story.ticket))).toEqual(story.ticket);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same ticket a week later when everything happens a week later, with no holiday in between', () => {
    const WEEK_MS = 7 * DAY_MS;
    /**
     * Numbers of this size are instants; no duration of these histories is as long as thirty years.
     */
    const isInstant = (value: unknown): value is number => typeof value === 'number' && value > 30 * 365 * DAY_MS;
    const aWeekLater = <T>(value: T): T =>
      JSON.parse(JSON.stringify(value, (_key, inner) => (isInstant(inner) ? inner + WEEK_MS : inner)));
    fc.assert(
      fc.property(history, (given) => {
        const everyWeekAlike = { ...given, policy: withoutHolidays(given.policy) };
        const { story } = play(everyWeekAlike);
        const { story: later } = play({ ...everyWeekAlike, openedAt: given.openedAt + WEEK_MS });
        expect(later.ticket).toEqual(aWeekLater(story.ticket));
        expect(later.events).toEqual(aWeekLater(story.events));
      }),
      { numRuns: 100 },
    );
  });

  it('is numbered without gaps, in order of time, and records breaches and marks once', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story } = play(given);
        expect(story.events.map(({ number }) => number)).toEqual(story.events.map((_, index) => index + 1));
        for (const [index, event] of story.events.entries()) {
          expect(event.at).toBeGreaterThanOrEqual(story.events[index - 1]?.at ?? 0);
        }
        const keys = story.events.map(onceKey).filter((key) => key !== null);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 200 },
    );
  });

  it('has one running cycle per commitment at the most, none once resolved, and nothing overdue unrecorded', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story, end } = play(given);
        const { ticket } = story;
        for (const kind of COMMITMENT_KINDS) {
          const cycles = ticket.cycles.filter((cycle) => cycle.kind === kind);
          expect(cycles.map(({ number }) => number)).toEqual(cycles.map((_, index) => index + 1));
          const running = cycles.filter((cycle) => cycle.end === null);
          expect(running.length).toBeLessThanOrEqual(ticket.state === 'resolved' || ticket.state === 'closed' ? 0 : 1);
        }
        const next = nextDeadline(ticket, story.policy);
        // A refused command at the end has let pass what was overdue all the same, unless it was
        // out of order.
        if (next !== null) expect(next).toBeGreaterThanOrEqual(end);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every breach, and a cycle is breached exactly when it was not over by its due instant', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story, end } = play(given);
        const breaches = story.events.filter((event) => event.type === 'COMMITMENT_BREACHED');
        const breached = story.ticket.cycles.filter((cycle) => cycle.breach !== null);
        expect(breached).toHaveLength(breaches.length);
        for (const cycle of story.ticket.cycles) {
          const view = viewCycle(story.ticket, story.policy, cycle, end);
          const over = cycle.end?.at ?? end;
          if (view.status === 'PAUSED' || view.bestEffort || view.dueAt === null) continue;
          expect(view.breach !== null).toBe(
            view.dueAt < over && !endedWhilePaused(story, cycle.kind, cycle.startedAt, over, view.dueAt),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('sums the counted time of every cycle to its elapsed time', () => {
    fc.assert(
      fc.property(history, (given) => {
        const { story, end } = play(given);
        const { ticket, policy } = story;
        for (const cycle of ticket.cycles) {
          const calendar = calendarOfCycle(policy, cycle);
          if (calendar === null) continue;
          const view = viewCycle(ticket, policy, cycle, end);
          const until = cycle.end?.at ?? end;
          const due = view.breach === null ? Number.POSITIVE_INFINITY : (view.dueAt ?? Number.POSITIVE_INFINITY);
          let counted = 0;
          let from = cycle.startedAt;
          for (const pause of pausesOf(ticket.waits, cycle.kind, policy, cycle.startedAt)) {
            if (pause.from >= Math.min(due, until)) break;
            counted += calendar.between(from, pause.from);
            from = Math.min(pause.until ?? until, until);
          }
          counted += calendar.between(from, until);
          expect(view.elapsedMs).toBe(counted);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is decided in the same way, no matter when deadlines are recorded', () => {
    fc.assert(
      fc.property(history, gap, command, (given, later, next) => {
        const { story, end } = play(given);
        const at = end + later;
        const once = decide(story.ticket, next, at, story.policy, AGENT);
        const half = letPass(story.ticket, end + Math.floor(later / 2), story.policy);
        const twice = decide(half.ticket, next, at, story.policy, AGENT);
        // All but when it was seen.
        const facts = ({ cycles, ...ticket }: typeof once.ticket) => ({
          ...ticket,
          cycles: cycles.map(({ breach, ...cycle }) => ({
            ...cycle,
            breach: breach === null ? null : { ...breach, detectedAt: null },
          })),
        });
        expect(facts(twice.ticket)).toEqual(facts(once.ticket));
        expect(twice.refusal).toEqual(once.refusal);
      }),
      { numRuns: 400 },
    );
  });
});

const weeklyPolicies = new Map<Policy, Policy>();

/**
 * The policy in UTC and with neither holidays nor days of other hours: every week is like every
 * other.
 */
function withoutHolidays(policy: Policy): Policy {
  const known = weeklyPolicies.get(policy);
  if (known !== undefined) return known;
  const calendars = Object.entries(policy.calendars).map(([name, { week }]) => [
    name,
    { timeZone: 'UTC', week, holidays: [], special: {} },
  ]);
  const compiled = compilePolicy({ ...policy, calendars: Object.fromEntries(calendars) }, policy.version);
  weeklyPolicies.set(policy, compiled);
  return compiled;
}

/**
 * A cycle that ended while paused shows its due instant without the running pause, which may lie
 * before its end.
 */
function endedWhilePaused(
  story: Story,
  kind: 'RESPONSE' | 'UPDATE' | 'RESOLUTION',
  start: number,
  over: number,
  due: number,
) {
  return pausesOf(story.ticket.waits, kind, story.policy, start).some(
    (pause) => pause.from < due && pause.from < over && (pause.until === null || pause.until >= over),
  );
}
