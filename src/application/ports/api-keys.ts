import type { Actor } from '../../domain/actor';
import type { EpochMs } from '../../domain/instant';
import type { ApiScope } from '../access/rights';
import type { Reading } from './caller';
import type { KeyUse } from './idempotency';
import type { Page, PageRequest } from './pagination';

/** An API key, without its secret. */
export interface ApiKey {
  readonly id: string;
  /** Identifies the key, in the key itself and in logs. */
  readonly prefix: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  /** The client whose tickets the key is for; null for those of all clients. */
  readonly clientId: string | null;
  readonly createdAt: EpochMs;
  readonly createdBy: Actor;
  /** Null if it does not expire. */
  readonly expiresAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
  /** The last use, to the minute. Null if it was not used. */
  readonly lastUsedAt: EpochMs | null;
}

export interface HashedApiKey extends ApiKey {
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly secretHash: string;
}

/** The API keys of services. */
export interface ApiKeys {
  /**
   * Stores a key.
   *
   * @param use the idempotency key of the request; a repeated request finds the key that the first
   * one stored
   */
  add(key: HashedApiKey, use: KeyUse | null): Promise<ApiKey | 'NO_CLIENT' | 'KEY_REUSED'>;
  /** Look-ups of one turn of the event loop share a statement. */
  byPrefix(reading: Reading, prefix: string): Promise<HashedApiKey | null>;
  byId(reading: Reading, id: string): Promise<ApiKey | null>;
  /** Revokes a key, unless it is already revoked. Null if there is no such key. */
  revoke(id: string, at: EpochMs, by: Actor, use: KeyUse | null): Promise<ApiKey | 'KEY_REUSED' | null>;
  /** Notes that a key was used at that time. */
  noteUse(id: string, at: EpochMs): Promise<void>;
  /** The latest key first. */
  page(reading: Reading, page: PageRequest): Promise<Page<ApiKey>>;
  count(reading: Reading): Promise<number>;
}
