import { clocksOf } from '../../domain/commitment/view';
import type { EpochMs } from '../../domain/instant';
import { classify } from '../../domain/policy/classify';
import type { Policy } from '../../domain/policy/policy';
import { STORABLE_TEXT, unstorablePaths } from '../../domain/text';
import type { NewTicket } from '../../domain/ticket/commands';
import { decidedCycles } from '../../domain/ticket/cycle-outcomes';
import { contradictionIn, type Decision, decide, letPass, type Submission, submit } from '../../domain/ticket/decide';
import type { LateEntry } from '../../domain/ticket/late-entry';
import { milestonesOf } from '../../domain/ticket/milestones';
import type { Refusal, RefusalCode } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { RecordedAct, TicketEvent } from '../../domain/ticket/ticket-events';
import type { StoredTicket } from '../ports/stored-ticket';
import { externalIdKey, type References, type TicketRecord } from '../ports/ticket-store';
import { sees } from '../visibility';
import type { Change, Changed } from './change';
import { isPolicyNotLoaded } from './with-pinned-policies';

/**
 * A change, and why it is refused without being tried. The refusal is not stored with the key of
 * the change, so that the corrected change can use the same key.
 */
export interface ChangeRequest {
  readonly change: Change;
  readonly refused: Refusal | null;
}

/** The data that a set of changes is decided on. All of it is locked or never changes. */
export interface KnownFacts extends References {
  /** The instant of steps without an instant of their own. */
  readonly now: EpochMs;
  /** The tickets that are to be changed, by id. */
  readonly tickets: ReadonlyMap<string, StoredTicket>;
  /**
   * The last event of a ticket that was not caused by time, for tickets with an event later than a
   * command that says when it happened.
   */
  readonly lastActs: ReadonlyMap<string, RecordedAct>;
  policyOfNew(change: Change): Policy;
  policyOf(ticket: Ticket): Policy;
}

/** A ticket that a set of changes has changed, in its state after the set. */
export interface TouchedTicket {
  readonly ticket: Ticket;
  /** The ticket before the set; null for a new one. */
  readonly stored: StoredTicket | null;
  readonly policy: Policy;
  readonly events: readonly TicketEvent[];
  /** The number that was reserved for a new ticket. */
  readonly number?: number;
}

/** The outcome of one change: its answer, or an unexpected error. */
type Outcome = PromiseSettledResult<Changed<Ticket>>;

export interface DecidedChanges {
  readonly outcomes: readonly Outcome[];
  /** The tickets that have changes to save. */
  readonly touched: readonly TouchedTicket[];
  /** The outcomes if only some of the new tickets could be inserted. */
  without(inserted: ReadonlyMap<string, unknown>): readonly Outcome[];
}

/**
 * Decides changes in memory, one after the other. Each change sees the results of those before it.
 */
export function decideChanges(requests: readonly ChangeRequest[], known: KnownFacts): DecidedChanges {
  const set = new ChangeSet(known);
  const outcomes = requests.map((request) => set.apply(request));
  return {
    outcomes,
    touched: set.touchedTickets,
    without: (inserted) =>
      outcomes.map((outcome, index) => {
        const change = requests[index]?.change;
        if (outcome.status === 'rejected' || outcome.value.ticket === null || change === undefined) return outcome;
        const { id } = outcome.value.ticket;
        const isThere = inserted.has(id) || known.tickets.has(id);
        return isThere ? outcome : { status: 'fulfilled', value: refusal(whyNotInserted(change)) };
      }),
  };
}

/** Another transaction has taken the id or the external id of the new ticket. */
function whyNotInserted({ ticketId, submit: submission }: Change): Refusal {
  if (submission === null) return notFound('Ticket', ticketId);
  const { externalId } = submission.input;
  return externalId === null ? ID_TAKEN : { code: 'DuplicateExternalId', externalId };
}

/** The tickets of a set while it is being decided. */
class ChangeSet {
  private readonly touched = new Map<string, TouchedTicket>();
  private readonly taken: Set<string>;

  constructor(private readonly known: KnownFacts) {
    this.taken = new Set(known.taken);
  }

  /** An unexpected error leaves the ticket unchanged and does not affect the other changes. */
  apply(request: ChangeRequest): Outcome {
    const { submit: submission } = request.change;
    try {
      const value = submission === null ? this.changeExisting(request) : this.open(request, submission.input);
      return { status: 'fulfilled', value };
    } catch (reason) {
      if (isPolicyNotLoaded(reason)) throw reason;
      return { status: 'rejected', reason };
    }
  }

  get touchedTickets(): readonly TouchedTicket[] {
    return [...this.touched.values()].filter(({ events }) => events.length > 0);
  }

