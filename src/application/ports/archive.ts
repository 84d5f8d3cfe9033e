import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements } from '../../domain/policy/policy';
import type { RecordedEvent } from '../../domain/ticket/upcast';
import type { TicketRecord } from './ticket-store';

/**
 * A full export: policies, clients and tickets with all their events. Restored into another
 * database, every ticket is the same.
 */

/** The first record. The counts say whether the rest is complete. */
export interface ArchiveHeader {
  readonly exportedAt: EpochMs;
  readonly policies: number;
  readonly clients: number;
  readonly tickets: number;
  readonly events: number;
  /** The highest number of a ticket; 0 if there is none. */
  readonly lastNumber: number;
}

/** A published version of a policy. */
export interface ArchivedPolicy {
  readonly id: string;
  readonly version: number;
  /** A `PolicyDocument` once `readPolicyVersion` has checked it. */
  readonly document: unknown;
  readonly fingerprint: string;
  readonly yaml: string | null;
  readonly publishedAt: EpochMs;
  readonly publishedBy: Actor | null;
  readonly configured: boolean;
}

export interface ArchivedClient {
  readonly id: string;
  readonly name: string;
  readonly createdAt: EpochMs;
  readonly policy: string | null;
  readonly calendars: CalendarReplacements;
}

/** An event in the shape in which it was stored. */
export interface ArchivedEvent extends Omit<RecordedEvent, 'id'> {
  readonly recordedAt: EpochMs;
}

/** The events follow as records of their own, in order. */
export interface ArchivedTicket {
  readonly id: string;
  readonly number: number;
  /** The number of its events. */
  readonly version: number;
}

export type ArchiveRecord =
  | ({ readonly kind: 'header' } & ArchiveHeader)
  | ({ readonly kind: 'policy' } & ArchivedPolicy)
  | ({ readonly kind: 'client' } & ArchivedClient)
  | ({ readonly kind: 'ticket' } & ArchivedTicket)
  | ({ readonly kind: 'event' } & ArchivedEvent);

/** The events of one ticket, in order; a list of them is one. */
export interface ArchivedEvents extends Iterable<ArchivedEvent> {
  readonly length: number;
  at(index: number): ArchivedEvent | undefined;
  push(event: ArchivedEvent): void;
  /** If they are not in memory, gives back what they take. */
  close?(): void;
}

/** A ticket to restore, with everything that is saved with it. */
export interface RestoredTicket {
  readonly record: TicketRecord;
  readonly number: number;
  readonly events: Omit<ArchivedEvents, 'push' | 'close'>;
}

/** Why a record cannot be restored, as the end of a sentence that begins with the record. */
export type NotRestored = string;

/** The database into which a full export is restored. */
export interface RestoreStore {
  /** Keeps the numbers up to this one from being given to new tickets. */
  advanceNumbers(last: number): Promise<void>;
  /**
   * Adds policy versions and clients in one transaction: all of them, or nothing.
   *
   * @returns a sentence for each that contradicts one that is there; then nothing was added
   */
  addPoliciesAndClients(
    policies: readonly ArchivedPolicy[],
    clients: readonly ArchivedClient[],
  ): Promise<readonly string[]>;
  /**
   * Adds tickets with all their events in one transaction.
   *
   * @returns for each ticket, in the given order: `ADDED`, `SAME` if the same ticket with the same
   *   events is there, or why it was left out
   */
  addTickets(
    tickets: readonly RestoredTicket[],
  ): Promise<readonly ('ADDED' | 'SAME' | { readonly reason: NotRestored })[]>;
  /** Derives from the events of all tickets the names by which they are compared and found. */
  completeNames(): Promise<void>;
}
