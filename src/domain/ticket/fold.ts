import type { EpochMs } from '../instant';
import { isClocklessEvent } from './clockless-events';
import { overrideOf } from './reclassification';
import type { Breach, Cycle, ProposedWaiver, Ticket } from './ticket';
import { detailsIn } from './ticket-details';
import type { EventBody, TicketEvent } from './ticket-events';

/** The copy that one event changes. The ticket before the event is not modified. */
type Draft = { -readonly [Field in keyof Ticket]: Ticket[Field] };

/** Applies one event to the ticket. Uses neither the policy nor a calendar. */
export function fold(ticket: Ticket | null, event: TicketEvent): Ticket {
  if (event.type === 'SUBMITTED') return submitted(event);
  if (ticket === null) throw new Error(`Event ${event.number} of ticket ${event.ticketId} has no ticket to apply to`);
  const draft: Draft = { ...ticket };
  draft.version = event.number;
  // After an imported history, such an event changes no more than what it says.
  const isApart = draft.observedUntil !== null && isClocklessEvent(event.type);
  if (!isApart) letTimePass(draft, event.at);

  if (event.type === 'MARK_REACHED') {
    const mark = { name: event.mark, at: event.at };
    changeCycle(draft, event, (cycle) => ({ ...cycle, marks: [...cycle.marks, mark] }));
  } else if (event.type === 'COMMITMENT_BREACHED') {
    const breach = { ...event.breach, severity: event.severity };
    changeCycle(draft, event, (cycle) => ({ ...cycle, breach }));
  } else {
    applyEffects(draft, event);
    applyFacts(draft, event, ticket);
  }
  return draft;
}

function letTimePass(draft: Draft, at: EpochMs): void {
  // A late entry can be before a mark or a breach that is recorded already.
  draft.lastEventAt = Math.max(draft.lastEventAt, at);
  if (draft.observedUntil !== null && at > draft.observedUntil) {
    draft.observedUntil = null;
    // Nothing is known of the time since the end of the history.
    if (draft.silenceFrom !== null) draft.silenceFrom = at;
  }
}

/** The ticket after all its events. Throws if the history does not begin with SUBMITTED. */
export function foldAll(events: Iterable<TicketEvent>): Ticket {
  let ticket: Ticket | null = null;
  for (const event of events) ticket = fold(ticket, event);
  if (ticket === null) throw new Error('The history of the ticket is empty; it must begin with SUBMITTED');
  return ticket;
}

// Every field is written, in the order of the type: V8 is faster when objects have one shape.
const submitted = (event: Extract<TicketEvent, { type: 'SUBMITTED' }>): Ticket => ({
  id: event.ticketId,
  clientId: event.clientId,
  subject: event.subject,
  description: event.description,
  reporter: event.reporter,
  assignee: event.assignee,
  channel: event.channel,
  externalId: event.externalId,
  externalUrl: event.externalUrl,
  tags: event.tags,
  contacts: event.contacts ?? [],
  followUpOf: event.followUpOf,
  policyId: event.policyId,
  policyVersion: event.policyVersion,
  calendars: event.calendars,
  impacts: event.impacts,
  severity: event.severity,
  initialSeverity: event.severity,
  clause: event.clause,
  override: null,
  proposal: null,
  reclassifiedBy: 0,
  state: event.effects.state,
  resolvedFrom: null,
  openedAt: event.at,
  respondedAt: null,
  acknowledgedAt: null,
  callRecordedAt: event.channel === 'PHONE' ? event.at : null,
  workaroundAppliedAt: null,
  resolvedAt: null,
  closedAt: null,
  resolution: null,
  closeReason: null,
  silentSince: null,
  awaitingReplySince: null,
  waits: [],
  stints: [{ from: event.at, until: null }],
  workarounds: [],
  severityChanges: [],
  cycles: event.effects.started ?? [],
  notMeasured: event.notMeasured,
  observedUntil: event.observedUntil,
  silenceFrom: event.silenceFrom ?? null,
  version: event.number,
  lastEventAt: event.at,
});

function changeCycle(
  draft: Draft,
  { kind, cycle: number }: { readonly kind: Cycle['kind']; readonly cycle: number },
  change: (cycle: Cycle) => Cycle,
): void {
  draft.cycles = draft.cycles.map((cycle) => (cycle.kind === kind && cycle.number === number ? change(cycle) : cycle));
}

/** Changes the breach of a cycle. As of an instant before the breach, there is none to change. */
const changeBreach = (
  draft: Draft,
  named: Parameters<typeof changeCycle>[1],
  change: (breach: Breach) => Breach,
): void =>
  changeCycle(draft, named, (cycle) => (cycle.breach === null ? cycle : { ...cycle, breach: change(cycle.breach) }));

