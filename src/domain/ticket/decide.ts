import { transition } from 'xstate';
import { type Actor, SYSTEM } from '../actor';
import { isUnanswerable } from '../calendar/calendar-error';
import { newCycle } from '../commitment/commitment';
import { overdueEvents } from '../commitment/overdue';
import { distinctImpacts } from '../impact';
import type { EpochMs } from '../instant';
import { classify } from '../policy/classify';
import { type CommitmentKind, type Policy, severityPolicy, targetsOf } from '../policy/policy';
import { isClocklessCommand } from './clockless-events';
import type { Command, NewTicket } from './commands';
import type { DecisionContext } from './decision-context';
import { carryOut } from './effects';
import { fold } from './fold';
import { type LateEntry, lateReasonOf, reasonRefusal, timeRefusal } from './late-entry';
import { refusalOf } from './lifecycle';
import type { Refusal } from './refusals';
import type { Ticket, TicketState } from './ticket';
import { changedDetails, detailsIn } from './ticket-details';
import type { EventBody, TicketEvent } from './ticket-events';
import { type Action, FIRST_STATE, ticketMachine } from './ticket-machine';

/**
 * The result of a command. `events` are all new events, in order; `ticket` is the ticket after
 * them. A refused command changes nothing itself, but `events` still has what was due before its
 * instant.
 */
export interface Decision {
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
  readonly refusal: Refusal | null;
}

/** What the importer knows about the history of an imported ticket. */
export interface Evidence {
  /** The commitments that the history has no evidence for. */
  readonly notMeasured: readonly CommitmentKind[];
  /** Where the history ends; null for a ticket that is opened live, or goes on live. */
  readonly observedUntil: EpochMs | null;
  /** Silence before this instant does not close the ticket. If absent, all silence counts. */
  readonly silenceFrom?: EpochMs;
}

const LIVE: Evidence = { notMeasured: [], observedUntil: null };

/** A new ticket with its first event, or why it is not opened. */
export type Submission =
  | { readonly ok: true; readonly ticket: Ticket; readonly event: TicketEvent }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Opens a ticket. Refuses impacts that the policy does not cover (`ContradictoryImpact`,
 * `InvalidInput`), deadlines that the calendar cannot compute (`BeyondCalendar`), and an instant
 * that is in the future (`InTheFuture`) or long past without a reason (`ReasonNeeded`).
 *
 * @param entry given if the submission says when it happened
 */
export function submit(
  policy: Policy,
  ticketId: string,
  input: NewTicket,
  at: EpochMs,
  actor: Actor,
  evidence: Evidence = LIVE,
  entry: Pick<LateEntry, 'now' | 'reason'> | null = null,
): Submission {
  const outcome = classify(policy, input.impacts);
  if (!outcome.ok) return outcome;
  const mistimed = entry === null ? null : submissionTimeRefusal(at, entry, policy);
  if (mistimed !== null) return { ok: false, refusal: mistimed };
  const { severity, clause } = outcome.classification;
  const { notMeasured, observedUntil, silenceFrom } = evidence;
  try {
    const started = targetsOf(severityPolicy(policy, severity))
      .filter(([kind]) => !notMeasured.includes(kind))
      .map(([kind]) => newCycle(NO_CLOCKS, policy, kind, severity, at, at));
    const event: TicketEvent = {
      type: 'SUBMITTED',
      ticketId,
      number: 1,
      at,
      actor,
      clientId: input.clientId,
      subject: input.subject,
      description: input.description,
      reporter: input.reporter,
      assignee: input.assignee,
      channel: input.channel,
      externalId: input.externalId,
      externalUrl: input.externalUrl,
      tags: input.tags,
      ...(input.contacts === undefined || input.contacts.length === 0 ? {} : { contacts: input.contacts }),
      followUpOf: input.followUpOf,
      policyId: policy.id,
      policyVersion: policy.version,
      calendars: policy.replacements,
      impacts: distinctImpacts(input.impacts),
      severity,
      clause,
      notMeasured,
      observedUntil,
      ...(silenceFrom === undefined ? {} : { silenceFrom }),
      effects: { state: FIRST_STATE, started },
      ...lateReasonOf(entry),
    };
    return { ok: true, ticket: fold(null, event), event };
  } catch (error) {
    if (!isUnanswerable(error)) throw error;
    return { ok: false, refusal: { code: 'BeyondCalendar', detail: error.message } };
  }
}

/**
 * Decides a command. Records what was due before `at` first, then asks the lifecycle machine. Reads
 * no clock and saves nothing. A refusal is part of the result, not an exception. A due instant that
 * the calendar cannot compute refuses no command.
 *
 * @param entry given if the command says when it happened. Then `at` can be before marks and
 *   breaches that are recorded already.
 */
