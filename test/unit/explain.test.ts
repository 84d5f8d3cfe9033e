import { describe, expect, it } from '@jest/globals';
import { countedIn, explainDue, explainElapsed, type Segment } from '../../src/domain/commitment/explain-due';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { type CommitmentKind, type Policy } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import {
  CIMCLOUD,
  CIMCLOUD_DOCUMENT,
  GO_ON,
  inNy,
  ny,
  OUTBOUND,
  policyWith,
  RESOLVE,
  reclassify,
  SEV1,
  SEV2,
  SEV3,
  SEV4,
  Story,
  WAIT,
} from '../support/domain';

// November 2026 in New York: Monday the 2nd, 9th, 16th, 23rd. Open 08:00–17:00. Veterans Day is
// Wednesday the 11th, Thanksgiving Thursday the 26th; the clocks went back on Sunday the 1st. All
// was counted by hand.

/** Segments as rows: wall clock of New York, kind, and what says more of it. */
const rowsOf = (list: readonly Segment[]) =>
  list.map(({ from, to, kind, holiday, reasons }) => {
    const more = holiday ?? reasons.join('+');
    return [inNy(from), inNy(to), more === '' ? kind : `${kind} ${more}`];
  });

function cycleOf(story: Story, kind: CommitmentKind, number = 1) {
  const cycle = story.ticket.cycles.find((candidate) => candidate.kind === kind && candidate.number === number);
  if (cycle === undefined) throw new Error(`no ${kind} ${number}`);
  return cycle;
}

const due = (story: Story, kind: CommitmentKind, at: number, number = 1) =>
  explainDue(story.ticket, story.policy, cycleOf(story, kind, number), at);

const THIRD_PARTY: Command = { type: 'startWaiting', reason: 'THIRD_PARTY' };
const THIRD_PARTY_ANSWERED: Command = { type: 'stopWaiting', reason: 'THIRD_PARTY' };
const BOTH_PAUSE: Policy = policyWith({
  pauses: { CLIENT: ['UPDATE', 'RESOLUTION'], THIRD_PARTY: ['RESOLUTION'], OTHER_TICKET: [] },
});

