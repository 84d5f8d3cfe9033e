import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { historyAsOf } from '../../src/application/tickets/as-of';
import { DAY_MS, MINUTE_MS } from '../../src/domain/instant';
import { replayUnder } from '../../src/domain/policy/replay-under-policy';
import { letPass } from '../../src/domain/ticket/decide';
import { foldAll } from '../../src/domain/ticket/fold';
import type { Breach, Ticket } from '../../src/domain/ticket/ticket';
import { Story } from '../support/domain';
import { type History, history } from '../support/histories';

/** How long after it happened each step of a history is recorded; often at once. */
const lateness = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * MINUTE_MS),
    fc.integer({ min: 1, max: 6 * DAY_MS }),
  ),
  { minLength: 25, maxLength: 25 },
);
const lateHistory = fc.record({ history, lateness });
/** Where in the time of a history it is looked at. */
const places = fc.array(fc.double({ min: -0.01, max: 1.01, noNaN: true }), { minLength: 4, maxLength: 8 });

interface Recorded {
  readonly events: readonly LoggedEvent[];
  /** The ticket after each recording, by its instant. */
  readonly tickets: readonly { readonly at: number; readonly ticket: Ticket }[];
  readonly end: number;
}

function record({ policy, impacts, openedAt, steps }: History, late: readonly number[]): Recorded {
  const story = new Story(impacts, openedAt, policy);
  const events: LoggedEvent[] = [];
  const tickets: { at: number; ticket: Ticket }[] = [];
  let now = openedAt;
  const note = (): void => {
    for (const event of story.events.slice(events.length)) {
      events.push({ ...event, clientId: story.ticket.clientId, id: String(event.number), recordedAt: now });
    }
    tickets.push({ at: now, ticket: story.ticket });
  };
  note();
  for (const [index, { command, gap, actor }] of steps.entries()) {
    now += gap;
    story.late(command, now - (late[index] ?? 0), now, { actor });
    note();
  }
  return { events, tickets, end: now };
}

const isDue = (event: LoggedEvent): boolean =>
  event.type === 'MARK_REACHED' ||
  (event.type === 'COMMITMENT_BREACHED' && event.breach.cause === 'DUE') ||
  (event.type === 'CLOSED' && event.cause === 'SILENCE');

describe('random histories with late entries', () => {
  it('have many of them, and the log is folded by its numbers', () => {
    let outOfTime = 0;
    fc.assert(
      fc.property(lateHistory, ({ history: given, lateness: late }) => {
        const { events, tickets } = record(given, late);
        expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
        expect(foldAll(events)).toEqual(tickets.at(-1)?.ticket);
        outOfTime += events.filter((event, index) => event.at < (events[index - 1]?.at ?? 0)).length;
        const acts = events.filter(({ actor }) => actor.kind !== 'SYSTEM').map(({ at }) => at);
        expect(acts).toEqual([...acts].sort((a, b) => a - b));
        expect(tickets.at(-1)?.ticket.lastEventAt).toBe(Math.max(...events.map(({ at }) => at)));
      }),
      { numRuns: 500 },
    );
    expect(outOfTime).toBeGreaterThan(50);
  });

  it('as of an instant: exactly the events that had happened, in the order of recording', () => {
    fc.assert(
      fc.property(lateHistory, places, ({ history: given, lateness: late }, shares) => {
        const { events, end } = record(given, late);
        for (const share of shares) {
          const at = Math.round(given.openedAt + (end - given.openedAt) * share);
          const shown = historyAsOf(events, { at, knownAt: null });
          const happened = events.filter((event) =>
            isDue(event) && event.type !== 'MARK_REACHED' ? event.at < at : event.at <= at,
          );
          // What is due and was recorded after the instant is computed, where nothing follows it.
          const left = happened.slice(shown.length);
          expect(shown).toEqual(happened.slice(0, shown.length));
          expect(left.every((event) => isDue(event) && event.recordedAt > at)).toBe(true);
          if (shown.length === 0) continue;
          const ticket = foldAll(shown);
          expect(ticket.lastEventAt).toBeLessThanOrEqual(at);
          expect(ticket.closedAt !== null).toBe(ticket.state === 'closed');
          for (const { end: ended, startedAt, breach } of ticket.cycles) {
            expect(Math.max(startedAt, ended?.at ?? startedAt, breach?.at ?? startedAt)).toBeLessThanOrEqual(at);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('replayed under the same policy give the same cycles, breaches and waivers', () => {
    const outcome = ({ cycles, severity, state }: Ticket) => ({
      severity,
      state,
      cycles: cycles.map(({ breach, ...cycle }) => ({ ...cycle, breach: breach === null ? null : essence(breach) })),
    });
    // When something was detected, and the reason of the entry, are not part of a replay.
    const essence = ({ at, cause, severity, waiver, proposedWaiver, rejectedWaiver }: Breach) => [
      at,
      cause,
      severity,
      waiver?.at,
      proposedWaiver?.at,
      rejectedWaiver?.at,
    ];
    fc.assert(
      fc.property(lateHistory, ({ history: given, lateness: late }) => {
        const { events, tickets, end } = record(given, late);
        const ticket = tickets.at(-1)?.ticket;
        const replayed = replayUnder(events, given.policy).ticket;
        if (ticket === undefined || replayed === null) throw new Error('There is no ticket');
        const atEnd = (one: Ticket) => outcome(letPass(one, end + 1, given.policy).ticket);
        expect(atEnd(replayed)).toEqual(atEnd(ticket));
      }),
      { numRuns: 500 },
    );
  });

  it('as known at an instant: the ticket that was recorded then', () => {
    fc.assert(
      fc.property(lateHistory, ({ history: given, lateness: late }) => {
        const { events, tickets, end } = record(given, late);
        for (const { at: knownAt } of tickets) {
          const known = tickets.findLast(({ at }) => at <= knownAt)?.ticket;
          const shown = historyAsOf(events, { at: end + 1, knownAt });
          // All of it is over by then, so that the instants of the events leave out nothing.
          expect(shown.map(({ number }) => number)).toEqual(
            events.filter(({ recordedAt }) => recordedAt <= knownAt).map(({ number }) => number),
          );
          expect(foldAll(shown)).toEqual(known);
        }
      }),
      { numRuns: 300 },
    );
  });
});
