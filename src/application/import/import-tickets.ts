import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import { explainRefusal } from '../../domain/ticket/refusals';
import type { Ticket, TicketState } from '../../domain/ticket/ticket';
import { type Change, type Changed, type ChangeTickets, SomeChangesFailed, type Step } from '../tickets/change';
import type { ImportMapping } from './mapping';
import { type LogRow, planTicket, type ReportReason, type RowReport, type TicketPlan } from './plan-ticket';

/** A ticket of the imported log, with its rows in order. */
export interface StagedTicket {
  readonly externalId: string;
  readonly rows: readonly LogRow[];
}

/** The rows of a file, sorted by ticket. */
export interface Staging {
  readonly rows: number;
  readonly tickets: number;
  /**
   * The latest instant of all rows. The log has no information about the time after it. Null if no
   * row has one.
   */
  readonly lastInstant: EpochMs | null;
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
  onReport(report: RowReport): void;
  onProgress(done: { readonly tickets: number; readonly rows: number }): void;
}

/** The result of an import. */
export interface ImportSummary {
  readonly rows: number;
  readonly tickets: number;
  readonly imported: number;
  /** Tickets that the client had already, by their external id. */
  readonly alreadyThere: number;
  /** Tickets without a row that could open them, and those whose opening was refused. */
  readonly notOpened: number;
  /** Tickets left out because of an unexpected error. Each is reported. */
  readonly failed: number;
  readonly events: number;
  readonly reports: Readonly<Partial<Record<ReportReason, number>>>;
  readonly byState: Readonly<Partial<Record<TicketState, number>>>;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
  readonly breaches: Readonly<Partial<Record<CommitmentKind, number>>>;
}

/** The number of tickets in one transaction. */
const BATCH = 250;
/** While the database writes one batch, the next is planned. */
const CONCURRENT_BATCHES = 2;

/**
 * Replays a staged log by the same `changeTickets` that every other change uses, in batches of
 * tickets.
 */
