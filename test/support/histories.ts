import fc from 'fast-check';
import type { Actor } from '../../src/domain/actor';
import type { Impact } from '../../src/domain/impact';
import { DAY_MS, MINUTE_MS } from '../../src/domain/instant';
import {
  COMMITMENT_KINDS,
  type CommitmentKind,
  type Policy,
  type Target,
  targetOf,
  targetsOf,
  WAITING_REASONS,
} from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';
import type { Command } from '../../src/domain/ticket/commands';
import type { TicketDetails } from '../../src/domain/ticket/ticket-details';
import {
  AGENT,
  CIMCLOUD,
  CIMCLOUD_DOCUMENT,
  ny,
  OTHER_AGENT,
  policyWith,
  SEV1,
  SEV2,
  SEV3,
  SEV4,
  Story,
} from './domain';
import { CONTAINED } from './impacts';

/** The targets of a policy, by severity. */
const withTargets = (change: (severity: Severity, kind: CommitmentKind, target: Target) => Target | null) =>
  CIMCLOUD_DOCUMENT.severities.map((level) => {
    const changed = targetsOf(level).map(([kind, target]) => [kind, change(level.severity, kind, target)] as const);
    return { ...level, targets: Object.fromEntries(changed.filter(([, target]) => target !== null)) };
  });

/** The most urgent severity promises a resolution, the least urgent promises nothing. */
const upsideDown = withTargets((severity, kind, target) => {
  if (severity === 'SEV1' && kind === 'RESOLUTION') return targetOf(CIMCLOUD, 'SEV1', 'RESPONSE');
  return severity === 'SEV4' && kind !== 'RESPONSE' ? { ...target, span: null } : target;
});

/** Each kind of commitment is missing at one severity at least, and all at one. */
const MISSING = ['SEV1/RESOLUTION', 'SEV2/UPDATE', 'SEV4/RESPONSE', 'SEV4/UPDATE', 'SEV4/RESOLUTION'];
const incomplete = withTargets((severity, kind, target) => (MISSING.includes(`${severity}/${kind}`) ? null : target));

const POLICIES: readonly Policy[] = [
  CIMCLOUD,
  policyWith({ severities: upsideDown }),
  policyWith({ severities: incomplete }),
  policyWith({ severities: incomplete, onLowering: 'RESTART' }),
  policyWith({ onLowering: 'RESTART' }),
  policyWith({
    pauses: { CLIENT: ['RESPONSE', 'UPDATE', 'RESOLUTION'], THIRD_PARTY: ['RESOLUTION'], OTHER_TICKET: [] },
  }),
  policyWith({ businessDayEnd: 'CLOSE_OF_BUSINESS' }),
  policyWith({
    loweringApproval: 'ALWAYS',
    marks: [
      { name: 'remind', fraction: 1 / 3 },
      { name: 'atRisk', fraction: 0.75 },
      { name: 'lastCall', fraction: 1 },
      { name: 'escalate', fraction: 1.25 },
      { name: 'board', fraction: 3 },
    ],
  }),
];

