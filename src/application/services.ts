import type { Actor } from '../domain/actor';
import type { ChangeTickets } from './change-tickets';
import type { Policies, ReadPolicy } from './policy-ports';
import type { Client, Clock, EventFeed, TicketReader } from './ports';

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

/** A request that may be made twice and is carried out once: the same key from the same actor. */
export interface Idempotency {
  /** 1 to 200 characters of the caller's choice. */
  readonly key: string;
  /** Equal for two requests that ask for the same. */
  readonly fingerprint: string;
}

/** All that the use cases and the API need. */
export interface Services {
  readonly clock: Clock;
  readonly policies: Policies;
  readonly readPolicy: ReadPolicy;
  readonly reader: TicketReader;
  readonly changeTickets: ChangeTickets;
  readonly feed: EventFeed;
  readonly clients: Clients;
}

/** A key of the actor: equal for two exactly if they are the same one. Stands in the database with idempotency keys. */
export const actorKey = ({ kind, id }: Actor): string => `${kind}/${id}`;
