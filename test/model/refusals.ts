import { isDeepStrictEqual } from 'node:util';
import type { RefusalCode, State } from './answer';
import { impactsRefusal, sameImpacts, severityOf } from './classify';
import { type Command, type CommandKind, type Entry, happenedAt, type Impact, type Recorded } from './history';
import { type Policy, rank } from './policy';
import { isWaitingFor, type Ticket } from './ticket';
import { breachOf } from './waivers';

const UNRESOLVED: readonly State[] = ['open', 'workaroundApplied'];
const UNCLOSED: readonly State[] = [...UNRESOLVED, 'resolved'];
const ANY: readonly State[] = [...UNCLOSED, 'closed'];

/** The table of section 2, with the commands of section 6. */
const STATES: Readonly<Record<CommandKind, readonly State[]>> = {
  acknowledge: UNRESOLVED,
  reclassify: UNRESOLVED,
  approveOverride: UNRESOLVED,
  rejectOverride: UNRESOLVED,
  applyWorkaround: UNRESOLVED,
  withdrawWorkaround: ['workaroundApplied'],
  startWaiting: UNRESOLVED,
  stopWaiting: UNRESOLVED,
  communicate: UNCLOSED,
  recordCall: UNCLOSED,
  resolve: UNRESOLVED,
  reopen: ['resolved'],
  close: UNCLOSED,
  assign: UNCLOSED,
  waiveBreach: ANY,
  approveWaiver: ANY,
  rejectWaiver: ANY,
  addNote: ANY,
  updateTicket: ANY,
};

/**
 * Why an entry is refused, or nothing. Facts come first, then times, the state, guards, and last
 * whether a late entry needs a reason.
 */
export function refusalOf(policy: Policy, ticket: Ticket, entry: Entry): RefusalCode | undefined {
  return (
    factsRefusal(policy, entry.command) ??
    timeRefusal(entry, ticket.lastAt) ??
    stateRefusal(ticket, entry.command) ??
    guardRefusal(policy, ticket, entry) ??
    (changesNothing(ticket, entry) ? undefined : reasonRefusal(policy, entry))
  );
}

/** An update to what the ticket says already is accepted, and is no event. */
export function changesNothing({ details }: Ticket, { command }: Entry): boolean {
  return command.kind === 'updateTicket' && isDeepStrictEqual({ ...details, ...command.changes }, details);
}

function factsRefusal(policy: Policy, command: Command): RefusalCode | undefined {
  if (command.kind === 'applyWorkaround') return impactsRefusal(policy, command.remaining);
  if (command.kind !== 'reclassify') return undefined;
  return 'impacts' in command ? impactsRefusal(policy, command.impacts) : undefined;
}

/** `lastAt`: when the last event that a person caused happened. */
export function timeRefusal(recorded: Recorded, lastAt: number): RefusalCode | undefined {
  const at = happenedAt(recorded);
  if (at > recorded.recordedAt) return 'InTheFuture';
  return at < lastAt ? 'OutOfOrder' : undefined;
}

export function reasonRefusal(policy: Policy, recorded: Recorded): RefusalCode | undefined {
  const at = happenedAt(recorded);
  const isLate = recorded.recordedAt - at > policy.lateEntryMs;
  return isLate && isBlank(recorded.reason) ? 'ReasonNeeded' : undefined;
}

function stateRefusal(ticket: Ticket, command: Command): RefusalCode | undefined {
  const isMessage = command.kind === 'communicate' || command.kind === 'recordCall';
  if (isMessage && ticket.state === 'closed') return 'FollowUpNeeded';
  if (!STATES[command.kind].includes(ticket.state)) return 'IllegalTransition';
  if (command.kind !== 'updateTicket' || ticket.state !== 'closed') return undefined;
  const changed = { ...ticket.details, ...command.changes, tags: [] };
  const isTagsOnly = isDeepStrictEqual(changed, { ...ticket.details, tags: [] });
  return isTagsOnly ? undefined : 'IllegalTransition';
}

function guardRefusal(policy: Policy, ticket: Ticket, { command, by }: Entry): RefusalCode | undefined {
  switch (command.kind) {
    case 'acknowledge':
      return ticket.acknowledged ? 'AlreadyAcknowledged' : undefined;
    case 'reclassify':
      if (!('override' in command)) return undefined;
      if (!policy.severities.includes(command.override)) return 'UnknownSeverity';
      return command.override === ticket.severity ? 'OverrideWithoutEffect' : undefined;
    case 'approveOverride':
      if (ticket.proposal === null) return 'NothingProposed';
      return ticket.proposal.by === by ? 'SameAgent' : undefined;
    case 'rejectOverride':
      return ticket.proposal === null ? 'NothingProposed' : undefined;
    case 'applyWorkaround':
      return workaroundRefusal(policy, ticket, command.remaining);
    case 'withdrawWorkaround':
      return ticket.workarounds.at(-1)?.reclassifiedSince === true ? 'ReclassifiedSince' : undefined;
    case 'startWaiting':
      return isWaitingFor(ticket, command.reason) ? 'AlreadyWaiting' : undefined;
    case 'stopWaiting':
      return isWaitingFor(ticket, command.reason) ? undefined : 'NotWaiting';
    case 'close':
      return ticket.state !== 'resolved' && isBlank(command.why) ? 'ReasonNeeded' : undefined;
    case 'waiveBreach': {
      const breach = breachOf(ticket, command);
      if (breach === null) return 'NoSuchBreach';
      return breach.waived === null ? undefined : 'AlreadyWaived';
    }
    case 'approveWaiver':
    case 'rejectWaiver': {
      const breach = breachOf(ticket, command);
      if (breach === null) return 'NoSuchBreach';
      if (breach.proposed === null) return 'NothingProposed';
      return breach.proposed.by === by ? 'SameAgent' : undefined;
    }
    default:
      return undefined;
  }
}

/** What a workaround must lower depends on the severity that it is applied at. */
function workaroundRefusal(policy: Policy, ticket: Ticket, remaining: readonly Impact[]): RefusalCode | undefined {
  const lowers = rank(policy, severityOf(policy, remaining)) - rank(policy, ticket.severity);
  if (policy.workaroundLowers[ticket.severity] === 'SEVERITY') return lowers > 0 ? undefined : 'SeverityNotLowered';
  return lowers < 0 || sameImpacts(remaining, ticket.impacts) ? 'ImpactNotLowered' : undefined;
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}