function applyEffects(draft: Draft, event: CommandEvent): void {
  const { type, at, effects } = event;
  const { state, responds, ended, started, severityChange, waitingEnded, proposedWaivers } = effects;
  // Other events leave a closed ticket closed. As of an instant before the closing, it is not.
  if (state !== 'closed' || type === 'CLOSED') draft.state = state;
  if (ended !== undefined) {
    for (const { kind, cycle, end } of ended) changeCycle(draft, { kind, cycle }, (it) => ({ ...it, end }));
  }
  if (started !== undefined) draft.cycles = [...draft.cycles, ...started];
  if (proposedWaivers !== undefined) {
    const { number: evidence, actor: by, lateReason: reason = null } = event;
    const proposedWaiver: ProposedWaiver = { at, by, evidence, reason };
    for (const named of proposedWaivers) changeBreach(draft, named, (breach) => ({ ...breach, proposedWaiver }));
  }
  if (responds === true) draft.respondedAt ??= at;
  if (severityChange !== undefined) {
    draft.severity = severityChange.to;
    draft.severityChanges = [...draft.severityChanges, severityChange];
  }
  if (waitingEnded !== undefined) {
    draft.waits = draft.waits.map((wait) =>
      wait.until === null && waitingEnded.includes(wait.reason) ? { ...wait, until: at } : wait,
    );
  }
}

type CommandEvent = TicketEvent & Exclude<EventBody, { type: 'SUBMITTED' | 'MARK_REACHED' | 'COMMITMENT_BREACHED' }>;

function applyFacts(draft: Draft, event: CommandEvent, before: Ticket): void {
  const { at } = event;
  switch (event.type) {
    case 'ACKNOWLEDGED':
      draft.acknowledgedAt = at;
      break;
    case 'RECLASSIFIED':
      draft.impacts = event.impacts;
      draft.clause = event.clause;
      draft.override = event.override;
      draft.proposal = null;
      draft.reclassifiedBy = event.number;
      break;
    case 'OVERRIDE_PROPOSED':
      draft.proposal = event.proposal;
      break;
    case 'OVERRIDE_APPROVED':
      draft.impacts = event.proposal.impacts;
      draft.clause = event.proposal.clause;
      draft.override = overrideOf(event.proposal, event.actor);
      draft.proposal = null;
      draft.reclassifiedBy = event.number;
      break;
    case 'OVERRIDE_REJECTED':
      draft.proposal = null;
      break;
    case 'WORKAROUND_APPLIED':
      draft.impacts = event.workaround.impactsAfter;
      draft.clause = event.clause;
      draft.override = null;
      draft.proposal = null;
      draft.workarounds = [...before.workarounds, event.workaround];
      draft.workaroundAppliedAt = at;
      break;
    case 'WORKAROUND_WITHDRAWN': {
      const last = before.workarounds.findLastIndex((workaround) => workaround.withdrawnAt === null);
      draft.impacts = event.impacts;
      draft.clause = event.clause;
      draft.override = null;
      draft.proposal = null;
      draft.workarounds = before.workarounds.map((it, index) => (index === last ? { ...it, withdrawnAt: at } : it));
      draft.workaroundAppliedAt =
        draft.workarounds.findLast((workaround) => workaround.withdrawnAt === null)?.appliedAt ?? null;
      break;
    }
    case 'WAITING_STARTED':
      draft.waits = [...draft.waits, { reason: event.reason, from: at, until: null }];
      break;
    case 'WAITING_STOPPED':
    case 'NOTE_ADDED':
      break;
    case 'CALL_RECORDED':
      draft.callRecordedAt ??= at;
      draft.awaitingReplySince ??= at;
      if (draft.state === 'resolved') draft.silentSince = at;
      break;
    case 'COMMUNICATED':
      if (event.direction === 'INBOUND') {
        draft.awaitingReplySince ??= at;
        if (draft.state === 'resolved') draft.silentSince = at;
      } else if (event.automatic !== true) {
        draft.awaitingReplySince = null;
      }
      break;
    case 'RESOLVED':
      draft.resolvedFrom = before.state === 'workaroundApplied' ? 'workaroundApplied' : 'open';
      draft.resolvedAt = at;
      draft.resolution = event.resolution;
      draft.proposal = null;
      draft.silentSince = at;
      draft.stints = before.stints.map((stint) => (stint.until === null ? { ...stint, until: at } : stint));
      break;
    case 'REOPENED':
      draft.resolvedFrom = null;
      draft.resolvedAt = null;
      draft.resolution = null;
      draft.silentSince = null;
      draft.stints = [...before.stints, { from: at, until: null }];
      break;
    case 'CLOSED':
      draft.closedAt = at;
      draft.closeReason = event.reason;
      draft.proposal = null;
      draft.silentSince = null;
      break;
    case 'TICKET_UPDATED':
      for (const name of detailsIn(event)) Object.assign(draft, { [name]: event[name] });
      break;
    case 'ASSIGNED':
      draft.assignee = event.assignee;
      break;
    case 'BREACH_WAIVED':
    case 'WAIVER_APPROVED':
      changeBreach(draft, event, ({ proposedWaiver: _, ...breach }) => ({ ...breach, waiver: event.waiver }));
      break;
    case 'WAIVER_REJECTED':
      changeBreach(draft, event, ({ proposedWaiver: _, ...breach }) => ({
        ...breach,
        rejectedWaiver: event.rejection,
      }));
      break;
    default:
      throw unknownType(event);
  }
}

/** For the compiler this is unreachable, because every type is folded above. */
function unknownType(event: never): Error {
  const { type, number, ticketId } = event as TicketEvent;
  return new Error(`Event ${number} of ticket ${ticketId} has the type ${type}, which cannot be folded`);
}
