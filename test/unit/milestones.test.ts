import { expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { type MilestoneName, milestonesOf } from '../../src/domain/ticket/milestones';
import {
  ACKNOWLEDGE,
  CIMCLOUD_DOCUMENT,
  GO_ON,
  inNy,
  ny,
  OUTBOUND,
  policyWith,
  REOPEN,
  RESOLVE,
  reclassify,
  SEV1,
  SEV2,
  SEV3,
  SEV4,
  Story,
  WAIT,
  workaround,
} from '../support/domain';

// November 2026 in New York: Monday the 16th, opened at 15:00; 08:00–17:00, nine hours a day.
// Counted by hand.
const OPENED = '2026-11-16 15:00';
type Steps = readonly (readonly [at: string, command: Command])[];
type Expected = readonly (readonly [MilestoneName, at: string | null, severity: string, hours: number | null])[];

const WITHDRAW: Command = { type: 'withdrawWorkaround', reason: null };
const CLOSE: Command = { type: 'close', reason: 'duplicate' };

function reached(impacts: typeof SEV1, steps: Steps, policy?: Story['policy'], notMeasured?: readonly ['RESPONSE']) {
  const evidence = notMeasured === undefined ? undefined : { notMeasured, observedUntil: null };
  const story = new Story(impacts, ny(OPENED), policy, evidence);
  for (const [at, command] of steps) story.do(command, ny(at));
  return story;
}

const rows = (story: Story) =>
  milestonesOf(null, story.ticket, story.events, story.policy).map(({ milestone, at, severity, businessMs }) => [
    milestone,
    inNy(at),
    severity,
    businessMs === null ? null : businessMs / HOUR_MS,
  ]);

it.each<[string, typeof SEV1, Steps, Expected]>([
  ['nothing has happened yet', SEV2, [], []],
  [
    'answered the next morning: two hours, and one and a half',
    SEV2,
    [['2026-11-17 09:30', ACKNOWLEDGE]],
    [['RESPONSE', '2026-11-17 09:30', 'SEV2', 3.5]],
  ],
  [
    'only the first action is the response, at one instant with others too',
    SEV2,
    [
      ['2026-11-17 09:30', workaround(SEV3)],
      ['2026-11-17 09:30', OUTBOUND],
      ['2026-11-18 09:30', OUTBOUND],
    ],
    [
      ['RESPONSE', '2026-11-17 09:30', 'SEV2', 3.5],
      ['WORKAROUND', '2026-11-17 09:30', 'SEV2', 3.5],
    ],
  ],
  [
    'SEV1 round the clock, though its resolution is best effort; what follows counts on the business calendar from opening',
    SEV1,
    [
      ['2026-11-16 15:10', ACKNOWLEDGE],
      ['2026-11-16 19:00', workaround(SEV3)],
      ['2026-11-17 10:00', RESOLVE],
    ],
    [
      ['RESPONSE', '2026-11-16 15:10', 'SEV1', 10 / 60],
      ['WORKAROUND', '2026-11-16 19:00', 'SEV1', 4],
      ['RESOLUTION', '2026-11-17 10:00', 'SEV3', 4],
    ],
  ],
  [
    'SEV1 resolved as such: by the clock of its updates',
    SEV1,
    [['2026-11-17 03:00', RESOLVE]],
    [
      ['RESPONSE', '2026-11-17 03:00', 'SEV1', 12],
      ['RESOLUTION', '2026-11-17 03:00', 'SEV1', 12],
    ],
  ],
  [
    'raised before the response: still from opening, where the promise began again',
    SEV3,
    [
      ['2026-11-16 16:00', reclassify(SEV2)],
      ['2026-11-16 16:30', ACKNOWLEDGE],
    ],
    [['RESPONSE', '2026-11-16 16:30', 'SEV2', 1.5]],
  ],
  [
    'waiting for the client counts for neither workaround nor resolution, also after the breach',
    SEV2,
    [
      ['2026-11-16 16:00', ACKNOWLEDGE],
      ['2026-11-16 16:00', WAIT],
      ['2026-11-17 09:00', GO_ON],
      ['2026-11-17 10:00', workaround(SEV4)],
      ['2026-12-07 10:00', WAIT],
      ['2026-12-07 12:00', GO_ON],
      ['2026-12-07 13:00', RESOLVE],
    ],
    [
      ['RESPONSE', '2026-11-16 16:00', 'SEV2', 1],
      ['WORKAROUND', '2026-11-17 10:00', 'SEV2', 2],
      // 2 h, 7 h of the 17th, twelve working dates of 9 h (the 26th is a holiday), 2 h + 1 h on 7
      // December.
      ['RESOLUTION', '2026-12-07 13:00', 'SEV4', 2 + 7 + 108 + 3],
    ],
  ],
  [
    'a workaround that was withdrawn stays the first',
    SEV2,
    [
      ['2026-11-16 16:00', workaround(SEV4)],
      ['2026-11-16 16:30', WITHDRAW],
      ['2026-11-17 09:00', workaround(SEV3)],
    ],
    [
      ['RESPONSE', '2026-11-16 16:00', 'SEV2', 1],
      ['WORKAROUND', '2026-11-16 16:00', 'SEV2', 1],
    ],
  ],
  [
    'reopened: resolved no more',
    SEV2,
    [
      ['2026-11-16 16:00', RESOLVE],
      ['2026-11-18 10:00', REOPEN],
    ],
    [
      ['RESPONSE', '2026-11-16 16:00', 'SEV2', 1],
      ['RESOLUTION', null, 'SEV2', null],
    ],
  ],
  [
    'resolved again: both stretches, not the rest between; and so for a first workaround after it',
    SEV2,
    [
      ['2026-11-16 16:00', RESOLVE],
      ['2026-11-18 10:00', REOPEN],
      ['2026-11-18 11:00', workaround(SEV4)],
      ['2026-11-18 12:00', RESOLVE],
      ['2026-11-18 13:00', { type: 'close', reason: null }],
    ],
    [
      ['RESPONSE', '2026-11-16 16:00', 'SEV2', 1],
      ['RESOLUTION', '2026-11-18 12:00', 'SEV4', 3],
      ['WORKAROUND', '2026-11-18 11:00', 'SEV2', 2],
      ['CLOSING', '2026-11-18 13:00', 'SEV4', null],
    ],
  ],
  [
    'cancelled: closed, never resolved',
    SEV2,
    [['2026-11-16 16:00', CLOSE]],
    [['CLOSING', '2026-11-16 16:00', 'SEV2', null]],
  ],
])('%s', (_, impacts, steps, expected) => {
  expect(rows(reached(impacts, steps))).toEqual(expected);
});

it('gives the same times when it is computed event by event', () => {
  const story = reached(SEV2, [
    ['2026-11-16 16:00', workaround(SEV4)],
    ['2026-11-16 16:00', RESOLVE],
    ['2026-11-18 10:00', REOPEN],
    ['2026-11-18 12:00', RESOLVE],
  ]);
  const kept = new Map<MilestoneName, unknown>();
  const again = new Story(SEV2, ny(OPENED));
  for (const [at, command] of [
    ['2026-11-16 16:00', workaround(SEV4)],
    ['2026-11-16 16:00', RESOLVE],
    ['2026-11-18 10:00', REOPEN],
    ['2026-11-18 12:00', RESOLVE],
  ] as Steps) {
    const before = again.ticket;
    const { events } = again.try(command, ny(at));
    for (const row of milestonesOf(before, again.ticket, events, again.policy)) kept.set(row.milestone, row);
  }
  expect([...kept.values()]).toEqual(milestonesOf(null, story.ticket, story.events, story.policy));
});

it('gives no time when the commitment is not measured', () => {
  const story = reached(SEV2, [['2026-11-16 16:00', ACKNOWLEDGE]], undefined, ['RESPONSE']);
  expect(rows(story)).toEqual([['RESPONSE', '2026-11-16 16:00', 'SEV2', null]]);
});

it('gives no time when nothing is promised', () => {
  const none = { span: null, basis: 'HOUSE', text: 'Best effort' } as const;
  const severities = CIMCLOUD_DOCUMENT.severities.map((level) => ({
    ...level,
    targets: { RESPONSE: none, UPDATE: none, RESOLUTION: none },
  }));
  const story = reached(SEV4, [['2026-11-16 16:00', RESOLVE]], policyWith({ severities }));
  expect(rows(story)).toEqual([
    ['RESPONSE', '2026-11-16 16:00', 'SEV4', null],
    ['RESOLUTION', '2026-11-16 16:00', 'SEV4', null],
  ]);
});