  private open({ change, refused: early }: ChangeRequest, input: NewTicket): Changed<Ticket> {
    const policy = this.known.policyOfNew(change);
    const opened = openingOf(change, policy, this.known.now);
    // Contradictory impacts are refused before all other checks.
    if (!opened.ok && !COMES_LAST.has(opened.refusal.code)) return refusal(opened.refusal);
    const refused = early ?? this.whyNotOpened(change, input) ?? (opened.ok ? null : opened.refusal);
    if (refused !== null || !opened.ok) return refusal(refused);
    const { ticket, events, ...refusals } = this.takeSteps(change, opened.ticket, policy, [opened.event]);
    if (refusals.refused !== null) return { ...refusals, ticket: null, replayed: false };
    const reserved = change.submit?.number === undefined ? {} : { number: change.submit.number };
    this.touched.set(change.ticketId, { ticket, stored: null, policy, events, ...reserved });
    if (input.externalId !== null) this.taken.add(externalIdKey(input.clientId, input.externalId));
    return { ticket, ...refusals, replayed: false };
  }

  /**
   * The refusal of a new ticket because of the tickets that exist; null if these allow it.
   */
  private whyNotOpened({ ticketId }: Change, { clientId, followUpOf, externalId }: NewTicket): Refusal | null {
    if (followUpOf !== null && !this.known.followed.has(followUpOf) && !this.touched.has(followUpOf))
      return notFound('Ticket', followUpOf);
    if (externalId !== null && this.taken.has(externalIdKey(clientId, externalId))) {
      return { code: 'DuplicateExternalId', externalId };
    }
    return this.touched.has(ticketId) ? ID_TAKEN : null;
  }

  private changeExisting({ change, refused }: ChangeRequest): Changed<Ticket> {
    const before = this.find(change.ticketId);
    if (before === null || !sees(change, before.ticket.clientId)) return refusal(notFound('Ticket', change.ticketId));
    if (refused !== null) return { ...refusal(refused), ticket: before.ticket };
    const { ticket, events, ...refusals } = this.takeSteps(change, before.ticket, before.policy, before.events);
    this.touched.set(change.ticketId, { ...before, ticket, events });
    return { ticket, ...refusals, replayed: false };
  }

  private takeSteps(change: Change, ticket: Ticket, policy: Policy, events: readonly TicketEvent[]): TakenSteps {
    const { now, lastActs } = this.known;
    const lateOpening = change.submit?.entry !== undefined;
    return takeSteps(change, { ticket, events }, policy, {
      now,
      lastAct: lastActs.get(ticket.id) ?? null,
      lateOpening,
    });
  }

  private find(id: string): TouchedTicket | null {
    const touched = this.touched.get(id);
    if (touched !== undefined) return touched;
    const stored = this.known.tickets.get(id);
    return stored === undefined ? null : { ticket: stored, stored, policy: this.known.policyOf(stored), events: [] };
  }
}

function openingOf({ ticketId, submit: submission, actor }: Change, policy: Policy, now: EpochMs): Submission {
  if (submission === null) throw new Error(`The change of ticket ${ticketId} does not open it`);
  const { input, at, evidence, entry } = submission;
  const stated = entry === undefined ? null : { ...entry, now };
  return submit(policy, ticketId, input, at ?? now, actor, evidence ?? undefined, stated);
}

/** The refusals of a submission that come after those of what it refers to. */
const COMES_LAST: ReadonlySet<RefusalCode> = new Set(['BeyondCalendar', 'InTheFuture', 'ReasonNeeded']);

/** A ticket with the events of the set so far. */
interface TicketSoFar {
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
}

interface TakenSteps extends TicketSoFar, Pick<Changed<Ticket>, 'refused' | 'refusals'> {}

/** What the instants of steps are checked against. */
interface StepTimes extends Pick<LateEntry, 'now' | 'lastAct'> {
  /** Whether the ticket is new and was opened before now. */
  readonly lateOpening: boolean;
}

/**
 * Applies the steps of a change to a ticket, in order. A refused step does not affect the others.
 * After one that happened before now, what fell due since is recorded at once.
 */
