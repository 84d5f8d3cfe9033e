import { describe, expect, it } from '@jest/globals';
import { nextDeadline } from '../../src/domain/commitment/overdue';
import { letPass } from '../../src/domain/ticket/decide';
import { GO_ON, inNy, ny, policyWith, RESOLVE, reclassify, SEV2, SEV3, Story, WAIT } from '../support/domain';

const LADDER = policyWith({
  marks: [
    { name: 'board', fraction: 2 },
    { name: 'remind', fraction: 0.5 },
    { name: 'atRisk', fraction: 0.75 },
    { name: 'lastCall', fraction: 1 },
    { name: 'escalate', fraction: 1.25 },
  ],
});

// SEV2 opened on Monday 09:00: 18 hours of 08:00–17:00, due on Wednesday 09:00. By hand: 9 h, 13.5
// h, 18 h, 22.5 h, 36 h.
const OPENED = ny('2026-11-16 09:00');
const RUNGS = [
  ['remind', '2026-11-17 09:00'],
  ['atRisk', '2026-11-17 13:30'],
  ['lastCall', '2026-11-18 09:00'],
  ['breach', '2026-11-18 09:00'],
  ['escalate', '2026-11-18 13:30'],
  ['board', '2026-11-20 09:00'],
];

/**
 * What was recorded of the latest RESOLUTION cycle by the clock: marks and the breach, in order.
 */
function rungs(story: Story) {
  const latest = story.ticket.cycles.findLast(({ kind }) => kind === 'RESOLUTION')?.number;
  return story.events.flatMap((event) => {
    if (event.type !== 'MARK_REACHED' && event.type !== 'COMMITMENT_BREACHED') return [];
    if (event.kind !== 'RESOLUTION' || event.cycle !== latest) return [];
    return [[event.type === 'MARK_REACHED' ? event.mark : 'breach', inNy(event.at)]];
  });
}

function pass(story: Story, before: number): Story {
  const { ticket, events } = letPass(story.ticket, before, story.policy);
  story.ticket = ticket;
  story.events.push(...events);
  return story;
}

describe('an escalation ladder', () => {
  it('records every mark once, in order of time, the mark at the due instant before the breach', () => {
    const story = new Story(SEV2, OPENED, LADDER);
    for (let hour = 0; hour < 24 * 14; hour++) pass(story, OPENED + hour * 3_600_000);
    expect(rungs(story)).toEqual(RUNGS);
    expect(nextDeadline(story.ticket, LADDER)).toBeNull();
  });

  it('continues after the breach: the next deadline is the next mark', () => {
    const story = pass(new Story(SEV2, OPENED, LADDER), ny('2026-11-18 10:00'));
    const own = story.ticket.cycles.find(({ kind }) => kind === 'RESOLUTION');
    expect(own?.breach).toMatchObject({ at: ny('2026-11-18 09:00'), severity: 'SEV2' });
    // UPDATE runs beside it: nine hours from Monday 09:00, doubled on Wednesday 09:00.
    expect(inNy(nextDeadline(story.ticket, LADDER))).toBe('2026-11-18 13:30');
  });

  it('ends with the cycle: a mark at the instant of the resolution is not reached', () => {
    const inTime = new Story(SEV2, OPENED, LADDER).do(RESOLVE, ny('2026-11-20 09:00'));
    expect(rungs(inTime)).toEqual(RUNGS.slice(0, -1));
    const after = new Story(SEV2, OPENED, LADDER).do(RESOLVE, ny('2026-11-20 09:00') + 1);
    expect(rungs(after)).toEqual(RUNGS);
  });

  it.each([
    [
      'before the due instant moves all that follows',
      '2026-11-17 10:00',
      '2026-11-17 12:00',
      '15:30',
      '11-18 15:30',
      '11-20 11:00',
    ],
    ['after the breach moves nothing', '2026-11-18 10:00', '2026-11-19 10:00', '13:30', '11-18 13:30', '11-20 09:00'],
  ])('a pause %s', (_, from, until, atRisk, escalate, board) => {
    const story = new Story(SEV2, OPENED, LADDER).do(WAIT, ny(from)).do(GO_ON, ny(until));
    pass(story, ny('2026-11-25 09:00'));
    expect(rungs(story)).toEqual(
      expect.arrayContaining([
        ['atRisk', `2026-11-17 ${atRisk}`],
        ['escalate', `2026-${escalate}`],
        ['board', `2026-${board}`],
      ]),
    );
  });

  it('stops with the clock: no mark is reached during a pause that began before the due instant', () => {
    const story = new Story(SEV2, OPENED, LADDER).do(WAIT, ny('2026-11-17 10:00'));
    pass(story, ny('2027-02-01 09:00'));
    expect(rungs(story)).toEqual([['remind', '2026-11-17 09:00']]);
  });

  it('skips marks that are past when a cycle begins to apply', () => {
    // Raised on Wednesday 10:00, carried from Monday 09:00: breached at the change, half the ladder
    // behind it.
    const story = new Story(SEV3, OPENED, LADDER).do(reclassify(SEV2), ny('2026-11-18 10:00'));
    pass(story, ny('2026-11-25 09:00'));
    expect(rungs(story)).toEqual([
      ['breach', '2026-11-18 10:00'],
      ['escalate', '2026-11-18 13:30'],
      ['board', '2026-11-20 09:00'],
    ]);
  });
});
