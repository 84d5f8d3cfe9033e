import type { Answer } from './answer';
import type { Command, CycleName, Instant, WaitingReason } from './history';
import type { Policy } from './policy';
import type { Choice } from './random-choice';
import { absurdImpacts, randomChanges, randomImpacts, randomResidual } from './random-facts';

const DAY_MS = 86_400_000;
const REASONS: readonly [WaitingReason, ...WaitingReason[]] = ['CLIENT', 'THIRD_PARTY', 'OTHER_TICKET'];

/** A command that the ticket probably takes, or, one time in eight, any command. */
export function randomCommand(policy: Policy, choice: Choice, ticket: Answer, now: Instant): Command {
  const isAbsurd = choice.percent(12);
  const kinds = isAbsurd ? ALL : plausible(ticket, choice);
  return commandOf(policy, choice, ticket, now, choice.maybeOf(kinds) ?? 'addNote', isAbsurd);
}

const ALL: readonly Command['kind'][] = [
  ...(['acknowledge', 'acknowledge', 'reclassify', 'reclassify', 'reclassify', 'reclassify'] as const),
  ...(['approveOverride', 'rejectOverride', 'applyWorkaround', 'applyWorkaround', 'withdrawWorkaround'] as const),
  ...(['startWaiting', 'stopWaiting', 'communicate', 'recordCall', 'resolve', 'reopen', 'close'] as const),
  ...(['assign', 'waiveBreach', 'approveWaiver', 'rejectWaiver', 'addNote', 'updateTicket'] as const),
];

/** A kind that stands here twice is drawn twice as often. */
function plausible(ticket: Answer, choice: Choice): Command['kind'][] {
  const anywhere: Command['kind'][] = ['addNote', 'updateTicket'];
  if (ticket.cycles.some(({ breach }) => breach !== null && breach.waived === null)) anywhere.push('waiveBreach');
  if (ticket.cycles.some(({ breach }) => breach?.proposed)) {
    anywhere.push('approveWaiver', 'rejectWaiver', 'approveWaiver', 'rejectWaiver');
  }
  if (ticket.state === 'closed') return anywhere;
  const unclosed: Command['kind'][] = [
    ...anywhere,
    'communicate',
    'communicate',
    'communicate',
    'recordCall',
    'assign',
  ];
  if (ticket.state === 'resolved') {
    return [...unclosed, 'reopen', 'reopen', 'reopen', ...(choice.percent(25) ? (['close'] as const) : [])];
  }
  const unresolved: Command['kind'][] = [...unclosed, 'communicate', 'communicate', 'reclassify', 'reclassify'];
  unresolved.push('applyWorkaround', 'startWaiting', 'startWaiting', 'resolve', 'resolve');
  if (ticket.waiting.length > 0) unresolved.push('stopWaiting', 'stopWaiting');
  if (ticket.overrideProposed)
    unresolved.push('approveOverride', 'approveOverride', 'approveOverride', 'rejectOverride');
  if (ticket.state === 'workaroundApplied') unresolved.push('withdrawWorkaround', 'withdrawWorkaround');
  if (choice.percent(10)) unresolved.push('close');
  if (ticket.cycles.some(({ kind, end }) => kind === 'RESPONSE' && end === null)) {
    unresolved.push('acknowledge', 'acknowledge', 'acknowledge');
  }
  return unresolved;
}

function commandOf(
  policy: Policy,
  choice: Choice,
  ticket: Answer,
  now: Instant,
  kind: Command['kind'],
  isAbsurd: boolean,
): Command {
  switch (kind) {
    case 'reclassify':
      if (isAbsurd && choice.percent(50)) return { kind, impacts: absurdImpacts(policy, choice) };
      if (choice.percent(50)) return { kind, impacts: randomImpacts(policy, choice) };
      if (isAbsurd && choice.percent(70)) return { kind, override: 'SEV9', why: 'The client insists.' };
      return { kind, override: choice.maybeOf(policy.severities) ?? '', why: 'The client insists.' };
    case 'applyWorkaround':
      if (isAbsurd) return { kind, remaining: choice.percent(50) ? ticket.impacts : absurdImpacts(policy, choice) };
      return { kind, remaining: randomResidual(policy, choice, ticket.severity) };
    case 'startWaiting': {
      const reason = choice.percent(60) ? 'CLIENT' : choice.of(REASONS);
      return { kind, reason, until: choice.percent(30) ? now + (1 + choice.below(5)) * DAY_MS : null };
    }
    case 'stopWaiting':
      return { kind, reason: (isAbsurd ? undefined : choice.maybeOf(ticket.waiting)) ?? choice.of(REASONS) };
    case 'communicate': {
      const direction = choice.percent(62) ? 'OUTBOUND' : 'INBOUND';
      return { kind, direction, automatic: direction === 'OUTBOUND' && choice.percent(15) };
    }
    case 'close':
      return { kind, why: choice.percent(85) ? 'A duplicate.' : null };
    case 'assign':
      return { kind, agent: choice.percent(85) ? choice.of(['ann', 'ben', 'cid']) : null };
    case 'waiveBreach':
      return { kind, why: 'Agreed with the client.', ...breached(choice, ticket, isAbsurd, false) };
    case 'approveWaiver':
    case 'rejectWaiver':
      return { kind, ...breached(choice, ticket, isAbsurd, true) };
    case 'addNote':
      return { kind, text: 'Seen before.' };
    case 'updateTicket':
      return { kind, changes: randomChanges(choice) };
    default:
      return { kind };
  }
}

/** A cycle with a breach, or any name of a cycle. */
function breached(choice: Choice, ticket: Answer, isAbsurd: boolean, isProposed: boolean): CycleName {
  const cycles = ticket.cycles.filter(({ breach }) => (isProposed ? breach?.proposed : breach));
  const cycle = isAbsurd ? choice.maybeOf(ticket.cycles) : choice.maybeOf(cycles);
  if (cycle === undefined) return { commitment: choice.of(['RESPONSE', 'UPDATE', 'RESOLUTION']), cycle: 1 };
  return { commitment: cycle.kind, cycle: cycle.number };
}