function takeSteps(
  change: Change,
  { ticket: before, events: earlier }: TicketSoFar,
  policy: Policy,
  { now, lastAct, lateOpening }: StepTimes,
): TakenSteps {
  const { expectedVersion, steps, actor } = change;
  const nothing = { ticket: before, events: earlier, refused: null, refusals: [] };
  const contradiction = contradictionOf(change, policy);
  if (contradiction !== null) return { ...nothing, refusals: [contradiction] };
  if (expectedVersion !== null && before.version !== expectedVersion) {
    return { ...nothing, refused: { code: 'VersionConflict', expected: expectedVersion, actual: before.version } };
  }
  let ticket = before;
  const events = [...earlier];
  const refusals: (Refusal | null)[] = [];
  const take = (decision: Decision): void => {
    ticket = decision.ticket;
    events.push(...decision.events);
  };
  if (lateOpening) take(passTo(ticket, now, policy));
  for (const step of steps) {
    const at = step.at ?? Math.max(now, ticket.lastEventAt);
    const command = typeof step.command === 'function' ? step.command(ticket) : step.command;
    if (command === null) {
      refusals.push(null);
      continue;
    }
    if (command === 'LET_PASS') {
      take(letPass(ticket, at, policy));
      refusals.push(null);
      continue;
    }
    const entry: LateEntry | null =
      step.entry === undefined ? null : { ...step.entry, now, lastAct: events.findLast(isAct) ?? lastAct };
    const decision = decide(ticket, command, at, policy, actor, entry);
    take(decision);
    refusals.push(decision.refusal);
    if (entry !== null && decision.refusal === null) take(passTo(ticket, now, policy));
  }
  return { ticket, events, refused: null, refusals };
}

const isAct = ({ actor }: TicketEvent): boolean => actor.kind !== 'SYSTEM';

/** Lets time pass on a ticket that is not an imported history. */
const passTo = (ticket: Ticket, now: EpochMs, policy: Policy): Decision =>
  ticket.observedUntil === null ? letPass(ticket, now, policy) : { ticket, events: [], refusal: null };

/**
 * For a change with one command: contradictory impacts are refused before the version is compared.
 */
function contradictionOf({ steps }: Change, policy: Policy): Refusal | null {
  const command = steps.length === 1 ? steps[0]?.command : undefined;
  return typeof command === 'object' ? contradictionIn(command, policy) : null;
}

/** Refuses a change with a text that cannot be stored, and names the first such field. */
export function refuseUnstorable({ submit: submission, steps, actor, idempotency }: Change): Refusal | null {
  const [path] = unstorablePaths({ ...submission?.input, steps, actor, idempotency });
  return path === undefined ? null : { code: 'InvalidInput', field: path.join('.'), expected: STORABLE_TEXT };
}

/** Refuses a submission with facts that the policy does not have or that contradict themselves. */
export function refuseContradiction({ impacts }: NewTicket, policy: Policy): Refusal | null {
  const classified = classify(policy, impacts);
  return !classified.ok && classified.refusal.code !== 'InvalidInput' ? classified.refusal : null;
}

/**
 * Refuses a submission that refers to what its actor does not see, or to a ticket of another
 * client.
 *
 * @param clientOf the client of a ticket that there is, or that the same set is to open
 */
export function refuseReferences(
  change: Change,
  { clientId, followUpOf }: NewTicket,
  clients: ReadonlySet<string>,
  clientOf: (ticketId: string) => string | undefined,
): Refusal | null {
  const followed = followUpOf === null ? undefined : clientOf(followUpOf);
  if (followUpOf !== null && (followed === undefined || !sees(change, followed))) return notFound('Ticket', followUpOf);
  if (!sees(change, clientId) || !clients.has(clientId)) return notFound('Client', clientId);
  if (followed === undefined || followed === clientId) return null;
  return { code: 'InvalidInput', field: 'followUpOf', expected: 'takes a ticket of the same client' };
}

/** The answer to a change that was not tried, without a ticket. */
export const refusal = (refused: Refusal | null): Changed<never> => ({
  ticket: null,
  refused,
  refusals: [],
  replayed: false,
});

export const notFound = (kind: 'Ticket' | 'Client', id: string): Refusal => ({ code: 'NotFound', kind, id });

const ID_TAKEN: Refusal = { code: 'InvalidInput', field: 'id', expected: 'takes an id that no ticket has yet' };

/**
 * When a change of a ticket is recorded. Not before its previous change, also if the clock of the
 * store was set back in between.
 */
export const recordingTime = (stored: Pick<StoredTicket, 'updatedAt'> | null, now: EpochMs): EpochMs =>
  Math.max(now, stored?.updatedAt ?? now);

/** Everything that is saved of a changed ticket, recorded at an instant. */
export function ticketRecordOf(
  { ticket, stored, policy, events, ...reserved }: TouchedTicket,
  recordedAt: EpochMs,
): TicketRecord {
  const clocks = clocksOf(ticket, policy);
  const facts =
    // Opening a ticket decides no cycle and reaches no milestone.
    stored === null && events.length === 1
      ? { decidedCycles: [], milestones: [] }
      : { decidedCycles: decidedCycles(ticket, events), milestones: milestonesOf(stored, ticket, events, policy) };
  return { ticket, stored, events, recordedAt, clocks, ...facts, ...reserved };
}
