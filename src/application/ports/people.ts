import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { PersonRole } from '../access/rights';
import type { Reading } from './caller';
import type { KeyUse } from './idempotency';
import type { Page, PageRequest } from './pagination';

/** What a token says of a person. */
export interface TokenPerson {
  /** Identifies the person at the identity provider. */
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: PersonRole;
  /** The ids of the clients whose tickets the token allows, in order; null for those of all. */
  readonly clientIds: readonly string[] | null;
  readonly tokenIssuedAt: EpochMs;
}

/** A person that is known from tokens; the newest token counts. */
export interface KnownPerson extends TokenPerson {
  readonly id: string;
  /** Whether the person may use the service. */
  readonly isActive: boolean;
  readonly firstSeenAt: EpochMs;
  /** To the hour. */
  readonly lastSeenAt: EpochMs;
}

export interface PeopleFilter {
  /** Null for people of every role. */
  readonly roles: readonly PersonRole[] | null;
  readonly isActive: boolean | null;
  /** How the name begins, compared as names are; null for every name. */
  readonly namePrefix: string | null;
}

/** The people that are known from their tokens. */
export interface People {
  /** Look-ups of one turn of the event loop share a statement. */
  bySubject(reading: Reading, subject: string): Promise<KnownPerson | null>;
  byId(reading: Reading, id: string): Promise<KnownPerson | null>;
  /** Whether a person who may be assigned tickets has the name; null if no such person is known. */
  isAgentName(reading: Reading, name: string): Promise<boolean | null>;
  /** Stores what a token says, unless a newer token was seen. Returns the person as stored then. */
  learn(person: TokenPerson, now: EpochMs): Promise<KnownPerson>;
  /** Null if there is no such person. */
  setActive(
    id: string,
    isActive: boolean,
    by: Actor,
    use: KeyUse | null,
    now: EpochMs,
  ): Promise<KnownPerson | 'KEY_REUSED' | null>;
  /** Those seen first come first; with a prefix, in order of the names. */
  page(reading: Reading, filter: PeopleFilter, page: PageRequest): Promise<Page<KnownPerson>>;
  count(reading: Reading, filter: PeopleFilter): Promise<number>;
}
