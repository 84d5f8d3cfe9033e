import { ACTOR_KINDS, type Actor } from '../actor';
import type { Impact } from '../impact';
import { COMMITMENT_KINDS, WAITING_REASONS } from '../policy/policy';
import { SEVERITIES } from '../severity';
import {
  BOOLEAN,
  INTEGER,
  listOf,
  mapOf,
  meaning,
  NUMBER,
  nullable,
  objectOf,
  oneOf,
  orAbsent,
  type Shape,
  TEXT,
  TRUE,
} from '../shape';
import { CHANNELS, DIRECTIONS } from './commands';
import { CONTACTS_SHAPE, DETAIL_SHAPES } from './detail-shapes';
import {
  ASSIGNEE,
  EXTERNAL_ID,
  FACT,
  REPORTER,
  type TextMeaning,
  TICKET_TAG,
  WEB_ADDRESS,
  WRITTEN,
} from './text-meanings';
import {
  type Breach,
  CYCLE_OUTCOMES,
  type Cycle,
  type CycleEnd,
  type Override,
  type Proposal,
  type ProposedWaiver,
  type RejectedWaiver,
  SEVERITY_CHANGE_CAUSES,
  type SeverityChange,
  TICKET_STATES,
  type Waiver,
  type Workaround,
} from './ticket';
import type { TicketDetails } from './ticket-details';
import type { Effects, EventBody, EventType, TicketEvent } from './ticket-events';

/**
 * The newest shape of each event type, as the log stores it. The compiler compares every shape with
 * the type that it describes: a missing event type or field does not compile. A change that a
 * stored event would not satisfy needs a step in `upcast.ts`.
 *
 * Each text says what it means to a person who asks for erasure (`text-meanings.ts`).
 */

const kind = oneOf(COMMITMENT_KINDS);
const severity = oneOf(SEVERITIES);
const waitingReason = oneOf(WAITING_REASONS);
/** Epoch milliseconds. */
const instant = NUMBER;
const instantOrNull = nullable(instant);
const writtenOrNull = nullable(WRITTEN);

export const ACTOR_SHAPE: Shape<Actor> = meaning(
  'ACTOR' satisfies TextMeaning,
  objectOf<Actor>({ kind: oneOf(ACTOR_KINDS), id: TEXT, name: TEXT }),
);

/** The codes are words of the ticket's policy version. */
const impacts = listOf(objectOf<Impact>({ audience: FACT, consequence: FACT, note: writtenOrNull }));

const override = objectOf<Override>({
  severity,
  reason: WRITTEN,
  at: instant,
  by: ACTOR_SHAPE,
  approvedBy: orAbsent(ACTOR_SHAPE),
});

const proposal = objectOf<Proposal>({
  severity,
  isOverride: BOOLEAN,
  impacts,
  clause: FACT,
  reason: writtenOrNull,
  at: instant,
  by: ACTOR_SHAPE,
});

const waiver = objectOf<Waiver>({ at: instant, by: ACTOR_SHAPE, reason: WRITTEN, evidence: orAbsent(INTEGER) });
const proposedWaiver = objectOf<ProposedWaiver>({
  at: instant,
  by: ACTOR_SHAPE,
  evidence: INTEGER,
  reason: writtenOrNull,
});
const rejectedWaiver = objectOf<RejectedWaiver>({ at: instant, by: ACTOR_SHAPE, reason: WRITTEN, evidence: INTEGER });

const breachCause = oneOf<Breach['cause']>(['DUE', 'RECLASSIFIED']);
const breach = objectOf<Breach>({
  at: instant,
  detectedAt: instant,
  cause: breachCause,
  severity,
  waiver: orAbsent(waiver),
  proposedWaiver: orAbsent(proposedWaiver),
  rejectedWaiver: orAbsent(rejectedWaiver),
});

const cycleEnd = objectOf<CycleEnd>({
  at: instant,
  outcome: oneOf(CYCLE_OUTCOMES),
  dueAt: instantOrNull,
  atRiskAt: instantOrNull,
  elapsedMs: nullable(NUMBER),
});

const cycle = objectOf<Cycle>({
  kind,
  number: INTEGER,
  severity,
  startedAt: instant,
  appliesFrom: instant,
  totalMs: nullable(NUMBER),
  totalUnknown: orAbsent(TRUE),
  marks: listOf(objectOf<Cycle['marks'][number]>({ name: FACT, at: instant })),
  breach: nullable(breach),
  end: nullable(cycleEnd),
});

const severityChange = objectOf<SeverityChange>({
  from: severity,
  to: severity,
  at: instant,
  by: ACTOR_SHAPE,
  cause: oneOf(SEVERITY_CHANGE_CAUSES),
  reason: writtenOrNull,
  deadlineBefore: instantOrNull,
  deadlineAfter: instantOrNull,
});

const workaround = objectOf<Workaround>({
  description: WRITTEN,
  appliedAt: instant,
  appliedBy: INTEGER,
  by: ACTOR_SHAPE,
  severityBefore: severity,
  severityAfter: severity,
  impactsBefore: impacts,
  impactsAfter: impacts,
  withdrawnAt: instantOrNull,
});

const effects = objectOf<Effects>({
  state: oneOf(TICKET_STATES),
  responds: orAbsent(TRUE),
  ended: orAbsent(listOf(objectOf<NonNullable<Effects['ended']>[number]>({ kind, cycle: INTEGER, end: cycleEnd }))),
  severityChange: orAbsent(severityChange),
  started: orAbsent(listOf(cycle)),
  waitingEnded: orAbsent(listOf(waitingReason)),
  proposedWaivers: orAbsent(
    listOf(objectOf<NonNullable<Effects['proposedWaivers']>[number]>({ kind, cycle: INTEGER })),
  ),
});

