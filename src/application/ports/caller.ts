import type { Actor } from '../../domain/actor';

/** Who asks. Real authentication will fill the same; until then it is the configured local operator. */
export interface Caller {
  readonly actor: Actor;
  /** The client accounts whose tickets the caller may see. */
  readonly sees: 'ALL' | readonly string[];
}
