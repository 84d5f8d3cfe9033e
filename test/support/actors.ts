import { ALL_RIGHTS } from '../../src/application/access/rights';
import type { Caller } from '../../src/application/ports/caller';
import type { Actor } from '../../src/domain/actor';

export const AGENT: Actor = { kind: 'AGENT', id: 'ada', name: 'Ada' };
export const OTHER_AGENT: Actor = { kind: 'AGENT', id: 'grace', name: 'Grace' };
export const IMPORTER: Actor = { kind: 'IMPORT', id: 'log', name: 'Log' };

/** The agent as a caller who sees the tickets of all clients. */
export const everything: Caller = { actor: AGENT, sees: 'ALL', rights: ALL_RIGHTS };

/** The agent as a caller who sees the tickets of these clients only. */
export const seeing = (...clients: readonly string[]): Caller => ({ ...everything, sees: clients, seesInternal: true });

/** The same in an operation that the signal ends, and that may read any length. */
export const operationOf = (signal: AbortSignal, most = Number.POSITIVE_INFINITY): Caller => ({
  actor: AGENT,
  sees: 'ALL',
  rights: ALL_RIGHTS,
  signal,
  texts: { characters: 0, most },
});
