import type { Erasure, Person } from '../../domain/ticket/erasure';
import type { TicketEvent } from '../../domain/ticket/ticket-events';

/** The events of a ticket, or why they cannot be read. */
export interface ReadHistory {
  readonly id: string;
  readonly number: number;
  readonly events: readonly TicketEvent[] | UnreadableHistory;
}

export interface UnreadableHistory {
  readonly reason: string;
}

/** Something that an erasure does not change and that names the person. */
export interface Remaining {
  readonly table: string;
  readonly column: string;
  /** The key of the row. */
  readonly row: string;
}

/** What an erasure changes besides tickets. */
export interface ErasedRows {
  /** Rows of other tables, in which names or texts were replaced. */
  readonly rows: number;
  /** Answers to idempotency keys, which are removed. */
  readonly keys: number;
  readonly remaining: readonly Remaining[];
}

/** What an erasure needs of the database. */
export interface ErasureStore {
  /** The ids, names and addresses of the people and actors who have a name of the person. */
  namesBeside(isNamed: (text: string) => boolean): Promise<readonly string[]>;
  countTickets(): Promise<number>;
  /** The tickets, a part at a time, with all their events. */
  histories(): AsyncIterable<readonly ReadHistory[]>;
  /** The ticket with this number; null if there is none. */
  history(number: number): Promise<ReadHistory | null>;
  /**
   * Replaces what an erasure replaces in tickets, and in everything that is derived from them, in
   * one transaction. It reads the events again, because others may have added some.
   *
   * @param names whether the list of known names loses those that no ticket has any more; that
   *   reads all tickets
   */
  eraseTickets(ids: readonly string[], erasure: Erasure, names: 'WITH_NAMES' | 'WITHOUT_NAMES'): Promise<void>;
  /**
   * Replaces a person in all other tables, and in the list of known names, or only looks what it
   * would replace.
   */
  eraseElsewhere(person: Person, pseudonym: string, isDryRun: boolean): Promise<ErasedRows>;
  /** Has the database forget old versions of rows, and what it has noted of common values. */
  forget(): Promise<void>;
}
