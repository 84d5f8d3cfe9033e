import type { Actor } from '../../domain/actor';

/** A request that may be made twice and is carried out once: the same key from the same actor. */
export interface Idempotency {
  /** 1 to 200 characters of the caller's choice. */
  readonly key: string;
  /** Equal for two requests that ask for the same. */
  readonly fingerprint: string;
}

/** A key of the actor: equal for two exactly if they are the same one. Stands in the database with idempotency keys. */
export const actorKey = ({ kind, id }: Actor): string => `${kind}/${id}`;
