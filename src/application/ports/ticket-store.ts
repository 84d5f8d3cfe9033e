import type { TicketClocks } from '../../domain/commitment/view';
import { folded } from '../../domain/folded-text';
import type { EpochMs } from '../../domain/instant';
import type { NewTicket } from '../../domain/ticket/commands';
import type { DecidedCycle } from '../../domain/ticket/cycle-outcomes';
import type { Milestone } from '../../domain/ticket/milestones';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { RecordedAct, TicketEvent } from '../../domain/ticket/ticket-events';
import type { WaitSignal } from '../waiting-line';
import type { Visibility } from './caller';
import type { StoredTicket } from './stored-ticket';

/** A ticket after a change, with everything that is saved together with it. */
export interface TicketRecord {
  readonly ticket: Ticket;
  /** The ticket before the change; null for a new one. */
  readonly stored: StoredTicket | null;
  /** The new events, in order. Empty if only the clocks are computed again. */
  readonly events: readonly TicketEvent[];
  readonly recordedAt: EpochMs;
  readonly clocks: TicketClocks;
  readonly decidedCycles: readonly DecidedCycle[];
  readonly milestones: readonly Milestone[];
  /** The number that was reserved for a new ticket; without it, the store gives the next. */
  readonly number?: number;
}

/** An idempotency key with the request that it identifies. */
export interface KeyClaim {
  /** The actor who chose the key. */
  readonly caller: string;
  readonly key: string;
  /** Equal for two requests with the same input. */
  readonly fingerprint: string;
  readonly ticketId: string;
}

/** The answer that is stored with a key. */
export interface KeyAnswer extends KeyClaim {
  /** The version of the ticket after the request; null if there is no ticket. */
  readonly version: number | null;
  readonly refused: Refusal | null;
  readonly refusals: readonly (Refusal | null)[];
}

/** The first answer to a request, read again by its key. */
export interface FirstAnswer {
  readonly fingerprint: string;
  /** Whether it had a ticket, also if that is one that the caller may not see any more. */
  readonly hadTicket: boolean;
  /** The ticket after that request. */
  readonly ticket: StoredTicket | null;
  readonly refused: Refusal | null;
  readonly refusals: readonly (Refusal | null)[];
}

/** The existing objects that submissions refer to. */
export interface References {
  readonly clients: ReadonlySet<string>;
  /** The client of each ticket that is followed up, by the id of the ticket. */
  readonly followed: ReadonlyMap<string, string>;
  /** `externalIdKey` of the external ids that are taken. */
  readonly taken: ReadonlySet<string>;
}

/** The key of an external id of a client. */
export const externalIdKey = (clientId: string, externalId: string): string => `${clientId}/${folded(externalId)}`;

/** What one transaction saves. */
export interface Saving {
  /** Tickets that this transaction has inserted: their events and facts. */
  readonly opened: readonly TicketRecord[];
  readonly changed: readonly TicketRecord[];
  /** The answers to the keys that this transaction has claimed. */
  readonly answers: readonly KeyAnswer[];
  readonly now: EpochMs;
}

/** A due ticket that this transaction has locked. */
export interface TakenTicket {
  readonly ticket: StoredTicket;
  /** The next deadline according to its row; not finite if the row is damaged. */
  readonly dueAt: number;
  /** The instant, by the store's clock, at which it was taken. */
  readonly takenAt: EpochMs;
}

/** A ticket whose deadlines could not be recorded, with the error. */
export interface DeadlineFault {
  readonly ticketId: string;
  readonly error: unknown;
}

/** A ticket that is set aside, with the time of the next attempt. */
export interface SetAside extends DeadlineFault {
  readonly attempts: number;
  readonly retryAt: EpochMs;
}

/** Tickets that this transaction has locked, by id. */
export interface LockedTickets {
  readonly tickets: ReadonlyMap<string, StoredTicket>;
  /**
   * An instant after all of them were locked, by the store's clock. Null if no ticket was found.
   */
  readonly at: EpochMs | null;
}