const impacts = fc.constantFrom(SEV1, SEV2, SEV3, SEV4, CONTAINED, [...SEV3, ...SEV4]);
const reason = fc.constantFrom(...WAITING_REASONS);
/**
 * Any command. Of those that end or undo something there are more, for they need another one before
 * them.
 */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Command>({ type: 'acknowledge' }) },
  {
    weight: 3,
    arbitrary: fc
      .record({ impacts, reason: fc.constantFrom(null, 'r') })
      .map((it): Command => ({ type: 'reclassify', ...it })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('SEV1', 'SEV2', 'SEV3', 'SEV4')
      .map((severity): Command => ({ type: 'reclassify', override: { severity, reason: 'r' } })),
  },
  { weight: 3, arbitrary: fc.constant<Command>({ type: 'approveOverride', reason: null }) },
  { weight: 2, arbitrary: fc.constant<Command>({ type: 'rejectOverride', reason: 'r' }) },
  {
    weight: 3,
    arbitrary: fc
      .record({ kind: fc.constantFrom(...COMMITMENT_KINDS), cycle: fc.integer({ min: 1, max: 3 }) })
      .map((breach): Command => ({ type: 'waiveBreach', reason: 'r', ...breach })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        type: fc.constantFrom('approveWaiver', 'rejectWaiver'),
        kind: fc.constantFrom(...COMMITMENT_KINDS),
        cycle: fc.integer({ min: 1, max: 3 }),
      })
      .map((decided): Command => ({ reason: 'r', ...decided })),
  },
  {
    weight: 4,
    arbitrary: impacts.map((remaining): Command => ({ type: 'applyWorkaround', description: 'w', remaining })),
  },
  { weight: 3, arbitrary: fc.constant<Command>({ type: 'withdrawWorkaround', reason: null }) },
  { weight: 4, arbitrary: reason.map((it): Command => ({ type: 'startWaiting', reason: it })) },
  { weight: 4, arbitrary: reason.map((it): Command => ({ type: 'stopWaiting', reason: it })) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('INBOUND', 'OUTBOUND')
      .map((direction): Command => ({ type: 'communicate', direction, channel: 'EMAIL', body: 'b' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('INBOUND', 'OUTBOUND')
      .map((direction): Command => ({ type: 'communicate', direction, channel: 'EMAIL', body: 'b', automatic: true })),
  },
  { weight: 2, arbitrary: fc.constant<Command>({ type: 'recordCall', note: null }) },
  { weight: 2, arbitrary: fc.constant<Command>({ type: 'addNote', body: 'n' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<TicketDetails>({ tags: ['x'] }, { tags: [] }, { subject: 's', reporter: null }, { contacts: [] })
      .map((details): Command => ({ type: 'updateTicket', details })),
  },
  { weight: 2, arbitrary: fc.constant<Command>({ type: 'resolve', resolution: null }) },
  { weight: 3, arbitrary: fc.constant<Command>({ type: 'reopen', reason: null }) },
  { weight: 1, arbitrary: fc.constant<Command>({ type: 'assign', assignee: 'x' }) },
  // Rare, for nothing follows it.
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 'duplicate').map((it): Command => ({ type: 'close', reason: it })),
  },
);
// Gaps of minutes, hours and days, and none: several commands at one instant.
export const gap = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * MINUTE_MS),
  fc.integer({ min: 1, max: 12 * DAY_MS }),
  // On a quarter of an hour's grid commands meet marks and due instants to the millisecond.
  fc.integer({ min: 1, max: 200 }).map((quarters) => quarters * 15 * MINUTE_MS),
);

export interface History {
  readonly policy: Policy;
  readonly impacts: readonly Impact[];
  readonly openedAt: number;
  readonly steps: readonly { readonly command: Command; readonly gap: number; readonly actor: Actor }[];
}

export const history: fc.Arbitrary<History> = fc.record({
  policy: fc.constantFrom(...POLICIES),
  impacts,
  openedAt: fc.oneof(
    fc.integer({ min: ny('2026-10-20 00:00'), max: ny('2027-03-20 00:00') }),
    fc.integer({ min: 0, max: 2000 }).map((quarters) => ny('2026-11-02 08:00') + quarters * 15 * MINUTE_MS),
  ),
  steps: fc.array(fc.record({ command, gap, actor: fc.constantFrom(AGENT, OTHER_AGENT) }), {
    maxLength: 25,
    // As often long as short: left alone, fast-check makes four steps on average.
    size: 'max',
  }),
});

/**
 * The story that a history makes; commands that are refused are tried all the same. `watch` sees
 * each step.
 */
export function play(
  { policy, impacts: first, openedAt, steps }: History,
  watch: (story: Story, at: number) => void = () => undefined,
): { readonly story: Story; readonly end: number } {
  const story = new Story(first, openedAt, policy);
  let at = openedAt;
  watch(story, at);
  for (const step of steps) {
    at += step.gap;
    story.try(step.command, at, step.actor);
    watch(story, at);
  }
  return { story, end: at };
}
