import type { Effects, EventBody, TicketEvent } from './events';
import type { Cycle, Ticket, TicketState } from './ticket';

/** Folds one event into the ticket. Pure arithmetic-free book-keeping: neither policy nor calendar is asked. */
export function fold(ticket: Ticket | null, event: TicketEvent): Ticket {
  if (event.type === 'SUBMITTED') return submitted(event);
  if (ticket === null) throw new Error(`Event ${event.number} of ticket ${event.ticketId} has no ticket to apply to`);
  const base: Ticket = {
    ...ticket,
    version: event.number,
    lastEventAt: event.at,
    observedUntil: ticket.observedUntil !== null && event.at > ticket.observedUntil ? null : ticket.observedUntil,
  };
  if (event.type === 'MARK_REACHED') {
    return changeCycle(base, event, (cycle) => ({
      ...cycle,
      marks: [...cycle.marks, { name: event.mark, at: event.at }],
    }));
  }
  if (event.type === 'COMMITMENT_BREACHED') {
    return changeCycle(base, event, (cycle) => ({ ...cycle, breach: event.breach }));
  }
  return withFacts(withEffects(base, event, event.effects), event, ticket.state);
}

/** The ticket that a history gives. */
export function foldAll(events: Iterable<TicketEvent>): Ticket {
  let ticket: Ticket | null = null;
  for (const event of events) ticket = fold(ticket, event);
  if (ticket === null) throw new Error('A ticket begins with SUBMITTED; the history is empty');
  return ticket;
}

function submitted(event: Extract<TicketEvent, { type: 'SUBMITTED' }>): Ticket {
  const { type: _type, effects, ticketId, number, at, actor: _actor, ...facts } = event;
  return {
    ...facts,
    id: ticketId,
    initialSeverity: event.severity,
    override: null,
    reclassifiedBy: 0,
    state: effects.state,
    resolvedFrom: null,
    openedAt: at,
    respondedAt: null,
    acknowledgedAt: null,
    callRecordedAt: event.channel === 'PHONE' ? at : null,
    workaroundAppliedAt: null,
    resolvedAt: null,
    closedAt: null,
    resolution: null,
    closeReason: null,
    silentSince: null,
    waits: [],
    stints: [{ from: at, until: null }],
    workarounds: [],
    severityChanges: [],
    cycles: effects.started ?? [],
    version: number,
    lastEventAt: at,
  };
}

function changeCycle(
  ticket: Ticket,
  { kind, cycle: number }: { readonly kind: Cycle['kind']; readonly cycle: number },
  change: (cycle: Cycle) => Cycle,
): Ticket {
  const cycles = ticket.cycles.map((cycle) => (cycle.kind === kind && cycle.number === number ? change(cycle) : cycle));
  return { ...ticket, cycles };
}

function withEffects(ticket: Ticket, { at }: TicketEvent, effects: Effects): Ticket {
  const { state, responds, ended, started, severityChange, waitingEnded } = effects;
  let next: Ticket = { ...ticket, state };
  for (const { kind, cycle, end } of ended ?? []) next = changeCycle(next, { kind, cycle }, (it) => ({ ...it, end }));
  if (started !== undefined) next = { ...next, cycles: [...next.cycles, ...started] };
  if (responds === true && next.respondedAt === null) next = { ...next, respondedAt: at };
  if (severityChange !== undefined) {
    next = {
      ...next,
      severity: severityChange.to,
      severityChanges: [...next.severityChanges, severityChange],
    };
  }
  if (waitingEnded !== undefined) {
    const waits = next.waits.map((wait) =>
      wait.until === null && waitingEnded.includes(wait.reason) ? { ...wait, until: at } : wait,
    );
    next = { ...next, waits };
  }
  return next;
}

type CommandEvent = TicketEvent & Exclude<EventBody, { type: 'SUBMITTED' | 'MARK_REACHED' | 'COMMITMENT_BREACHED' }>;

function withFacts(ticket: Ticket, event: CommandEvent, stateBefore: TicketState): Ticket {
  const { at } = event;
  switch (event.type) {
    case 'ACKNOWLEDGED':
      return { ...ticket, acknowledgedAt: at };
    case 'RECLASSIFIED': {
      const { impacts, clause, override } = event;
      return { ...ticket, impacts, clause, override, reclassifiedBy: event.number };
    }
    case 'WORKAROUND_APPLIED': {
      const { workaround, clause } = event;
      return {
        ...ticket,
        impacts: workaround.impactsAfter,
        clause,
        override: null,
        workarounds: [...ticket.workarounds, workaround],
        workaroundAppliedAt: at,
      };
    }
    case 'WORKAROUND_WITHDRAWN': {
      const { impacts, clause } = event;
      const last = ticket.workarounds.findLastIndex((workaround) => workaround.withdrawnAt === null);
      const workarounds = ticket.workarounds.map((it, index) => (index === last ? { ...it, withdrawnAt: at } : it));
      const standing = workarounds.findLast((workaround) => workaround.withdrawnAt === null);
      return {
        ...ticket,
        impacts,
        clause,
        override: null,
        workarounds,
        workaroundAppliedAt: standing?.appliedAt ?? null,
      };
    }
    case 'WAITING_STARTED':
      return { ...ticket, waits: [...ticket.waits, { reason: event.reason, from: at, until: null }] };
    case 'WAITING_STOPPED':
      return ticket;
    case 'ASSIGNED':
      return { ...ticket, assignee: event.assignee };
    case 'COMMUNICATED':
      return heard(ticket, at);
    case 'CALL_RECORDED':
      return heard({ ...ticket, callRecordedAt: ticket.callRecordedAt ?? at }, at);
    case 'RESOLVED':
      return {
        ...ticket,
        resolvedFrom: stateBefore === 'workaroundApplied' ? 'workaroundApplied' : 'open',
        resolvedAt: at,
        resolution: event.resolution,
        silentSince: at,
        stints: ticket.stints.map((stint) => (stint.until === null ? { ...stint, until: at } : stint)),
      };
    case 'REOPENED':
      return {
        ...ticket,
        resolvedFrom: null,
        resolvedAt: null,
        resolution: null,
        silentSince: null,
        stints: [...ticket.stints, { from: at, until: null }],
      };
    case 'CLOSED':
      return { ...ticket, closedAt: at, closeReason: event.reason, silentSince: null };
  }
}

const heard = (ticket: Ticket, at: number): Ticket =>
  ticket.state === 'resolved' ? { ...ticket, silentSince: at } : ticket;
