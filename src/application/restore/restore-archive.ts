import { interruptionText } from '../interruption';
import { OperatorError } from '../operator-error';
import type {
  ArchivedClient,
  ArchivedEvent,
  ArchivedEvents,
  ArchivedPolicy,
  ArchivedTicket,
  ArchiveHeader,
  ArchiveRecord,
  RestoredTicket,
  RestoreStore,
} from '../ports/archive';
import type { Policies } from '../ports/policies';
import { CommitUnknownError, isServerFault } from '../ports/store-errors';
import { foldArchived } from './fold-archived';

/** A full export cannot be restored here; the message says what is restored and what to do. */
export class RestoreRefused extends OperatorError {
  override readonly name = 'RestoreRefused';
}

/** A restore ended before its end. */
export class RestoreInterrupted extends OperatorError {
  override readonly name = 'RestoreInterrupted';
}

export interface RestoreSummary {
  readonly policies: number;
  readonly clients: number;
  readonly tickets: number;
  readonly added: number;
  /** Tickets that were there, with the same events. */
  readonly same: number;
  /** Tickets that were left out. Each is reported. */
  readonly leftOut: number;
  /** The events of the added tickets. */
  readonly events: number;
}

export interface RestorePorts {
  readonly store: RestoreStore;
  readonly policies: Policies;
  /** Whether the error comes from the database, and not from an event. */
  isStoreFault(error: unknown): boolean;
  /** Whether the database refused a statement. One ticket may be the cause. */
  isRejection(error: unknown): boolean;
  /** Moves events out of memory. */
  spill(events: Iterable<ArchivedEvent>): ArchivedEvents;
  onReport(report: { readonly line: number; readonly ticket: string; readonly reason: string }): void;
  onHeader(header: ArchiveHeader): void;
  onProgress(tickets: number): void;
}

/** The number of tickets in one transaction. */
const BATCH = 250;
/** The number of events after which a transaction takes no further ticket. */
const BATCH_EVENTS = 5_000;
/**
 * The characters of events after which a transaction takes no further ticket, and the events of the
 * last one do not stay in memory.
 */
const BATCH_CHARACTERS = 4_000_000;

/** A record with its line in the file. */
interface Numbered {
  readonly record: ArchiveRecord;
  readonly line: number;
  /** The length of the line. */
  readonly characters: number;
}

interface ReadTicket {
  readonly line: number;
  readonly ticket: ArchivedTicket;
  events: ArchivedEvents;
}

interface FoldedTicket {
  readonly read: ReadTicket;
  readonly restored: RestoredTicket;
}

/**
 * Restores a full export. Policies and clients are added in one transaction, tickets in batches; a
 * ticket is added with all its events or not at all. What is there already and is the same stays as
 * it is, so a restore that was interrupted can be run again.
 *
 * @throws RestoreRefused if a policy or a client contradicts one that is there, or if records are
 *   missing or in the wrong order
 * @throws RestoreInterrupted if a fault of the database ended it, or the file could not be read to
 *   its end
 */
export async function restoreArchive(records: AsyncIterable<Numbered>, ports: RestorePorts): Promise<RestoreSummary> {
  const restore = new Restore(ports);
  try {
    for await (const numbered of records) await restore.take(numbered);
    return await restore.end();
  } catch (error) {
    throw restore.interrupted(error);
  }
}

class Restore {
  private header: ArchiveHeader | null = null;
  private readonly policies: ArchivedPolicy[] = [];
  private readonly clients: ArchivedClient[] = [];
  private batch: ReadTicket[] = [];
  private batchEvents = 0;
  private batchCharacters = 0;
  private hasTickets = false;
  private readonly seen = { tickets: 0, events: 0 };
  private readonly done = { added: 0, same: 0, leftOut: 0, events: 0 };

  constructor(private readonly ports: RestorePorts) {}

  async take({ record, line, characters }: Numbered): Promise<void> {
    if (record.kind === 'header') {
      if (this.header !== null) throw this.refused(`line ${line} is a second header`);
      this.header = record;
      this.ports.onHeader(record);
    } else if (record.kind === 'event') {
      this.takeEvent(record, line);
      this.batchCharacters += characters;
    } else if (record.kind === 'ticket') {
      if (!this.hasTickets) await this.addPoliciesAndClients();
      if (this.isBatchFull) await this.addBatch();
      this.batch.push({ line, ticket: record, events: [] });
      this.seen.tickets += 1;
    } else if (this.hasTickets) {
      throw this.refused(`the ${record.kind} of line ${line} comes after a ticket`);
    } else if (record.kind === 'policy') this.policies.push(record);
    else this.clients.push(record);
  }

