import { isSameActor } from '../actor';
import { sameImpacts } from '../impact';
import { classify } from '../policy/classify';
import { severityPolicy } from '../policy/policy';
import { isLessUrgent, isMoreUrgent } from '../severity';
import { isBlank } from '../text';
import type { Command } from './commands';
import { needsApproval } from './reclassification';
import type { Refusal } from './refusals';
import type { Workaround } from './ticket';
import type { Deciding } from './ticket-machine';

/**
 * Why a command that the state allows is refused all the same; null where it is not. What only the input can tell is
 * left open (null) when the input is absent, so that the same checks say which actions are barred beforehand.
 */
type Check = (deciding: Deciding, command: Command | null) => Refusal | null;

/** The workaround that stands and was applied last. */
export const latestWorkaround = (deciding: Pick<Deciding, 'ticket'>): Workaround | undefined =>
  deciding.ticket.workarounds.findLast((workaround) => workaround.withdrawnAt === null);

const notReclassifiedSince: Check = ({ ticket }) => {
  const latest = latestWorkaround({ ticket });
  return latest !== undefined && ticket.reclassifiedBy > latest.appliedBy
    ? { code: 'ReclassifiedSinceWorkaround', appliedAt: latest.appliedAt }
    : null;
};

/** The checks behind the guards that refuse. */
export const checks = {
  notYetAcknowledged: ({ ticket }) =>
    ticket.acknowledgedAt === null ? null : { code: 'AlreadyAcknowledged', acknowledgedAt: ticket.acknowledgedAt },

  reclassificationIsSound: (deciding, command) => {
    if (command?.type !== 'reclassify') return null;
    if (!('override' in command)) {
      return isBlank(command.reason ?? '') && needsApproval(deciding, command)
        ? { code: 'InvalidInput', field: 'reason', expected: 'say why, for another agent has to approve the lowering' }
        : null;
    }
    const { ticket, policy } = deciding;
    const { severity: requested, reason } = command.override;
    if (isBlank(reason)) {
      return { code: 'InvalidInput', field: 'override.reason', expected: 'say why the classifier is overruled' };
    }
    if (!policy.severities.some((level) => level.severity === requested)) {
      const levels = policy.severities.map((level) => level.severity).join(', ');
      return { code: 'InvalidInput', field: 'override.severity', expected: `the policy has ${levels}` };
    }
    return requested === ticket.severity ? { code: 'OverrideWithoutEffect', severity: requested } : null;
  },

  isProposed: ({ ticket }, command) => {
    if (ticket.proposal === null) return { code: 'NothingProposed' };
    return command?.type === 'rejectOverride' && isBlank(command.reason)
      ? { code: 'InvalidInput', field: 'reason', expected: 'say why the proposal is rejected' }
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
  isFirstAndNotReclassifiedSince: notReclassifiedSince,

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
    const breach = ticket.cycles.find(({ kind, number }) => kind === commitment && number === cycle)?.breach ?? null;
    if (breach === null) return { code: 'NoSuchBreach', commitment, cycle };
    if (breach.waiver !== undefined) return { code: 'AlreadyWaived', commitment, cycle, waivedAt: breach.waiver.at };
    return isBlank(reason) ? { code: 'InvalidInput', field: 'reason', expected: 'say why the breach is waived' } : null;
  },

  reasonIsGiven: (_deciding, command) =>
    command?.type === 'close' && isBlank(command.reason ?? '')
      ? { code: 'InvalidInput', field: 'reason', expected: 'say why the ticket is closed unresolved' }
      : null,
} as const satisfies Readonly<Record<string, Check>>;

type CheckName = keyof typeof checks;
type MachineGuard = (args: { readonly context: Deciding; readonly event: Command }) => boolean;

const passes =
  (name: CheckName): MachineGuard =>
  ({ context, event }) =>
    (checks[name] as Check)(context, event) === null;

const refusing = Object.fromEntries((Object.keys(checks) as CheckName[]).map((name) => [name, passes(name)])) as Record<
  CheckName,
  MachineGuard
>;

/** Every guard that the machine names: those that refuse, and those that only choose between two ways of one command. */
export const guards = {
  ...refusing,
  isFirstAndNotReclassifiedSince: (args) =>
    args.context.ticket.workarounds.filter((workaround) => workaround.withdrawnAt === null).length === 1 &&
    refusing.notReclassifiedSince(args),
  needsApproval: ({ context, event }) =>
    event.type === 'reclassify' &&
    checks.reclassificationIsSound(context, event) === null &&
    needsApproval(context, event),
  isOutbound: ({ event }) => event.type === 'communicate' && event.direction === 'OUTBOUND',
  hadWorkaround: ({ context }) => context.ticket.resolvedFrom === 'workaroundApplied',
} as const satisfies Readonly<Record<string, MachineGuard>>;
export type Guard = keyof typeof guards;

/** Why the guard of that name refuses; null where it passes, and for a guard that only chooses. */
export const refusalOf = (guard: Guard, deciding: Deciding, command: Command | null): Refusal | null =>
  guard in checks ? (checks[guard as CheckName] as Check)(deciding, command) : null;