/** The operations of one transaction. */
export interface TicketTransaction {
  /**
   * Claims keys. Waits for running requests with the same key.
   *
   * @returns for each key, in the given order: null if the key is new, otherwise its first answer
   */
  claimKeys(claims: readonly KeyClaim[], now: EpochMs): Promise<readonly (FirstAnswer | null)[]>;
  /** Releases claimed keys, so that they count as new in the next request. */
  releaseKeys(claims: readonly KeyClaim[]): Promise<void>;
  /**
   * Locks tickets in the order of their ids, with one statement. Leaves out ids without a ticket.
   * If another transaction has locked one of them, this transaction fails and is run again.
   */
  lock(ids: readonly string[]): Promise<LockedTickets>;
  /** The last event of each ticket that was not caused by time, by the id of the ticket. */
  lastActs(ids: readonly string[]): Promise<ReadonlyMap<string, RecordedAct>>;
  /** Finds what submissions refer to. Their texts are storable. */
  loadReferences(inputs: readonly NewTicket[]): Promise<References>;
  /**
   * Inserts new tickets.
   *
   * @returns the number of each inserted ticket by its id. Tickets whose id or external id is taken
   *   are not inserted.
   */
  insert(records: readonly TicketRecord[]): Promise<ReadonlyMap<string, number>>;
  /** Saves tickets, events, facts for reports and answers: at most two statements. */
  save(saving: Saving): Promise<void>;
  /**
   * Locks the next batch of due tickets, or the due ones among some ids. Skips tickets that others
   * have locked.
   */
  takeDue(ids: readonly string[] | null): Promise<readonly TakenTicket[]>;
  /** The current instant by the store's clock. */
  now(): Promise<EpochMs>;
  /**
   * Reads the logs of tickets up to a version. Returns one function for each, in the given order,
   * which folds the log to the ticket at that version; null if there is none.
   */
  fromLog(tickets: readonly Pick<Ticket, 'id' | 'version'>[]): Promise<readonly (() => StoredTicket | null)[]>;
  setAside(faults: readonly DeadlineFault[]): Promise<readonly SetAside[]>;
}

/** The number of due tickets in a batch. */
export const DUE_BATCH = 1_000;

/** How a transaction of the store is run, and for whom: it sees and changes nothing else. */
export interface TransactionOptions {
  readonly sees: Visibility;
  /** The actors whose idempotency keys it uses, as `actorKey` writes them. */
  readonly callers: readonly string[];
  /** The maximum number of attempts. */
  readonly attempts?: number;
  /** Ends the wait for a connection. A transaction that has begun runs to its end. */
  readonly signal?: WaitSignal | undefined;
  /** The longest wait for locks of other transactions, in milliseconds. */
  readonly lockWaitMs?: number;
}

/** The store of tickets. It locks, loads and saves, and decides nothing. */
export interface TicketStore {
  /**
   * Runs work in one transaction. Runs the whole work again after a serialisation failure, a
   * deadlock, or a connection lost before the commit.
   *
   * If another transaction has locked the data, it waits without a connection and tries again.
   *
   * @throws CommitUnknownError if the connection is lost during the commit and its outcome is
   *   unknown; DataLockedError; StoreBusyError
   */
  transact<T>(work: (tx: TicketTransaction) => Promise<T>, options: TransactionOptions): Promise<T>;
  /**
   * Inserts one new ticket with its first event and, if the request has a key, the answer. This is
   * one statement and one transaction.
   *
   * @returns the number of the ticket. Null, and nothing is saved, if its client does not exist or
   *   if its id, external id or key is taken.
   * @throws CommitUnknownError, DataLockedError, StoreBusyError
   */
  insertOne(record: TicketRecord, answer: KeyAnswer | null, options: TransactionOptions): Promise<number | null>;
  /** The ids of the next batch of due tickets, without locking them. */
  findDue(): Promise<readonly string[]>;
  setAside(faults: readonly DeadlineFault[]): Promise<readonly SetAside[]>;
  /** The current instant by the store's clock, and the instant of the next deadline. */
  nextDeadline(): Promise<{ readonly now: EpochMs; readonly next: EpochMs | null }>;
  /**
   * Whether the store rejected a statement or returned a value that cannot be read. One ticket may
   * be the cause.
   */
  isRejection(error: unknown): boolean;
  /**
   * Whether the error comes from the store: it cannot be used, or it rejected a statement.
   */
  isStoreFault(error: unknown): boolean;
}
