import { type Actor, isSameActor } from '../actor';
import { sameImpacts } from '../impact';
import { classify } from '../policy/classify';
import { type CommitmentKind, severityPolicy } from '../policy/policy';
import { isLessUrgent, isMoreUrgent } from '../severity';
import { isBlank } from '../text';
import type { Command } from './commands';
import type { DecisionContext } from './decision-context';
import { lowersOnlyWithApproval } from './reclassification';
import type { Refusal } from './refusals';
import { type Breach, latestWorkaround, type ProposedWaiver, type Ticket } from './ticket';
import { changedDetails, detailsIn } from './ticket-details';

/**
 * Whether a transition can be taken:
 * - null: it can;
 * - a refusal: it cannot, and the command is refused for this reason if no other transition takes
 *   it;
 * - `NEXT`: it cannot, and the next transition of the same command is tried.
 *
 * `command` is null when `allowedActions` asks before there is a command. A guard then leaves out
 * what depends on the command's input.
 */
export type Guard = (context: DecisionContext, command: Command | null) => Refusal | 'NEXT' | null;

const notReclassifiedSince = ({ ticket }: DecisionContext): Refusal | null => {
  const latest = latestWorkaround(ticket);
  return latest !== undefined && ticket.reclassifiedBy > latest.appliedBy
    ? { code: 'ReclassifiedSinceWorkaround', appliedAt: latest.appliedAt }
    : null;
};

const reclassificationIsSound = (context: DecisionContext, command: Command | null): Refusal | null => {
  if (command?.type !== 'reclassify') return null;
  if (!('override' in command)) {
    return isBlank(command.reason ?? '') && lowersOnlyWithApproval(context, command)
      ? {
          code: 'InvalidInput',
          field: 'reason',
          expected: 'takes a reason, because another agent has to approve the lower severity',
        }
      : null;
  }
  const { ticket, policy } = context;
  const { severity: requested, reason } = command.override;
  if (isBlank(reason)) {
    return { code: 'InvalidInput', field: 'override.reason', expected: 'takes a reason for the override' };
  }
  if (!policy.severities.some((level) => level.severity === requested)) {
    const levels = policy.severities.map((level) => level.severity).join(', ');
    return { code: 'InvalidInput', field: 'override.severity', expected: `takes a severity of the policy: ${levels}` };
  }
  return requested === ticket.severity ? { code: 'OverrideWithoutEffect', severity: requested } : null;
};

type NamedCycle = { readonly kind: CommitmentKind; readonly cycle: number };

const breachOf = (ticket: Ticket, { kind, cycle }: NamedCycle): Breach | null =>
  ticket.cycles.find((it) => it.kind === kind && it.number === cycle)?.breach ?? null;

/** The waiver that is proposed for a cycle, or why there is none. */
function proposedWaiverOf(ticket: Ticket, named: NamedCycle): ProposedWaiver | Refusal {
  const { kind: commitment, cycle } = named;
  const breach = breachOf(ticket, named);
  if (breach === null) return { code: 'NoSuchBreach', commitment, cycle };
  if (breach.waiver !== undefined) return { code: 'AlreadyWaived', commitment, cycle, waivedAt: breach.waiver.at };
  return breach.proposedWaiver ?? { code: 'NoWaiverProposed' };
}

const witnessBarrier = (
  { kind: commitment, cycle }: NamedCycle,
  { by, evidence }: ProposedWaiver,
  actor: Actor,
): Refusal | null => (isSameActor(by, actor) ? { code: 'ApproverIsWitness', commitment, cycle, evidence } : null);

