import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements } from '../../domain/policy/policy';

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly createdAt: EpochMs;
  /** The id of the policy of the client's new tickets; null for the default policy. */
  readonly policy: string | null;
  /** The calendars that replace others of that policy on the client's new tickets. */
  readonly calendars: CalendarReplacements;
}

/** Client accounts. */
export interface Clients {
  /**
   * Creates an account. A second call with the same id returns the account that the first call
   * created, unchanged.
   *
   * @returns null if another account has the name
   */
  create(id: string, name: string): Promise<Client | null>;
  /** The account of tickets whose request names no client. */
  default(): Promise<Client>;
}