/** What the log stores of an event of a type beside its envelope. */
type Data<Type extends EventType> = Omit<Extract<EventBody, { readonly type: Type }>, 'type'> &
  (Type extends 'MARK_REACHED' | 'COMMITMENT_BREACHED' ? unknown : Pick<TicketEvent, 'lateReason'>);

const lateReason = orAbsent(WRITTEN);

export const EVENT_SHAPES: { readonly [Type in EventType]: Shape<Data<Type>> } = {
  SUBMITTED: objectOf<Data<'SUBMITTED'>>({
    clientId: FACT,
    subject: WRITTEN,
    description: writtenOrNull,
    reporter: nullable(REPORTER),
    assignee: nullable(ASSIGNEE),
    channel: oneOf(CHANNELS),
    externalId: nullable(EXTERNAL_ID),
    externalUrl: nullable(WEB_ADDRESS),
    tags: listOf(TICKET_TAG),
    contacts: orAbsent(CONTACTS_SHAPE),
    impacts,
    followUpOf: nullable(FACT),
    policyId: FACT,
    policyVersion: INTEGER,
    calendars: mapOf(FACT),
    severity,
    clause: FACT,
    notMeasured: listOf(kind),
    observedUntil: instantOrNull,
    silenceFrom: orAbsent(instant),
    effects,
    lateReason,
  }),
  ACKNOWLEDGED: objectOf<Data<'ACKNOWLEDGED'>>({ effects, lateReason }),
  RECLASSIFIED: objectOf<Data<'RECLASSIFIED'>>({
    impacts,
    severity,
    clause: FACT,
    override: nullable(override),
    reason: writtenOrNull,
    effects,
    lateReason,
  }),
  OVERRIDE_PROPOSED: objectOf<Data<'OVERRIDE_PROPOSED'>>({ proposal, effects, lateReason }),
  OVERRIDE_APPROVED: objectOf<Data<'OVERRIDE_APPROVED'>>({ proposal, reason: writtenOrNull, effects, lateReason }),
  OVERRIDE_REJECTED: objectOf<Data<'OVERRIDE_REJECTED'>>({ proposal, reason: WRITTEN, effects, lateReason }),
  WORKAROUND_APPLIED: objectOf<Data<'WORKAROUND_APPLIED'>>({ workaround, clause: FACT, effects, lateReason }),
  WORKAROUND_WITHDRAWN: objectOf<Data<'WORKAROUND_WITHDRAWN'>>({
    impacts,
    severity,
    clause: FACT,
    reason: writtenOrNull,
    effects,
    lateReason,
  }),
  WAITING_STARTED: objectOf<Data<'WAITING_STARTED'>>({ reason: waitingReason, effects, lateReason }),
  WAITING_STOPPED: objectOf<Data<'WAITING_STOPPED'>>({ reason: waitingReason, effects, lateReason }),
  COMMUNICATED: objectOf<Data<'COMMUNICATED'>>({
    direction: oneOf(DIRECTIONS),
    channel: oneOf(CHANNELS),
    body: WRITTEN,
    automatic: orAbsent(TRUE),
    effects,
    lateReason,
  }),
  CALL_RECORDED: objectOf<Data<'CALL_RECORDED'>>({ note: writtenOrNull, effects, lateReason }),
  NOTE_ADDED: objectOf<Data<'NOTE_ADDED'>>({ body: WRITTEN, effects, lateReason }),
  TICKET_UPDATED: objectOf<Data<'TICKET_UPDATED'>>({
    ...DETAIL_SHAPES,
    before: objectOf<TicketDetails>(DETAIL_SHAPES),
    effects,
    lateReason,
  }),
  RESOLVED: objectOf<Data<'RESOLVED'>>({ resolution: writtenOrNull, effects, lateReason }),
  REOPENED: objectOf<Data<'REOPENED'>>({ reason: writtenOrNull, effects, lateReason }),
  CLOSED: objectOf<Data<'CLOSED'>>({
    cause: oneOf<Data<'CLOSED'>['cause']>(['CONFIRMED', 'CANCELLED', 'SILENCE']),
    reason: writtenOrNull,
    effects,
    lateReason,
  }),
  ASSIGNED: objectOf<Data<'ASSIGNED'>>({ assignee: nullable(ASSIGNEE), effects, lateReason }),
  BREACH_WAIVED: objectOf<Data<'BREACH_WAIVED'>>({ kind, cycle: INTEGER, waiver, effects, lateReason }),
  WAIVER_APPROVED: objectOf<Data<'WAIVER_APPROVED'>>({ kind, cycle: INTEGER, waiver, effects, lateReason }),
  WAIVER_REJECTED: objectOf<Data<'WAIVER_REJECTED'>>({
    kind,
    cycle: INTEGER,
    rejection: rejectedWaiver,
    effects,
    lateReason,
  }),
  MARK_REACHED: objectOf<Data<'MARK_REACHED'>>({ kind, cycle: INTEGER, mark: FACT }),
  COMMITMENT_BREACHED: objectOf<Data<'COMMITMENT_BREACHED'>>({
    kind,
    cycle: INTEGER,
    severity,
    breach: objectOf<Data<'COMMITMENT_BREACHED'>['breach']>({ at: instant, detectedAt: instant, cause: breachCause }),
  }),
};
