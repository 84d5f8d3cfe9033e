import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { CalendarReplacements } from '../../domain/policy/policy';
import type { WaitSignal } from '../waiting-line';
import type { Reading } from './caller';
import type { KeyUse } from './idempotency';
import type { Page, PageRequest } from './pagination';
import type { Comparator } from './ticket-filter';

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

/** Compares names as they are compared everywhere, regardless of case. */
export interface NameFilter extends Pick<Comparator<string>, 'in' | 'nin'> {
  readonly eq?: string;
  readonly startsWith?: string;
  readonly contains?: string;
}

/** All conditions that are given must hold. */
export interface ClientFilter {
  readonly id?: Comparator<string>;
  readonly name?: NameFilter;
  readonly createdAt?: Comparator<EpochMs>;
  readonly policy?: Comparator<string>;
}

export interface ClientOrder {
  readonly by: 'NAME' | 'CREATED_AT';
  readonly direction: 'ASC' | 'DESC';
}

/** The client accounts that a caller may see. */
export interface ClientDirectory {
  /** The client with the name as it is compared; null if there is none or it is not seen. */
  named(reading: Reading, name: string): Promise<Client | null>;
  /** @throws InvalidFilter, InvalidCursor */
  page(reading: Reading, filter: ClientFilter, order: ClientOrder, page: PageRequest): Promise<Page<Client>>;
  count(reading: Reading, filter: ClientFilter): Promise<number>;
}
