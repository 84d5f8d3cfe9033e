import fc from 'fast-check';
import type { Answer } from './answer';
import type { Entry, History, Instant, Opening } from './history';
import type { LogItem } from './log';
import { take, ticketNow } from './model';
import type { Policy } from './policy';
import { Choice, draws } from './random-choice';
import { randomCommand } from './random-command';
import { randomDetails, randomImpacts } from './random-facts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Days around which histories begin: clock changes, holidays and the turn of the year. */
const DAYS: readonly [string, ...string[]] = [
  '2026-03-06', // The clocks of America/New_York go forward on the 8th, a Sunday.
  '2026-10-30', // They go back on 1 November, a Sunday.
  '2026-07-02', // Independence Day is a Saturday; Friday is the substitute.
  '2026-11-24', // Thanksgiving is Thursday.
  '2026-12-23',
  '2026-12-31',
];

/** Histories of a policy: 5 to 25 entries, most of them plausible, some absurd. */
export function randomHistory(policy: Policy): fc.Arbitrary<History> {
  return fc
    .tuple(draws, fc.array(draws, { minLength: 5, maxLength: 25 }))
    .map(([first, steps]) => historyOf(policy, new Choice(first), steps));
}

/** The same histories for the same seed. */
export function randomHistories(policy: Policy, seed: number, count: number): History[] {
  return fc.sample(randomHistory(policy), { seed, numRuns: count });
}

function historyOf(policy: Policy, first: Choice, steps: readonly (readonly number[])[]): History {
  const opening = randomOpening(policy, first);
  const entries: Entry[] = [];
  let log: readonly LogItem[] = [];
  let now = opening.recordedAt;
  for (const [index, numbers] of steps.entries()) {
    const choice = new Choice(numbers);
    const before = ticketNow(policy, opening, log, now);
    now = randomNow(choice, before.answer, now);
    const ticket = ticketNow(policy, opening, log, now);
    const entry = randomEntry(policy, choice, ticket, now);
    entries.push(entry);
    log = take(policy, opening, log, entry, index).log;
  }
  return { opening, entries };
}

function randomOpening(policy: Policy, choice: Choice): Opening {
  const day = choice.percent(60) ? Date.parse(choice.of(DAYS)) : Date.UTC(2026, 0, 1) + choice.below(365) * DAY_MS;
  const time = choice.percent(50) ? choice.below(96) * 15 * MINUTE_MS : choice.below(DAY_MS / 1000) * 1000;
  const recordedAt = day + time + choice.below(4) * DAY_MS;
  const isLate = choice.percent(12);
  return {
    recordedAt,
    occurredAt: isLate ? recordedAt - choice.below(8) * HOUR_MS : null,
    by: choice.of(PERSONS),
    reason: isLate ? 'It came by phone.' : null,
    impacts: randomImpacts(policy, choice),
    channel: choice.of(['EXTRANET', 'EMAIL', 'PHONE']),
    details: randomDetails(choice),
  };
}

const PERSONS: readonly [string, ...string[]] = ['ann', 'ben', 'cid'];

/** Often the very instant that something falls due, or one millisecond beside it. */
function randomNow(choice: Choice, ticket: Answer, now: Instant): Instant {
  const dues = ticket.cycles.flatMap(({ dueAt }) => (dueAt !== null && dueAt > now ? [dueAt] : []));
  const due = choice.maybeOf(dues);
  const draw = choice.below(100);
  if (draw < 28 && due !== undefined) return due + choice.of([-1, 0, 0, 1, 20 * MINUTE_MS]);
  if (draw < 35) return now;
  if (draw < 68) return now + choice.below(90) * MINUTE_MS;
  if (draw < 90) return now + choice.below(60) * (HOUR_MS / 2);
  if (draw < 98) return now + choice.below(6 * 24) * HOUR_MS;
  return now + choice.below(40) * DAY_MS;
}

function randomEntry(policy: Policy, choice: Choice, ticket: { answer: Answer; lastAt: Instant }, now: Instant): Entry {
  const occurredAt = randomOccurredAt(choice, ticket, now);
  return {
    recordedAt: now,
    occurredAt,
    by: choice.of(PERSONS),
    reason: occurredAt !== null && choice.percent(88) ? 'It was entered after the call.' : null,
    command: randomCommand(policy, choice, ticket.answer, now),
  };
}

/** Null for most entries. The others are late, some by just what needs no reason, a few absurd. */
function randomOccurredAt(
  choice: Choice,
  { answer, lastAt }: { answer: Answer; lastAt: Instant },
  now: Instant,
): Instant | null {
  const draw = choice.below(100);
  if (draw < 62) return null;
  if (draw < 64) return now + 1 + choice.below(HOUR_MS);
  if (draw < 67) return lastAt - 1 - choice.below(HOUR_MS);
  if (draw < 70) return now - choice.of([0, 15 * MINUTE_MS, 15 * MINUTE_MS + 1]);
  const dues = answer.cycles.flatMap(({ breach, end, dueAt }) =>
    breach !== null && end === null && dueAt !== null && dueAt >= lastAt ? [dueAt] : [],
  );
  const due = choice.maybeOf(dues);
  if (due !== undefined && draw < 90) return Math.max(lastAt, due + choice.of([0, 1, -1, -5 * MINUTE_MS, -HOUR_MS]));
  return lastAt + Math.floor(((now - lastAt) * choice.below(11)) / 10);
}
