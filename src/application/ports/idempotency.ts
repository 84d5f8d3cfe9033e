import type { Actor } from '../../domain/actor';

/** Identifies a request, so that a repetition by the same actor is not carried out again. */
export interface Idempotency {
  /** Chosen by the caller; 1 to 200 characters. */
  readonly key: string;
  /** Equal for two requests with the same input. */
  readonly fingerprint: string;
}

/** A request with a key, and the actor to whom the key belongs. */
export interface KeyUse extends Idempotency {
  readonly by: Actor;
}

/** Identifies an actor, in the rows of idempotency keys. */
export const actorKey = ({ kind, id }: Actor): string => `${kind}/${id}`;