export function decide(
  ticket: Ticket,
  command: Command,
  at: EpochMs,
  policy: Policy,
  actor: Actor,
  entry: LateEntry | null = null,
): Decision {
  const contradiction = contradictionIn(command, policy);
  if (contradiction !== null) return { ticket, events: [], refusal: contradiction };
  const mistimed = timeRefusal(ticket, at, entry);
  if (mistimed !== null) return { ticket, events: [], refusal: mistimed };
  const recordedAt = entry?.now ?? at;
  // Such a command is no action that would end an imported history.
  const isApart = ticket.observedUntil !== null && isClocklessCommand(command);
  const passed = isApart ? { ticket, events: [] } : letPass(ticket, at, policy, recordedAt);
  // A request that is sent again has nothing to change any more.
  if (changesNothing(ticket, command)) return { ...passed, refusal: null };
  const outcome = run({ ticket: passed.ticket, policy, at, actor, recordedAt }, command);
  const refusal = outcome.ok ? (entry === null ? null : reasonRefusal(at, entry, policy)) : outcome.refusal;
  if (!outcome.ok || refusal !== null) {
    // A refused command does not count as an action, so it does not move the end of an imported
    // history.
    const isPastHistory = ticket.observedUntil !== null && at > ticket.observedUntil;
    return isPastHistory ? { ticket, events: [], refusal } : { ...passed, refusal };
  }
  const after = append(passed.ticket, at, actor, outcome.events, lateReasonOf(entry));
  return { ticket: after.ticket, events: [...passed.events, ...after.events], refusal: null };
}

/**
 * Records what was due strictly before an instant, without a command.
 *
 * @param detectedAt when it is recorded; by default that instant
 */
export function letPass(ticket: Ticket, before: EpochMs, policy: Policy, detectedAt: EpochMs = before): Decision {
  let current = ticket;
  const events: TicketEvent[] = [];
  for (const { at, body } of overdueEvents(ticket, policy, before, detectedAt)) {
    const next = append(current, at, SYSTEM, [body]);
    current = next.ticket;
    events.push(...next.events);
  }
  return { ticket: current, events, refusal: null };
}

const changesNothing = (ticket: Ticket, command: Command): boolean =>
  command.type === 'updateTicket' && detailsIn(changedDetails(ticket, command.details).after).length === 0;

/** The refusal of the instant of a submission. */
const submissionTimeRefusal = (
  at: EpochMs,
  entry: Pick<LateEntry, 'now' | 'reason'>,
  policy: Policy,
): Refusal | null =>
  at > entry.now ? { code: 'InTheFuture', occurredAt: at, now: entry.now } : reasonRefusal(at, entry, policy);

/** The fields that `newCycle` reads, for a ticket that has no events yet. */
const NO_CLOCKS: Pick<Ticket, 'cycles' | 'stints' | 'waits'> = { cycles: [], stints: [], waits: [] };

/**
 * The refusal of impacts that the policy does not cover; null if the command has no impacts or
 * all are covered. It comes before all other checks.
 */
export function contradictionIn(command: Command, policy: Policy): Refusal | null {
  const impacts =
    command.type === 'applyWorkaround'
      ? command.remaining
      : command.type === 'reclassify' && 'impacts' in command
        ? command.impacts
        : null;
  if (impacts === null) return null;
  const outcome = classify(policy, impacts);
  return outcome.ok ? null : outcome.refusal;
}

/** Runs the command through the lifecycle machine: its events, or its refusal. */
function run(
  context: DecisionContext,
  command: Command,
): { readonly ok: true; readonly events: readonly EventBody[] } | { readonly ok: false; readonly refusal: Refusal } {
  const { ticket } = context;
  const snapshot = ticketMachine.resolveState({ value: ticket.state, context });
  const [next, actions] = transition(ticketMachine, snapshot, command);
  // Every transition has an action. So no action means that no transition was taken.
  if (actions.length === 0) return { ok: false, refusal: refusalOf(context, command) };
  const names = actions.map((action) => action.type as Action);
  return { ok: true, events: carryOut(names, context, command, next.value as TicketState, ticket.version + 1) };
}

function append(
  ticket: Ticket,
  at: EpochMs,
  actor: Actor,
  bodies: readonly EventBody[],
  lateReason: Pick<TicketEvent, 'lateReason'> = {},
): { readonly ticket: Ticket; readonly events: readonly TicketEvent[] } {
  let current = ticket;
  const events = bodies.map((body, index) => {
    const said = index === 0 ? lateReason : {};
    const event: TicketEvent = { ...body, ticketId: ticket.id, number: current.version + 1, at, actor, ...said };
    current = fold(current, event);
    return event;
  });
  return { ticket: current, events };
}