describe('what makes a due instant', () => {
  it('covers a night and a holiday that the calendar names', () => {
    const opened = ny('2026-11-10 15:00');
    const story = new Story(SEV2, opened);
    const list = due(story, 'RESOLUTION', opened);
    expect(rowsOf(list)).toEqual([
      ['2026-11-10 15:00', '2026-11-10 17:00', 'COUNTED'],
      ['2026-11-10 17:00', '2026-11-11 00:00', 'OUTSIDE_HOURS'],
      ['2026-11-11 00:00', '2026-11-12 00:00', 'HOLIDAY Veterans Day'],
      ['2026-11-12 00:00', '2026-11-12 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-12 08:00', '2026-11-12 17:00', 'COUNTED'],
      ['2026-11-12 17:00', '2026-11-13 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-13 08:00', '2026-11-13 15:00', 'COUNTED'],
    ]);
    expect(countedIn(list)).toBe(18 * HOUR_MS);
  });

  it('counts round the clock, through the hour that occurs twice', () => {
    const opened = ny('2026-11-01 00:30');
    expect(rowsOf(due(new Story(SEV1, opened), 'UPDATE', opened))).toEqual([
      ['2026-11-01 00:30', '2026-11-01 01:30', 'COUNTED'],
    ]);
    const week = new Story(SEV2, ny('2026-10-30 16:00'));
    expect(rowsOf(due(week, 'UPDATE', ny('2026-10-30 16:00')))).toEqual([
      ['2026-10-30 16:00', '2026-10-30 17:00', 'COUNTED'],
      ['2026-10-30 17:00', '2026-11-02 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-02 08:00', '2026-11-02 16:00', 'COUNTED'],
    ]);
  });

  it('shows closed hours within a pause as paused', () => {
    const story = new Story(SEV2, ny('2026-11-06 10:00'))
      .do(WAIT, ny('2026-11-06 16:00'))
      .do(GO_ON, ny('2026-11-09 09:00'));
    expect(rowsOf(due(story, 'RESOLUTION', ny('2026-11-09 09:00')))).toEqual([
      ['2026-11-06 10:00', '2026-11-06 16:00', 'COUNTED'],
      ['2026-11-06 16:00', '2026-11-09 09:00', 'PAUSED CLIENT'],
      ['2026-11-09 09:00', '2026-11-09 17:00', 'COUNTED'],
      ['2026-11-09 17:00', '2026-11-10 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-10 08:00', '2026-11-10 12:00', 'COUNTED'],
    ]);
  });

  it('ends at the instant asked while the clock is paused', () => {
    const story = new Story(SEV2, ny('2026-11-16 15:00')).do(WAIT, ny('2026-11-16 16:00'));
    expect(rowsOf(due(story, 'RESOLUTION', ny('2026-11-18 12:00')))).toEqual([
      ['2026-11-16 15:00', '2026-11-16 16:00', 'COUNTED'],
      ['2026-11-16 16:00', '2026-11-18 12:00', 'PAUSED CLIENT'],
    ]);
  });

  it('splits a pause where its reasons change, and lists only the reasons that stop this commitment', () => {
    const story = new Story(SEV2, ny('2026-11-16 09:00'), BOTH_PAUSE)
      .do(WAIT, ny('2026-11-16 10:00'))
      .do(THIRD_PARTY, ny('2026-11-16 11:00'))
      .do(GO_ON, ny('2026-11-16 12:00'))
      .do(THIRD_PARTY_ANSWERED, ny('2026-11-16 13:00'));
    expect(rowsOf(due(story, 'RESOLUTION', ny('2026-11-16 13:00'))).slice(0, 5)).toEqual([
      ['2026-11-16 09:00', '2026-11-16 10:00', 'COUNTED'],
      ['2026-11-16 10:00', '2026-11-16 11:00', 'PAUSED CLIENT'],
      ['2026-11-16 11:00', '2026-11-16 12:00', 'PAUSED CLIENT+THIRD_PARTY'],
      ['2026-11-16 12:00', '2026-11-16 13:00', 'PAUSED THIRD_PARTY'],
      ['2026-11-16 13:00', '2026-11-16 17:00', 'COUNTED'],
    ]);
    expect(rowsOf(due(story, 'UPDATE', ny('2026-11-16 13:00')))[1]).toEqual([
      '2026-11-16 10:00',
      '2026-11-16 12:00',
      'PAUSED CLIENT',
    ]);
  });

  it('joins two pauses for one reason that touch', () => {
    const story = new Story(SEV2, ny('2026-11-16 09:00'))
      .do(WAIT, ny('2026-11-16 10:00'))
      .do(GO_ON, ny('2026-11-16 11:00'))
      .do(WAIT, ny('2026-11-16 11:00'))
      .do(GO_ON, ny('2026-11-16 12:00'));
    expect(rowsOf(due(story, 'RESOLUTION', ny('2026-11-16 12:00')))[1]).toEqual([
      '2026-11-16 10:00',
      '2026-11-16 12:00',
      'PAUSED CLIENT',
    ]);
  });

  it('ignores a pause that begins at the due instant or after it', () => {
    const story = new Story(SEV2, ny('2026-11-16 09:00')).do(OUTBOUND, ny('2026-11-16 09:00'));
    const late = ny('2026-11-18 09:00');
    story.do(WAIT, late).do(GO_ON, late + HOUR_MS);
    expect(due(story, 'RESOLUTION', late + 2 * HOUR_MS).at(-1)).toMatchObject({ to: late, kind: 'COUNTED' });
    const elapsed = explainElapsed(story.ticket, story.policy, cycleOf(story, 'RESOLUTION'), late + 2 * HOUR_MS);
    expect(elapsed.at(-1)).toMatchObject({ to: late + 2 * HOUR_MS, kind: 'COUNTED' });
    expect(countedIn(elapsed)).toBe(20 * HOUR_MS);
  });
});

describe('what made the due instant of a cycle that is over', () => {
  const OPENED = ny('2026-11-16 09:00');
  const paused = () => new Story(SEV2, OPENED).do(WAIT, ny('2026-11-16 10:00'));
  const END = ny('2026-11-16 12:00');

  it.each([
    ['resolved while waiting: without the running pause', paused().do(RESOLVE, END), '2026-11-18 09:00', null],
    [
      'resolved in the millisecond in which waiting ended: with it',
      paused().do(GO_ON, END).do(RESOLVE, END),
      '2026-11-18 11:00',
      'PAUSED CLIENT',
    ],
    [
      'of two reasons one ended then: without the pause, which was running',
      new Story(SEV2, OPENED, BOTH_PAUSE)
        .do(WAIT, ny('2026-11-16 10:00'))
        .do(THIRD_PARTY, ny('2026-11-16 11:00'))
        .do(GO_ON, END)
        .do(RESOLVE, END),
      '2026-11-18 09:00',
      null,
    ],
  ] as const)('%s', (_, story, dueAt, second) => {
    const cycle = cycleOf(story, 'RESOLUTION');
    expect(inNy(cycle.end?.dueAt ?? null)).toBe(dueAt);
    const list = due(story, 'RESOLUTION', END);
    expect(inNy(list.at(-1)?.to ?? null)).toBe(dueAt);
    expect(countedIn(list)).toBe(18 * HOUR_MS);
    expect(rowsOf(list).find((row) => row[2]?.startsWith('PAUSED'))?.[2] ?? null).toBe(second);
    // What was used until the end stands still in the pause, whichever way it is read.
    expect(countedIn(explainElapsed(story.ticket, story.policy, cycle, END))).toBe(HOUR_MS);
  });

  it('is not changed by a pause that began after its end', () => {
    const story = new Story(SEV2, OPENED).do(reclassify(SEV3), END).do(WAIT, END + HOUR_MS);
    const list = due(story, 'RESOLUTION', END + 2 * HOUR_MS);
    expect(inNy(list.at(-1)?.to ?? null)).toBe('2026-11-18 09:00');
    expect(rowsOf(list).some((row) => row[2]?.startsWith('PAUSED'))).toBe(false);
    expect(rowsOf(due(story, 'RESOLUTION', END + 2 * HOUR_MS, 2)).at(-1)).toEqual([
      '2026-11-16 13:00',
      '2026-11-16 14:00',
      'PAUSED CLIENT',
    ]);
  });
});

