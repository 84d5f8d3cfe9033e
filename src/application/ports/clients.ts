import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements } from '../../domain/policy/policy';

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly createdAt: EpochMs;
  /** The name of the policy that its new tickets are opened under; null for that of the service. */
  readonly policy: string | null;
  /** Calendars of that policy that stand in for others on its new tickets. */
  readonly calendars: CalendarReplacements;
}

/** Client accounts. */
export interface Clients {
  /**
   * Opens an account. A second call with the same id gives the account that the first one opened, as it is.
   *
   * @returns null where another account has the name already.
   */
  create(id: string, name: string): Promise<Client | null>;
  /** The account that tickets belong to when a request names none. */
  default(): Promise<Client>;
}
