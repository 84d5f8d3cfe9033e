import { severityOf } from './classify';
import { cancelAll, fulfil, type Happening, startCycle } from './cycles';
import { type Command, type Entry, type Impact, type Instant, isReply, type WaitingReason } from './history';
import { KINDS, type Policy, rank } from './policy';
import { changeSeverity } from './severity-change';
import { type Proposal, pausesOf, type Ticket } from './ticket';
import { decideWaiver, waive } from './waivers';

/** Applies an accepted entry. In a command: what it fulfils, then severity, then new cycles. */
export function applyEntry(policy: Policy, ticket: Ticket, entry: Entry, at: Instant, index: number): void {
  ticket.lastAt = at;
  applyCommand(policy, ticket, entry.command, { at, by: entry.by, index });
}

function applyCommand(policy: Policy, ticket: Ticket, command: Command, happening: Happening): void {
  const { at, by } = happening;
  switch (command.kind) {
    case 'acknowledge':
      ticket.acknowledged = true;
      respond(policy, ticket, happening);
      return;
    case 'reclassify':
      reclassify(policy, ticket, command, happening);
      return;
    case 'approveOverride':
      if (ticket.proposal !== null) takeEffect(policy, ticket, ticket.proposal.change, happening);
      return;
    case 'rejectOverride':
      ticket.proposal = null;
      return;
    case 'applyWorkaround':
      respond(policy, ticket, happening);
      ticket.workarounds.push({ before: ticket.impacts, reclassifiedSince: false });
      ticket.state = 'workaroundApplied';
      setImpacts(policy, ticket, command.remaining, happening);
      return;
    case 'withdrawWorkaround': {
      const withdrawn = ticket.workarounds.pop();
      if (ticket.workarounds.length === 0) ticket.state = 'open';
      if (withdrawn !== undefined) setImpacts(policy, ticket, withdrawn.before, happening, true);
      return;
    }
    case 'startWaiting':
      ticket.waits.push({ reason: command.reason, from: at, until: command.until, to: null, chased: false });
      return;
    case 'stopWaiting':
      endWait(ticket, command.reason, at);
      return;
    case 'communicate':
      if (command.direction === 'INBOUND') hearFromClient(ticket, at);
      else if (isReply(command)) reply(policy, ticket, happening);
      return;
    case 'recordCall':
      hearFromClient(ticket, at);
      return;
    case 'resolve':
      resolve(policy, ticket, happening);
      return;
    case 'reopen':
      ticket.state = ticket.resolvedFrom;
      ticket.silentSince = null;
      ticket.openedAt = at;
      ticket.updatedAt = at;
      startCycle(policy, ticket, 'UPDATE', at);
      startCycle(policy, ticket, 'RESOLUTION', at);
      return;
    case 'close':
      cancelAll(policy, ticket, happening);
      ticket.proposal = null;
      endAllWaits(ticket, at);
      ticket.state = 'closed';
      ticket.silentSince = null;
      return;
    case 'assign':
      ticket.assignee = command.agent;
      return;
    case 'waiveBreach':
      waive(ticket, command, by);
      return;
    case 'approveWaiver':
    case 'rejectWaiver':
      decideWaiver(ticket, command, by);
      return;
    case 'addNote':
      ticket.notes += 1;
      return;
    case 'updateTicket':
      ticket.details = { ...ticket.details, ...command.changes };
  }
}

function respond(policy: Policy, ticket: Ticket, happening: Happening): void {
  ticket.hasResponded = true;
  fulfil(policy, ticket, 'RESPONSE', happening);
}

function reply(policy: Policy, ticket: Ticket, happening: Happening): void {
  ticket.awaitingReplySince = null;
  respond(policy, ticket, happening);
  fulfil(policy, ticket, 'UPDATE', happening);
  if (ticket.state === 'resolved') return;
  ticket.updatedAt = happening.at;
  startCycle(policy, ticket, 'UPDATE', happening.at);
}

function hearFromClient(ticket: Ticket, at: Instant): void {
  ticket.awaitingReplySince ??= at;
  if (ticket.state === 'resolved') ticket.silentSince = at;
  endWait(ticket, 'CLIENT', at);
}

function resolve(policy: Policy, ticket: Ticket, happening: Happening): void {
  const { at } = happening;
  ticket.hasResponded = true;
  ticket.proposal = null;
  for (const kind of KINDS) fulfil(policy, ticket, kind, happening);
  endAllWaits(ticket, at);
  const pauses = pausesOf(policy, ticket, 'RESOLUTION', ticket.openedAt, at);
  ticket.stretches.push({ from: ticket.openedAt, to: at, pauses });
  ticket.resolvedFrom = ticket.state;
  ticket.state = 'resolved';
  ticket.silentSince = at;
}

function reclassify(
  policy: Policy,
  ticket: Ticket,
  command: Extract<Command, { kind: 'reclassify' }>,
  happening: Happening,
): void {
  const change = 'impacts' in command ? { impacts: command.impacts } : { override: command.override };
  const severity = 'impacts' in change ? severityOf(policy, change.impacts) : change.override;
  const isLower = rank(policy, severity) > rank(policy, ticket.severity);
  const needsApproval =
    policy.loweringApproval === 'always' || (policy.loweringApproval === 'overrides' && 'override' in change);
  if (isLower && needsApproval) ticket.proposal = { by: happening.by, change };
  else takeEffect(policy, ticket, change, happening);
}

function takeEffect(policy: Policy, ticket: Ticket, change: Proposal['change'], happening: Happening): void {
  for (const workaround of ticket.workarounds) workaround.reclassifiedSince = true;
  if ('impacts' in change) {
    setImpacts(policy, ticket, change.impacts, happening);
  } else {
    ticket.override = change.override;
    ticket.proposal = null;
    changeSeverity(policy, ticket, change.override, happening);
  }
}

/** New impacts end an override, and a proposal that was made for the old ones. */
function setImpacts(
  policy: Policy,
  ticket: Ticket,
  impacts: readonly Impact[],
  happening: Happening,
  isWithdrawal = false,
): void {
  ticket.impacts = impacts;
  ticket.override = null;
  ticket.proposal = null;
  changeSeverity(policy, ticket, severityOf(policy, impacts), happening, isWithdrawal);
}

function endWait(ticket: Ticket, reason: WaitingReason, at: Instant): void {
  for (const wait of ticket.waits) if (wait.reason === reason && wait.to === null) wait.to = at;
}

function endAllWaits(ticket: Ticket, at: Instant): void {
  for (const wait of ticket.waits) wait.to ??= at;
}
