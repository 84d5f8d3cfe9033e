import { folded } from './folded-text';

/**
 * Who acts: AGENT and CLIENT are people, SERVICE is another program, SYSTEM is the service itself,
 * IMPORT is a log that is imported.
 */
export const ACTOR_KINDS = ['AGENT', 'CLIENT', 'SERVICE', 'SYSTEM', 'IMPORT'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export interface Actor {
  readonly kind: ActorKind;
  /** Identifies the actor among those of its kind. */
  readonly id: string;
  readonly name: string;
}

export const isSameActor = (a: Actor, b: Actor): boolean => a.kind === b.kind && folded(a.id) === folded(b.id);

/** The service, when it records events that only the passing of time causes. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: 'stepdown', name: 'Stepdown' };
