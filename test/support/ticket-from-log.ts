import type { EpochMs } from '../../src/domain/instant';
import type { CommitmentKind, WaitingReason } from '../../src/domain/policy/policy';
import type { Cycle, ProposedWaiver, RejectedWaiver, Ticket, Waiver } from '../../src/domain/ticket/ticket';
import type { DetailName, TicketDetails } from '../../src/domain/ticket/ticket-details';
import type { Effects, EventType, TicketEvent } from '../../src/domain/ticket/ticket-events';

type Of<T extends EventType> = Extract<TicketEvent, { type: T }>;

/** The events that can change how a ticket is classified. */
const CLASSIFYING = ['SUBMITTED', 'RECLASSIFIED', 'OVERRIDE_APPROVED', 'WORKAROUND_APPLIED', 'WORKAROUND_WITHDRAWN'];
/** The events after which no proposal waits for approval, besides the classifying ones. */
const SETTLING = ['OVERRIDE_REJECTED', 'RESOLVED', 'CLOSED'];

/**
 * What a log says of its ticket, for every field a question of its own to the whole log: "the
 * assignee is what the last ASSIGNED names". Written from the meaning of the fields, not from the
 * fold, which goes through the log event by event.
 */
export function ticketFromLog(log: readonly TicketEvent[]): Ticket {
  const all = <T extends EventType>(...types: readonly T[]): readonly Of<T>[] =>
    log.filter((event): event is Of<T> => (types as readonly EventType[]).includes(event.type));
  const last = <T extends EventType>(...types: readonly T[]): Of<T> | undefined => all(...types).at(-1);
  const effects = log.flatMap((event): (Effects & { readonly at: EpochMs })[] =>
    'effects' in event ? [{ ...event.effects, at: event.at }] : [],
  );
  const [submitted] = all('SUBMITTED');
  if (submitted === undefined) throw new Error('no SUBMITTED');

  const state = effects.at(-1)?.state ?? 'open';
  const severityChanges = effects.flatMap(({ severityChange }) => severityChange ?? []);
  const resolution = last('RESOLVED', 'REOPENED');
  const resolved = resolution?.type === 'RESOLVED' ? resolution : null;
  const inbound = all('COMMUNICATED').filter(({ direction }) => direction === 'INBOUND');
  const answers = all('COMMUNICATED').filter(({ direction, automatic }) => direction === 'OUTBOUND' && !automatic);
  const lastAnswer = answers.at(-1)?.number ?? 0;
  const unanswered = [...inbound, ...all('CALL_RECORDED')].filter(({ number }) => number > lastAnswer);
  const heard = [...(resolved === null ? [] : [resolved]), ...all('CALL_RECORDED'), ...inbound];

  const workarounds = all('WORKAROUND_APPLIED').map(({ workaround }) => workaround);
  const standing: number[] = [];
  const withdrawnAt = new Map<number, EpochMs>();
  for (const event of all('WORKAROUND_APPLIED', 'WORKAROUND_WITHDRAWN')) {
    if (event.type === 'WORKAROUND_APPLIED') standing.push(event.number);
    else withdrawnAt.set(standing.pop() ?? 0, event.at);
  }
  const classified = log.findLast(({ type }) => CLASSIFYING.includes(type)) ?? submitted;
  const proposed = last('OVERRIDE_PROPOSED');
  const isSettled = log.some(
    ({ type, number }) => number > (proposed?.number ?? 0) && [...CLASSIFYING, ...SETTLING].includes(type),
  );
  const openings = all('SUBMITTED', 'REOPENED');
  const firstCall = submitted.channel === 'PHONE' ? submitted : all('CALL_RECORDED')[0];

  const { clientId, channel, externalId, followUpOf } = submitted;
  const said = <Name extends DetailName>(name: Name): TicketDetails[Name] | undefined =>
    all('SUBMITTED', 'TICKET_UPDATED')
      .map((event: TicketDetails) => event[name])
      .findLast((value) => value !== undefined);
  const { policyId, policyVersion, calendars = {}, notMeasured, observedUntil, silenceFrom = null } = submitted;
  const acted = observedUntil === null ? undefined : log.find(({ at }) => at > observedUntil);
  const lastEventAt = log.at(-1)?.at ?? 0;
  return {
    ...{ id: submitted.ticketId, clientId, channel, externalId },
    subject: said('subject') ?? '',
    description: said('description') ?? null,
    reporter: said('reporter') ?? null,
    externalUrl: said('externalUrl') ?? null,
    tags: said('tags') ?? [],
    contacts: said('contacts') ?? [],
    ...{ followUpOf, policyId, policyVersion, calendars, notMeasured },
    silenceFrom: silenceFrom === null ? null : (acted?.at ?? silenceFrom),
    observedUntil: observedUntil !== null && lastEventAt > observedUntil ? null : observedUntil,
    version: log.length,
    lastEventAt,
    state,
    severity: severityChanges.at(-1)?.to ?? submitted.severity,
    initialSeverity: submitted.severity,
    severityChanges,
    ...classificationOf(classified),
    proposal: proposed === undefined || isSettled ? null : proposed.proposal,
    reclassifiedBy: last('RECLASSIFIED', 'OVERRIDE_APPROVED')?.number ?? 0,
    assignee: last('SUBMITTED', 'ASSIGNED')?.assignee ?? null,
    openedAt: submitted.at,
    respondedAt: effects.find(({ responds }) => responds === true)?.at ?? null,
    acknowledgedAt: last('ACKNOWLEDGED')?.at ?? null,
    callRecordedAt: firstCall?.at ?? null,
    resolvedAt: resolved?.at ?? null,
    resolution: resolved?.resolution ?? null,
    resolvedFrom: resolved === null ? null : standing.length > 0 ? 'workaroundApplied' : 'open',
    closedAt: last('CLOSED')?.at ?? null,
    closeReason: last('CLOSED')?.reason ?? null,
    silentSince: state === 'resolved' ? Math.max(...heard.map(({ at }) => at)) : null,
    awaitingReplySince: unanswered.length === 0 ? null : Math.min(...unanswered.map(({ at }) => at)),
    waits: all('WAITING_STARTED').map(({ reason, at: from, number }) => ({
      reason,
      from,
      until: endOfWait(log, reason, number),
    })),
    stints: openings.map(({ at, number }) => ({
      from: at,
      until: all('RESOLVED').find((event) => event.number > number)?.at ?? null,
    })),
    workarounds: workarounds.map((it) => ({ ...it, withdrawnAt: withdrawnAt.get(it.appliedBy) ?? null })),
    workaroundAppliedAt: workarounds.find(({ appliedBy }) => appliedBy === standing.at(-1))?.appliedAt ?? null,
    cycles: effects.flatMap(({ started }) => started ?? []).map((cycle) => cycleFromLog(log, cycle)),
  };
}

