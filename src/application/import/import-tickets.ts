import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { Evidence } from '../../domain/ticket/decide';
import { explainRefusal } from '../../domain/ticket/refusals';
import { CommitUnknownError, endsAllWork, isServerFault } from '../ports/store-errors';
import { type Change, type Changed, type ChangeTickets, SomeChangesFailed, type Step } from '../tickets/change';
import { ImportInterrupted } from './import-interrupted';
import { lineRanges } from './line-ranges';
import type { ImportMapping } from './mapping';
import { type LogRow, planTicket, type ReportReason, type RowReport, type TicketPlan } from './plan-ticket';
import type { RowTally } from './row-tally';
import { type ImportSummary, TicketTally } from './ticket-tally';

/** A ticket of the imported log, with its rows in order. */
export interface StagedTicket {
  readonly externalId: string;
  readonly rows: readonly LogRow[];
}

/** The rows of a file, sorted by ticket. */
export interface Staging {
  readonly tickets: number;
  /** The two rows with the latest instants, the latest first; fewer if fewer rows have one. */
  readonly latest: readonly { readonly line: number; readonly at: EpochMs }[];
  /** The tickets with a row whose second instant is later than the latest instant of all rows. */
  ambiguousAtTheEnd(): Promise<readonly StagedTicket[]>;
  batches(size: number): AsyncIterable<readonly StagedTicket[]>;
}

/** What an import needs from outside. */
export interface ImportPorts {
  readonly changeTickets: ChangeTickets;
  /** The id of the client of that name, which is created if it does not exist. */
  ensureClient(name: string): Promise<string>;
  /** The external ids, among those given, that the client already has tickets for. */
  existing(clientId: string, externalIds: readonly string[]): Promise<ReadonlySet<string>>;
  newTicketId(): string;
  /** Reserves as many numbers for tickets, in ascending order; null if none are needed. */
  readonly reserveNumbers: ((count: number) => Promise<readonly number[]>) | null;
  /** The account of the rows; has those that could not be staged already. */
  readonly rows: RowTally;
  onProgress(tickets: number): void;
  /** Aborted when the import is to end after the tickets that are being saved. */
  readonly signal: AbortSignal;
}

/** The number of tickets in one transaction. */
export const BATCH = 160;
/** While the database writes two batches, the next is planned. With one, it takes 7 % longer. */
const CONCURRENT_BATCHES = 3;

interface PlannedTicket {
  readonly externalId: string;
  readonly plan: TicketPlan;
  /** Null if no row can open the ticket, or if it exists already. */
  readonly change: Change | null;
}

type Outcomes = readonly PromiseSettledResult<Changed>[];

/** Tickets of one transaction that is running. */
interface Writing {
  readonly planned: readonly PlannedTicket[];
  /** One outcome for each change. */
  readonly outcomes: Promise<Outcomes>;
}

/**
 * Replays a staged log by the same `changeTickets` that every other change uses, in batches of
 * tickets. Batches are written concurrently, but numbered and reported in the order of the file.
 *
 * @throws ImportInterrupted if a fault of the database or the signal ended it; what is saved is
 *   whole tickets, and a second import adds the others
 */