describe('special cases', () => {
  it('best effort counts the wall clock, also while the ticket waits', () => {
    const story = new Story(SEV1, ny('2026-11-21 12:00')).do(WAIT, ny('2026-11-21 13:00'));
    expect(rowsOf(due(story, 'RESOLUTION', ny('2026-11-21 15:00')))).toEqual([
      ['2026-11-21 12:00', '2026-11-21 15:00', 'COUNTED'],
    ]);
    story.do(RESOLVE, ny('2026-11-21 14:00'));
    expect(due(story, 'RESOLUTION', ny('2026-11-21 15:00'))).toMatchObject([{ countedMs: 120 * MINUTE_MS }]);
    expect(due(new Story(SEV1, ny('2026-11-21 12:00')), 'RESOLUTION', ny('2026-11-21 12:00'))).toEqual([]);
  });

  it("a holiday of the calendar's own has no name; what its own hours leave closed is the holiday still", () => {
    const business = CIMCLOUD_DOCUMENT.calendars.business;
    if (business === undefined) throw new Error('no calendar');
    const policy = policyWith({
      calendars: {
        ...CIMCLOUD_DOCUMENT.calendars,
        business: {
          ...business,
          holidays: [...business.holidays, '2026-11-17', '2026-11-18'],
          special: { '2026-11-18': [['10:00', '12:00']] },
        },
      },
    });
    const opened = ny('2026-11-16 16:00');
    expect(rowsOf(due(new Story(SEV4, opened, policy), 'RESPONSE', opened)).slice(0, 6)).toEqual([
      ['2026-11-16 16:00', '2026-11-16 17:00', 'COUNTED'],
      ['2026-11-16 17:00', '2026-11-17 00:00', 'OUTSIDE_HOURS'],
      ['2026-11-17 00:00', '2026-11-18 10:00', 'HOLIDAY'],
      ['2026-11-18 10:00', '2026-11-18 12:00', 'COUNTED'],
      ['2026-11-18 12:00', '2026-11-19 00:00', 'HOLIDAY'],
      ['2026-11-19 00:00', '2026-11-19 08:00', 'OUTSIDE_HOURS'],
    ]);
  });

  it('the closed part of a day is a holiday, and the rest of the day has its hours', () => {
    const business = CIMCLOUD_DOCUMENT.calendars.business;
    if (business === undefined) throw new Error('no calendar');
    const fair = { date: '2026-11-17', from: '12:00', to: '24:00', name: 'Town fair' };
    const policy = policyWith({
      calendars: {
        ...CIMCLOUD_DOCUMENT.calendars,
        business: { ...business, holidays: [...business.holidays, fair] },
      },
    });
    const opened = ny('2026-11-16 16:00');
    // Four business hours of SEV2: one on Monday, three on Tuesday morning of four.
    expect(rowsOf(due(new Story(SEV2, opened, policy), 'RESPONSE', opened))).toEqual([
      ['2026-11-16 16:00', '2026-11-16 17:00', 'COUNTED'],
      ['2026-11-16 17:00', '2026-11-17 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-17 08:00', '2026-11-17 11:00', 'COUNTED'],
    ]);
    expect(rowsOf(due(new Story(SEV2, ny('2026-11-17 09:00'), policy), 'RESPONSE', opened))).toEqual([
      ['2026-11-17 09:00', '2026-11-17 12:00', 'COUNTED'],
      ['2026-11-17 12:00', '2026-11-18 00:00', 'HOLIDAY Town fair'],
      ['2026-11-18 00:00', '2026-11-18 08:00', 'OUTSIDE_HOURS'],
      ['2026-11-18 08:00', '2026-11-18 09:00', 'COUNTED'],
    ]);
  });

  it('a holiday on a Saturday is shown as a holiday', () => {
    const opened = ny('2026-07-02 16:00');
    const list = due(new Story(SEV2, opened, CIMCLOUD), 'RESPONSE', opened);
    expect(rowsOf(list)).toEqual([
      ['2026-07-02 16:00', '2026-07-02 17:00', 'COUNTED'],
      ['2026-07-02 17:00', '2026-07-03 00:00', 'OUTSIDE_HOURS'],
      ['2026-07-03 00:00', '2026-07-04 00:00', expect.stringMatching(/^HOLIDAY Independence Day/)],
      ['2026-07-04 00:00', '2026-07-05 00:00', 'HOLIDAY Independence Day'],
      ['2026-07-05 00:00', '2026-07-06 08:00', 'OUTSIDE_HOURS'],
      ['2026-07-06 08:00', '2026-07-06 11:00', 'COUNTED'],
    ]);
  });
});