/** Every guard that the lifecycle names. */
export const guards = {
  notYetAcknowledged: ({ ticket }) =>
    ticket.acknowledgedAt === null ? null : { code: 'AlreadyAcknowledged', acknowledgedAt: ticket.acknowledgedAt },

  reclassificationIsSound,

  needsApproval: (context, command) =>
    command?.type === 'reclassify' &&
    reclassificationIsSound(context, command) === null &&
    lowersOnlyWithApproval(context, command)
      ? null
      : 'NEXT',

  isProposed: ({ ticket }, command) => {
    if (ticket.proposal === null) return { code: 'NothingProposed' };
    return command?.type === 'rejectOverride' && isBlank(command.reason)
      ? { code: 'InvalidInput', field: 'reason', expected: 'takes a reason for the rejection' }
      : null;
  },

  isProposedByAnother: ({ ticket: { proposal }, actor }) => {
    if (proposal === null) return { code: 'NothingProposed' };
    return isSameActor(proposal.by, actor) ? { code: 'ApproverIsProposer', proposedAt: proposal.at } : null;
  },

  residualIsLower: ({ ticket, policy }, command) => {
    if (command?.type !== 'applyWorkaround') return null;
    const classified = classify(policy, command.remaining);
    if (!classified.ok) return classified.refusal;
    const before = ticket.severity;
    const after = classified.classification.severity;
    if (severityPolicy(policy, before).workaroundLowers === 'SEVERITY') {
      return isLessUrgent(after, before) ? null : { code: 'SeverityNotLowered', before, after };
    }
    const same = sameImpacts(ticket.impacts, command.remaining);
    return same || isMoreUrgent(after, before) ? { code: 'ImpactNotLowered', before, after, sameImpacts: same } : null;
  },

  notReclassifiedSince,

  isFirstAndNotReclassifiedSince: (context) => {
    const standing = context.ticket.workarounds.filter((workaround) => workaround.withdrawnAt === null);
    return notReclassifiedSince(context) ?? (standing.length === 1 ? null : 'NEXT');
  },

  notYetWaiting: ({ ticket, policy }, command) => {
    const running = ticket.waits.filter((wait) => wait.until === null);
    if (command?.type === 'startWaiting') {
      const wait = running.find((candidate) => candidate.reason === command.reason);
      return wait === undefined ? null : { code: 'AlreadyWaiting', reason: wait.reason, since: wait.from };
    }
    const first = running[0];
    return first !== undefined && running.length === Object.keys(policy.pauses).length
      ? { code: 'AlreadyWaiting', reason: first.reason, since: first.from }
      : null;
  },

  isWaiting: ({ ticket }, command) => {
    const running = ticket.waits.filter((wait) => wait.until === null);
    if (command?.type === 'stopWaiting') {
      return running.some((wait) => wait.reason === command.reason)
        ? null
        : { code: 'NotWaiting', reason: command.reason };
    }
    return running.length > 0 ? null : { code: 'NotWaiting', reason: 'CLIENT' };
  },

  isBreachToWaive: ({ ticket }, command) => {
    if (command?.type !== 'waiveBreach') {
      const isAny = ticket.cycles.some(({ breach }) => breach !== null && breach.waiver === undefined);
      return isAny ? null : { code: 'NothingToWaive' };
    }
    const { kind: commitment, cycle, reason } = command;
    const breach = breachOf(ticket, command);
    if (breach === null) return { code: 'NoSuchBreach', commitment, cycle };
    if (breach.waiver !== undefined) return { code: 'AlreadyWaived', commitment, cycle, waivedAt: breach.waiver.at };
    return isBlank(reason)
      ? { code: 'InvalidInput', field: 'reason', expected: 'takes a reason for the waiver' }
      : null;
  },

  isWaiverProposedByAnother: ({ ticket, actor }, command) => {
    if (command?.type === 'approveWaiver' || command?.type === 'rejectWaiver') {
      const proposed = proposedWaiverOf(ticket, command);
      if ('code' in proposed) return proposed;
      return (
        witnessBarrier(command, proposed, actor) ??
        (command.type === 'rejectWaiver' && isBlank(command.reason)
          ? { code: 'InvalidInput', field: 'reason', expected: 'takes a reason for the rejection' }
          : null)
      );
    }
    let barrier: Refusal | null = { code: 'NoWaiverProposed' };
    for (const { kind, number, breach } of ticket.cycles) {
      if (breach?.proposedWaiver === undefined) continue;
      barrier = witnessBarrier({ kind, cycle: number }, breach.proposedWaiver, actor);
      if (barrier === null) return null;
    }
    return barrier;
  },

  reasonIsGiven: (_context, command) =>
    command?.type === 'close' && isBlank(command.reason ?? '')
      ? { code: 'InvalidInput', field: 'reason', expected: 'takes a reason for closing an unresolved ticket' }
      : null,

  isAnswer: (_context, command) =>
    command?.type === 'communicate' && command.direction === 'OUTBOUND' && command.automatic !== true ? null : 'NEXT',

  isAutomaticNotice: (_context, command) =>
    command?.type === 'communicate' && command.direction === 'OUTBOUND' && command.automatic === true ? null : 'NEXT',

  automaticIsOutbound: (_context, command) =>
    command?.type === 'communicate' && command.automatic === true && command.direction !== 'OUTBOUND'
      ? {
          code: 'InvalidInput',
          field: 'automatic',
          expected: 'only an outbound message can be automatic; leave it out',
        }
      : null,

  changesTagsOnly: ({ ticket }, command) => {
    const changed = command?.type === 'updateTicket' ? detailsIn(changedDetails(ticket, command.details).after) : [];
    const other = changed.find((name) => name !== 'tags');
    if (other === undefined) return null;
    const expected = 'cannot be changed on a closed ticket, only its tags can; open a ticket with followUpOf instead';
    return { code: 'InvalidInput', field: other, expected };
  },

  hadWorkaround: ({ ticket }) => (ticket.resolvedFrom === 'workaroundApplied' ? null : 'NEXT'),
} as const satisfies Readonly<Record<string, Guard>>;

export type GuardName = keyof typeof guards;