export async function importTickets(
  staging: Staging,
  mapping: ImportMapping,
  actor: Actor,
  ports: ImportPorts,
): Promise<ImportSummary> {
  const tally = new TicketTally(staging.tickets);
  const clients = new Map<string, string>();
  const inFlight: Writing[] = [];
  let isCommitUnknown = false;
  let end: EpochMs | null = null;
  try {
    end = await endOfLog(staging, mapping);
    for await (const batch of staging.batches(BATCH)) {
      if (ports.signal.aborted) break;
      const planned = await plan(batch, end);
      const outcomes = changeAll(planned.flatMap(({ change }) => change ?? []));
      // The rejection is handled where the promise is awaited; this keeps it from counting as
      // unhandled.
      outcomes.catch(() => undefined);
      inFlight.push({ planned, outcomes });
      if (inFlight.length >= CONCURRENT_BATCHES) await settleFirst();
    }
    while (inFlight.length > 0) await settleFirst();
  } catch (error) {
    while (inFlight.length > 0) await settleFirst().catch(() => undefined);
    if (!isServerFault(error)) throw error;
    throw new ImportInterrupted(tally.saved, isCommitUnknown ? new CommitUnknownError(error) : error);
  }
  if (tally.done < staging.tickets) throw new ImportInterrupted(tally.saved);
  return tally.summary(ports.rows.counts(), { at: end, latest: staging.latest });

  /** Plans a batch and looks up what it refers to, one batch after the other. */
  async function plan(batch: readonly StagedTicket[], end: EpochMs | null): Promise<PlannedTicket[]> {
    const plans = batch.map(({ externalId, rows }) => ({ externalId, plan: planTicket(externalId, rows, mapping) }));
    const known = new Map<string, ReadonlySet<string>>();
    for (const name of new Set(plans.flatMap((ticket) => clientOf(ticket.plan) ?? []))) {
      const clientId = clients.get(name) ?? (await ports.ensureClient(name));
      clients.set(name, clientId);
      const ids = plans.filter((ticket) => clientOf(ticket.plan) === name).map(({ externalId }) => externalId);
      known.set(name, await ports.existing(clientId, ids));
    }
    const isNew = ({ externalId, plan: { opening } }: (typeof plans)[number]): boolean =>
      opening !== null && known.get(opening.row.facts.client)?.has(externalId) !== true;
    const count = plans.filter(isNew).length;
    const numbers = count === 0 ? undefined : (await ports.reserveNumbers?.(count))?.values();
    return plans.map((ticket) => ({
      ...ticket,
      change: isNew(ticket) ? changeOf(ticket.externalId, ticket.plan, end, numbers?.next().value) : null,
    }));
  }

  /** Awaits the oldest batch that is being written, and counts and reports what became of it. */
  async function settleFirst(): Promise<void> {
    const writing = inFlight.shift();
    if (writing === undefined) return;
    const outcomes = await writing.outcomes.catch((error: unknown) => {
      isCommitUnknown ||= error instanceof CommitUnknownError;
      throw error;
    });
    const ofChanges = outcomes.values();
    const ends: PromiseRejectedResult[] = [];
    for (const ticket of writing.planned) {
      const outcome = ticket.change === null ? null : ofChanges.next().value;
      if (outcome?.status === 'rejected' && endsAllWork(outcome.reason)) ends.push(outcome);
      else account(ticket, outcome);
    }
    ports.onProgress(tally.done);
    const [end] = ends;
    if (end === undefined) return;
    isCommitUnknown ||= end.reason instanceof CommitUnknownError;
    throw end.reason;
  }

  /** Counts a ticket, and each of its rows as used or as left out. */
  function account({ externalId, plan, change }: PlannedTicket, outcome: Outcomes[number] | null | undefined): void {
    const leaveOutTicket = (reason: ReportReason, detail: string): void => {
      for (const found of plan.reports) if (found.rows > 0) ports.rows.report(found);
      const all =
        plan.used.length === 1 ? 'its row is left out' : `its rows, lines ${lineRanges(plan.used)}, are left out`;
      const line = plan.opening?.row.line ?? 0;
      ports.rows.report({ line, ticket: externalId, reason, detail: `${detail}; ${all}`, rows: plan.used.length });
    };
    if (plan.opening === null) {
      tally.notOpened();
      for (const found of plan.reports) ports.rows.report(found);
      return;
    }
    const changed = outcome?.status === 'fulfilled' ? outcome.value : null;
    if (change === null || changed?.refused?.code === 'DuplicateExternalId') {
      tally.alreadyThere(plan.used.length);
      leaveOutTicket('ALREADY_THERE', 'the client has this ticket already');
    } else if (outcome?.status === 'rejected') {
      tally.failed();
      leaveOutTicket('FAULT', `an unexpected fault: ${messageOf(outcome.reason)}`);
    } else if (changed?.ticket == null) {
      tally.notOpened();
      leaveOutTicket('NOT_OPENED', changed?.refused == null ? 'no ticket was opened' : explainRefusal(changed.refused));
    } else {
      tally.imported(changed.ticket, plan.used.length);
      ports.rows.use(plan.used.length);
      const refused = changed.refusals.flatMap((refusal, step): RowReport[] => {
        const line = plan.steps[step]?.line;
        if (refusal === null || line === undefined) return [];
        return [{ line, ticket: externalId, reason: 'REFUSED', detail: explainRefusal(refusal), rows: 0 }];
      });
      for (const found of [...plan.reports, ...refused].sort((a, b) => a.line - b.line)) ports.rows.report(found);
    }
  }

  /** One result for each change: an unexpected error affects only the ticket that caused it. */
  async function changeAll(changes: readonly Change[]): Promise<Outcomes> {
    if (changes.length === 0) return [];
    try {
      const changed = await ports.changeTickets(changes);
      return changed.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (!(error instanceof SomeChangesFailed)) throw error;
      return error.outcomes;
    }
  }

  function changeOf(
    externalId: string,
    { opening, steps: planned }: TicketPlan,
    end: EpochMs | null,
    number: number | undefined,
  ): Change {
    if (opening === null) throw new Error(`Ticket ${externalId} has no opening`);
    const { client, ...facts } = opening.row.facts;
    const steps: Step[] = planned.map(({ command, at }) => ({ command, at }));
    const isLive = mapping.history === 'live';
    // Of a closed history, deadlines are evaluated up to the end of the log; of a live one, up to
    // the present, which a step without an instant means.
    if (end !== null) steps.push({ command: 'LET_PASS', at: isLive ? null : end });
    return {
      ticketId: ports.newTicketId(),
      submit: {
        input: {
          ...facts,
          clientId: clients.get(client) ?? '',
          externalId,
          impacts: opening.priority.impacts,
          followUpOf: null,
        },
        at: opening.at,
        evidence: {
          notMeasured: mapping.notMeasured,
          observedUntil: isLive ? null : end,
          ...silenceFromOf(mapping, opening.at, end),
        },
        ...(number === undefined ? {} : { number }),
      },
      steps,
      actor,
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    };
  }
}

/**
 * The last instant of the log, which has no information about the time after it. Null if no row has
 * an instant. No row is later than the present.
 */
async function endOfLog(staging: Staging, mapping: ImportMapping): Promise<EpochMs | null> {
  const ambiguous = await staging.ambiguousAtTheEnd();
  const ends = ambiguous.map(({ externalId, rows }) => planTicket(externalId, rows, mapping).lastInstant);
  return ends.reduce(
    (end, at) => (at !== null && (end === null || at > end) ? at : end),
    staging.latest[0]?.at ?? null,
  );
}

/**
 * The instant from which silence closes the ticket. A closed history without communications needs
 * none, because its tickets are never closed after silence.
 */
function silenceFromOf(
  { history, notMeasured, closeAfterSilence }: ImportMapping,
  openedAt: EpochMs,
  end: EpochMs | null,
): Pick<Evidence, 'silenceFrom'> {
  if (history === 'closed' && notMeasured.includes('UPDATE')) return {};
  return { silenceFrom: closeAfterSilence ? openedAt : (end ?? openedAt) };
}

const clientOf = ({ opening }: TicketPlan): string | null => opening?.row.facts.client ?? null;

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
