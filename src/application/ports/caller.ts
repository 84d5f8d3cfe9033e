import type { Actor } from '../../domain/actor';

/** The caller of a request: the configured operator, or the agent that the request names. */
export interface Caller {
  readonly actor: Actor;
  /** The client accounts whose tickets the caller may see. */
  readonly sees: 'ALL' | readonly string[];
}