export async function importTickets(
  staging: Staging,
  mapping: ImportMapping,
  actor: Actor,
  ports: ImportPorts,
): Promise<ImportSummary> {
  const tally = new Tally(staging, ports);
  const clients = new Map<string, string>();
  const inFlight: Promise<void>[] = [];
  for await (const batch of staging.batches(BATCH)) {
    const planned = batch.map(({ externalId, rows }) => ({
      externalId,
      rows: rows.length,
      plan: planTicket(externalId, rows, mapping),
    }));
    const writing = write(planned);
    // The rejection is handled where the promise is awaited; this keeps it from counting as
    // unhandled.
    writing.catch(() => undefined);
    inFlight.push(writing);
    if (inFlight.length >= CONCURRENT_BATCHES) await inFlight.shift();
  }
  await Promise.all(inFlight);
  return tally.summary();

  async function write(planned: readonly { externalId: string; rows: number; plan: TicketPlan }[]): Promise<void> {
    const open = planned.filter(({ plan }) => plan.opening !== null);
    const named = [...new Set(open.map(({ plan }) => plan.opening?.row.facts.client ?? ''))];
    const known = new Map<string, ReadonlySet<string>>();
    for (const name of named) {
      const clientId = clients.get(name) ?? (await ports.ensureClient(name));
      clients.set(name, clientId);
      const ids = open
        .filter(({ plan }) => plan.opening?.row.facts.client === name)
        .map(({ externalId }) => externalId);
      known.set(name, await ports.existing(clientId, ids));
    }
    const fresh = open.filter(
      ({ externalId, plan }) => known.get(plan.opening?.row.facts.client ?? '')?.has(externalId) !== true,
    );
    const changes = fresh.map(({ externalId, plan }) => changeOf(externalId, plan, clients));
    const results = changes.length === 0 ? [] : await changeAll(changes);
    for (const { plan } of planned) tally.reported(plan.reports);
    for (const [index, { externalId, plan }] of fresh.entries()) reportOutcome(externalId, plan, results[index]);
    tally.alreadyThere += open.length - fresh.length;
    tally.notOpened += planned.length - open.length;
    tally.progress(
      planned.length,
      planned.reduce((sum, { rows }) => sum + rows, 0),
    );
  }

  function reportOutcome(
    externalId: string,
    plan: TicketPlan,
    outcome: PromiseSettledResult<Changed> | undefined,
  ): void {
    const report = (line: number, reason: ReportReason, detail: string): void =>
      tally.reported([{ line, ticket: externalId, reason, detail }]);
    const opening = plan.opening?.row.line ?? 0;
    if (outcome?.status !== 'fulfilled') {
      tally.failed += 1;
      report(opening, 'FAULT', `an unexpected fault; the ticket is left out: ${messageOf(outcome?.reason)}`);
      return;
    }
    const { ticket, refused, refusals } = outcome.value;
    if (refused?.code === 'DuplicateExternalId') {
      tally.alreadyThere += 1;
    } else if (refused !== null) {
      tally.notOpened += 1;
      report(opening, 'REFUSED', explainRefusal(refused));
    } else if (ticket !== null) {
      tally.imported(ticket);
      for (const [step, refusal] of refusals.entries()) {
        const line = plan.steps[step]?.line;
        if (refusal !== null && line !== undefined) report(line, 'REFUSED', explainRefusal(refusal));
      }
    }
  }

  /** One result for each change: an unexpected error affects only the ticket that caused it. */
  async function changeAll(changes: readonly Change[]): Promise<readonly PromiseSettledResult<Changed>[]> {
    try {
      const changed = await ports.changeTickets(changes);
      return changed.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (!(error instanceof SomeChangesFailed)) throw error;
      return error.outcomes;
    }
  }

  function changeOf(externalId: string, plan: TicketPlan, clientIds: ReadonlyMap<string, string>): Change {
    const { opening } = plan;
    if (opening === null) throw new Error(`Ticket ${externalId} has no opening`);
    const { client, ...facts } = opening.row.facts;
    const steps: Step[] = plan.steps.map(({ command, at }) => ({ command, at }));
    // Deadlines are evaluated up to the end of the log, not up to today.
    if (staging.lastInstant !== null) steps.push({ command: 'LET_PASS', at: staging.lastInstant });
    return {
      ticketId: ports.newTicketId(),
      submit: {
        input: {
          ...facts,
          clientId: clientIds.get(client) ?? '',
          externalId,
          impacts: opening.priority.impacts,
          followUpOf: null,
        },
        at: opening.at,
        evidence: { notMeasured: mapping.notMeasured, observedUntil: staging.lastInstant },
      },
      steps,
      actor,
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    };
  }
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

/** The running counts of an import. Keeps no tickets in memory. */
class Tally {
  alreadyThere = 0;
  notOpened = 0;
  failed = 0;
  private opened = 0;
  private events = 0;
  private readonly reports: Partial<Record<ReportReason, number>> = {};
  private readonly byState: Partial<Record<TicketState, number>> = {};
  private readonly bySeverity: Partial<Record<Severity, number>> = {};
  private readonly breaches: Partial<Record<CommitmentKind, number>> = {};
  private readonly done = { tickets: 0, rows: 0 };

  constructor(
    private readonly staging: Staging,
    private readonly ports: Pick<ImportPorts, 'onReport' | 'onProgress'>,
  ) {}

  reported(reports: readonly RowReport[]): void {
    for (const report of reports) {
      this.reports[report.reason] = (this.reports[report.reason] ?? 0) + 1;
      this.ports.onReport(report);
    }
  }

  imported(ticket: Ticket): void {
    this.opened += 1;
    this.events += ticket.version;
    this.byState[ticket.state] = (this.byState[ticket.state] ?? 0) + 1;
    this.bySeverity[ticket.severity] = (this.bySeverity[ticket.severity] ?? 0) + 1;
    for (const kind of COMMITMENT_KINDS) {
      const breached = ticket.cycles.filter((cycle) => cycle.kind === kind && cycle.breach !== null).length;
      if (breached > 0) this.breaches[kind] = (this.breaches[kind] ?? 0) + breached;
    }
  }

  progress(tickets: number, rows: number): void {
    this.done.tickets += tickets;
    this.done.rows += rows;
    this.ports.onProgress(this.done);
  }

  summary(): ImportSummary {
    const { rows, tickets } = this.staging;
    const { opened: imported, alreadyThere, notOpened, failed, events, reports, byState, bySeverity, breaches } = this;
    const counts = { rows, tickets, imported, alreadyThere, notOpened, failed, events };
    return { ...counts, reports, byState, bySeverity, breaches };
  }
}