function classificationOf(event: TicketEvent): Pick<Ticket, 'impacts' | 'clause' | 'override'> {
  switch (event.type) {
    case 'RECLASSIFIED': {
      const { impacts, clause, override } = event;
      return { impacts, clause, override };
    }
    case 'OVERRIDE_APPROVED': {
      const { impacts, clause, isOverride, severity, reason, at, by } = event.proposal;
      const override = { severity, reason: reason ?? '', at, by, approvedBy: event.actor };
      return { impacts, clause, override: isOverride ? override : null };
    }
    case 'WORKAROUND_APPLIED':
      return { impacts: event.workaround.impactsAfter, clause: event.clause, override: null };
    case 'SUBMITTED':
    case 'WORKAROUND_WITHDRAWN':
      return { impacts: event.impacts, clause: event.clause, override: null };
    default:
      throw new Error(`${event.type} classifies nothing`);
  }
}

const endOfWait = (log: readonly TicketEvent[], reason: WaitingReason, start: number): EpochMs | null =>
  log.find(
    (event) => event.number > start && 'effects' in event && event.effects.waitingEnded?.includes(reason) === true,
  )?.at ?? null;

/** A cycle as it started, with what the log says of it later. */
function cycleFromLog(log: readonly TicketEvent[], started: Cycle): Cycle {
  const { kind, number } = started;
  const isOfIt = (other: { readonly kind: CommitmentKind; readonly cycle: number }): boolean =>
    other.kind === kind && other.cycle === number;
  const ends = log.flatMap((event) => ('effects' in event ? (event.effects.ended ?? []) : [])).filter(isOfIt);
  const marks = log.flatMap((event) =>
    event.type === 'MARK_REACHED' && isOfIt(event) ? [{ name: event.mark, at: event.at }] : [],
  );
  const breaches = log.flatMap((event) => (event.type === 'COMMITMENT_BREACHED' && isOfIt(event) ? [event] : []));
  const waivers = log.flatMap((event) =>
    (event.type === 'BREACH_WAIVED' || event.type === 'WAIVER_APPROVED') && isOfIt(event) ? [event.waiver] : [],
  );
  const rejections = log.flatMap((event) =>
    event.type === 'WAIVER_REJECTED' && isOfIt(event) ? [event.rejection] : [],
  );
  const proposals = log.flatMap((event) =>
    'effects' in event && event.effects.proposedWaivers?.some(isOfIt) === true
      ? [{ at: event.at, by: event.actor, evidence: event.number, reason: event.lateReason ?? null }]
      : [],
  );
  const [breach] = breaches;
  const waiver = {
    ...(waivers.length === 0 ? {} : { waiver: waivers[0] as Waiver }),
    ...(rejections.length === 0 ? {} : { rejectedWaiver: rejections[0] as RejectedWaiver }),
    ...(proposals.length === 0 || waivers.length + rejections.length > 0
      ? {}
      : { proposedWaiver: proposals[0] as ProposedWaiver }),
  };
  return {
    ...started,
    marks,
    breach: breach === undefined ? null : { ...breach.breach, severity: breach.severity, ...waiver },
    end: ends[0]?.end ?? null,
  };
}
