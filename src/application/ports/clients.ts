import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements } from '../../domain/policy/policy';
import type { WaitSignal } from '../waiting-line';
import type { KeyUse } from './idempotency';

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
   * @param key claimed together with the account, in the register of the keys of all mutations
   * @param signal ends the waiting; a change that has begun is carried out
   * @param by for the audit log; the service itself by default
   * @returns `NAME_TAKEN` if another account has the name, `KEY_REUSED` if the key belongs to
   * another request
   */
  create(
    id: string,
    name: string,
    key: KeyUse | null,
    signal?: WaitSignal,
    by?: Actor,
  ): Promise<Client | 'NAME_TAKEN' | 'KEY_REUSED'>;
  /** The account of tickets whose request names no client. */
  default(): Promise<Client>;
}
