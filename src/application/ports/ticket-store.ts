import type { TicketClocks } from '../../domain/commitment/view';
import type { EpochMs } from '../../domain/instant';
import type { NewTicket } from '../../domain/ticket/commands';
import type { DecidedCycle } from '../../domain/ticket/cycle-outcomes';
import type { Milestone } from '../../domain/ticket/milestones';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { StoredTicket } from './stored-ticket';

/** A ticket as a change leaves it, with everything that is saved beside it. */
export interface TicketRecord {
  readonly ticket: Ticket;
  /** The ticket before the change; null for a new one. */
  readonly stored: StoredTicket | null;
  /** What happened to it, in order; empty where only its clocks are computed again. */
  readonly events: readonly TicketEvent[];
  readonly recordedAt: EpochMs;
  readonly clocks: TicketClocks;
  readonly decidedCycles: readonly DecidedCycle[];
  readonly milestones: readonly Milestone[];
}

/** An idempotency key with the request that it stands for. */
export interface KeyClaim {
  /** Who chose the key. */
  readonly caller: string;
  readonly key: string;
  /** Equal for two requests that ask for the same. */
  readonly fingerprint: string;
  readonly ticketId: string;
}

/** The answer that is kept with a key. */
export interface KeyAnswer extends KeyClaim {
  /** The version at which the ticket was left; null where there is none. */
  readonly version: number | null;
  readonly refused: Refusal | null;
  readonly refusals: readonly (Refusal | null)[];
}

/** The first answer to a request, read again by its key. */
export interface FirstAnswer {
  readonly fingerprint: string;
  /** The ticket as it stood then. */
  readonly ticket: StoredTicket | null;
  readonly refused: Refusal | null;
  readonly refusals: readonly (Refusal | null)[];
}

/** What submissions refer to, as far as it exists. */
export interface References {
  readonly clients: ReadonlySet<string>;
  /** The client of each ticket that is followed up, by the ticket's id. */
  readonly followed: ReadonlyMap<string, string>;
  /** `externalIdKey` of the external ids that are taken. */
  readonly taken: ReadonlySet<string>;
}

/** Names an external id of a client. */
export const externalIdKey = (clientId: string, externalId: string): string => `${clientId}/${externalId}`;

/** What one transaction saves. */
export interface Saving {
  /** Tickets that this transaction has inserted: their events and facts. */
  readonly opened: readonly TicketRecord[];
  readonly changed: readonly TicketRecord[];
  /** Answers to the keys that this transaction has claimed. */
  readonly answers: readonly KeyAnswer[];
  readonly now: EpochMs;
}

/** A ticket that is due, locked. */
export interface TakenTicket {
  readonly ticket: StoredTicket;
  /** The next deadline in its row; not finite if the row is damaged. */
  readonly dueAt: number;
  /** The instant of the store's clock at which it was taken. */
  readonly takenAt: EpochMs;
}

/** A ticket whose deadlines could not be recorded, and why. */
export interface DeadlineFault {
  readonly ticketId: string;
  readonly error: unknown;
}

/** The same, set aside until it is tried again. */
export interface SetAside extends DeadlineFault {
  readonly attempts: number;
  readonly retryAt: EpochMs;
}

/** The operations of one transaction. */
export interface TicketTransaction {
  /**
   * Claims keys, waiting for requests with the same key that are under way.
   *
   * @returns in the order given: null for a key that is new, else its first answer
   */
  claimKeys(claims: readonly KeyClaim[], now: EpochMs): Promise<readonly (FirstAnswer | null)[]>;
  /** Releases claimed keys, so that the next request with one of them is the first. */
  releaseKeys(claims: readonly KeyClaim[]): Promise<void>;
  /**
   * Locks tickets in the order of their ids, with one statement; leaves out those that are not
   * there.
   */
  lock(ids: readonly string[]): Promise<ReadonlyMap<string, StoredTicket>>;
  /** Finds what submissions refer to. Their texts are storable. */
  loadReferences(inputs: readonly NewTicket[]): Promise<References>;
  /**
   * Inserts new tickets.
   *
   * @returns the number of each by its id, without those whose id or external id is taken
   */
  insert(records: readonly TicketRecord[]): Promise<ReadonlyMap<string, number>>;
  /** Saves tickets, events, facts for reports and answers: at most two statements. */
  save(saving: Saving): Promise<void>;
  /**
   * Locks the next batch of due tickets, or those of some ids that are due; skips what others hold.
   */
  takeDue(ids: readonly string[] | null): Promise<readonly TakenTicket[]>;
  /** The present instant by the store's clock. */
  now(): Promise<EpochMs>;
  /**
   * Reads the logs of tickets up to a version. Each function folds one of them, in the order asked,
   * to the ticket as it stood then; null where there is none.
   */
  fromLog(tickets: readonly Pick<Ticket, 'id' | 'version'>[]): Promise<readonly (() => StoredTicket | null)[]>;
  setAside(faults: readonly DeadlineFault[]): Promise<readonly SetAside[]>;
}

/** How many due tickets are taken at a time. */
export const DUE_BATCH = 1_000;

/** The store of tickets. It locks, loads and saves, and decides nothing. */
export interface TicketStore {
  /**
   * Runs work in one transaction, and the whole again on a serialisation failure, a deadlock, or a
   * connection lost before the commit.
   *
   * @param attempts how often it is tried
   * @throws CommitUnknownError if the connection is lost during the commit and its outcome is
   * unknown
   */
  transact<T>(work: (tx: TicketTransaction) => Promise<T>, attempts?: number): Promise<T>;
  /**
   * Inserts one new ticket with its first event and, where there is a key, the answer: one
   * statement, one transaction.
   *
   * @returns the ticket's number; null where its client does not exist, or its id, external id or
   * key is taken: nothing is saved then
   */
  insertOne(record: TicketRecord, answer: KeyAnswer | null): Promise<number | null>;
  /** The ids of the next batch of due tickets, without locking them. */
  findDue(): Promise<readonly string[]>;
  setAside(faults: readonly DeadlineFault[]): Promise<readonly SetAside[]>;
  /** The present instant by the store's clock, and when something falls due next. */
  nextDeadline(): Promise<{ readonly now: EpochMs; readonly next: EpochMs | null }>;
  /**
   * Whether the store rejected a statement, or a value that it holds is unreadable. One ticket may
   * be the cause.
   */
  isRejection(error: unknown): boolean;
  /**
   * Whether the server is the cause and not a ticket: rights, missing tables, resources, conflicts.
   */
  isServerFault(error: unknown): boolean;
  /**
   * Whether the error comes from the store: it cannot be used, or it rejected a statement.
   */
  isStoreFault(error: unknown): boolean;
}
