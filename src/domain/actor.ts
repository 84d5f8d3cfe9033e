/** Who acts. Requests act as an agent or a client; the service itself as SYSTEM; a replayed log as IMPORT. */
export const ACTOR_KINDS = ['AGENT', 'CLIENT', 'SYSTEM', 'IMPORT'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export interface Actor {
  readonly kind: ActorKind;
  /** Stable within its kind; two actors of one kind and id are the same. */
  readonly id: string;
  readonly name: string;
}

export const isSameActor = (a: Actor, b: Actor): boolean => a.kind === b.kind && a.id === b.id;

/** The service acting by the clock. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: 'stepdown', name: 'Stepdown' };
