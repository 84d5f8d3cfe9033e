import { expect, test } from '@jest/globals';
import { clientLines, diffLines } from '../../src/adapters/cli/policy/diff-lines';
import { parsePolicy } from '../../src/adapters/policy-files/load-policy';
import type { PolicyDocument } from '../../src/domain/policy/policy';
import { CIMCLOUD_TEXT } from '../support/policies';

type Edit = readonly [from: string, to: string];

/** The bundled policy with lines of it written otherwise; each must be there. */
function edited(edits: readonly Edit[]): PolicyDocument {
  const text = edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`The policy has no ${from}`);
    return before.replace(from, to);
  }, CIMCLOUD_TEXT);
  return parsePolicy(text, { fileName: 'policy.yaml' });
}

const CASES: readonly (readonly [what: string, edits: readonly Edit[], lines: readonly string[]])[] = [
  ['nothing', [], ['No differences.']],
  [
    'a target: whose, how much, and on whose authority',
    [
      [
        'RESOLUTION:\n        amount: 2\n        unit: BUSINESS_DAYS\n        calendar: business\n        basis: PUBLISHED',
        'RESOLUTION:\n        amount: 3\n        unit: BUSINESS_DAYS\n        calendar: business\n        basis: HOUSE',
      ],
    ],
    ['Targets', '  SEV2 resolution  2 business days (business), published → 3 business days (business), house'],
  ],
  [
    'a word of the vocabulary, and a target that is no longer promised',
    [
      ['      title: Training\n', '      title: Courses\n'],
      ['    - code: DOCUMENTATION\n', '    - code: MANUALS\n'],
      ['TRAINING, DOCUMENTATION]', 'TRAINING, MANUALS]'],
      [
        '      RESOLUTION:\n        bestEffort: true\n        basis: PUBLISHED\n        text: Immediate action to identify and resolve the issue, and every reasonable effort at a workaround that lowers the severity; no time is promised.\n',
        '',
      ],
    ],
    [
      'Targets',
      '  SEV1 resolution                  - best effort, published',
      'Facts',
      '  TRAINING                         Training: A request for training. → Courses: A request for training.',
      '  DOCUMENTATION                    - Documentation: A question or request about documentation.',
      '  MANUALS                          + Documentation: A question or request about documentation.',
      'Classification',
      '  any audience with DOCUMENTATION  - SEV4 (4, published)',
      '  any audience with MANUALS        + SEV4 (4, published)',
    ],
  ],
  [
    'best effort in place of a target',
    [
      [
        '        amount: 15\n        unit: MINUTES\n        calendar: roundTheClock\n        basis: HOUSE',
        '        bestEffort: true\n        basis: HOUSE',
      ],
    ],
    ['Targets', '  SEV1 response  15 minutes (roundTheClock), house → best effort, house'],
  ],
  [
    'the severity of a clause, by the pairs that it decides',
    [['clause: 3b\n    severity: SEV3', 'clause: 3b\n    severity: SEV2']],
    ['Classification', '  any audience with NON_ORDER_DATA_FLOW  SEV3 (3b, published) → SEV2 (3b, published)'],
  ],
  [
    'a clause that goes',
    [
      [
        `  - clause: gap-admin-ordering
    severity: SEV3
    audience: ADMINISTRATORS
    consequences: [ORDERING_BLOCKED]
    basis: HOUSE
    text: Administrators who cannot place orders, while the end users can, have an administrator's degraded site.
`,
        '',
      ],
    ],
    ['Classification', '  ADMINISTRATORS with ORDERING_BLOCKED  SEV3 (gap-admin-ordering, house) → refused'],
  ],
  [
    'hours, horizon, holidays and single dates of a calendar, with those who count on it',
    [
      ['mon: [08:00-17:00]', 'mon: [09:00-12:00, 13:00-18:00]'],
      ['      fri: [08:00-17:00]\n', ''],
      ['horizon: { from: 2000, to: 2050 }', 'horizon: { from: 2000, to: 2030 }'],
      ['plus: []', 'plus: [2026-12-24, 2026-12-28, 2026-12-29, 2026-12-30]'],
      ['minus: []', 'minus: [2026-06-19]'],
      ['special: {}', "special: { '2026-12-31': [08:00-12:00], 12-24: [] }"],
    ],
    [
      'Calendars',
      '  business (SEV2, SEV3, SEV4, silence) mon                       08:00-17:00 → 09:00-12:00, 13:00-18:00',
      '  business (SEV2, SEV3, SEV4, silence) fri                       08:00-17:00 → closed',
      '  business (SEV2, SEV3, SEV4, silence) holidays known for        2000 to 2050 → 2000 to 2030',
      '  business (SEV2, SEV3, SEV4, silence) holiday Juneteenth        - 2026-06-19',
      '  business (SEV2, SEV3, SEV4, silence) holiday of its own        + 2026-12-24 to 2026-12-30, 4 dates',
      '  business (SEV2, SEV3, SEV4, silence) special 12-24 every year  + closed',
      '  business (SEV2, SEV3, SEV4, silence) special 2026-12-31        + 08:00-12:00',
    ],
  ],
  [
    'holidays of a part of the day',
    [['plus: []', 'plus: [{ date: 2026-12-24, from: "12:00" }, { date: 2026-12-31, to: "12:00", name: Late start }]']],
    [
      'Calendars',
      '  business (SEV2, SEV3, SEV4, silence) holiday of its own  + 2026-12-24 12:00-24:00',
      '  business (SEV2, SEV3, SEV4, silence) holiday Late start  + 2026-12-31 00:00-12:00',
    ],
  ],
  [
    'a calendar of its own',
    [
      [
        '  roundTheClock:\n',
        '  london:\n    zone: Europe/London\n    week: { sat: [09:00-17:00] }\n  roundTheClock:\n',
      ],
    ],
    ['Calendars', '  london  + Europe/London, sat, no holidays'],
  ],
  [
    'pauses, marks and settings',
    [
      ['THIRD_PARTY: []', 'THIRD_PARTY: [RESOLUTION]'],
      ['{ name: atRisk, at: 0.75 }', '{ name: atRisk, at: 0.8 }\n  - { name: escalate, at: 1.25 }'],
      ['onLowering: carry', 'onLowering: restart'],
      ['loweringApproval: overrides', 'loweringApproval: always'],
      ['closeAfterSilence:\n  amount: 5', 'closeAfterSilence:\n  amount: 1'],
      ['businessDayEnd: sameTime', 'businessDayEnd: closeOfBusiness'],
      ['lateEntry: PT15M', 'lateEntry: PT1H30M'],
      ['id: cimcloud', 'id: gold'],
    ],
    [
      'Pauses',
      '  waiting for THIRD_PARTY       stops no clock → stops RESOLUTION',
      'Marks',
      '  atRisk                        at 0.75 of the target → at 0.8 of the target',
      '  escalate                      + at 1.25 of the target',
      'Settings',
      '  policy                        cimcloud → gold',
      '  lowerings that need approval  OVERRIDES → ALWAYS',
      '  clocks after a lowering       CARRY → RESTART',
      '  closing after silence of      5 business days (business) → 1 business day (business)',
      '  late entry without a reason   0 h 15 min → 1 h 30 min',
      '  business days end             SAME_TIME → CLOSE_OF_BUSINESS',
    ],
  ],
  [
    'a severity',
    [
      ['title: Secondary priority', 'title: Urgent'],
      ['clientActions: [SUBMIT_TICKET, CALL]', 'clientActions: [SUBMIT_TICKET]'],
    ],
    [
      'Severities',
      '  SEV1 asks the client to  SUBMIT_TICKET, CALL → SUBMIT_TICKET',
      '  SEV2 title               Secondary priority → Urgent',
    ],
  ],
];

test.each(CASES)('policy diff prints %s', (_, edits, lines) => {
  const before = { name: 'cimcloud/1', document: edited([]) };
  const after = { name: 'new.yaml', document: edited(edits) };
  expect(diffLines(before, after)).toEqual(['cimcloud/1 → new.yaml', ...lines]);
});

test.each([
  ['cimcloud', 'every client without a policy of its own; Fortnum (weekend in place of business)'],
  ['gold', 'Harrods; Liberty (weekend in place of business, night in place of roundTheClock)'],
  ['silver', 'none; no client has the policy silver'],
])('policy diff names the clients of policy %s', (id, clients) => {
  const terms = [
    { clientId: 'l', name: 'Liberty', policy: 'gold', calendars: { business: 'weekend', roundTheClock: 'night' } },
    { clientId: 'h', name: 'Harrods', policy: 'gold', calendars: {} },
    { clientId: 'f', name: 'Fortnum', policy: null, calendars: { business: 'weekend' } },
  ];
  expect(clientLines(id, 'cimcloud', terms)).toEqual([`Clients: ${clients}`]);
});