  async end(): Promise<RestoreSummary> {
    if (!this.hasTickets) await this.addPoliciesAndClients();
    await this.addBatch();
    await this.ports.store.completeNames();
    const { header, seen } = this;
    const found = { policies: this.policies.length, clients: this.clients.length, ...seen };
    for (const name of ['policies', 'clients', 'tickets', 'events'] as const) {
      if (header === null || header[name] === found[name]) continue;
      throw this.refused(`its header says ${header[name]} ${name}, but it has ${found[name]}; it is not complete`);
    }
    const { events: _seen, ...counts } = found;
    return { ...counts, ...this.done };
  }

  private get isBatchFull(): boolean {
    const { batch, batchEvents, batchCharacters } = this;
    return batch.length >= BATCH || batchEvents >= BATCH_EVENTS || batchCharacters >= BATCH_CHARACTERS;
  }

  private takeEvent(event: ArchivedEvent, line: number): void {
    const last = this.batch.at(-1);
    if (last === undefined || last.ticket.id !== event.ticketId || last.events.length >= last.ticket.version) {
      throw this.refused(`the event of line ${line} does not follow its ticket`);
    }
    if (this.batchCharacters > BATCH_CHARACTERS && Array.isArray(last.events)) {
      last.events = this.ports.spill(last.events);
    }
    last.events.push(event);
    this.batchEvents += 1;
    this.seen.events += 1;
  }

  private async addPoliciesAndClients(): Promise<void> {
    this.hasTickets = true;
    const { store } = this.ports;
    const contradictions = await store.addPoliciesAndClients(this.policies, this.clients);
    const [first] = contradictions;
    if (first !== undefined) {
      const others = contradictions.length === 1 ? '' : ` (and ${contradictions.length - 1} more)`;
      throw new RestoreRefused(
        `${first}${others}. Nothing was restored. Restore into an empty database: set DATABASE_URL or STEPDOWN_DATA_DIR.`,
      );
    }
    await store.advanceNumbers(this.header?.lastNumber ?? 0);
  }

  private async addBatch(): Promise<void> {
    const batch = this.batch;
    this.batch = [];
    this.batchEvents = 0;
    this.batchCharacters = 0;
    const tickets: FoldedTicket[] = [];
    for (const read of batch) {
      const restored = await foldArchived(read, this.ports);
      if (typeof restored === 'string') this.leaveOut(read, restored);
      else tickets.push({ read, restored });
    }
    await this.addTickets(tickets);
    for (const { events } of batch) events.close?.();
    const { added, same, leftOut } = this.done;
    this.ports.onProgress(added + same + leftOut);
  }

  /** If one ticket makes a statement fail, the others of the batch are still added. */
  private async addTickets(tickets: readonly FoldedTicket[]): Promise<void> {
    if (tickets.length === 0) return;
    let outcomes: Awaited<ReturnType<RestoreStore['addTickets']>>;
    try {
      outcomes = await this.ports.store.addTickets(tickets.map(({ restored }) => restored));
    } catch (error) {
      if (!(error instanceof Error) || !this.ports.isRejection(error) || isServerFault(error)) throw error;
      if (tickets.length > 1) {
        for (const ticket of tickets) await this.addTickets([ticket]);
        return;
      }
      outcomes = [{ reason: `the database refuses it: ${error.message}` }];
    }
    for (const [index, { read, restored }] of tickets.entries()) {
      const outcome = outcomes[index];
      if (outcome === 'ADDED') {
        this.done.added += 1;
        this.done.events += restored.events.length;
      } else if (outcome === 'SAME') this.done.same += 1;
      else this.leaveOut(read, outcome?.reason ?? 'it was not added');
    }
  }

  private leaveOut({ line, ticket }: ReadTicket, reason: string): void {
    this.done.leftOut += 1;
    this.ports.onReport({ line, ticket: `${ticket.number}`, reason });
  }

  /** An error that ended the restore, with what is restored and how to go on. */
  interrupted(error: unknown): unknown {
    if (error instanceof RestoreRefused) return error;
    if (isServerFault(error)) {
      const atLeast = error instanceof CommitUnknownError ? 'at least ' : '';
      const text = interruptionText('restore', error, `${atLeast}${this.restored} are restored`);
      return new RestoreInterrupted(text, { cause: error });
    }
    // Without a header it is no export, and there was nothing to restore.
    if (!(error instanceof OperatorError) || this.header === null) return error;
    const goOn = 'Run the import again with a complete file; it skips the tickets that are in.';
    return new RestoreInterrupted(`${error.message} ${this.restored} are restored. ${goOn}`, { cause: error });
  }

  /** The tickets that are in, as the subject of a clause. */
  private get restored(): string {
    return `${this.done.added + this.done.same} tickets`;
  }

  private refused(what: string): RestoreRefused {
    return new RestoreRefused(
      `The file is not a full export as Stepdown writes it: ${what}. ${this.restored} are restored. ` +
        'Export again with `npm run --silent stepdown -- export --with events`, and run the import again: ' +
        'it goes on where it stopped.',
    );
  }
}
